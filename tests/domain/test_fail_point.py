from __future__ import annotations

import subprocess
import sys

import pytest

from quintile.domain.fail_point import STAGES, VARIABLE, fail_point
from quintile.errors import SettingsError

THREE_PASSINGS = """
import sys
sys.path[:0] = {path!r}
from quintile.domain.fail_point import fail_point
for passing in (1, 2, 3):
    fail_point("store.swapped")
    print(passing, flush=True)
"""


def passings(wish: str) -> tuple[str, int]:
    program = THREE_PASSINGS.format(path=sys.path)
    child = subprocess.run([sys.executable, "-c", program], env={VARIABLE: wish}, capture_output=True, check=False)
    return child.stdout.decode().replace("\n", ""), child.returncode


def test_without_the_variable_nothing_happens(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    for stage in STAGES:
        fail_point(stage)


def test_the_process_is_killed_at_the_nth_passing_of_the_named_stage():
    assert passings("store.swapped:1") == ("", -9)
    assert passings("store.swapped:3") == ("12", -9)
    assert passings("store.renamed:1") == ("123", 0)


@pytest.mark.parametrize("wish", ["store.swaped:1", "store.swapped", "store.swapped:0", "store.swapped:-1", ":1"])
def test_a_place_that_cannot_fail_is_refused_not_ignored(monkeypatch, wish):
    monkeypatch.setenv(VARIABLE, wish)
    with pytest.raises(SettingsError, match="no place to fail") as refused:
        fail_point("store.renamed")
    if wish.startswith("store"):
        assert "store.swapped:1" in refused.value.fix
