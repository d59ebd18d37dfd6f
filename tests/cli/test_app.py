"""What every command does with interrupts and bugs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import quintile
from quintile.cli import app
from quintile.errors import DataError, Place, StoreBusyError


def raising(error):
    def called():
        raise error

    return lambda _words: called


@pytest.mark.parametrize("interrupt", [SystemExit(130), RuntimeError("Query interrupted")], ids=["typer", "database"])
def test_an_interrupt_says_so_and_exits_with_130(interrupt, monkeypatch, capsys):
    monkeypatch.setattr(app, "_with_asked", raising(interrupt))
    with pytest.raises(SystemExit) as stopped:
        app.main()
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_bug_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(app, "_with_asked", raising(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        app.main()


def test_other_exit_codes_stay(monkeypatch, capsys):
    monkeypatch.setattr(app, "_with_asked", raising(SystemExit(2)))
    with pytest.raises(SystemExit) as stopped:
        app.main()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataError("bad_date", "no date", fix="mend it", place=Place("o.csv", 7, "day")), 2),
        (StoreBusyError("store-busy", "busy", fix="wait"), 75),
    ],
    ids=["data", "busy"],
)
@pytest.mark.parametrize("command", ["run", "fit", "score", "quarantine"])
def test_with_json_an_error_is_one_json_object_and_a_message_for_people(error, code, command, monkeypatch, capsys):
    monkeypatch.setattr(app, "_with_asked", raising(error))
    monkeypatch.setattr(sys, "argv", ["quintile", command, "o.csv", "--json"])
    with pytest.raises(SystemExit) as stopped:
        app.main()
    shown = capsys.readouterr()
    assert stopped.value.code == code
    assert json.loads(shown.out) == {"error": error.as_dict()}
    assert shown.err == f"{error}\n"


def test_without_json_an_error_is_a_message_alone(monkeypatch, capsys):
    error = DataError("bad_date", "no date", fix="mend it")
    monkeypatch.setattr(app, "_with_asked", raising(error))
    monkeypatch.setattr(sys, "argv", ["quintile", "run", "o.csv"])
    with pytest.raises(SystemExit):
        app.main()
    assert capsys.readouterr() == ("", "error[bad_date]: no date\n  Fix: mend it\n")


def shown(words, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["quintile", *words])
    with pytest.raises(SystemExit) as stopped:
        app.main()
    return stopped.value.code, capsys.readouterr()


def test_the_version_needs_no_command(monkeypatch, capsys):
    code, output = shown(["--version"], monkeypatch, capsys)
    assert (code, output.out) == (0, f"quintile {quintile.__version__}\n")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_the_help_lists_every_command_with_its_purpose(words, monkeypatch, capsys):
    page = " ".join(shown(words, monkeypatch, capsys)[1].out.split())
    for command in app.app.registered_commands:
        assert str(command.name) in page
        assert " ".join(str(command.callback.__doc__).split())[:20] in page


def test_a_command_s_help_lists_its_flags(monkeypatch, capsys):
    code, output = shown(["run", "--help"], monkeypatch, capsys)
    assert code == 0
    assert "--window" in output.out


def test_a_slip_is_met_with_the_command_that_was_meant(monkeypatch, capsys):
    code, output = shown(["scor"], monkeypatch, capsys)
    assert code == 2
    assert "'score'" in output.err


@pytest.mark.parametrize("code", [0, 2, 75])
def test_the_command_ends_with_its_code_and_says_all(code):
    program = f"""
import sys
from quintile.__main__ import main
from quintile.cli import app
def ended():
    sys.stdout.write("shown")
    sys.stderr.write("explained")
    sys.exit({code})
app.main = ended
main()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (code, "shown", "explained")


def test_an_interrupt_while_the_program_loads_is_no_bug():
    program = """
import sys
from quintile.__main__ import main
class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "quintile.cli.commands":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Impatient())
main()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "interrupted\n")


def test_a_bug_ends_the_command_with_its_traceback():
    program = """
from quintile.__main__ import main
from quintile.cli import app
def broken():
    raise RuntimeError("a bug")
app.main = broken
main()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "Traceback" in ended.stderr
    assert ended.stderr.splitlines()[-1] == "RuntimeError: a bug"


def test_a_command_leaves_no_temporary_file(tmp_path):
    orders, place = tmp_path / "orders.csv", tmp_path / "temporary"
    orders.write_text("customer_id,order_id,order_date,amount\nann,1,2025-01-31,7.50\nbob,2,2025-02-01,9.00\n")
    place.mkdir()
    words = ["run", str(orders), "--out", str(tmp_path / "out"), "--base-currency", "EUR"]
    command = [sys.executable, "-m", "quintile", *words]
    environment = {**os.environ, "TMPDIR": str(place)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert list(place.iterdir()) == []


def test_no_later_file_takes_the_number_of_a_closed_output(tmp_path):
    program = """
import pathlib, sys
from quintile.__main__ import main
from quintile.cli import app
def ended():
    numbers = sys.stdout.fileno(), sys.stderr.fileno(), pathlib.Path("later").open("w").fileno()
    pathlib.Path("numbers").write_text(" ".join(map(str, numbers)))
app.main = ended
main()
"""
    (tmp_path / "program.py").write_text(program)
    command = f"exec '{sys.executable}' program.py <&- >&- 2>&-"
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    out, err, later = map(int, (tmp_path / "numbers").read_text().split())
    assert (out, err, later > err) == (1, 2, True)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_a_run_that_nobody_listens_to_is_published_all_the_same(tmp_path, closed):
    (tmp_path / "orders.csv").write_text("customer_id,order_id,order_date,amount\nann,1,2025-01-31,7.50\n")
    command = f"exec '{sys.executable}' -m quintile run orders.csv --out out {closed}"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)
    assert (tmp_path / "out" / "current" / "customers.parquet").is_file()
