"""Validated settings: values brought into their types, and whatever does not fit explained with its place."""

from __future__ import annotations

import difflib
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from quintile.config.sources import SOURCE_KEYS
from quintile.domain.settings import Settings
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_ADAPTER = TypeAdapter(Settings)
_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "finite": "a number",
    "bool": "true or false",
    "string": "a text",
    "tuple": "a list",
    "dict": "a table",
    "dataclass": "a table",
}
_NO_FLAGS = {"sources", "business", "state", "retention", "targets", "kpis", "alerts"}


def validated(given: Mapping[str, Any], path: Path | None) -> Settings:
    """The settings that were given, in their own types.

    Args:
        given: Values by group and key.
        path: The settings file they stand in; None when there is none.

    Raises:
        SettingsError: A key is unknown, or a value does not fit.
    """
    try:
        return _ADAPTER.validate_python(given)
    except ValidationError as error:
        raise _explained(error, given, path) from error


def _explained(error: ValidationError, given: Mapping[str, Any], path: Path | None) -> SettingsError:
    keys, wrong = _first(error.errors(), given)
    first, key = wrong[0], ".".join(keys)
    place = Place(str(path)) if path is not None else Place()
    if first["type"] == "unexpected_keyword_argument":
        known = _known_keys(keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        return SettingsError(
            "settings", f"'{key}' is no setting", fix=f"{hint}keys are {', '.join(known)}", place=place
        )
    if first["type"] == "missing":
        return SettingsError("settings", f"{key} is missing", fix=f"write {keys[-1]} = ...", place=place)
    wanted = " or ".join(dict.fromkeys(map(_wanted, wrong)))
    return SettingsError(
        "settings",
        f"{key} cannot be {_shown(first['input'])}: it must be {wanted}",
        fix=_listed(first, keys) or _another(keys, path),
        place=place,
    )


def _another(keys: Sequence[str], path: Path | None) -> str:
    """Where another value is to be given: by the flag too, where there is one."""
    if len(keys) == 1:
        return "give another value in the settings file"
    if keys[0] not in _NO_FLAGS:
        return "give another value in the settings file or with --" + keys[1].replace("_", "-")
    return f"give {keys[1]} another value under [{keys[0]}] of {'the settings file' if path is None else path.name}"


def _first(errors: Sequence[ErrorDetails], given: Mapping[str, Any]) -> tuple[list[str], list[ErrorDetails]]:
    """The keys of the first value that does not fit, and what is wrong with it.

    Where a value may be of several types there is an error for each, and one inside the value says more.
    """
    placed = [(_keys(one, given), one) for one in errors]
    outer = placed[0][0]
    keys = max((keys for keys, _ in placed if keys[: len(outer)] == outer), key=len)
    return keys, [one for known, one in placed if known == keys]


def _keys(wrong: ErrorDetails, given: Mapping[str, Any]) -> list[str]:
    """The keys that lead to a value, without the types that the library names among them."""
    value: Any = given
    found = []
    for part in wrong["loc"]:
        # What follows is a type that the value might have been, what it has not, or that its key is meant.
        if value is wrong["input"] or part == "[key]":
            break
        if isinstance(value, dict) and part not in value:
            continue
        if isinstance(value, dict | list | tuple):
            value = value[part]  # type: ignore[index]  # a list's parts are numbers
            found.append(str(part))
    return [*found, str(wrong["loc"][-1])] if wrong["type"] == "missing" else found


def _shown(value: object) -> str:
    """A value as a settings file writes it, cut where it is long."""
    return {"True": "true", "False": "false"}.get(str(value), repr(str(value)[:80]))


def _wanted(wrong: ErrorDetails) -> str:
    """What fits, in words; what has no word here, in those of the library."""
    kind = wrong["type"].partition("_")[0]
    if kind == "literal":
        return str(wrong["ctx"]["expected"])
    return _WANTED.get(kind) or f"something else ({wrong['msg'][0].lower()}{wrong['msg'][1:]})"


def _listed(wrong: ErrorDetails, keys: Sequence[str]) -> str | None:
    """The value as a list, where a list is wanted and one text was given: by its commas if that does, else as it is."""
    value = wrong["input"]
    if wrong["type"] != "tuple_type" or not isinstance(value, str):
        return None
    parts = [part.strip() for part in value.split(",") if part.strip()]
    texts = ", ".join(f'"{part}"' for part in parts)
    for parsed, shown in ((_numbers(parts), ", ".join(parts)), (parts, texts), ([value], f'"{value}"')):
        if parsed and _is_taken(keys, parsed):
            return f"write {keys[-1]} = [{shown}]"
    return None


def _numbers(parts: list[str]) -> list[Decimal]:
    return [Decimal(part) for part in parts] if all(map(_NUMBER.fullmatch, parts)) else []


def _is_taken(keys: Sequence[str], value: object) -> bool:
    """Whether a value would do in this place."""
    given: Any = value
    for key in reversed(keys):
        given = {key: given}
    try:
        _ADAPTER.validate_python(given)
    except ValidationError as error:
        return not any([str(part) for part in one["loc"]][: len(keys)] == [*keys] for one in error.errors())
    return True


def _known_keys(parents: list[str]) -> list[str]:
    if parents[:1] == ["sources"]:
        return list(SOURCE_KEYS)
    schema: Any = Settings
    for parent in parents:
        schema = type(getattr(schema(), parent, None))
    return list(getattr(schema, "__dataclass_fields__", {}))
