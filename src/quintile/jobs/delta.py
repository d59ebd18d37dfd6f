"""delta: what later knowledge changed about one analysis date: orders, customers, revenue, segments, and who moved."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.snapshot import LAST, chosen
from quintile.errors import SettingsError
from quintile.insight.restated import KINDS, Restated, restated
from quintile.jobs.migration import LATEST, Between, engine_settings, migration
from quintile.jobs.moves.kept_scores import KeptScores, differing_months
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quintile.domain.snapshot import Snapshot
    from quintile.jobs.moves.movements import Wanted
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace


def delta(
    project: Path,
    as_of: str | None = None,
    between: Between = LATEST,
    *,
    wanted: Wanted | None = None,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Compare two versions of one analysis date: as it was known first, and as it is known last.

    Args:
        project: The project's folder.
        as_of: The date; None takes the latest that is known in two versions.
        between: The numbers of other ledgers than the first and the last, as ``quintile log`` shows them.
        wanted: Also write those who moved to a CSV file.
        on_step: Told the name of each step as it begins.

    Returns:
        What ``jobs.migration.migrated`` returns, and ``orders``: before the date, how many were ``added``, ``changed``
        and ``gone`` and their money before and after.

    Raises:
        SettingsError: There is no snapshot, the date is known in one version only, or a version is not there.
        StoreError: As ``migrated``.
    """
    found = series(project / STORE)
    versions = _versions(found, as_of)
    day = versions[0].as_of
    pair = [
        chosen(found, f"{day}@{number}") if number is not None else usual
        for number, usual in ((between.start, versions[0]), (between.end, versions[-1]))
    ]
    report = migration(project, Between(pair[0].id, pair[1].id), wanted=wanted, on_step=on_step)
    opened = [open_snapshot(one) for one in pair]
    with workplace((), engine_settings(project), project / STORE, on_step=on_step) as place:
        on_step("comparing the orders")
        # Where no order differs there is no sum, and nothing says how many digits its currency has.
        zero = 0 * Decimal(report["from"]["revenue"])
        compared = _compared(place, project / STORE, opened)
        return {**report, "orders": {kind: _told(one, zero) for kind, one in compared.items()}}


def _compared(place: Workplace, store: Path, opened: Sequence[Opened]) -> dict[str, Restated]:
    """The orders of both versions, where their files differ."""
    months = differing_months(opened[0], opened[1])
    if not any(months):
        return dict.fromkeys(KINDS, Restated())
    before, after = KeptScores(place, store).versions(opened, months)
    return restated(place.engine, before, after)


def _told(found: Restated, zero: Decimal) -> dict[str, Any]:
    net = {"before": plain(found.net_before or zero), "after": plain(found.net_after or zero)}
    return {"orders": {"before": found.before, "after": found.after}, "net": net}


def _versions(found: Sequence[Snapshot], as_of: str | None) -> list[Snapshot]:
    """The snapshots of one date, the one that knew least first.

    Raises:
        SettingsError: There is none, or one only.
    """
    dates = Counter(one.as_of for one in found)
    twice = [day for day, versions in dates.items() if versions > 1]
    asked = chosen(found, LAST if as_of is None else as_of).as_of
    wanted = max(twice, default=None) if as_of is None else asked
    if wanted not in twice:
        what = f"{wanted or 'every analysis date'} is known in one version only"
        fix = "publish it anew with what is known now: quintile run SOURCE --project DIR --as-of DATE --backfill"
        raise SettingsError("as_of", what, fix=fix)
    return [one for one in found if one.as_of == wanted]
