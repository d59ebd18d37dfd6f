"""quintile report: says where the page is, and fails with a place and a fix."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.errors import SettingsError
from quintile.jobs.run import run
from tests.jobs.shop import wish_for, write_shop


def test_the_command_names_the_file_it_wrote(tmp_path, monkeypatch):
    run(wish_for(write_shop(tmp_path)), tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["report", "out", "--out", "board.html"])
    assert (ended.exit_code, ended.stdout) == (0, "board.html\n")
    assert (tmp_path / "board.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_results_that_are_not_there_are_named(tmp_path):
    ended = CliRunner().invoke(app, ["report", str(tmp_path / "nothing")])
    assert isinstance(ended.exception, SettingsError)
    assert "nothing" in str(ended.exception.place)


@pytest.mark.parametrize(("out", "fix"), [("board.pdf", "write --out FILE.html"), ("no/board.html", "make it first")])
def test_what_is_no_place_for_a_page_is_refused(tmp_path, monkeypatch, out, fix):
    run(wish_for(write_shop(tmp_path)), tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    for command in (["report", "out"], ["crosswalk", "--results", "out"]):
        ended = CliRunner().invoke(app, [*command, "--out", out])
        assert isinstance(ended.exception, SettingsError)
        assert (ended.exception.code, ended.exception.fix[: len(fix)]) == ("out", fix)
    assert not (tmp_path / out).exists()
