"""quintile export: names what it wrote, and refuses what makes no sense together."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.errors import SettingsError
from quintile.jobs.run import run
from tests.jobs.shop import wish_for, write_shop


def test_both_shapes_are_written_and_named(tmp_path, monkeypatch):
    run(wish_for(write_shop(tmp_path)), tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["export", "out", "--out", "o.xlsx", "--lists", "lists", "--segment", "lost"])
    assert (ended.exit_code, ended.stdout) == (0, "o.xlsx\nlists/lost.csv: 0 customers\n")
    assert (tmp_path / "o.xlsx").read_bytes().startswith(b"PK")
    assert (tmp_path / "lists" / "lost.csv").read_text(encoding="utf-8").startswith("customer_id,")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "say what to write"),
        (["--out", "o.xls"], "'o.xls' is no name of a workbook"),
        (["--out", "o.xlsx", "--segment", "Lost"], "--segment is about lists"),
        (["--out", "o.xlsx", "--bom"], "--bom is about lists"),
        (["--lists", "lists", "--playbook", "p.toml"], "--playbook is about the workbook"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_written(tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(app, ["export", "out", *words])
    assert isinstance(ended.exception, SettingsError)
    assert message in ended.exception.message
    assert list(tmp_path.iterdir()) == []
