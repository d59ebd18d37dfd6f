"""SparkFiles: files of every kind that a cluster reaches, by Spark's own way to them; and whose a scratch folder is."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SCRATCH = re.compile(r"scratch-(.+)-([0-9]{1,9})-([0-9]*)-[0-9a-f]{12}")
_ODD = re.compile(r"[^A-Za-z0-9.]+")
_STATE, _START = 0, 19  # of what Linux says of a process, after its name
_DIGITS = 12


class SparkFiles:
    """Files named by addresses such as ``s3a://shop/results``.

    Args:
        session: Knows the systems that its cluster reaches.
    """

    def __init__(self, session: SparkSession) -> None:
        self._context: Any = session.sparkContext

    def has(self, address: str) -> bool:
        """Whether there is a file or folder of that address, which may be a pattern."""
        system, path = self._found(address)
        return bool(system.globStatus(path))

    def bring(self, local: Path, address: str) -> None:
        """Copy a file of this machine to where the cluster reaches it."""
        system, target = self._found(address)
        system.copyFromLocalFile(self._found(local.as_uri())[1], target)

    def remove(self, address: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        system, path = self._found(address)
        system.delete(path, True)  # noqa: FBT003 - a call of Java's

    def remove_abandoned(self, storage: str) -> None:
        """Remove the scratch folders of this machine's processes that are no more; what cannot be removed stays."""
        with contextlib.suppress(Py4JError):  # a storage that is not there yet holds none
            system, path = self._found(storage)
            for found in system.listStatus(path):
                if is_abandoned(str(found.getPath().getName())):
                    with contextlib.suppress(Py4JError):
                        system.delete(found.getPath(), True)  # noqa: FBT003 - a call of Java's

    def _found(self, address: str) -> tuple[Any, Any]:
        path = self._context._jvm.org.apache.hadoop.fs.Path(address)  # noqa: SLF001 - there is no other way to Java
        return path.getFileSystem(self._context._jsc.hadoopConfiguration()), path  # noqa: SLF001


def scratch_name() -> str:
    """A new name for a scratch folder: it says on which machine, and by which process, it is used."""
    own = os.getpid()
    return f"scratch-{_machine()}-{own}-{_said_of(own)[1]}-{uuid.uuid4().hex[:_DIGITS]}"


def is_abandoned(folder: str) -> bool:
    """Whether a folder's name is that of a scratch of this machine whose process is no more."""
    named = _SCRATCH.fullmatch(folder)
    if named is None or named[1] != _machine():
        return False  # another machine's processes cannot be looked at from here
    try:
        os.kill(int(named[2]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # another user's, which is alive
    state, start = _said_of(int(named[2]))
    return state == "Z" or (start != "" and start != named[3])  # the number went to a process that came later


def _machine() -> str:
    # Containers and copied machines share names: a process must not be looked for where it cannot be seen.
    host = socket.gethostname()
    known = [host]
    with contextlib.suppress(OSError):
        known.append(Path("/etc/machine-id").read_text(encoding="utf-8"))
    with contextlib.suppress(OSError):
        known.append(str(Path("/proc/self/ns/pid").readlink()))
    digest = hashlib.sha256("\n".join(known).encode()).hexdigest()[:_DIGITS]
    return f"{_ODD.sub('_', host)[:40]}-{digest}"


def _said_of(process: int) -> tuple[str, str]:
    """A process's state and start, in the system's own words; empty where the system does not say."""
    try:
        words = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return "", ""
    return words[_STATE], words[_START]
