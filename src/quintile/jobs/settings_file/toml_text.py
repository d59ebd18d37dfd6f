"""TOML as it is written into a settings file."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.database import DatabaseSettings

_PATHS = ("path", "sslrootcert")


def as_toml(value: object) -> str:
    """A value: a text, a number, a truth value, or a list of them."""
    if isinstance(value, tuple):
        return "[" + ", ".join(as_toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(value: str) -> str:
    """A TOML string; JSON writes the same, but leaves DEL as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def source_tables(sources: Mapping[str, DatabaseSettings], folder: Path) -> list[str]:
    """The tables ``[sources.NAME]`` with all that was said of them; files are named as they lie from the folder."""
    lines: list[str] = []
    for source, settings in sources.items():
        lines += ["", f"[sources.{quoted(source)}]"]
        for key in fields(settings):
            value = getattr(settings, key.name)
            if key.name in _PATHS and value is not None and Path(value).is_relative_to(folder):
                value = str(Path(value).relative_to(folder))
            if key.name != "map" and (key.default is MISSING or value != key.default):
                lines.append(f"{key.name} = {as_toml(value)}")
        if settings.map:
            lines += ["", f"[sources.{quoted(source)}.map]"]
            lines += [f"{role} = {as_toml(column)}" for role, column in settings.map.items()]
    return lines
