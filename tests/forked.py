"""A command in a process of its own that begins with everything loaded: it starts in no time, and can be killed."""

from __future__ import annotations

import os
import subprocess
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
_ERRORS = _OUTPUT.with_suffix(".errors")
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(["__main__", "tests.loaded"])


def start(folder: Path, words: Sequence[str], environment: Mapping[str, str] | None = None) -> BaseProcess:
    """Begin ``quintile WORDS`` in a folder."""
    return _begun(folder, words, {**os.environ, **(environment or {})}, (_OUTPUT, _OUTPUT))


def ended(folder: Path, words: Sequence[str], environment: Mapping[str, str] | None = None) -> int | None:
    """How ``quintile WORDS`` ends: its exit code, or minus the signal that ended it."""
    process = start(folder, words, environment)
    process.join()
    return process.exitcode


def printed() -> str:
    """What the last process printed."""
    return _OUTPUT.read_text(encoding="utf-8")


def completed(folder: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """How ``quintile WORDS`` ends in a folder, and what it prints."""
    process = _begun(folder, words, dict(os.environ), (_OUTPUT, _ERRORS))
    process.join()
    output, errors = (path.read_text(encoding="utf-8") for path in (_OUTPUT, _ERRORS))
    return subprocess.CompletedProcess([*words], process.exitcode or 0, output, errors)


def _begun(
    folder: Path, words: Sequence[str], environment: Mapping[str, str], printed_to: tuple[Path, Path]
) -> BaseProcess:
    places = tuple(map(str, printed_to))
    process = _FORKS.Process(target=_command, args=(str(folder), [*words], dict(environment), places))
    process.start()
    return process


def _command(folder: str, words: list[str], environment: dict[str, str], printed_to: tuple[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in enumerate(printed_to, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), stream)
    sys.argv = ["quintile", *words]
    from quintile.cli.app import main  # noqa: PLC0415 - loaded by the server already

    main()
