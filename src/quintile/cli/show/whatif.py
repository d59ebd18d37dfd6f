"""What if: what would change in the model, and who would be in another segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import GOOD, HEADING, QUIET, segment_colours
from quintile.cli.show.plain import exact, number, percent, several, short_path
from quintile.domain.words import METRICS
from quintile.pictures.words import measured

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console, Group
    from rich.table import Table

NOT_SCORED = "not scored"
_MOST_MOVES = 20


def show_whatif(found: dict[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show a comparison of two models.

    Args:
        found: What ``jobs.whatif`` returns.
        out: Where the list of movers was written, if it was.
        console: Where to show it; the standard output if None.
    """
    both = found["stay"] + found["move"] + sum(line["customers"] for line in found["renamed"])
    share = f" ({percent(found['move'] / both)})" if both else ""
    title = f"{number(found['move'])} of {several(both, 'customer')}{share} would be in another segment"
    kept = said(f"Written to {short_path(out)}. Nothing else was saved." if out else "Nothing was saved.", QUIET)
    put(
        console or stdout(),
        [
            said(title, f"{HEADING} {GOOD}"),
            _others(found),
            section("What changes", _changes(found)),
            section("Segments", _sizes(found)),
            _moves(found),
            kept,
        ],
    )


def _others(found: dict[str, Any]) -> Any:  # noqa: ANN401 - a line of rich text, or nothing
    said_of = [
        (found["recoded"], "would keep the segment with another code"),
        (found["come"], "would be scored in addition"),
        (found["go"], "would not be scored any more"),
    ]
    lines = [f"{several(count, 'customer')} {what}" for count, what in said_of if count]
    if found["renamed"]:
        names = ", ".join(f"{line['from']} to {line['to']}" for line in found["renamed"])
        lines.append(f"{several(len(found['renamed']), 'segment')} would change the name alone: {names}")
    return said(". ".join(lines) + ".", QUIET) if lines else None


def _changes(found: dict[str, Any]) -> Table:
    table = grid("lll")
    table.add_row(*quiet("", "as it is", "what if"))
    for line in found["changes"]:
        table.add_row(said(line["setting"]), said(line["before"]), said(line["after"], HEADING))
    for line in found["cuts"]:
        before, after = (", ".join(measured(cut) or "-" for cut in line[side]) for side in ("before", "after"))
        style = HEADING if before != after else QUIET
        name = f"{METRICS[line['metric']]}: cut points"
        table.add_row(said(name), said(before), said(after if before != after else "the same", style))
    if not found["changes"]:
        table.add_row(said("the settings are the same", QUIET))
    return table


def _sizes(found: dict[str, Any]) -> Table:
    before, after = ({line["segment"]: line for line in found[side]["segments"]} for side in ("before", "after"))
    names = [*before, *(name for name in after if name not in before)]
    colours = _colours(found)
    table = grid("lrrrrr")
    revenue = f"revenue {found['currency'] or ''}".strip()
    table.add_row(*quiet("", "customers", "what if", "change", revenue, "what if"))
    for name in names:
        was, would = before.get(name), after.get(name)
        counts = [line["customers"] if line else 0 for line in (was, would)]
        table.add_row(
            said(name, f"bold {colours[name]}"),
            *(said(number(count)) for count in counts),
            said(f"{counts[1] - counts[0]:+,}" if counts[1] != counts[0] else "0"),
            *(said(exact(line["revenue"] if line else None)) for line in (was, would)),
        )
    return table


def _moves(found: dict[str, Any]) -> Group | None:
    changed = (line for line in found["moves"] if line["from"] != line["to"] and line not in found["renamed"])
    moves = sorted(changed, key=lambda line: -line["customers"])
    if not moves:
        return None
    colours = _colours(found)
    table = grid("llrr")
    table.add_row(*quiet("from", "to", "customers", f"revenue {found['currency'] or ''}".strip()))
    for line in moves[:_MOST_MOVES]:
        ends = [said(line[end] or NOT_SCORED, colours.get(line[end], QUIET)) for end in ("from", "to")]
        revenue = line["revenue"] if line["from"] else line["revenue_after"]
        table.add_row(*ends, said(number(line["customers"])), said(exact(revenue)))
    more = len(moves) - _MOST_MOVES
    rest = said(f"and {several(more, 'smaller move')}; all of them: --json", QUIET) if more > 0 else None
    return section("Who would move", table, rest)


def _colours(found: dict[str, Any]) -> dict[str, str]:
    """Each scheme from best to worst; a name that both schemes have keeps the colour it has now."""
    before, after = ([line["segment"] for line in found[side]["segments"]] for side in ("before", "after"))
    return {**segment_colours(after), **segment_colours(before)}
