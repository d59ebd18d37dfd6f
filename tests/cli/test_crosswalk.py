"""quintile crosswalk --out: a page beside what the terminal shows."""

from __future__ import annotations

from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.jobs.run import run
from tests.jobs.shop import wish_for, write_shop


def test_the_page_is_written_and_the_terminal_still_shows_all(tmp_path, monkeypatch):
    run(wish_for(write_shop(tmp_path)), tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, ["crosswalk", "--results", "out"]).stdout
    ended = CliRunner().invoke(app, ["crosswalk", "--results", "out", "--out", "page.html"])
    assert ended.exit_code == 0
    assert ended.stdout.startswith(shown.rstrip())
    assert ended.stdout.splitlines()[-1].strip() == "As a page: page.html"
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
