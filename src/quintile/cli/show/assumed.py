"""Assumed: what was taken for granted about the sources and the model, and which flag says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, said, section
from quintile.cli.show.palette import QUIET
from quintile.cli.show.plain import several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Group

_FORMATS = {"text": "text", "parquet": "Parquet", "xlsx": "Excel", "json": "JSON lines"}
_MARKS = {",": "comma", ";": "semicolon", "|": "bar"}
_GRAINS = {"order": "a whole order", "line": "an order line", "day": "a part of one order a customer and day"}
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
_WIDEST_VALUE = 64
Line = tuple[str, str, str]


def shown_assumptions(lines: list[Line]) -> Group:
    """Each assumption: what, how it was decided, the flag that changes it."""
    table = grid("lll")
    table.columns[1].max_width = _WIDEST_VALUE
    for what, value, flag in lines:
        table.add_row(said(what), said(value), said(flag, QUIET))
    return section("Assumed, and the flag that changes it", table)


def of_reading(assumed: Mapping[str, Any]) -> list[Line]:
    """How the sources were read."""
    return [
        ("Format", _format(assumed), _format_flags(assumed)),
        ("Columns", _columns(assumed), "--map"),
        ("Decimal mark", assumed.get("decimal") or "none needed", "--decimal"),
        ("Dates", _ORDERS.get(assumed.get("date_order") or "", "say their order themselves"), "--date-order"),
        ("One row is", _grain(assumed), "--grain"),
        ("Time zone", str(assumed.get("time_zone")), "--time-zone"),
    ]


def of_money(currency: str | None, bridge: list[dict[str, Any]]) -> Line:
    """The currency of all money, and whether some of it was converted."""
    converted = any(step["step"] == "converted" for step in bridge)
    shown = currency or "not said by the source"
    return ("Currency", f"{shown}, other currencies converted" if converted else shown, "--base-currency")


def of_model(report: Mapping[str, Any]) -> list[Line]:
    """The analysis date, the window and how scores are made."""
    model, window = report["model"], report["window"]
    given = "as given" if report["as_of_given"] else "the day after the latest order"
    start = window["start"] or "first order"
    unit = "calendar days" if report["recency"] == "calendar" else "full 24 hours"
    return [
        ("Analysis date", f"{report['as_of']}, {given}", "--as-of"),
        ("Window", f"{window['length']}: {start} to before {window['end']}", "--window"),
        ("Recency", unit, "--recency"),
        ("Scores", f"1 to {model['scale']}, {_best(model)} is best; {_methods(model)}", "--scale --method"),
        ("Segments", model["scheme"], "--scheme"),
    ]


def sources(inputs: list[dict[str, Any]]) -> str:
    """The files and their rows in one line."""
    return ", ".join(f"{one['name']} ({several(one['rows'], 'row')})" for one in inputs)


def _format(assumed: Mapping[str, Any]) -> str:
    kind = str(assumed.get("format", "unknown"))
    parts = [_FORMATS.get(kind, kind)]
    if "delimiter" in assumed:
        parts.append(f"parted by {_MARKS.get(assumed['delimiter'], assumed['delimiter'])}")
    if "encoding" in assumed:
        parts.append(assumed["encoding"])
    if "sheet" in assumed:
        parts.append(f"sheet '{assumed['sheet']}'")
    return ", ".join(parts)


def _format_flags(assumed: Mapping[str, Any]) -> str:
    if "delimiter" in assumed:
        return "--delimiter --encoding"
    return "--sheet" if "sheet" in assumed else ""


def _columns(assumed: Mapping[str, Any]) -> str:
    return ", ".join(
        role if role == column else f"{role}={column}" for role, column in assumed.get("columns", {}).items()
    )


def _grain(assumed: Mapping[str, Any]) -> str:
    chosen = assumed.get("grain")
    if chosen is not None:
        return _GRAINS[chosen]
    return "an order, or a part of one" if "order" in assumed.get("columns", {}) else "an order"


def _best(model: Mapping[str, Any]) -> int:
    return int(model["scale"]) if model["best"] == "high" else 1


def _methods(model: Mapping[str, Any]) -> str:
    names = {metric: method["name"] for metric, method in model["methods"].items()}
    if len(set(names.values())) == 1:
        return str(names["r"])
    return ", ".join(f"{metric.upper()} {name}" for metric, name in names.items())
