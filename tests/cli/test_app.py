"""What every command does with interrupts and bugs."""

from __future__ import annotations

import pytest

from quintile.cli import app


def raising(error):
    def called():
        raise error

    return called


@pytest.mark.parametrize("interrupt", [SystemExit(130), RuntimeError("Query interrupted")], ids=["typer", "database"])
def test_an_interrupt_says_so_and_exits_with_130(interrupt, monkeypatch, capsys):
    monkeypatch.setattr(app, "app", raising(interrupt))
    with pytest.raises(SystemExit) as stopped:
        app.main()
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_a_bug_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(app, "app", raising(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        app.main()


def test_other_exit_codes_stay(monkeypatch, capsys):
    monkeypatch.setattr(app, "app", raising(SystemExit(2)))
    with pytest.raises(SystemExit) as stopped:
        app.main()
    assert stopped.value.code == 2
    assert capsys.readouterr().err == ""
