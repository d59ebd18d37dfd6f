"""Method: how the numbers came about, in words, and what they cannot say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.export.assumed import date_chosen
from quintile.export.headlines import day_text, window_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.scheme import Scheme

_METHODS = {
    "quantile": "equal parts of the customers by value",
    "threshold": "cut points given by the business",
    "percentile": "cut points at given percent ranks",
    "ntile": "equal counts, ties parted by customer id",
    "nested": "frequency within recency, monetary within both",
    "kmeans": "natural breaks in the values",
    "r-rfm": "quantiles as the R package takes them",
}
_POPULATIONS = {
    "buyers": "everyone with a purchase in the window",
    "ever": "everyone who ever bought; who did not buy in the window has the lowest scores",
    "customers": "everyone in the table of customers; who did not buy in the window has the lowest scores",
}
LIMITATIONS = (
    "Revenue is not margin: a customer who buys much at a discount may earn little.",
    "Nothing is known here of what was bought: two customers in one segment may want different things.",
    "A segment describes what customers did; it does not say why, nor what they will do next.",
    "It cannot prove that a campaign works: for that, some customers must be left without it and compared.",
    "Customers are who the source says they are: two ids are two customers, and purchases without an id are missing.",
)


def method(report: Mapping[str, Any], scheme: Scheme | None) -> list[tuple[str, str]]:
    """Each part of the method: what it is called, and a sentence."""
    model = report["model"]
    unit = "calendar days" if report["recency"] == "calendar" else "full 24 hours"
    given = date_chosen(report)
    money = report["currency"] or "the source's currency"
    monetary = "mean value of an order" if model["monetary"] == "average" else "sum of all orders"
    best = model["scale"] if model["best"] == "high" else 1
    lines = [
        ("Analysis date", f"{day_text(report['as_of'])}, {given}. Orders on it and later do not count."),
        ("Window", f"{window_text(report)}."),
        ("Who is scored", f"{_POPULATIONS[model['population']].capitalize()}."),
        (
            "Recency (R)",
            f"{unit.capitalize()} from the last order to the analysis date, in the time zone {report['time_zone']}.",
        ),
        ("Frequency (F)", "Number of distinct orders in the window; returned orders do not count."),
        ("Monetary (M)", f"{monetary.capitalize()} in the window, in {money}, exact to the last digit of the source."),
        ("Scores", f"1 to {model['scale']}, {best} is best. {_cut(model)}"),
        ("Segments", _segments(model, scheme)),
    ]
    fitted = model["fitted"]
    if fitted and fitted["as_of"] != report["as_of"]:
        text = f"They were learned from {fitted['customers']:,} customers as of {day_text(fitted['as_of'])} and kept."
        lines.append(("Cut points", text))
    for file in report["inputs"]:
        checked = f", SHA-256 {file['sha256']}" if file["sha256"] else ""
        lines.append(("Source", f"{Path(file['name']).name}, {file['rows']:,} rows{checked}."))
    return lines


def _cut(model: Mapping[str, Any]) -> str:
    names = {metric: _METHODS[method["name"]] for metric, method in model["methods"].items()}
    if len(set(names.values())) == 1:
        return f"All three are cut by: {names['r']}."
    return " ".join(f"{metric.upper()} is cut by: {name}." for metric, name in names.items())


def _segments(model: Mapping[str, Any], scheme: Scheme | None) -> str:
    if scheme is None:
        return "No scheme was applied."
    # A scheme written for five scores serves ten by halves.
    halved = "" if scheme.scale == model["scale"] else f", each {model['scale'] // scheme.scale} scores counting as one"
    source = f" Source: {scheme.source}." if scheme.source else ""
    return f"{scheme.title} ({scheme.name}), written for {scheme.scale} scores{halved}.{source}"
