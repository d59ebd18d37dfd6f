from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from quintile.errors import SettingsError
from quintile.jobs.workplace.temporary import temporary_folder
from tests.conftest import ROOT

STAY = """
import time
from quintile.jobs.workplace.temporary import temporary_folder
with temporary_folder() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other(room):
    """Another process that has a temporary folder."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(room)}
    with subprocess.Popen([sys.executable, "-c", STAY], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_a_temporary_folder_is_gone_afterwards(room):
    with temporary_folder() as folder:
        assert folder.parent == room
    assert list(room.iterdir()) == []


def test_the_folder_of_a_killed_process_is_removed_by_the_next_one(room, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert len(list(room.iterdir())) == 1
    with temporary_folder() as folder:
        assert list(room.iterdir()) == [folder]


@pytest.mark.usefixtures("other")
def test_the_folder_of_a_living_process_stays(room):
    with temporary_folder():
        assert len(list(room.iterdir())) == 2


def test_a_folder_may_be_asked_for_elsewhere(room):
    (room / "fast").mkdir()
    with temporary_folder(room / "fast") as folder:
        assert folder.parent == room / "fast"
    with pytest.raises(SettingsError) as refused, temporary_folder(room / "gone"):
        pass
    assert (refused.value.code, refused.value.place.file) == ("spill", str(room / "gone"))


def test_where_no_folder_can_be_made_the_fix_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(SettingsError) as refused, temporary_folder():
        pass
    assert "TMPDIR" in refused.value.fix
