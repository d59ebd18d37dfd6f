"""A command in a process of its own that begins with everything loaded: it starts in no time, and can be killed."""

from __future__ import annotations

import os
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from multiprocessing.process import BaseProcess

KILLED = -9
# A server that has nothing but modules loaded is forked, never the tests themselves, which may run threads.
_OUTPUT = Path(tempfile.gettempdir()) / f"quintile-test-{os.getpid()}.txt"
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", "tests.loaded"])


def start(folder: Path, words: Sequence[str], environment: Mapping[str, str] | None = None) -> BaseProcess:
    """Begin ``quintile WORDS`` in a folder."""
    process = _FORKS.Process(target=_command, args=(str(folder), [*words], dict(environment or {}), str(_OUTPUT)))
    process.start()
    return process


def ended(folder: Path, words: Sequence[str], environment: Mapping[str, str] | None = None) -> int | None:
    """How ``quintile WORDS`` ends: its exit code, or minus the signal that ended it."""
    process = start(folder, words, environment)
    process.join()
    return process.exitcode


def printed() -> str:
    """What the last process printed."""
    return _OUTPUT.read_text(encoding="utf-8")


def _command(folder: str, words: list[str], environment: dict[str, str], printed_to: str) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    output = os.open(printed_to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.argv = ["quintile", *words]
    from quintile.cli.app import main  # noqa: PLC0415 - loaded by the server already

    main()
