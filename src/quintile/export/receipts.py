"""Receipts: what earns a score, what ties did to it, and the sayings about concentration; all for the page."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quintile.domain.score_ranges import value_ranges
from quintile.domain.words import METRICS, either

if TYPE_CHECKING:
    from quintile.export.figures import Figures

_UNITS = {"r": ("day", "days"), "f": ("order", "orders")}
_FOUND = {
    "top_40_bring_80": Markup("The best 40% of the customers bring {} of the revenue."),
    "top_tenth_ten_times": Markup("The top tenth spends {} times what the bottom tenth spends."),
}
_NO_FIGURE = {
    "top_40_bring_80": Markup("There is no revenue to share out."),
    "top_tenth_ten_times": Markup("The bottom tenth brings nothing, or less."),
}


def scores(figures: Figures) -> dict[str, Any]:
    """The table of scores, best first, and one sentence a metric on its ties."""
    report = figures.raw()
    model, receipts = report["model"], report["tie_receipt"]
    best, fewest = model["best"], 1 if model["population"] == "buyers" else 0
    units = {"r": "days", "f": "orders", "m": report["currency"] or "money"}
    columns = [value_ranges(receipt, fewest, best=best) for receipt in receipts]
    lines = []
    for place in range(model["scale"]):
        # A receipt lists its customers by the score as it is shown: the best is first only where 1 is the best.
        listed = place if best == "low" else model["scale"] - 1 - place
        cells = [
            (values[place], figures.count("tie_receipt", number, "customers", listed))
            for number, values in enumerate(columns)
        ]
        lines.append({"score": listed + 1, "cells": cells})
    return {
        "metrics": [f"{METRICS[receipt['metric']]}, {units[receipt['metric']]}" for receipt in receipts],
        "lines": lines,
        "ties": [_tie(figures, number, receipt) for number, receipt in enumerate(receipts)],
    }


def _tie(figures: Figures, number: int, receipt: dict[str, Any]) -> dict[str, Any]:
    skipped = [str(score) for score in receipt["skipped"]]
    nobody = f", nobody has {either(skipped)}" if skipped else ""
    common = "no order in the window"
    if receipt["common_value"] is not None:
        unit = figures.raw("currency") or ""
        one, many = _UNITS.get(receipt["metric"], (unit, unit))
        value = figures.measured("tie_receipt", number, "common_value")
        noun = one if Decimal(receipt["common_value"]) == 1 else many
        common = Markup("{} {}").format(value, noun) if noun else value
    text = Markup("{} of {} scores reached{}. Most common: {}, {} of the customers.").format(
        figures.length("tie_receipt", number, "reached"),
        figures.count("model", "scale"),
        nobody,
        common,
        figures.share("tie_receipt", number, "common_share"),
    )
    return {"metric": METRICS[receipt["metric"]], "text": text, "suggestion": receipt["suggestion"]}


def concentration(figures: Figures) -> dict[str, Any] | None:
    """The sayings with what was found; None where the report has none."""
    found = figures.raw().get("concentration")
    if not found or not found["claims"]:
        return None
    claims = [
        {"says": claim["says"], "holds": claim["holds"], "found": _claim(figures, place)}
        for place, claim in enumerate(found["claims"])
    ]
    return {"claims": claims}


def _claim(figures: Figures, place: int) -> Markup:
    at = ("concentration", "claims", place)
    if figures.raw(*at, "figure") is None:
        return _NO_FIGURE[figures.raw(*at, "claim")]
    is_ratio = figures.raw(*at, "claim") == "top_tenth_ten_times"
    figure = figures.exact(*at, "figure") if is_ratio else figures.share(*at, "figure")
    return _FOUND[figures.raw(*at, "claim")].format(figure)
