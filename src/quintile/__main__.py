"""The command ``quintile``."""

from __future__ import annotations

import contextlib
import os
import sys

from quintile.errors import INTERRUPTED


def main() -> None:
    """Run the command line, and leave at once: all is written and closed, and to unload the libraries takes time.

    A bug's traceback, and an end that is no number, are left to Python.
    """
    code = 0
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:  # closed by who started it; a file opened later must not take its number
            os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8"))
    try:
        from quintile.cli import app  # noqa: PLC0415 - it takes time to load, in which somebody may think better of it

        app.main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        code = INTERRUPTED
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        code = end.code
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # what cannot be shown was said already
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
