"""Validated settings: values brought into their types, and whatever does not fit explained with its place."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from quintile.config.sources import SOURCE_KEYS
from quintile.domain.settings import Settings
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ADAPTER = TypeAdapter(Settings)
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
        raise _explained(error, path) from error


def _explained(error: ValidationError, path: Path | None) -> SettingsError:
    first = error.errors()[0]
    keys = [str(part) for part in first["loc"]]
    key = ".".join(keys)
    place = Place(str(path)) if path is not None else Place()
    if first["type"] == "unexpected_keyword_argument":
        known = _known_keys(keys[:-1])
        near = difflib.get_close_matches(keys[-1], known, n=1)
        hint = f"did you mean '{near[0]}'? " if near else ""
        return SettingsError(
            "settings", f"'{key}' is no setting", fix=f"{hint}keys are {', '.join(known)}", place=place
        )
    flag = " or with --" + keys[1].replace("_", "-") if len(keys) > 1 and keys[0] not in _NO_FLAGS else ""
    return SettingsError(
        "settings",
        f"{key} cannot be {str(first['input'])[:80]!r}: {first['msg'][0].lower()}{first['msg'][1:]}",
        fix=f"give another value in the settings file{flag}",
        place=place,
    )


def _known_keys(parents: list[str]) -> list[str]:
    if parents[:1] == ["sources"]:
        return list(SOURCE_KEYS)
    schema: Any = Settings
    for parent in parents:
        schema = type(getattr(schema(), parent, None))
    return list(getattr(schema, "__dataclass_fields__", {}))
