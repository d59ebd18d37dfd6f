"""Plain settings: values that are of their types already, taken as they are.

The library that converts and explains values takes longer to load than a small source takes to score, so it is kept for
settings that are not plain; whatever is taken here it would have taken alike.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from quintile.domain.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIMPLE = (int, float, bool, NoneType)


def plain_settings(given: Mapping[str, Any]) -> Settings | None:
    """The settings of values by group and key; None where one must be converted, or does not fit."""
    try:
        settings: Settings = _taken(Settings, given)
    except (TypeError, KeyError, ValueError):
        return None
    return settings


def _taken(kind: Any, value: Any) -> Any:  # noqa: ANN401 - any setting
    """The value, if it is plainly of the kind.

    Raises:
        TypeError: It is not.
        KeyError: A key is unknown.
        ValueError: A text cannot be written as UTF-8.
    """
    if is_dataclass(kind) and type(value) is dict:
        hints = get_type_hints(kind)
        return kind(**{key: _taken(hints[key], part) for key, part in value.items()})  # type: ignore[operator]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:  # a literal or nothing is the former, a type or nothing the latter
        return None if value is None and NoneType in parts else _taken(parts[0], value)
    if origin is dict and type(value) is dict:
        return {_taken(parts[0], key): _taken(parts[1], part) for key, part in value.items()}
    if origin is tuple and type(value) is list:
        return tuple(_taken(parts[0], part) for part in value)
    if type(value) is str and (kind is str or (origin is Literal and value in parts)):
        value.encode()
        return value
    if kind in _SIMPLE and type(value) is kind:
        return value
    raise TypeError
