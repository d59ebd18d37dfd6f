"""Fail points: named places where a test can end the process, as a power cut would.

``QUINTILE_FAIL_AT=store.renamed:1`` kills the process at its first passing of that place. Nothing is cleaned up,
which is the point: the next run has to cope.
"""

from __future__ import annotations

import difflib
import os
import signal
from collections import Counter

from quintile.errors import SettingsError

VARIABLE = "QUINTILE_FAIL_AT"

# In the order of passing; the part before the dot is the room that passes it.
STAGES = (
    "store.locked",
    "store.cleaned",
    "store.drafted",
    "store.entry_synced",
    "store.folder_synced",
    "store.added",
    "store.marked",
    "store.kept",
    "store.set_aside",
    "store.renamed",
    "store.linked",
    "store.swapped",
    "store.durable",
    "store.retracted",
    "store.discarding",
    "store.discarded",
    "erase.buried",
    "rewriting.kept",
    "rewriting.snapshot",
    "erase.swept",
    "erase.certified",
    "rewriting.dropped",
    "retention.removed",
    "retention.rewritten",
)

_passed: Counter[str] = Counter()


def fail_point(stage: str) -> None:
    """End the process here, by SIGKILL, if ``QUINTILE_FAIL_AT`` says so; otherwise do nothing.

    Args:
        stage: One of ``STAGES``.

    Raises:
        SettingsError: The variable names no stage, or no count from 1.
    """
    wish = os.environ.get(VARIABLE)
    if not wish:
        return
    wanted, _, count = wish.partition(":")
    if wanted not in STAGES or not count.isdecimal() or int(count) < 1:
        near = difflib.get_close_matches(wanted, STAGES, n=1)
        raise SettingsError(
            "fail-at",
            f"{VARIABLE} is '{wish}', which is no place to fail",
            fix=f"write {near[0] if near else STAGES[0]}:1, or unset {VARIABLE}",
        )
    if wanted == stage:
        _passed[stage] += 1
        if _passed[stage] == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
