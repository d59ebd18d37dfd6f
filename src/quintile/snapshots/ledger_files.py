"""The files of a project's ledger: immutable, beside the snapshots, and named in each snapshot's ``ledger.json``.

The pointer to a snapshot is thereby the pointer to the ledger it was made from. A file's name holds the number of the
run that wrote it and its checksum.

    DIR/ledger/000002-<checksum>.parquet       rows that one run added
    DIR/superseded/...                         row keys that later rows replaced
    DIR/identity/...                           people, by person key: the only place of their ids, e-mails and names
    DIR/quarantine/...                         rows set aside, as they stood in their source, with the reason
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.errors import Place, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LEDGER_JSON = "ledger.json"
ROWS, SUPERSEDED, PEOPLE, QUARANTINE = ROOMS = ("ledger", "superseded", "identity", "quarantine")
POINTER = ".table"  # a file that says in which table of a server or a cluster the rows are
_DIGITS = 12


@dataclass(frozen=True)
class KeptFile:
    """One file beside the snapshots: its path in the store, its checksum, its rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True)
class KnownSource:
    """A source that was accepted: its checksum, a digest of how its columns were read, and which export it was."""

    name: str
    sha256: str | None
    read_as: str
    rows: int
    export: str | None = None


@dataclass(frozen=True)
class Meaning:
    """What the ledger's rows mean: settings that later sources must share, since the rows were judged by them.

    ``line_key`` says what told two rows of one order apart, ``roles`` which columns some source had.
    """

    time_zone: str
    elapsed: bool
    grain: str
    line_key: str
    roles: tuple[str, ...]
    customer_is_email: bool


@dataclass(frozen=True)
class LedgerFiles:
    """A project's ledger as one snapshot names it.

    ``number`` counts the runs that changed it; ``as_of`` is the latest analysis date that was published; ``rows`` are
    its rows without the superseded ones; ``last_row`` and ``last_person`` are the highest keys given so far.
    """

    number: int
    as_of: str
    meaning: Meaning
    rows: int
    last_row: int
    last_person: int
    sources: tuple[KnownSource, ...] = ()
    ledger: tuple[KeptFile, ...] = ()
    superseded: tuple[KeptFile, ...] = ()
    identity: tuple[KeptFile, ...] = ()
    quarantine: tuple[KeptFile, ...] = ()

    @classmethod
    def of(cls, snapshot: Path | None) -> LedgerFiles | None:
        """Read the ledger a snapshot names; None where it names none.

        Raises:
            StoreError: The file is damaged.
        """
        if snapshot is None or not (snapshot / LEDGER_JSON).exists():
            return None
        try:
            return _from_json(json.loads((snapshot / LEDGER_JSON).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreError(
                "store",
                "the list of the ledger's files is damaged",
                fix="restore the store from a copy, or begin a new project",
                place=Place(str(snapshot / LEDGER_JSON)),
            ) from error

    def to_json(self) -> str:
        """The content of ``ledger.json``."""
        return json.dumps(asdict(self), indent=2) + "\n"

    def with_file(self, room: str, file: KeptFile) -> LedgerFiles:
        """The same ledger with one more file."""
        more: dict[str, Any] = {room: (*getattr(self, room), file)}
        return replace(self, **more)

    def knows(self, source: KnownSource) -> bool:
        """Whether these very bytes were accepted before, read in the same way."""
        return source.sha256 is not None and any(
            (known.sha256, known.read_as) == (source.sha256, source.read_as) for known in self.sources
        )

    def paths(self, store: Path, room: str) -> list[Path]:
        """The files of one room.

        Raises:
            StoreError: A file is gone.
        """
        return require_files(store, getattr(self, room))


def require_files(store: Path, files: Iterable[KeptFile]) -> list[Path]:
    """The paths of kept files.

    Raises:
        StoreError: One is gone.
    """
    found = [store / file.name for file in files]
    gone = next((path for path in found if not path.is_file()), None)
    if gone is not None:
        message = f"a file of the ledger is gone: {gone.name}"
        raise StoreError("store", message, fix="restore the store from a copy", place=Place(str(gone)))
    return found


def keep_file(kept: Path, room: str, label: str, written: Path, rows: int) -> KeptFile:
    """Give a written file its lasting name below ``kept``, the run's folder of files to keep."""
    with written.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ending = POINTER if written.suffix == POINTER else ".parquet"
    name = f"{room}/{label}{digest[:_DIGITS]}{ending}"
    (kept / name).parent.mkdir(parents=True, exist_ok=True)
    written.rename(kept / name)
    return KeptFile(name, digest, rows)


def _from_json(content: dict[str, Any]) -> LedgerFiles:
    meaning = Meaning(**{**content["meaning"], "roles": tuple(content["meaning"]["roles"])})
    files = {room: tuple(KeptFile(**file) for file in content[room]) for room in ROOMS}
    sources = tuple(KnownSource(**source) for source in content["sources"])
    return LedgerFiles(**{**content, "meaning": meaning, "sources": sources, **files})
