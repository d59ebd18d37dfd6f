"""A child process for ``test_apart`` that does whatever a request says, the worst included."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from quintile.errors import ConservationError, DataError, Place, StoreFullError
from quintile.sources.apart_child import serve

if TYPE_CHECKING:
    from collections.abc import Callable


def obey(request: dict[str, Any], on_step: Callable[[str], None]) -> dict[str, Any]:  # noqa: C901, PLR0912 - one branch a misdeed
    """Do it."""
    match request["do"]:
        case "answer":
            on_step("reading")
            print("a library's remark")  # noqa: T201 - must not be taken for an answer
            return {"pid": os.getpid(), "temporary": tempfile.gettempdir(), "got": request["give"]}
        case "refuse":
            raise DataError("bad_date", "no date: \udcff", fix="mend it", place=Place("f.csv", 3, "day"))
        case "full":
            raise StoreFullError("out", "full", fix="free some space")
        case "bug":
            raise ConservationError("a row went missing")  # noqa: TRY003 - the test looks for it
        case "crash":
            ctypes.string_at(0)
        case "exit":
            sys.exit(3)
        case "hang":
            time.sleep(600)
        case "memory":
            return {"length": len(bytes(4 * 10**9))}
        case "grow":
            hoard = []
            while True:
                hoard.append(bytes(10**7))
        case "starve":
            raise DataError("too_large", "Failed to allocate block of 16384 bytes (bad allocation)", fix="--memory 8GB")
        case "write":
            with tempfile.TemporaryFile() as file:
                for _ in range(100):
                    file.write(bytes(10**6))
    return {}


if __name__ == "__main__":
    serve(obey)
