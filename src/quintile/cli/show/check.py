"""Check: what would be read, what would be set aside and why, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from quintile.cli.show.assumed import of_money, of_reading, shown_assumptions
from quintile.cli.show.bridge import bridge
from quintile.cli.show.page import grid, put, quiet, said, section, stdout, warnings
from quintile.cli.show.palette import BAD, DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import exact, number, several
from quintile.cli.show.words import REMEDIES, called

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, Group

_LONGEST_RAW = 40


def show_check(found: dict[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.check`` found.

    Args:
        found: Its result; of a rejected source only the error is shown.
        console: Where to show it; the standard output if None.
    """
    console = console or stdout()
    if found["error"] is not None:
        put(console, [said("Rejected: nothing can be scored from this", f"{HEADING} {BAD}"), _error(found["error"])])
        return
    put(
        console,
        [
            _outcome(found),
            shown_assumptions([*of_reading(found["assumed"]), of_money(found["currency"], found["bridge"])]),
            warnings(found["warnings"]),
            bridge(found["bridge"]),
            *(_quarantined(entry) for entry in found["quarantine"]),
            _excluded(found["excluded"]),
        ],
    )


def _outcome(found: dict[str, Any]) -> Text:
    aside = found["rows_quarantined"]
    if not aside:
        title, style = "Accepted: every row is understood", GOOD
    else:
        title, style = f"Accepted, but {aside:,} of {several(found['rows_in'], 'row')} would be set aside", DOUBTFUL
    money = f"{exact(found['net_total'])} {found['currency'] or ''}".strip()
    people = f"{several(found['customers'], 'customer')} with {several(found['orders'], 'order')}, net {money}"
    return Text.assemble(said(title, f"{HEADING} {style}"), "\n", said(people))


def _error(error: Mapping[str, Any]) -> Group:
    table = grid("ll")
    parts = [error["file"], f"line {error['line']}" if error["line"] else None]
    parts.append(f"column '{error['column']}'" if error["column"] else None)
    where = ", ".join(part for part in parts if part)
    for label, text in (("What", error["message"]), ("Where", where), ("Fix", error["fix"])):
        if text:
            table.add_row(said(label, QUIET), said(text))
    return section(f"error[{error['code']}]", table)


def _quarantined(entry: Mapping[str, Any]) -> Group:
    reason = entry["reason"]
    title = f"Set aside: {called(reason).lower()}, {several(entry['rows'], 'row')} ({reason})"
    table = grid("lrll")
    table.add_row(*quiet("file", "line", "column", "as written"))
    for example in entry["examples"]:
        line = "" if example["line"] is None else number(example["line"])
        table.add_row(said(example["file"]), said(line), said(example["column"] or ""), _raw(example["raw"]))
    remedy = said(f"Remedy: {REMEDIES[reason]}") if reason in REMEDIES else None
    return section(title, table if entry["examples"] else None, remedy)


def _raw(raw: str) -> Text:
    if not raw:
        return said("(empty)", QUIET)
    text = said(raw)
    text.truncate(_LONGEST_RAW, overflow="ellipsis")
    return text


def _excluded(entries: list[dict[str, Any]]) -> Group | None:
    if not entries:
        return None
    listed = ", ".join(f"{called(entry['reason']).lower()} {number(entry['rows'])}" for entry in entries)
    return section("Left out by their status (--exclude)", said(f"rows: {listed}"))
