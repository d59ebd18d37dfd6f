"""sending: a project's alerts to the webhook of its settings, each set of alerts once."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from quintile.activation.webhook import Message, deliver, secret_of, target_of
from quintile.domain.outgoing import Outgoing
from quintile.errors import SettingsError
from quintile.jobs.project.state import open_state
from quintile.jobs.workplace.workplace import now_text
from quintile.state.sent import remember_sent, was_sent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quintile.domain.settings import Settings

TYPE = "quintile.alerts"


def send_alerts(project: Path, settings: Settings, found: Mapping[str, Any]) -> dict[str, Any]:
    """Send what ``jobs.alerts`` found to ``[alerts] webhook``; nothing without alerts, or if the same were sent before.

    Returns:
        ``outcome``: ``delivered``, ``sent_before`` or ``nothing_to_send``; ``id`` and ``tries`` of what was delivered.

    Raises:
        SettingsError: There is no webhook or no secret, or the address is none.
        DataError: ``host_refused``, the host must be allowed first.
        DeliveryError: It did not arrive; the next run tries again, under the same id.
        StoreError: The project's state cannot be used.
    """
    chosen = settings.alerts
    if chosen.webhook is None:
        fix = 'write in quintile.toml: [alerts] webhook = "https://..."'
        raise SettingsError("webhook", "no webhook is named", fix=fix)
    secret = secret_of(chosen.secret_env)
    target = target_of(chosen.webhook, Outgoing(settings.network.allow_hosts))
    if not found["alerts"]:
        return {"outcome": "nothing_to_send"}
    state = open_state(project, settings)
    if was_sent(state, found["id"]):
        return {"outcome": "sent_before", "id": found["id"]}
    now = now_text()
    data = {"project": project.resolve().name, **{key: found[key] for key in ("snapshot", "as_of", "before", "alerts")}}
    body = json.dumps({"type": TYPE, "timestamp": now, "data": data})
    tries = deliver(target, Message(found["id"], body), secret, datetime.fromisoformat(now))
    remember_sent(state, found["id"], now)
    return {"outcome": "delivered", "id": found["id"], "tries": tries}
