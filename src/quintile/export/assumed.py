"""Assumed: what was taken for granted about the sources and the model, and which flag says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.pictures.words import several

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FORMATS = {"text": "text", "parquet": "Parquet", "xlsx": "Excel", "json": "JSON lines"}
_MARKS = {",": "comma", ";": "semicolon", "|": "bar"}
_GRAINS = {"order": "a whole order", "line": "an order line", "day": "a part of one order a customer and day"}
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}
Line = tuple[str, str, str]
_FLAG = {"phones": "--country"}


def _of_returns(told: Mapping[str, Any]) -> str:
    left = {
        "repeated": "told again",
        "not_returned": "not returned after all",
        "orphan": "of unknown orders",
        "not_counted": "of orders that do not count",
        "future_date": "in the future",
        "unreadable": "unreadable",
    }
    counts = [f"{told['netted']:,} netted", *(f"{told[key]:,} {text}" for key, text in left.items() if told[key])]
    return f"{told['name']}: {', '.join(counts)}"


def _of_customers(told: Mapping[str, Any]) -> str:
    counts = [several(told["customers"], "customer"), f"{told['never_bought']:,} of them never bought"]
    counts.append(f"{told['bought_unlisted']:,} bought and are not in it")
    return f"{told['name']}: {', '.join(counts)}"


def _of_rates(told: Mapping[str, Any]) -> str:
    if not told["orders_carried"]:
        return f"{told['name']}, every order at its own day's rate"
    carried, most = several(told["orders_carried"], "order"), several(told["most_days_carried"], "day")
    return f"{told['name']}, {carried} at the last rate published before, up to {most} old"


_TOLD: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "returns": _of_returns,
    "customers": _of_customers,
    "merges": lambda told: f"{told['name']}: {told['customers_merged']:,} of {several(told['merges'], 'id')} met",
    "phones": lambda told: f"{several(told['spellings'], 'spelling')}, {told['unreadable']:,} of them no number",
    "rates": _of_rates,
}


def of_reading(assumed: Mapping[str, Any]) -> list[Line]:
    """How the first source was read, which stands for all that are like it."""
    how, *others = _detected(assumed)
    return [
        how,
        *_export(assumed),
        *others,
        ("One row is", _grain(assumed), "--grain"),
        ("Time zone", str(assumed.get("time_zone")), "--time-zone"),
    ]


def of_others(inputs: list[dict[str, Any]]) -> list[Line]:
    """How further sources were read, where that differs from the first one."""
    return [
        (what, f"{one['name']}: {value}", flag)
        for one in inputs[1:]
        for (what, value, flag), first in zip(_detected(one["assumed"]), _detected(inputs[0]["assumed"]), strict=True)
        if value != first[1]
    ]


def of_money(report: Mapping[str, Any]) -> Line:
    """The currency of all money, and whether some of it was converted."""
    converted = any(step["step"] == "converted" for step in report["bridge"])
    shown = currency_told(report)
    return ("Currency", f"{shown}, other currencies converted" if converted else shown, "--base-currency")


def currency_told(report: Mapping[str, Any]) -> str:
    """The currency of all money; a sign beside the amounts, which may stand for several, names none for sure."""
    sign = report["assumed"].get("currency_sign")
    return report["currency"] or (f"{sign} beside the amounts" if sign else "not said by the source")


def of_second(tables: list[dict[str, Any]]) -> list[Line]:
    """What became of each table that stands beside the orders."""
    return [
        (name.capitalize(), _TOLD[name](table), _FLAG.get(name, f"--{name}"))
        for table in tables
        for name in [table["table"]]
    ]


def date_chosen(report: Mapping[str, Any]) -> str:
    """How the analysis date was chosen: a project takes today, unless it begins with orders of old."""
    if report["as_of_given"]:
        return "as given"
    return "the shop's today" if report.get("as_of_is_today") else "the day after the latest order"


def of_model(report: Mapping[str, Any]) -> list[Line]:
    """The analysis date, the window and how scores are made."""
    model, window = report["model"], report["window"]
    given = date_chosen(report)
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


def _detected(assumed: Mapping[str, Any]) -> list[Line]:
    """What each source's own content tells."""
    return [
        ("Format", _format(assumed), _format_flags(assumed)),
        ("Columns", _columns(assumed), "--map"),
        ("Decimal mark", assumed.get("decimal") or "none needed", "--decimal"),
        ("Dates", _ORDERS.get(assumed.get("date_order") or "", "say their order themselves"), "--date-order"),
    ]


def _format(assumed: Mapping[str, Any]) -> str:
    kind = str(assumed.get("format", "unknown"))
    parts = [_FORMATS.get(kind, kind)]
    if "delimiter" in assumed:
        parts.append(f"parted by {_MARKS.get(assumed['delimiter'], assumed['delimiter'])}")
    if "encoding" in assumed:
        parts.append(assumed["encoding"])
    if "sheet" in assumed:
        parts.append(f"sheet '{assumed['sheet']}'")
    if assumed.get("corrected"):
        parts.append("rows that had been set aside")
    return ", ".join(parts)


def _format_flags(assumed: Mapping[str, Any]) -> str:
    if "delimiter" in assumed:
        return "--delimiter --encoding"
    return "--sheet" if "sheet" in assumed else ""


def _export(assumed: Mapping[str, Any]) -> list[Line]:
    if "export" not in assumed:
        return []
    rules = "; ".join(assumed["export_rules"])
    known = f"{assumed['export']} (known from {assumed['export_evidence']})"
    return [("Export of", f"{known}: {rules}", "--map --exclude")]


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
