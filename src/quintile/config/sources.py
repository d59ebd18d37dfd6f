"""The tables [sources.NAME]: passwords are refused before anything is printed, then each table must make sense."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quintile.domain.database import DatabaseSettings
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE_KEYS = tuple(key.name for key in fields(DatabaseSettings))
_SECRETS = re.compile("pass(word|wd|phrase)?|pwd|secret|token|dsn|ur[il]|connection(_string)?", re.IGNORECASE)
_VARIABLE = re.compile("[A-Z][A-Z0-9_]*")
_NAMES = ("password_env", "key_env")
_SHAPE = 'write its parts: kind = "postgresql", host, database, user, password_env, table'


def refuse_secrets(given: Mapping[str, Any], path: Path | None) -> None:
    """Refuse passwords and connection strings; runs first, because later errors may print what they are about.

    Raises:
        SettingsError: ``password``; the message never repeats the value.
    """
    place = Place(str(path)) if path is not None else Place()
    sources = given.get("sources", {})
    tables = list(sources.items()) if isinstance(sources, dict) else [("", sources)]
    for name, table in [*tables, *([("state", given["state"])] if "state" in given else [])]:
        where = "state" if table is given.get("state") else f"sources.{name}".rstrip(".")
        if not isinstance(table, dict):
            raise SettingsError("settings", f"'{where}' is a table, not a value", fix=_SHAPE, place=place)
        found = next((key for key in table if _SECRETS.fullmatch(key)), None)
        if found is not None:
            raise SettingsError(
                "password",
                f"'{where}.{found}' must not stand in a settings file: no passwords, no connection strings",
                fix=f'write password_env = "{_variable(name)}" and set that environment variable; {_SHAPE}',
                place=place,
            )
        variable = next((key for key in _NAMES if not _VARIABLE.fullmatch(str(table.get(key) or "X"))), None)
        if variable is not None:
            raise SettingsError(
                "password",
                f"'{where}.{variable}' holds something else than the name of an environment variable",
                fix=f'write {variable} = "{_variable(name)}" and set that variable to the secret',
                place=place,
            )
        if re.search("://|@|[\\s]", str(table.get("host", ""))):
            raise SettingsError("host", f"'{where}.host' is no host name", fix=_SHAPE, place=place)


def beside(path: Path, sources: object) -> None:
    """Database files and certificates that a settings file names lie beside it, wherever the command runs."""
    for table in sources.values() if isinstance(sources, dict) else ():
        for key in ("path", "sslrootcert") if isinstance(table, dict) else ():
            if isinstance(table.get(key), str):
                table[key] = str(path.parent / Path(table[key]).expanduser())


def give_way(sources: dict[str, Any], flagged: Mapping[str, str]) -> dict[str, Any]:
    """The tables without the roles for which a flag names a column: a flag wins."""
    return {
        name: {**table, "map": {role: column for role, column in table["map"].items() if role not in flagged}}
        if isinstance(table.get("map"), dict)
        else table
        for name, table in sources.items()
    }


def check_sources(sources: Mapping[str, DatabaseSettings], path: Path | None) -> None:
    """Hold each source against what its kind needs.

    Raises:
        SettingsError: A key is missing, or two exclude each other.
    """
    for name, source in sources.items():
        wrong = _wrong(source)
        if wrong is not None:
            message, fix = wrong
            place = Place(str(path)) if path is not None else Place()
            raise SettingsError("sources", f"sources.{name} {message}", fix=fix, place=place)


def _wrong(source: DatabaseSettings) -> tuple[str, str] | None:
    if source.is_file == (source.path is None):
        kinds = f"is of kind {source.kind}, which is a {'file' if source.is_file else 'server'}"
        return kinds, 'write path = "shop.db"' if source.is_file else "write host, database and user instead of path"
    if not source.is_file and (source.database is None or source.user is None):
        lacking = "database" if source.database is None else "user"
        return f"names no {lacking}", f'write {lacking} = "shop"'
    if (source.table is None) == (source.query is None):
        return "must name one of table and query", 'write table = "orders", or query = "SELECT ... FROM ..."'
    if source.query is not None and source.schema is not None:
        return "has both query and schema", "name the schema inside the query"
    if source.timeout_seconds <= 0:
        return "allows no time", "write timeout_seconds = 3600"
    return None


def refuse_password_in_address(engine: Mapping[str, Any], path: Path | None) -> None:
    """Refuse an engine's address that holds a password, in a file; the message never repeats it.

    Raises:
        SettingsError: ``password``.
    """
    if urlsplit(str(engine.get("url", ""))).password is not None:
        place = Place(str(path)) if path is not None else Place()
        fix = 'write url = "postgresql://user@host/database" and set the environment variable PGPASSWORD'
        raise SettingsError("password", "'engine.url' must not hold a password", fix=fix, place=place)


def _variable(name: str) -> str:
    return re.sub("[^A-Z0-9]+", "_", f"{name}_PASSWORD".upper()).lstrip("_0123456789") or "SHOP_PASSWORD"
