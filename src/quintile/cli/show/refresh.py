"""Refresh: what a later source brought to its project, in one line; and what was accepted of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, said, section
from quintile.cli.show.palette import DOUBTFUL
from quintile.cli.show.plain import number, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Group
    from rich.text import Text


def refreshed(refresh: Mapping[str, Any] | None) -> Text | None:
    """How many rows are new, known, corrected; nothing for a first source, or for one of no project."""
    if refresh is None or not refresh["known_rows"]:
        return None
    source, corrected, erased = refresh["source"], refresh["corrected_rows"], refresh.get("erased_rows", 0)
    counted = source["rows_kept"] + source["rows_excluded"] - corrected - erased
    known = several(refresh["known_rows"], "row")
    if refresh["mode"] == "full":
        gone, rows = several(refresh["vanished_orders"], "order"), several(source["rows_in"], "row")
        return said(f"A full extract of {rows} takes the place of {known}; {gone} vanished")
    parts = [f"{number(counted)} new", f"{number(source['rows_deduplicated'])} known already"]
    parts += [f"{number(corrected)} corrected"] if corrected else []
    parts += [f"{number(erased)} of people who were erased"] if erased else []
    return said(f"Of {several(source['rows_in'], 'row')}, beside {known} in the ledger: {', '.join(parts)}")


def accepted_drifts(refresh: Mapping[str, Any] | None) -> Group | None:
    """Drifts of a project's source that were accepted by name, and why."""
    table = grid("ll")
    for drift in (refresh or {}).get("accepted", []):
        why = f" (because: {drift['because']})" if drift["because"] else ""
        table.add_row(said(drift["code"], DOUBTFUL), said(drift["message"] + why))
    return section("Accepted by name", table) if table.rows else None
