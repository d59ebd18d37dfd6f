"""Scores: which values earn which score, how many customers have it, and what ties did to that."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, quiet, said, section
from quintile.cli.show.palette import DOUBTFUL, HEADING, QUIET
from quintile.cli.show.plain import number, percent
from quintile.domain.score_ranges import best_first, value_ranges
from quintile.domain.words import METRICS, either
from quintile.pictures.words import measured

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.text import Text

_UNITS = {"r": ("day", "days"), "f": ("order", "orders")}


def scores(report: dict[str, Any]) -> Group:
    """One line a score, best first: its values and its customers for R, F and M; below, the ties in words."""
    receipts, model = report["tie_receipt"], report["model"]
    table = grid("llrlrlr")
    units = ("days", "orders", report["currency"] or "money")
    header = [cell for receipt, unit in zip(receipts, units, strict=True) for cell in (_title(receipt, unit), "people")]
    table.add_row(*quiet("score", *header))
    fewest = 1 if model["population"] == "buyers" else 0
    best = model["best"]
    columns = [(value_ranges(receipt, fewest, best=best), best_first(receipt, best)) for receipt in receipts]
    for place, score in enumerate(range(model["scale"], 0, -1)):
        cells = [cell for ranges, people in columns for cell in _cells(ranges[place], people[place])]
        table.add_row(said(str(_shown(score, model)), HEADING), *cells)
    return section("What earns a score", table, said(""), *_ties(receipts, model, report["currency"]))


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
    skipped = [str(score) for score in receipt["skipped"]]
    reached = f"{len(receipt['reached'])} of {model['scale']} scores reached"
    nobody = f", nobody has {either(skipped)}" if skipped else ""
    value = receipt["common_value"]
    common = "no order in the window" if value is None else _valued(receipt["metric"], value, currency)
    return f"{reached}{nobody}. Most common: {common}, {percent(receipt['common_share'])} of the customers."


def _valued(metric: str, value: str, currency: str | None) -> str:
    one, many = _UNITS.get(metric, (currency or "", currency or ""))
    return f"{measured(value)} {one if Decimal(value) == 1 else many}".strip()
