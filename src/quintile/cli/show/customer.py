"""Customer: one customer's page: what there is to say, orders, borders, coming changes, the way so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import GOOD, HEADING, QUIET
from quintile.cli.show.plain import exact, number, several
from quintile.domain.words import METRICS
from quintile.export.migration import CALLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, Group

_PLACES = {"window": "", "before": "before the window", "after": "on the analysis date or later"}
_BECAUSE = {"recency": "recency", "orders_left": "orders leave the window"}
_UNITS = {"r": "day", "f": "order"}
_MOST_ORDERS = 20


def show_customer(page: Mapping[str, Any], console: Console | None = None) -> None:
    """Show what ``jobs.customer`` returns, on the standard output unless told otherwise."""
    first, *others = page["statements"]
    put(
        console or stdout(),
        [
            said(page["customer_id"], f"{HEADING} {GOOD}"),
            said(first),
            *([section("What lies ahead, and behind", *(said(one) for one in others))] if others else []),
            _borders(page),
            _changes(page),
            _orders(page),
            _history(page),
        ],
    )


def _borders(page: Mapping[str, Any]) -> Group | None:
    if not page.get("borders"):
        return None
    table = grid("lrrll")
    table.add_row(*quiet("", "", "score", "next better", "next worse"))
    values = {"r": number(page["now"]["recency_days"]), "f": number(page["now"]["frequency"])}
    for metric, border in page["borders"].items():
        value = values.get(metric) or exact(page["now"]["monetary"])
        ways = [_border(metric, border[way]) for way in ("better", "worse")]
        table.add_row(*map(said, [METRICS[metric], value, str(page["now"][metric]), *ways]))
    return section("How far the borders are", table)


def _border(metric: str, border: Mapping[str, Any] | None) -> str:
    if border is None:
        return "-"
    at, distance = (border[key] if metric == "m" else str(border[key]) for key in ("at", "distance"))
    far = exact(distance) if metric == "m" else several(int(distance), _UNITS[metric])
    return f"{border['score']} at {exact(at)} ({far} away)"


def _changes(page: Mapping[str, Any]) -> Group | None:
    if not page.get("changes"):
        return None
    table = grid("lrlll")
    table.add_row(*quiet("on", "in days", "code", "segment", "because of"))
    for line in page["changes"]:
        reasons = ", ".join(_BECAUSE[reason] for reason in line["because"])
        where = line["segment"] or "scored no more"
        table.add_row(*map(said, [line["on"], number(line["days"]), line["rfm"] or "", where, reasons]))
    return section("If nothing is bought", table)


def _orders(page: Mapping[str, Any]) -> Group | None:
    table = grid("llrll")
    table.add_row(*quiet("date", "order", f"net {page['currency'] or ''}".rstrip(), "", ""))
    for line in page["orders"][::-1][:_MOST_ORDERS]:
        state = "" if line["state"] == "purchase" else line["state"]
        cells = [line["date"], line["order_id"] or "", exact(line["net"]), state, _PLACES[line["place"]]]
        table.add_row(*map(said, cells))
    more = len(page["orders"]) - _MOST_ORDERS
    earlier = said(f"and {several(more, 'earlier one')}; all of them: --json", QUIET) if more > 0 else None
    return section("Orders, the latest first", table, earlier)


def _history(page: Mapping[str, Any]) -> Group:
    table = grid("llll")
    table.add_row(*quiet("as of", "code", "segment", "moved by"))
    for line in page["history"]:
        cause = CALLED[line["cause"]] if line["cause"] else ""
        where = [line["rfm"] or "", line["segment"] or "not scored"]
        table.add_row(*map(said, [line["as_of"], *where, cause]))
    return section("Snapshots", table)
