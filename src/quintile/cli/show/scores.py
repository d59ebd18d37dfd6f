"""Scores: which values earn which score, how many customers have it, and what ties did to that."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, quiet, said, section
from quintile.cli.show.palette import DOUBTFUL, HEADING, QUIET
from quintile.cli.show.plain import exact, number, percent
from quintile.cli.show.words import METRICS

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

NOBODY, TIED = "-", "ties"
_UNITS = {"r": ("day", "days"), "f": ("order", "orders")}


def scores(report: dict[str, Any]) -> Group:
    """One line a score, best first: its values and its customers for R, F and M; below, the ties in words."""
    receipts, model = report["tie_receipt"], report["model"]
    table = grid("llrlrlr")
    units = ("days", "orders", report["currency"] or "money")
    header = [cell for receipt, unit in zip(receipts, units, strict=True) for cell in (_title(receipt, unit), "people")]
    table.add_row(*quiet("score", *header))
    fewest = 1 if model["population"] == "buyers" else 0
    columns = [(value_ranges(receipt, fewest), receipt["customers"][::-1]) for receipt in receipts]
    for place, score in enumerate(range(model["scale"], 0, -1)):
        cells = [cell for ranges, people in columns for cell in _cells(ranges[place], people[place])]
        table.add_row(said(str(_shown(score, model)), HEADING), *cells)
    return section("What earns a score", table, said(""), *_ties(receipts, model, report["currency"]))


def value_ranges(receipt: dict[str, Any], fewest: int = 1) -> list[str]:
    """The values of each score, best first, as people read them: ``0-14``, ``15-45``, ``46+``.

    Money names the lower end alone (``from 146.00``), because its upper end would have to be "just below".

    Args:
        receipt: A tie receipt's dict.
        fewest: The fewest orders a customer can have: 1 for buyers, else 0.
    """
    metric, people = receipt["metric"], receipt["customers"][::-1]
    if receipt["method"] == "nested" and metric != "r":
        return ["by R" if metric == "f" else "by R and F"] * len(people)
    cuts = [None if cut is None else Decimal(cut) for cut in receipt["cuts"]]
    ranges = _days(cuts) if metric == "r" else _orders(cuts, fewest) if metric == "f" else _money(cuts)
    return [(text or TIED) if count else NOBODY for text, count in zip(ranges, people, strict=True)]


def _days(cuts: list[Decimal | None]) -> list[str]:
    """Days are whole numbers: a cut of 14.5 lets 14 in."""
    ranges, first = [], 0
    for cut in cuts:
        last = first - 1 if cut is None else math.floor(cut)
        ranges.append(_span(first, last))
        first = max(first, last + 1)
    return [*ranges, f"{first:,}+"]


def _orders(cuts: list[Decimal | None], fewest: int) -> list[str]:
    """Orders are whole numbers: a cut of 2.5 lets 3 in."""
    known = [None if cut is None else math.ceil(cut) for cut in cuts]
    ranges, above = [], None
    for cut in reversed(known):
        if cut is not None:
            ranges.append(f"{cut:,}+" if above is None else _span(cut, above - 1))
        else:
            ranges.append("")
        above = above if cut is None else cut
    return [*ranges, f"{fewest}+" if above is None else _span(fewest, above - 1)]


def _money(cuts: list[Decimal | None]) -> list[str]:
    ranges, above = [], None
    for cut in reversed(cuts):
        ranges.append("" if cut in {None, above} else f"from {cut:,f}")
        above = above if cut is None else cut
    return [*ranges, "any" if above is None else f"below {above:,f}"]


def _span(low: int, high: int) -> str:
    if high < low:
        return ""
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def _title(receipt: dict[str, Any], unit: str) -> str:
    return f"{receipt['metric'].upper()}: {unit}"


def _cells(text: str, people: int) -> list[Text]:
    style = "" if people else QUIET
    return [said(text, style), said(number(people), style)]


def _shown(score: int, model: dict[str, Any]) -> int:
    return score if model["best"] == "high" else int(model["scale"]) + 1 - score


def _ties(receipts: list[dict[str, Any]], model: dict[str, Any], currency: str | None) -> list[RenderableType]:
    table = grid("ll")
    for receipt in receipts:
        table.add_row(said(METRICS[receipt["metric"]], HEADING), said(_tie(receipt, model, currency)))
        if receipt["suggestion"]:
            table.add_row(said(""), said(receipt["suggestion"], DOUBTFUL))
    return [table]


def _tie(receipt: dict[str, Any], model: dict[str, Any], currency: str | None) -> str:
    skipped = [str(_shown(score, model)) for score in receipt["skipped"]]
    reached = f"{len(receipt['reached'])} of {model['scale']} scores reached"
    nobody = f", nobody has {' or '.join(skipped)}" if skipped else ""
    value = receipt["common_value"]
    common = "no order at all" if value is None else _valued(receipt["metric"], value, currency)
    return f"{reached}{nobody}. Most common: {common}, {percent(receipt['common_share'])} of the customers."


def _valued(metric: str, value: str, currency: str | None) -> str:
    one, many = _UNITS.get(metric, (currency or "", currency or ""))
    return f"{exact(value)} {one if Decimal(value) == 1 else many}".strip()
