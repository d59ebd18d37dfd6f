from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from quintile.domain.settings import LimitSettings
from quintile.errors import DataError, Place, QuintileError, SettingsError, StoreFullError
from quintile.sources.apart import Child
from tests.conftest import ROOT

MODULE = "tests.sources.misbehaving_child"
SMALL = LimitSettings(max_memory="300MB", max_seconds=2, max_file="50MB")
PLACE = Place("f.csv")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def ask():
    """``ask("crash")`` has a child with small limits do it."""
    with Child(MODULE, SMALL) as child:
        yield lambda do, **more: child.ask({"do": do, **more}, PLACE, lambda _step: None)


@pytest.fixture
def refusal(ask):
    def refused(do):
        with pytest.raises(QuintileError) as caught:
            ask(do)
        return caught.value

    return refused


def test_a_request_is_answered_with_its_steps_and_nothing_a_library_prints():
    steps = []
    with Child(MODULE, SMALL) as child:
        answer = child.ask({"do": "answer", "give": "é\udcff"}, PLACE, steps.append)
    assert (answer["got"], steps, answer["pid"] == os.getpid()) == ("é\udcff", ["reading"], False)


def test_one_child_answers_many_requests(ask):
    assert len({ask("answer", give=number)["pid"] for number in range(3)}) == 1


def test_an_error_comes_back_as_it_was_raised(refusal):
    error = refusal("refuse")
    assert (type(error), error.code, error.message, error.fix, error.place) == (
        *(DataError, "bad_date", "no date: \udcff", "mend it"),
        Place("f.csv", 3, "day"),
    )
    assert (type(refusal("full")), refusal("full").exit_code) == (StoreFullError, 74)


def test_a_bug_comes_back_as_a_bug_with_its_traceback(ask):
    with pytest.raises(RuntimeError, match=r"(?s)in the child process: .*ConservationError: a row went missing"):
        ask("bug")


def test_a_crash_is_a_damaged_file(refusal):
    assert str(refusal("crash")) == (
        "error[corrupt_file]: the file is damaged: reading it ended in a crash (SIGSEGV)\n  Where: f.csv\n"
        "  Fix: export or download it again"
    )


def test_a_child_that_cannot_start_is_a_bug_and_no_damage():
    with pytest.raises(RuntimeError, match="No module named"), Child("quintile.absent", SMALL) as child:
        child.ask({}, PLACE, lambda _step: None)


@pytest.mark.parametrize("size", ["1MB", "10MB"])
def test_memory_in_which_a_child_cannot_begin_is_too_little_and_no_bug(size):
    with Child(MODULE, LimitSettings(max_memory=size)) as child, pytest.raises(DataError) as caught:
        child.ask({"do": "answer", "give": 1}, PLACE, lambda _step: None)
    assert (caught.value.code, caught.value.message) == (
        "too_large",
        f"reading the file takes more than {size} of memory",
    )


@pytest.mark.parametrize("do", ["memory", "grow", "starve"])
def test_memory_beyond_the_limit_is_refused(refusal, do):
    error = refusal(do)
    assert (error.code, error.message) == ("too_large", "reading the file takes more than 300MB of memory")
    assert "--max-memory" in error.fix


def test_a_large_temporary_file_is_refused(refusal):
    error = refusal("write")
    assert (error.code, "more than 50MB" in error.message) == ("too_large", True)


def test_what_hangs_is_stopped(refusal):
    started = time.monotonic()
    error = refusal("hang")
    assert (error.code, error.message) == ("too_large", "reading the file took longer than 2 seconds and was stopped")
    assert time.monotonic() - started < 30


def test_after_a_crash_the_next_request_has_a_new_child(ask, refusal):
    first = ask("answer", give=1)["pid"]
    refusal("crash")
    assert ask("answer", give=2)["pid"] != first


def test_the_end_leaves_no_process_and_no_folder():
    with Child(MODULE, SMALL) as child:
        answer = child.ask({"do": "answer", "give": 1}, PLACE, lambda _step: None)
        assert Path(answer["temporary"]).is_dir()
    assert (is_running(answer["pid"]), Path(answer["temporary"]).exists()) == (False, False)


SCRIPT = f"""
from quintile.domain.settings import LimitSettings
from quintile.errors import Place
from quintile.sources.apart import Child
with Child({MODULE!r}, LimitSettings()) as child:
    print(child.ask({{"do": "answer", "give": 1}}, Place(), print)["pid"], flush=True)
    child.ask({{"do": "hang"}}, Place(), print)
"""


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGKILL], ids=["interrupt", "kill"])
def test_a_child_ends_with_its_parent(tmp_path, stopped_by):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", SCRIPT]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        step, pid = parent.stdout.readline(), int(parent.stdout.readline())
        parent.send_signal(stopped_by)
        parent.wait(30)
    deadline = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (step, is_running(pid)) == ("reading\n", False)


def test_a_script_without_a_main_guard_can_use_a_child(tmp_path):
    (tmp_path / "script.py").write_text(
        "print('once', flush=True)\nimport quintile\nprint(quintile.check('absent.csv')['error']['code'])\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (["once", "not_found"], "")


def test_a_module_in_the_current_folder_is_not_taken_for_one_of_ours(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('taken')")
    monkeypatch.chdir(tmp_path)
    with Child(MODULE, SMALL) as child:
        assert child.ask({"do": "answer", "give": 1}, PLACE, lambda _step: None)["got"] == 1


@pytest.mark.parametrize("size", ["much", "4", "-1GB", ""])
def test_a_size_that_is_none_is_refused(size):
    with pytest.raises(SettingsError) as caught:
        Child(MODULE, LimitSettings(max_memory=size))
    assert str(caught.value) == f"error[max_memory]: '{size}' is no size\n  Fix: write for example 500MB or 4GB"
