"""Named sources: what a person calls a source by its name in quintile.toml becomes the database it stands for."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.domain.database import DatabaseSource
from quintile.domain.engine_table import ICEBERG_METADATA, EngineTable
from quintile.errors import DataError, Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.settings import Settings


_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):/(?=[^/])")  # a path of the system loses a stroke of "s3a://"


def named_sources(sources: Sequence[object], settings: Settings) -> list[object]:
    """The sources with each name of ``[sources]`` replaced; all named sources when none is given.

    Raises:
        SettingsError: ``doubtful_source``, a name is also a file; ``source``, a name comes twice.
        DataError: ``not_found``, it is neither a file nor a name, but near to one.
    """
    if not settings.engine.is_local:
        sources = [_in_engine(source) for source in sources]
    known = {name: DatabaseSource(name, chosen) for name, chosen in settings.sources.items()}
    if not sources or not known:
        return list(sources or known.values())
    found = [known[name] if (name := _name(source, list(known))) is not None else source for source in sources]
    twice = next((source for source in known.values() if found.count(source) > 1), None)
    if twice is not None:
        raise SettingsError("source", f"the source '{twice.name}' is given twice", fix="give each source once")
    return found


def _in_engine(source: object) -> object:
    """What is no file lies where the work is done; so do folders of files."""
    if not isinstance(source, str | Path):
        return source
    path, address = Path(source), str(source)
    is_table = path.is_dir() or address.endswith(ICEBERG_METADATA)  # whose newest file stands for it
    if path.is_file() and not is_table:
        return source
    return EngineTable(path.resolve().as_uri() if is_table and path.exists() else _SCHEME.sub(r"\1://", address))


def _name(source: object, known: list[str]) -> str | None:
    if not isinstance(source, str | Path):
        return None
    name = str(source)
    if name in known:
        if Path(name).is_file():
            fix = f"rename one of them, or give the file's whole path: {Path(name).resolve()}"
            raise SettingsError("doubtful_source", f"'{name}' is both a file and a source of the settings", fix=fix)
        return name
    near = difflib.get_close_matches(name, known, n=1)
    if near and not Path(name).exists():
        raise DataError(
            "not_found",
            f"there is neither a file nor a source called '{name}'",
            fix=f"did you mean '{near[0]}'? sources of the settings are {', '.join(known)}",
            place=Place(name),
        )
    return None
