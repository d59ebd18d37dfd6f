"""How the plan justifies window, scale, method and cut points: by what was measured of this base."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.score_ranges import best_first, value_ranges
from quintile.domain.words import METRICS, either
from quintile.export.method import method
from quintile.pictures.words import measured as shown
from quintile.pictures.words import number, percent, several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.scheme import Scheme

_ONE, _MANY = {"r": "day", "f": "order"}, {"r": "days", "f": "orders"}


def scoring(report: Mapping[str, Any], scheme: Scheme | None, measured: Mapping[str, Any] | None) -> dict[str, Any]:
    """Method, cut points by metric with what ties did to them, and what the base itself would recommend.

    Args:
        report: The content of run.json.
        scheme: The scheme of the segments.
        measured: What ``jobs.recommend`` found in the sources; None where there are none.
    """
    said = dict(method(report, scheme))
    return {
        "method": said["Scores"],
        "kept": said.get("Cut points"),
        "scheme": said["Segments"],
        "metrics": [_metric(report, receipt) for receipt in report["tie_receipt"]],
        "gaps": _gaps(measured) if measured else [],
        "settings": _settings(report, measured) if measured else [],
    }


def _metric(report: Mapping[str, Any], receipt: dict[str, Any]) -> dict[str, Any]:
    model, metric = report["model"], receipt["metric"]
    best, fewest = model["best"], 1 if model["population"] == "buyers" else 0
    unit = {"r": "Days", "f": "Orders", "m": report["currency"] or "Money"}[metric]
    shown = range(1, model["scale"] + 1) if best == "low" else range(model["scale"], 0, -1)
    ranges = value_ranges(receipt, fewest, best=best)
    people = best_first(receipt, best)
    return {
        "metric": METRICS[metric],
        "unit": unit,
        "scores": [
            {"score": score, "values": "nobody" if values == "-" else values, "customers": count}
            for score, values, count in zip(shown, ranges, people, strict=True)
        ],
        "ties": _ties(report, receipt),
        "suggestion": receipt["suggestion"],
    }


def _ties(report: Mapping[str, Any], receipt: Mapping[str, Any]) -> str:
    reached, scale = len(receipt["reached"]), report["model"]["scale"]
    skipped = [str(score) for score in receipt["skipped"]]
    nobody = f", nobody has {either(skipped)}" if skipped else ""
    value, metric = receipt["common_value"], receipt["metric"]
    if value is None:
        common = "no order in the window"
    else:
        unit = (_ONE if Decimal(value) == 1 else _MANY).get(metric, report["currency"] or "")
        common = f"{shown(value)} {unit}".strip()
    share = percent(receipt["common_share"])
    return f"{reached} of {scale} scores reached{nobody}. Most common: {common}, {share} of the customers."


def _gaps(measured: Mapping[str, Any]) -> list[str]:
    found = measured["measured"]
    gaps = found["gaps"]
    placed = f"{several(found['customers'], 'customer')} placed {several(found['orders'], 'order')}"
    once = f"{percent(found['one_order_share'])} of them ordered once"
    told = [f"{placed} in {several(found['history_days'], 'day')}; {once}."]
    if gaps["half_back_by"] is not None:
        told.append(
            f"Of those who come back within {several(gaps['horizon'], 'day')}, half are back by day"
            f" {number(gaps['half_back_by'])}, nine in ten by day {number(gaps['nine_in_ten_back_by'])}."
        )
    within = [f"{percent(share)} within {several(int(days), 'day')}" for days, share in gaps["returned_within"].items()]
    if within:
        told.append(f"A purchase was followed by another one: {', '.join(within)}.")
    return told


def _settings(report: Mapping[str, Any], measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is used beside what the base recommends, with the reason."""
    model = report["model"]
    names = {one["name"] for one in model["methods"].values()}
    used = {
        "window": report["window"]["length"],
        "scale": str(model["scale"]),
        "method": ", ".join(f"{metric.upper()} {one['name']}" for metric, one in model["methods"].items())
        if len(names) > 1
        else next(iter(names)),
        "scheme": model["scheme"],
    }
    return [
        {
            "setting": line["setting"],
            "used": used[line["setting"]],
            "recommended": line["value"],
            "reason": f"{line['reason'][0].upper()}{line['reason'][1:]}.",
        }
        for line in measured["recommended"]
    ]
