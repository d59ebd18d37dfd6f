"""What the plan defines: recency, frequency and monetary, and how this result treats each edge case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.words import called
from quintile.export.method import method
from quintile.pictures.words import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.scheme import Scheme

_DEFINED = ("Analysis date", "Window", "Who is scored", "Recency (R)", "Frequency (F)", "Monetary (M)")
_REFUNDS = {
    "net": "netted against their own order, at the order's date; a refund is never a purchase and never makes anyone"
    " recent; an order that was fully paid back counts for nothing (its rows are counted here)",
    "gross": "ignored: an order counts with what was bought",
    "exclude_order": "an order with a refund counts for nothing",
}
_DUPLICATES = {
    "key": "an order (or order line) that comes again with the same content counts once; with other content it is set"
    " aside",
    "row": "a row that comes again, equal in every column, counts once",
    "keep": "kept, all of them",
}
_KEYS = {
    "id": "customers are known by the shop's own id; blanks around it do not matter",
    "email": "customers are known by their e-mail address, the same in upper and lower case",
    "phone": "customers are known by their phone number in its international form",
    "account": "people are rolled up into accounts",
}
_GUESTS = {
    "quarantine": "set aside with their revenue",
    "email": "known by their e-mail address, as far as they left one",
    "phone": "known by their phone number, as far as they left one",
}
_GRAINS = {
    "order": "rows with the same order id are one order; a row without one is an order of its own",
    "line": "a row is an order line; all lines of an order id are one order, however it was paid",
    "day": "all that a customer buys on one day is one order",
}
# Which steps of the bridge, and which lists of run.json, tell how many rows a case is about.
_REFUND_STEPS = ("refunds", "returns", "refunds_ignored", "orders_with_refunds", "refunded")


def defined(report: Mapping[str, Any], scheme: Scheme | None) -> list[dict[str, str]]:
    """The three metrics and what they rest on, a term and a sentence each."""
    said = dict(method(report, scheme))
    return [{"term": term, "text": said[term]} for term in _DEFINED]


def edge_cases(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each edge case, how this result treats it, and how many rows it was about; None where that is not counted."""
    rules, steps = report["assumed"]["rules"], {step["step"]: step["rows"] for step in report["bridge"]}
    aside = {line["reason"]: line["rows"] for line in report["quarantine"]}
    counts = report["counts"]
    kinds = rules["exclude"]
    unreadable = counts["rows_quarantined"] - aside.get("null_customer", 0)
    lines = [
        ("Returns and refunds", _REFUNDS[rules["refunds"]], _sum(steps, _REFUND_STEPS)),
        (
            "Cancelled, failed, pending and test orders",
            f"left out by their status: {', '.join(kinds)}" if kinds else "all count",
            counts["rows_excluded"],
        ),
        (
            "Orders worth nothing",
            "kept, but no purchase" if rules["zero_orders"] == "ignore" else "count as purchases",
            steps.get("zero_orders", 0),
        ),
        ("Several rows of one order", _GRAINS[report["assumed"]["grain"]], None),
        ("Repeated rows", _DUPLICATES[rules["duplicates"]], counts["rows_deduplicated"]),
        ("Who a customer is", _KEYS[rules["customer_key"]], None),
        ("Purchases without a customer id", _GUESTS[rules["guests"]], aside.get("null_customer", 0)),
        ("Currencies", _currencies(report), None),
        ("The day of an order", f"the calendar day in the time zone {report['time_zone']}", None),
        ("Orders before the window", "kept, not scored", steps.get("before_window", 0)),
        ("Orders on the analysis date or later", "kept, not scored", steps.get("after_window", 0)),
        ("Refunds without their order", "lower the money of a customer who bought; they make nobody a customer", None),
        ("Rows that cannot be used for other reasons", _unusable(aside), unreadable),
        ("Very large orders", "kept as they are", None),
        ("Customers with equal values", _ties(report["model"]), None),
    ]
    return [{"case": case, "treated": f"{text[0].upper()}{text[1:]}.", "rows": rows} for case, text, rows in lines]


def _sum(steps: Mapping[str, int], wanted: tuple[str, ...]) -> int:
    return sum(steps.get(step, 0) for step in wanted)


def _currencies(report: Mapping[str, Any]) -> str:
    currency = report["currency"]
    if currency is None:
        return "the source names no currency; nothing was converted"
    if any(step["step"] == "converted" for step in report["bridge"]):
        return f"all money in {currency}: other currencies converted at the rate of the order's own day"
    return f"all money is {currency}; nothing was converted"


def _unusable(aside: Mapping[str, int]) -> str:
    told = [f"{called(reason)} ({number(rows)})" for reason, rows in aside.items() if reason != "null_customer"]
    return f"set aside and counted: {', '.join(told)}" if told else "set aside and counted; there are none"


def _ties(model: Mapping[str, Any]) -> str:
    split = [metric.upper() for metric, method in model["methods"].items() if method["name"] == "ntile"]
    if split:
        return f"parted by customer id for {', '.join(split)}, as NTILE does; equal scores elsewhere"
    return "always have the same score"
