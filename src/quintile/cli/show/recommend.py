"""Recommend: what is recommended and why, the figures behind it, and the command to run."""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any

from rich.text import Text

from quintile.cli.show.page import bar, grid, put, quiet, said, section, stdout, warnings
from quintile.cli.show.palette import GOOD, HEADING, QUIET
from quintile.cli.show.plain import number, percent, printable, several

if TYPE_CHECKING:
    from rich.console import Console, Group

_BAR = 24


def show_recommendation(found: dict[str, Any], console: Console | None = None) -> None:
    """Show a recommendation.

    Args:
        found: What ``jobs.recommend`` returns, and ``command``.
        console: Where to show it; the standard output if None.
    """
    console = console or stdout()
    title = f"Recommended for this base as of {found['as_of']}"
    command = Text(printable(found["command"], lines=False), style=HEADING, overflow="fold")
    put(
        console,
        [
            said(title, f"{HEADING} {GOOD}"),
            section("The model", _advice(found["recommended"])),
            section("Run it", command),
            section("The base", _base(found["measured"])),
            _returns(found["measured"]["gaps"], console),
            _season(found["measured"]["season"], console),
            warnings(found["warnings"]),
        ],
    )


def _advice(lines: list[dict[str, Any]]) -> Any:  # noqa: ANN401 - a rich table
    table = grid("lll")
    for line in lines:
        reason = f"{line['reason'][0].upper()}{line['reason'][1:]}."
        table.add_row(said(line["setting"], QUIET), said(line["value"], HEADING), said(reason))
    return table


def _base(measured: dict[str, Any]) -> Any:  # noqa: ANN401 - a rich table
    table = grid("ll")
    once = f"{number(measured['one_order_customers'])} ({percent(measured['one_order_share'])}) ordered once"
    history = f"{measured['first_order']} to {measured['last_order']}, {several(measured['history_days'], 'day')}"
    table.add_row(said("Customers", QUIET), said(f"{number(measured['customers'])}, {once}"))
    table.add_row(said("Orders", QUIET), said(number(measured["orders"])))
    table.add_row(said("History", QUIET), said(history))
    return table


def _returns(gaps: dict[str, Any], console: Console) -> Group:
    """The share of purchases that were followed by another one, within longer and longer times."""
    table = grid("rrl")
    if gaps["returned_within"]:
        table.add_row(*quiet("within", "followed by another", ""))
    for days, share in gaps["returned_within"].items():
        drawn = bar(float(share), _BAR, GOOD, console)
        table.add_row(said(several(int(days), "day")), said(percent(share)), drawn)
    counted = f"{several(gaps['ended'], 'gap')} that ended, {number(gaps['open'])} still open (Kaplan-Meier)."
    half, most = gaps["half_back_by"], gaps["nine_in_ten_back_by"]
    back = (
        f" Of those who come back within {several(gaps['horizon'], 'day')}, half are back by day {number(half)},"
        f" nine in ten by day {number(most)}."
        if half is not None
        else " Too few to say more."
    )
    return section("Gaps between purchases", table if table.rows else None, said(counted + back, QUIET))


def _season(season: dict[str, Any], console: Console) -> Group:
    years = several(season["whole_years"], "whole year")
    if not season["months"]:
        return section("Seasons", said(f"Not measured: the history holds {years}, two are needed.", QUIET))
    most = max(float(share) for share in season["months"])
    table = grid("lrl")
    for month, share in enumerate(season["months"], start=1):
        drawn = bar(float(share) / most, _BAR, GOOD if month in season["busiest"] else QUIET, console)
        table.add_row(said(calendar.month_abbr[month]), said(percent(share)), drawn)
    first, last = (calendar.month_name[season["busiest"][end]] for end in (0, -1))
    verdict = "a season" if season["seasonal"] else "no season"
    held = f"{first} to {last} hold {percent(season['weakest_year_share'])} or more of the orders of every year"
    return section("Seasons", table, said(f"Mean of {years}. {held}: {verdict} (a third makes one).", QUIET))
