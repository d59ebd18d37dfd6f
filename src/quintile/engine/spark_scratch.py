"""Scratch: the folder a run materialises in, on a storage that several machines share; its name says whose it is.

No lock holds on such a storage, so the name tells machine, process and start: what a killed run left, a later one of
the same machine knows, and removes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
import uuid
from pathlib import Path

_SCRATCH = re.compile(r"scratch-(.+)-([0-9]{1,9})-([0-9]*)-[0-9a-f]{12}")
_ODD = re.compile(r"[^A-Za-z0-9.]+")
_STATE, _START = 0, 19  # of what Linux says of a process, after its name
_DIGITS = 12


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
