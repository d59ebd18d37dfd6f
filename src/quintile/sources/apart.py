"""Apart: a child process with limits, in which bytes that nobody knows are parsed.

The child is a fresh interpreter, ``sys.executable -m MODULE``: a fork of a process with running threads can hang, and
multiprocessing's spawn would run the user's script again unless it is guarded by ``if __name__ == "__main__"``.
Requests, steps and answers are lines of JSON over pipes, so that nothing is pickled. A child serves any number of
requests and ends when its standard input closes: it cannot outlive its parent.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, Self

from quintile import errors
from quintile.errors import DataError, Place, QuintileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.domain.settings import LimitSettings

OUT_OF_MEMORY = 71  # the exit code of a child that grew beyond its limit
_SHOWN = 64_000
# What Python, the database, the linker and native code say when the system gives them no more.
_NO_MEMORY = (
    "memory allocation",
    "bad allocation",
    "bad_alloc",
    "MemoryError",
    "cannot allocate memory",
    "failed to map segment",
    "can't start new thread",
)
confined = False
"""Whether this process is itself a child with limits."""
_ERRORS: dict[str, type[QuintileError]] = {
    kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, QuintileError)
}


class Child:
    """A child process that answers requests with the module ``module``; use it in a ``with`` block.

    It starts with the first request, and again after a crash.
    """

    def __init__(self, module: str, limits: LimitSettings) -> None:
        self._module = module
        self._limits = limits
        _ = limits.memory_bytes, limits.file_bytes  # a size that is none is the parent's to refuse
        self._process: subprocess.Popen[str] | None = None
        self._complaints: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="quintile-", ignore_cleanup_errors=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self._folder.cleanup()

    def ask(self, request: dict[str, Any], place: Place, on_step: Callable[[str], None]) -> dict[str, Any]:
        """Have a request answered.

        Args:
            request: What the module's function is given; JSON values only.
            place: Whose bytes are parsed, for the message if they are too much for the child.
            on_step: Told the name of each step as it begins.

        Raises:
            QuintileError: What the child raised; or a DataError, ``too_large`` when it went beyond a limit and
                ``corrupt_file`` when it crashed.
            RuntimeError: A bug in the child, with its traceback.
        """
        process = self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._limits.max_seconds, stop)
        timer.daemon = True  # an interrupt before it is cancelled must not hold the interpreter's end
        try:
            timer.start()
            return self._answer(process, request, on_step)
        except (BrokenPipeError, EOFError) as error:
            raise self._crash(process.wait(), place, late=late.is_set()) from error
        finally:
            timer.cancel()

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
        if self._complaints is not None:
            self._complaints.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.end()
        self._complaints = tempfile.TemporaryFile(dir=self._folder.name)  # noqa: SIM115 - closed by end()
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a module of our own
            [sys.executable, "-P", "-m", self._module, json.dumps(asdict(self._limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": self._folder.name},
            start_new_session=True,  # an interrupt at the terminal is the parent's to pass on
        )
        return self._process

    def _answer(
        self, process: subprocess.Popen[str], request: dict[str, Any], on_step: Callable[[str], None]
    ) -> dict[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            kind, content = json.loads(line)
            match kind:
                case "step":
                    on_step(content)
                case "error":
                    raise _restored(content)
                case "bug":
                    message = f"in the child process: {content}"
                    raise RuntimeError(message)
                case _:
                    return dict(content)
        raise EOFError

    def _crash(self, code: int, place: Place, *, late: bool) -> DataError:
        words = self._complaint()
        limits = self._limits
        if late or -code in {signal.SIGXCPU, signal.SIGALRM}:
            message = f"reading the file took longer than {limits.max_seconds:,} seconds and was stopped"
            return DataError("too_large", message, fix="split the file, or raise --max-seconds", place=place)
        if -code == signal.SIGXFSZ:
            return too_much_written(limits.max_file, place)
        if code in {OUT_OF_MEMORY, -signal.SIGKILL} or lacked_memory(words):
            return too_much_memory(limits.max_memory, place)
        if code >= 0:  # the interpreter ended by itself, such as when it cannot start: no file's fault
            message = f"the child process ended with exit code {code}: {words}"
            raise RuntimeError(message)
        message = f"the file is damaged: reading it ended in a crash ({signal.Signals(-code).name})"
        return DataError("corrupt_file", message, fix="export or download it again", place=place)

    def _complaint(self) -> str:
        """What the child printed as it ended; native code says there that it got no memory."""
        if self._complaints is None:
            return ""
        self._complaints.seek(0)
        return self._complaints.read(_SHOWN).decode(errors="replace")


def lacked_memory(words: str) -> bool:
    """Whether an error says that the system gave no more memory."""
    return any(sign in words for sign in _NO_MEMORY)


def too_much_memory(limit: str, place: Place) -> DataError:
    """The error of a file that needs more memory than a child process may take."""
    message = f"reading the file takes more than {limit} of memory"
    return DataError("too_large", message, fix="split the file, export it as CSV, or raise --max-memory", place=place)


def too_much_written(limit: str, place: Place) -> DataError:
    """The error of a file whose clean copy is larger than a child process may write."""
    message = f"reading the file writes a temporary file of more than {limit}"
    return DataError("too_large", message, fix="split the file, or raise --max-file", place=place)


def _restored(content: dict[str, Any]) -> QuintileError:
    kind = _ERRORS.get(content["kind"], QuintileError)
    place = Place(content["file"], content["line"], content["column"])
    return kind(content["code"], content["message"], fix=content["fix"], place=place)
