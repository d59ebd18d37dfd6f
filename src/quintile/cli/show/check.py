"""Check: what would be read, what would be set aside and why, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from quintile.cli.show.assumed import shown_assumptions
from quintile.cli.show.bridge import bridge
from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import BAD, DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import about, exact, number, several
from quintile.cli.show.refresh import accepted_drifts, refreshed
from quintile.domain.codes import ERRORS, WARNINGS
from quintile.domain.words import REMEDIES, called
from quintile.export.assumed import of_money, of_others, of_reading, of_second, sources

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
        title = said("Rejected: nothing can be scored from this", f"{HEADING} {BAD}")
        put(console, [title, _error(found["error"]), _around(found.get("around", []), found["error"]["line"])])
        return
    put(
        console,
        [
            _outcome(found),
            refreshed(found.get("refresh")),
            shown_assumptions(
                [
                    ("Source", sources(found["inputs"]), ""),
                    *of_reading(found["assumed"]),
                    *of_others(found["inputs"]),
                    of_money(found),
                    *of_second(found.get("second_tables", [])),
                ]
            ),
            _noted(found["warnings"]),
            accepted_drifts(found.get("refresh")),
            bridge(found["bridge"]),
            *(_quarantined(entry) for entry in found["quarantine"]),
            _excluded(found["excluded"]),
            _next(found),
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
    words = ERRORS.get(error["code"])
    return section(f"{words.name if words else called(error['code'])} ({error['code']})", table)


def _around(lines: list[dict[str, Any]], wrong: int | None) -> Group | None:
    table = grid("rl")
    table.columns[0].min_width = max((len(number(line["line"])) for line in lines), default=0)
    table.columns[1].no_wrap, table.columns[1].overflow = True, "ellipsis"
    for line in lines:
        style = BAD if line["line"] == wrong else QUIET
        table.add_row(said(number(line["line"]), style), said(line["text"], "" if line["line"] == wrong else QUIET))
    return section("The lines there", table) if lines else None


def _noted(found: list[dict[str, Any]]) -> Group | None:
    table = grid("ll")
    for warning in found:
        words = WARNINGS.get(warning["code"])
        rows = f", {about(warning)}" if warning.get("rows") else ""
        title = f"{words.name if words else called(warning['code'])}{rows} ({warning['code']})"
        table.add_row(said("!", f"{HEADING} {DOUBTFUL}"), said(title, HEADING))
        table.add_row("", said(warning["message"]))
        if words is not None and "--" not in warning["message"]:  # which then says itself what to do
            table.add_row("", said(f"Remedy: {words.remedy}", QUIET))
    return section("Please note", table) if table.rows else None


def _next(found: Mapping[str, Any]) -> Text | None:
    if not found["rows_quarantined"]:
        return None
    return said("To correct the rows set aside: quintile quarantine SOURCE --out DIR", QUIET)


def _quarantined(entry: Mapping[str, Any]) -> Group:
    reason = entry["reason"]
    title = f"Set aside: {called(reason).lower()}, {several(entry['rows'], 'row')} ({reason})"
    table = grid("lrll")
    place = "row" if any("key" in example for example in entry["examples"]) else "line"
    table.add_row(*quiet("file", place, "column", "as written"))
    for example in entry["examples"]:
        line = example.get("key", "") if example["line"] is None else number(example["line"])
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
