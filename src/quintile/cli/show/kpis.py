"""KPIs: the figures of each segment, targets they miss, how one segment went over time; and alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import BAD, DOUBTFUL, GOOD, HEADING, QUIET
from quintile.cli.show.plain import exact, listed, number, percent, several, short_path
from quintile.domain.kpi import KPIS
from quintile.domain.words import called

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console, Group, RenderableType
    from rich.text import Text

_ALL = "all"
_MOST_WORDS = 10
_SALES = ("revenue_share", "orders", "repeat_purchase_rate", "average_order_value", "list_growth")
_RETURNS = ("churn_30", "churn_60", "churn_90", "second_purchase_rate", "unsubscribe_rate")
_SHORT = {
    "revenue_share": "revenue",
    "orders": "orders",
    "repeat_purchase_rate": "repeat",
    "average_order_value": "order value",
    "list_growth": "growth",
    "churn_30": "lost 30d",
    "churn_60": "60d",
    "churn_90": "90d",
    "second_purchase_rate": "second order",
    "unsubscribe_rate": "unsubscribed",
}
_KPIS = {kpi.key: kpi for kpi in KPIS}
_SENT = {
    "delivered": "Sent to the webhook.",
    "sent_before": "The same alerts were sent before; nothing was sent.",
    "nothing_to_send": "There is nothing to send.",
}


def show_kpis(found: Mapping[str, Any], out: Path | None = None, console: Console | None = None) -> None:
    """Show the KPIs of the last date, or those of one segment at every date.

    Args:
        found: What ``jobs.kpis`` returns.
        out: The file that was written, if one was.
        console: Where to show it; the standard output if None.
    """
    dates = found["snapshots"]
    last = dates[-1]
    one_segment = found["segment"] is not None
    if one_segment:
        lines = [(date["as_of"], line) for date in dates for line in date["segments"]]
        title = f"KPIs of {found['segment']}, {dates[0]['as_of']} to {last['as_of']}"
    else:
        lines = [(line["segment"] or _ALL, line) for line in last["segments"]]
        title = f"KPIs as of {last['as_of']}"
    head = "as of" if one_segment else "segment"
    parts: list[RenderableType | None] = [
        said(title, f"{HEADING} {GOOD}"),
        section("Sales in the window", _table(head, lines, _SALES, "customers")),
        section("New customers of the window", _table(head, lines, _RETURNS, "new_customers")),
        _targets(last),
        _engagement(found["engagement"]),
        said(found["note"], DOUBTFUL) if found["note"] else None,
    ]
    if not one_segment and len(dates) > 1:
        parts.append(said(f"{several(len(dates), 'date')}; one segment over time: --segment NAME", QUIET))
    if out is not None:
        parts.append(said(f"Written to {short_path(out)}", QUIET))
    put(console or stdout(), parts)


def _table(
    head: str, lines: Iterable[tuple[str, Mapping[str, Any]]], keys: Sequence[str], people: str
) -> RenderableType:
    table = grid("lr" + "r" * len(keys))
    table.add_row(*quiet(head, people.replace("_customers", ""), *(_SHORT[key] for key in keys)))
    for name, line in lines:
        cells = [_cell(line, key) for key in keys]
        table.add_row(said(name), said(number(line["counts"][people])), *cells)
    return table


def _cell(line: Mapping[str, Any], key: str) -> Text:
    """A figure; in the colour of what is wrong where it misses its target."""
    value = line["kpis"][key]
    if value is None:
        return said("-", QUIET)
    missed = line["targets"].get(key, {}).get("met") is False
    return said(_said(key, value), BAD if missed else "")


def _said(key: str, value: str) -> str:
    return percent(value) if _KPIS[key].unit == "share" else exact(value)


def _targets(date: Mapping[str, Any]) -> Group | None:
    """Every target that is set: reached, missed, or not to be told."""
    table = grid("lllrr")
    table.add_row(*quiet("", "segment", "KPI", "now", "target"))
    marks = {True: ("reached", GOOD), False: ("missed", BAD), None: ("no figure", QUIET)}
    for line in date["segments"]:
        for key, told in line["targets"].items():
            word, style = marks[told["met"]]
            sign = "at most " if _KPIS[key].low_is_good else "at least "
            names = said(word, style), said(line["segment"] or _ALL), said(_KPIS[key].name)
            table.add_row(*names, _cell(line, key), said(sign + _said(key, told["target"])))
    return section(f"Targets as of {date['as_of']}", table) if len(table.rows) > 1 else None


def _engagement(told: Mapping[str, Any] | None) -> Group | None:
    """What the mail programme's file says, what it does not, and which rows were set aside, with their places."""
    if told is None:
        return None
    gone, unknown = several(told["unsubscribed"], "unsubscribe event"), several(told["unknown_customers"], "id")
    text = f"{told['first']} to {told['last']}: {gone}, {unknown} of nobody known."
    lines = [said(text, DOUBTFUL if told["unknown_customers"] else QUIET)]
    if not told["has_word"]:
        words = listed(list(told["events"]), _MOST_WORDS) or "none"
        text = f"Who left is not known: no event is a word for leaving the list. Events seen: {words}."
        lines.append(said(f"{text} Write unsubscribed, or name another column: --map event=COLUMN", DOUBTFUL))
    for reason in told["set_aside"]:
        places = ", ".join(_place(one) for one in reason["examples"])
        rows = several(reason["rows"], "row")
        lines.append(said(f"{rows} set aside: {called(reason['reason'])} ({places})", DOUBTFUL))
    return section("Engagement", *lines)


def _place(one: Mapping[str, Any]) -> str:
    """Where a row stands that was set aside."""
    line = "" if one["line"] is None else f" line {one['line']}"
    return f"{one['file']}{line}" + (f", column {one['column']}" if one["column"] else "")


def show_alerts(found: Mapping[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.alerts`` returns, and whether it was sent."""
    lines = found["alerts"]
    title = several(len(lines), "alert") if lines else "No alerts"
    against = f" against {found['before']}" if found["before"] is not None else ""
    table = grid("ll")
    for line in lines:
        table.add_row(said("!", f"bold {DOUBTFUL}"), said(line["message"]))
    note = None
    if found["before"] is not None and not found["judged"]:
        note = said("The last two dates were scored by two models, so their segments are not compared.", QUIET)
    put(
        console or stdout(),
        [
            said(f"{title} as of {found['as_of']}{against}", f"{HEADING} {DOUBTFUL if lines else GOOD}"),
            table if lines else None,
            note,
            said(_SENT[found["sent"]["outcome"]], QUIET) if "sent" in found else None,
        ],
    )
