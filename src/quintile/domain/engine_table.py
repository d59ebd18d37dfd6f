"""EngineTable: a source that lies where the work is done: a server's table, or a cluster's files."""

from __future__ import annotations

import re
from dataclasses import dataclass

ICEBERG_METADATA = (".metadata.json", ".metadata.json.gz")
"""How the files end that stand for an Iceberg table, the newest one for its rows as they are now."""

_PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
_NAME = r'(?:"(?:[^"]|"")+"|[^".]+)'
_NAMES = re.compile(rf"{_NAME}(?:\.{_NAME})*")


@dataclass(frozen=True)
class EngineTable:
    """A table of the engine, by its address: ``shop.orders``, or ``s3a://shop/orders`` for Spark."""

    address: str

    @property
    def parts(self) -> list[str]:
        """The names that the address is made of; a dot within double quotes is part of a name."""
        return [one.replace('""', '"') or other for one, other in _PART.findall(self.address)]

    @property
    def is_name(self) -> bool:
        """Whether the address is names parted by dots, and nothing else."""
        return _NAMES.fullmatch(self.address) is not None

    @property
    def meant(self) -> str:
        """The same text for every spelling of the address."""
        if "/" in self.address:
            return self.address.rstrip("/")
        parts = self.parts
        return "\n".join(parts if len(parts) > 1 else ["public", *parts])
