"""Sent: which messages a project has delivered, so that none goes out twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from quintile.state.tables import SENT

if TYPE_CHECKING:
    from quintile.state.database import State


def was_sent(state: State, message: str) -> bool:
    """Whether a message was delivered before, by its id."""
    with state.changing() as connection:
        return connection.execute(select(SENT.c.message).where(SENT.c.message == message)).first() is not None


def sent_times(state: State) -> list[str]:
    """When messages were delivered, the earliest first."""
    with state.changing() as connection:
        return list(connection.execute(select(SENT.c.sent_at).order_by(SENT.c.sent_at)).scalars())


def remember_sent(state: State, message: str, sent_at: str) -> None:
    """Write down that a message was delivered; one that is known already stays as it is."""
    with state.changing() as connection:
        known = connection.execute(select(SENT.c.message).where(SENT.c.message == message)).first()
        if known is None:
            connection.execute(insert(SENT).values(message=message, sent_at=sent_at))
