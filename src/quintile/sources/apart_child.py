"""The child's side of ``apart``: takes its limits, then answers one request after the other.

A module that can be asked ends with ``if __name__ == "__main__": serve(its_function)``.
"""

from __future__ import annotations

import errno
import json
import os
import queue
import resource
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.settings import LimitSettings
from quintile.errors import NOWHERE, QuintileError
from quintile.sources import apart
from quintile.sources.apart import OUT_OF_MEMORY, lacked_memory, too_much_memory, too_much_written

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    Work = Callable[[dict[str, Any], Callable[[str], None]], dict[str, Any]]

_LOOK = 0.05
_STATM = Path("/proc/self/statm")


def serve(work: Work) -> None:
    """Answer requests from standard input until it closes.

    Args:
        work: Given the request and whom to tell each step; returns JSON values. Its QuintileErrors travel back as they
            are; any other exception is a bug and travels as its traceback.
    """
    limits = LimitSettings(**json.loads(sys.argv[1]))
    apart.confined = True
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints is no answer
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    _confine(limits)
    while True:
        request = json.loads(requests.get())
        _allow_time(limits)
        _say(channel, *_answered(work, request, limits, channel))


def _answered(work: Work, request: dict[str, Any], limits: LimitSettings, channel: TextIO) -> tuple[str, Any]:
    try:
        return "answer", work(request, lambda step: _say(channel, "step", step))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        told = _told(error, limits)
        return ("bug", traceback.format_exc()) if told is None else ("error", _flat(told))


def _told(error: BaseException, limits: LimitSettings) -> QuintileError | None:
    """What to tell of an error; None of a bug."""
    place = error.place if isinstance(error, QuintileError) else NOWHERE
    if isinstance(error, MemoryError) or lacked_memory(str(error)):
        return too_much_memory(limits.max_memory, place)
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return too_much_written(limits.max_file, place)
    return error if isinstance(error, QuintileError) else None


def _flat(error: QuintileError) -> dict[str, Any]:
    return {"kind": type(error).__name__, **error.as_dict()}


def _say(channel: TextIO, kind: str, content: object) -> None:
    channel.write(json.dumps([kind, content]) + "\n")
    channel.flush()


def _receive(requests: queue.SimpleQueue[str]) -> None:
    """Pass requests on; when the parent is gone or has no more, nothing is left to do."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _confine(limits: LimitSettings) -> None:
    """Limits the kernel keeps; a core dump would hold the customers' data."""
    memory, file = limits.memory_bytes, limits.file_bytes
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, memory), (resource.RLIMIT_FSIZE, file)):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    threading.Thread(target=_watch, args=(memory,), daemon=True).start()


def _watch(memory: int) -> None:
    """End a process that grew beyond its limit, where the kernel does not refuse it the memory."""
    while _resident() <= memory:
        time.sleep(_LOOK)
    os._exit(OUT_OF_MEMORY)


def _resident() -> int:
    if _STATM.exists():
        shared = 2  # pages of mapped files can be given back at any time
        pages = _STATM.read_text(encoding="ascii").split()
        return (int(pages[1]) - int(pages[shared])) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # in bytes on macOS


def _allow_time(limits: LimitSettings) -> None:
    """Processor time for one more request: as much as all processors give in the time allowed."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    allowed = limits.max_seconds * (os.cpu_count() or 1)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + allowed + 1, hard))
