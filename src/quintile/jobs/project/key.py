"""Key: what turns ids into tombstones, and where their second copy lies; no database is needed for either."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.domain.tombstone import Key
from quintile.errors import Place, SettingsError, StoreError
from quintile.snapshots.disk import disk_errors, sync

if TYPE_CHECKING:
    from quintile.domain.settings import Settings

STATE_FILE, KEY_FILE = "state.sqlite", "erasure.key"
_KEY_BYTES, _MODE = 32, 0o600


def has_state(project: Path, settings: Settings) -> bool:
    """Whether the project has a state already, or has it on a server."""
    return settings.state.kind != "sqlite" or (project / STATE_FILE).exists()


def key_of(project: Path, settings: Settings) -> Key:
    """The key of the project's tombstones: of the environment variable that the settings name, or of the key file.

    The file is made at the first need, readable for its owner alone, so that every copy of the project has it.

    Raises:
        SettingsError: The variable is not set.
        StoreError: The file cannot be read, made, or holds no key.
    """
    variable = settings.state.key_env
    if variable is not None:
        text = os.environ.get(variable)
        if not text:
            message = f"the environment variable {variable} is not set; it holds the key of the tombstones"
            raise SettingsError("key_env", message, fix=f"set it as it was at the first run: export {variable}=...")
        return Key(text.encode())
    path = project / KEY_FILE
    with disk_errors(project):
        if not path.exists():
            _make_key(path)
        text = path.read_text(encoding="ascii").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) != _KEY_BYTES:
        message = "the key file of the tombstones is damaged"
        raise StoreError("state", message, fix="restore it from a copy of the project", place=Place(str(path)))
    return Key(secret)


def _make_key(path: Path) -> None:
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_KEY_BYTES) + "\n")
    sync(draft)
    draft.rename(path)
    sync(path.parent)


def second_copy(settings: Settings, key: Key) -> Path:
    """The file with the tombstones' second copy: as the settings say, or in the user's own folder of states."""
    if settings.state.tombstones is not None:
        return Path(settings.state.tombstones).expanduser()
    home = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(home).expanduser() / "quintile" / "erased" / f"{key.project}.json"
