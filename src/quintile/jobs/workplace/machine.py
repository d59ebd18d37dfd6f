"""Machine: what this machine has, what a run may take of it, and what it will probably need."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from quintile.domain.engine_settings import EngineSettings

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_SHARE = 0.7  # the rest is the system's, and the program's own
# Measured on transactions of 10 and 100 million rows, rounded up: what grouping to orders and customers holds.
_BYTES_A_ROW, _BYTES_AT_LEAST = 120, 150 << 20
_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_MOST_THREADS = 1024
_MOST_BYTES = 1 << 60
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Need:
    """What a run will need, in bytes, of the memory it is allowed; the rest goes to a folder that has room left."""

    memory: int
    allowed: int
    folder: Path
    free: int

    @property
    def on_disk(self) -> int:
        """What does not fit into memory."""
        return max(self.memory - self.allowed, 0)

    def __str__(self) -> str:
        told = f"about {size(self.memory)} of memory, of {size(self.allowed)} allowed"
        return f"{told}; {size(self.on_disk)} goes to {self.folder} ({size(self.free)} free)" if self.on_disk else told


def need_of(rows: int, settings: EngineSettings) -> Need:
    """What the work on so many rows will need."""
    folder = spill_folder(settings) or Path(tempfile.gettempdir())
    return Need(rows * _BYTES_A_ROW + _BYTES_AT_LEAST, allowed_memory(settings), folder, shutil.disk_usage(folder).free)


def allowed_memory(settings: EngineSettings) -> int:
    """The memory that is allowed, in bytes: as set, else 70 % of what the machine, or its container, has."""
    if settings.memory is not None:
        return _bytes(settings.memory)
    return int(_SHARE * machine_memory())


def machine_memory() -> int:
    """The memory of the machine, or of the container that this process is in, in bytes."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in _LIMITS:
        text = limit.read_text(encoding="ascii").strip() if limit.is_file() else ""
        sizes += [int(text)] if text.isdigit() else []
    return min(sizes)


def spill_folder(settings: EngineSettings) -> Path | None:
    """The folder for what does not fit into memory, if one is named.

    Raises:
        SettingsError: ``spill``, it is no folder.
    """
    if settings.spill is None:
        return None
    folder = Path(settings.spill)
    if not folder.is_dir():
        fix = "make it, or name another"
        raise SettingsError("spill", "there is no such folder", fix=fix, place=Place(str(folder)))
    return folder


def require_threads(settings: EngineSettings) -> None:
    """Refuse more threads than a process can have; the database itself would end in the middle.

    Raises:
        SettingsError: ``engine``.
    """
    if settings.threads is not None and not 1 <= settings.threads <= _MOST_THREADS:
        kind = "too few" if settings.threads < 1 else "more than any machine has"
        message = f"{settings.threads:,} threads are {kind}"
        raise SettingsError("engine", message, fix="write for example --threads 2, or leave it out")


def size(count: int) -> str:
    """Bytes for people: ``1.3 GB``."""
    for unit in ("T", "G", "M", "K"):
        if count >= _UNITS[unit]:
            return f"{count / _UNITS[unit]:.1f} {unit}B"
    return f"{count} B"


def _bytes(memory: str) -> int:
    found = _SIZE.fullmatch(memory)
    number, unit, binary = found.groups() if found is not None else ("0", "", "")
    factor = 1024 ** ("KMGT".index(unit.upper()) + 1) if binary and unit else _UNITS[unit.upper()]
    bytes_allowed = int(float(number) * factor)
    if not 0 < bytes_allowed < _MOST_BYTES:
        fix = 'write for example --memory 2GB, or memory = "2GB" under [engine] in quintile.toml'
        raise SettingsError("memory", f"'{memory}' is no size of memory", fix=fix)
    return bytes_allowed
