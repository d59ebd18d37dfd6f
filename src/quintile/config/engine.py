"""Engine settings that say nothing: a place for results that the named engine does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.engine_settings import EngineSettings

_OWNERS = {
    "schema": ("postgres", "a PostgreSQL server", "postgresql://..."),
    "storage": ("spark", "a cluster", "spark://..."),
}


def refuse_idle(flags: Mapping[str, Any], engine: EngineSettings) -> None:
    """Refuse a place for results that is named beside another engine; in a file it may wait for that engine.

    Args:
        flags: The given flags of the engine.
        engine: The engine as all settings name it.

    Raises:
        SettingsError: ``schema`` or ``storage``.
    """
    kind = "duckdb" if engine.is_local else "postgres" if engine.url.startswith("postgres") else "spark"
    for key, (owner, where, url) in _OWNERS.items():
        if key in flags and kind != owner and getattr(engine, key) != getattr(type(engine), key):
            does = "the work is done on this machine" if engine.is_local else "the engine is another one"
            named = "another engine" if "url" in flags else "the engine, too"
            fix = f"name {named}: --engine {url}; or drop --{key}"
            raise SettingsError(key, f"--{key} says where results go in {where}, but {does}", fix=fix)
