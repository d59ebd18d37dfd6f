"""Model file: the JSON that keeps a model, as far as it is JSON of our format, and why it is refused."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from reprlib import repr as short
from typing import TYPE_CHECKING, Any

from quintile.domain.known import is_exact, is_whole
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = 1
_NUMBERS, _TABLE_OF_NUMBERS = "a list of numbers written as texts", "a table of lists of numbers written as texts"
# What belongs at each place, those of a table after it; nothing is asked of the places of what is null or left out.
_PLACES = {
    "window": 'a length such as "12mo"',
    "recency": '"calendar" or "elapsed"',
    "monetary": '"total" or "average"',
    "population": '"buyers", "ever" or "customers"',
    "scale": "a whole number from 2 to 10",
    "best": '"high" or "low"',
    "scheme": 'a name such as "rfm-9"',
    "scheme_text": "a text, or null",
    "methods": "a table with r, f and m",
    **{f"methods.{metric}": "a table with name and given" for metric in "rfm"},
    **{f"methods.{metric}.name": 'a name such as "quantile"' for metric in "rfm"},
    **{f"methods.{metric}.given": _NUMBERS for metric in "rfm"},
    "cuts": "a table with r, f and m, or null",
    **{f"cuts.{metric}": "a table with values" for metric in "rfm"},
    **{f"cuts.{metric}.values": _NUMBERS for metric in "rfm"},
    **{f"cuts.{metric}.ties": "a list of ids" for metric in "rfm"},
    **{f"cuts.{metric}.within": _TABLE_OF_NUMBERS for metric in "rfm"},
    "fitted": "a table with as_of and customers, or null",
    "fitted.as_of": 'a date such as "2025-07-01"',
    "fitted.customers": "a whole number",
    "fitted.currency": 'a code such as "EUR"',
    "dwell": "a table with snapshots and margin",
    "dwell.snapshots": "a whole number from 2 on, or null",
    "dwell.margin": 'a share written as a text such as "0.05", or null',
}
_MAY_LACK = re.compile(r"dwell|cuts\..\.(ties|within)|fitted\.currency")
UNREADABLE = (SettingsError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
_FIT = "write it anew with: quintile fit SOURCE --out model.json"


def document(text: str) -> dict[str, Any]:
    """The document of a model; what it says is not looked at yet.

    Raises:
        SettingsError: It is no JSON, no model, or a model of a later quintile.
    """
    try:
        data: dict[str, Any] = json.loads(text)
    except UNREADABLE as error:
        raise unreadable(error) from error
    if not isinstance(data, dict):
        message = f"{short(data)} is no table of keys and values"
        raise unreadable(message)
    said = data.get("quintile_model")
    if is_whole(said, FORMAT + 1):
        message = f"the model file is of format {short(said)}, this quintile reads format {FORMAT}"
        raise SettingsError("model", message, fix="update quintile: a later version wrote the file")
    if not is_whole(said, FORMAT):
        message = f"it is no model: its quintile_model is {short(said)}"
        raise unreadable(message)
    problem = _problem(data)
    if problem is not None:
        raise unreadable(problem)
    return data


def _problem(data: dict[str, Any]) -> str | None:
    """The first place that lacks what belongs there, and what that is; whether it makes a model is seen later."""
    tables: dict[str, Any] = {"": data}
    for path, belongs in _PLACES.items():
        above, _, key = path.rpartition(".")
        table = tables.get(above)
        if table is None or (key not in table and _MAY_LACK.fullmatch(path)):
            continue
        if key not in table:
            return f"'{path}' is missing: {belongs} belongs there"
        if not _fits(table[key], belongs):
            return f"'{path}' cannot be {short(table[key])}: {belongs} belongs there"
        tables[path] = table[key]
    unknown = next((key for key in tables.get("fitted") or () if f"fitted.{key}" not in _PLACES), None)
    return None if unknown is None else f"'fitted.{unknown}' is no key of a model"


def _fits(value: object, belongs: str) -> bool:
    if value is None and belongs.endswith("or null"):
        return True
    if belongs == _TABLE_OF_NUMBERS:
        return isinstance(value, dict) and all(_fits(one, _NUMBERS) for one in value.values())
    if belongs == _NUMBERS:
        return isinstance(value, list) and all(map(_is_number, value))
    if belongs.startswith("a share"):
        return _is_number(value)
    kind = dict if belongs.startswith("a table") else list if belongs.startswith("a list") else object
    return isinstance(value, kind)


def _is_number(value: Any) -> bool:  # noqa: ANN401 - any value of JSON
    try:
        return value is None or isinstance(Decimal(value), Decimal)
    except (ArithmeticError, TypeError, ValueError):
        return False


def unreadable(reason: object) -> SettingsError:
    """The refusal of a file that holds no model that could score."""
    told = reason.message if isinstance(reason, SettingsError) else reason
    return SettingsError("model", f"the model file cannot be read ({told})", fix=_FIT)


def changed() -> SettingsError:
    """The refusal of a file that says other than what was saved."""
    return SettingsError(
        "model",
        "the model file was changed after it was saved: its fingerprint does not fit its content",
        fix=f"{_FIT}; own cut points go into --r-cuts, --f-cuts and --m-cuts",
    )


def number_text(value: Decimal | None) -> str | None:
    """A number digit for digit; None stays None."""
    return None if value is None else format(value, "f")


def numbers(texts: Sequence[str | None]) -> tuple[Decimal | None, ...]:
    """The numbers of ``number_text``.

    Raises:
        ValueError: One of them is none that could be compared.
    """
    found = tuple(None if text is None else Decimal(text) for text in texts)
    for value, text in zip(found, texts, strict=True):
        if value is not None and not is_exact(value):
            message = f"{short(text)} is no exact number"
            raise ValueError(message)
    return found
