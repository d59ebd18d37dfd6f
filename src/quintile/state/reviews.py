"""Reviews: when the definitions of a project were last looked at by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from quintile.state.tables import REVIEWS

if TYPE_CHECKING:
    from quintile.state.database import State


def last_review(state: State, until: str) -> str | None:
    """The day of the last review that is not after another day, both as ISO text; None if there was none."""
    with state.changing() as connection:
        last = select(func.max(REVIEWS.c.reviewed_on)).where(REVIEWS.c.reviewed_on <= until)
        found: str | None = connection.execute(last).scalar_one()
        return found


def add_review(state: State, day: str, model: str) -> None:
    """Write down that the definitions of a model were reviewed on a day."""
    with state.changing() as connection:
        connection.execute(insert(REVIEWS).values(reviewed_on=day, model=model))
