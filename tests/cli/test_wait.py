"""--wait: a run that finds another one publishing waits for it, or gives up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quintile.snapshots.store import LOCK, Store
from tests.conftest import ROOT

ORDERS = "customer_id,order_date,amount\nC1,2025-01-01,10.00\nC2,2025-01-31,5.50\n"
PATIENCE = 60


def start(folder, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "quintile", "run", "orders.csv", "--out", "out", "--quiet", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stderr=subprocess.PIPE,
    )


def until_it_waits(process, lock):
    """Until the process has the lock's file open: before that it is still being loaded."""
    held = Path(f"/proc/{process.pid}/fd")
    ends = time.monotonic() + PATIENCE
    while process.poll() is None and lock.resolve() not in [each.resolve() for each in held.iterdir()]:
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def test_without_it_a_run_gives_up(shop):
    with Store(shop / "out").writing("other", started="now"):
        assert start(shop).wait(PATIENCE) == 75


def test_with_it_a_run_waits_and_then_publishes(shop):
    with Store(shop / "out").writing("other", started="now"):
        waiting = start(shop, "--wait")
        until_it_waits(waiting, shop / "out" / "snapshots" / LOCK)
        assert waiting.poll() is None
        assert not (shop / "out" / "run.json").exists()
    assert waiting.wait(PATIENCE) == 0
    assert (shop / "out" / "run.json").exists()


def test_an_interrupt_ends_the_waiting(shop):
    with Store(shop / "out").writing("other", started="now"):
        waiting = start(shop, "--wait")
        until_it_waits(waiting, shop / "out" / "snapshots" / LOCK)
        waiting.send_signal(signal.SIGINT)
        assert waiting.communicate(timeout=PATIENCE)[1] == b"interrupted\n"
    assert waiting.returncode == 130
