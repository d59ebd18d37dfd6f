"""What the plan watches and asks: the business as its owner sees it, KPIs with targets, monitoring, enhancements."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.window import WindowLength, length_in_words
from quintile.pictures.words import number, percent, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.business import BusinessSettings

LARGE_BASE = 50_000
SLOW_RETURN = 182  # days by which half of those who come back are back
_LONG_WINDOW = 12  # months
_NOT_SET = "set your own, from the first months"
_DAYS_A_MONTH = Decimal("30.44")
_ENHANCEMENTS = (
    (
        "Margin in place of revenue",
        "revenue rewards discounts; margin says what a customer is worth",
        ("margin", "profit", "cost", "cogs"),
    ),
    (
        "Products and categories",
        "two customers of one segment may want different things; what they buy says which",
        ("product", "sku", "category", "item", "brand"),
    ),
    (
        "Engagement score",
        "opened mails and visits show interest before a purchase does, and fading interest before a loss",
        ("open", "click", "visit", "session", "engagement", "unsubscribe"),
    ),
    (
        "Prediction of lifetime value",
        "segments tell the past; a model of purchase rhythm tells how many orders are still to come",
        (),
    ),
    (
        "Behavioural clustering",
        "groups by what customers buy, when and through which channel, beside the value that RFM tells",
        ("channel", "device", "source", "store"),
    ),
)


def business(
    said: BusinessSettings, report: Mapping[str, Any], measured: Mapping[str, Any] | None
) -> list[dict[str, str]]:
    """What the owner says, each line with what the data says to it; lines that were left out are not there."""
    lines = [
        ("Industry", said.industry, ""),
        ("Product", said.product, ""),
        ("Customers", number(said.customers) if said.customers is not None else None, _scored(report)),
        ("Fields", ", ".join(said.fields), _fields(said, report)),
        ("Window", _words(said.window), _window(said, report)),
        ("Purchase cycle", _words(said.purchase_cycle), _cycle(said, measured)),
        ("Sells to", _SELLS.get(said.model or ""), _model(said, report)),
    ]
    return [{"what": what, "said": text, "found": _capital(found)} for what, text, found in lines if text]


_SELLS = {"b2b": "companies (B2B)", "b2c": "people (B2C)"}


def kpis(report: Mapping[str, Any], measured: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """The figures to watch over the whole base: what each says, what it is now, the target, how it is measured."""
    shares = [Decimal(line["revenue_share"]) for line in report["segments"]]
    best = report["segments"][shares.index(max(shares))] if shares and max(shares) > 0 else None
    returns = measured["measured"]["gaps"]["returned_within"] if measured else {}
    back = ", ".join(f"{percent(returns[days])} within {days} days" for days in ("30", "90") if days in returns)
    lines = [
        (
            "Revenue contribution",
            _contribution(best) if best else "",
            "hold or raise the share of the best segments",
            "in segments.csv of each refresh",
        ),
        (
            "Order volume",
            f"{best['segment']}: {best['mean_frequency']} orders a customer in the window" if best else "",
            _NOT_SET,
            "in segments.csv of each refresh",
        ),
        (
            "Repeat purchase rate",
            _repeat(report),
            "above 80% among the best customers; " + _NOT_SET,
            "customers with two or more orders",
        ),
        (
            "Churn of new customers",
            back and f"followed by another purchase: {back}",
            _NOT_SET,
            "at 30, 60 and 90 days after the first order",
        ),
        (
            "Recovery of customers at risk",
            "",
            _NOT_SET,
            "customers who bought again, beside a part that was left without the campaign",
        ),
        (
            "Second purchase of new customers",
            "",
            _NOT_SET,
            "the first order's customers who come back: it is what activates them",
        ),
        (
            "Unsubscribe rate",
            "",
            "not above its usual level",
            "a file of the mail programme; the orders do not tell it",
        ),
    ]
    return [
        {"kpi": kpi, "now": _capital(now or "not measured here"), "target": _capital(target), "how": _capital(how)}
        for kpi, now, target, how in lines
    ]


def monitoring(report: Mapping[str, Any], measured: Mapping[str, Any] | None) -> list[str]:
    """How often to look, and at what."""
    often, why = _rhythm(report, measured)
    keep = "A project keeps the ledger and the snapshots: quintile run SOURCE --project DIR"
    return [
        f"Refresh the segments {often}: {why}. {keep}",
        "At each refresh look at customer ids and repeated rows: quintile check SOURCE names what is wrong and where.",
        "Keep the cut points, so that customers move by behaviour: quintile score SOURCE --model model.json --out DIR",
        "Learn the cut points anew when the business has changed.",
        "Leave some customers of each campaign out of it, and compare; stop what brings nothing.",
        "Once a year read this plan again: window, cut points, segments, targets.",
        "Before a change of the model see who would move: quintile whatif SOURCE",
    ]


def enhancements(said: BusinessSettings) -> list[dict[str, str]]:
    """What the model could learn next, why, and whether the owner names a field for it."""
    lines = []
    for what, why, words in _ENHANCEMENTS:
        found = [field for field in said.fields if any(word in field.casefold() for word in words)]
        lines.append({"what": what, "why": _capital(why), "fields": ", ".join(found)})
    return lines


def _contribution(line: Mapping[str, Any]) -> str:
    revenue, customers = percent(line["revenue_share"]), percent(line["customers_share"])
    return f"{line['segment']}: {revenue} of the revenue from {customers} of the customers"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _scored(report: Mapping[str, Any]) -> str:
    counts = report["counts"]
    return f"{number(counts['customers'])} were scored, {number(counts['buyers'])} bought in the window"


def _fields(said: BusinessSettings, report: Mapping[str, Any]) -> str:
    columns = {column.casefold() for column in report["assumed"]["columns"].values() if column}
    unused = [field for field in said.fields if field.casefold() not in columns]
    return f"not used for these scores: {', '.join(unused)}" if unused else "all are used for these scores"


def _words(length: str | None) -> str | None:
    if length is None:
        return None
    return "all orders" if WindowLength.parse(length) == WindowLength() else length_in_words(length)


def _window(said: BusinessSettings, report: Mapping[str, Any]) -> str:
    used = report["window"]["length"]
    wanted = str(WindowLength.parse(said.window or used))
    if wanted == used:
        return "as used here"
    return f"here it is {_words(used)}; to change it: quintile run SOURCE --window {wanted} --out DIR"


def _cycle(said: BusinessSettings, measured: Mapping[str, Any] | None) -> str:
    if measured is None or said.purchase_cycle is None:
        return "not measured: name the source of the orders to have it measured"
    half = measured["measured"]["gaps"]["half_back_by"]
    if half is None:
        return "too few gaps between purchases to measure it"
    days = _days(WindowLength.parse(said.purchase_cycle))
    told = f"half of those who come back are back by day {number(half)}"
    return f"{told}; you say {several(days, 'day')}" if days is not None else told


def _days(length: WindowLength) -> int | None:
    if length.months is not None:
        return int((length.months * _DAYS_A_MONTH).to_integral_value())
    return length.days


def _model(said: BusinessSettings, report: Mapping[str, Any]) -> str:
    if said.model == "b2b":
        if report["assumed"]["rules"]["customer_key"] == "account":
            return "customers are accounts, as companies need it"
        return "people of one company count as several customers here; --customer-key account rolls them up"
    return "each person is a customer"


def _repeat(report: Mapping[str, Any]) -> str:
    receipt = next((one for one in report["tie_receipt"] if one["metric"] == "f"), None)
    if receipt is None or receipt["common_value"] is None or Decimal(receipt["common_value"]) != 1:
        return ""
    repeated = percent(str(1 - Decimal(str(receipt["common_share"]))))
    return f"{repeated} of the customers ordered more than once in the window"


def _rhythm(report: Mapping[str, Any], measured: Mapping[str, Any] | None) -> tuple[str, str]:
    half = measured["measured"]["gaps"]["half_back_by"] if measured else None
    length = WindowLength.parse(report["window"]["length"])
    if half is not None and half > SLOW_RETURN:
        return "every quarter", f"half of those who come back take {number(half)} days"
    if half is None and (length.months or 0) > _LONG_WINDOW:
        return "every quarter", "a window of more than a year changes slowly"
    if report["counts"]["customers"] >= LARGE_BASE:
        return "every month, or daily where campaigns run daily", "the base is large"
    return "every month", "a month is what most shops can act on"
