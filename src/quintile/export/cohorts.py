"""Cohorts as one HTML page: who ordered again and what they brought, month by month; it names no customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.export.embedding import page, placed
from quintile.export.headlines import day_text
from quintile.pictures.cohorts import cohort_heat

if TYPE_CHECKING:
    from collections.abc import Mapping


def cohorts_page(found: Mapping[str, Any], *, version: str) -> str:
    """The page of what ``jobs.cohorts`` found.

    Args:
        found: The cohorts.
        version: Of quintile.

    Returns:
        A whole HTML document.
    """
    drawn = [
        cohort_heat(found["cohorts"], currency=found["currency"], show="retention"),
        cohort_heat(found["cohorts"], currency=found["currency"], show="revenue"),
    ]
    title = f"Cohorts as of {day_text(found['as_of'])}"
    return page(
        "cohorts.html.j2",
        drawn,
        version=version,
        title=title,
        lead=drawn[0].caption,
        contents=(("cohorts", "Cohorts"),),
        pictures=placed(drawn),
    )
