"""Crosswalk: the same customers under several schemes as one HTML file; it names no customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.export.embedding import page, placed
from quintile.export.headlines import day_text
from quintile.pictures.crossing import crossing
from quintile.pictures.words import several

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTENTS = (("schemes", "The schemes"), ("crossings", "From scheme to scheme"))


def crosswalk_page(found: Mapping[str, Any], *, version: str) -> str:
    """The page of a crosswalk.

    Args:
        found: What ``jobs.crosswalk`` found.
        version: Of quintile.

    Returns:
        A whole HTML document.
    """
    drawn = [crossing(pair, found["schemes"], currency=found["currency"]) for pair in found["pairs"]]
    names = [scheme["scheme"] for scheme in found["schemes"]]
    return page(
        "crosswalk.html.j2",
        drawn,
        version=version,
        title=f"Schemes compared as of {day_text(found['as_of'])}",
        headline=f"{several(found['customers'], 'customer')} under {len(names)} schemes",
        lead=f"{', '.join(names[:-1])} and {names[-1]}: the same customers, cut into segments by each of them.",
        contents=_CONTENTS,
        schemes=found["schemes"],
        pictures=placed(drawn),
    )
