"""Model file: the JSON that keeps a model, as far as it is JSON of our format, and why it is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from reprlib import repr as short
from typing import TYPE_CHECKING, Any

from quintile.domain.known import is_exact, is_whole
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT = 1
UNREADABLE = (SettingsError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
_FIT = "write it anew with: quintile fit SOURCE --out model.json"


def document(text: str) -> dict[str, Any]:
    """The document of a model; what it says is not looked at yet.

    Raises:
        SettingsError: It is no JSON, no model, or a model of a later quintile.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        said = data.get("quintile_model")
    except UNREADABLE as error:
        raise unreadable(error) from error
    if is_whole(said, FORMAT + 1):
        message = f"the model file is of format {short(said)}, this quintile reads format {FORMAT}"
        raise SettingsError("model", message, fix="update quintile: a later version wrote the file")
    if not is_whole(said, FORMAT):
        message = f"it is no model: its quintile_model is {short(said)}"
        raise unreadable(message)
    return data


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
