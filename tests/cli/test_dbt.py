"""quintile dbt at the command line."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.jobs.run import run
from tests.jobs.shop import wish_for, write_shop


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dbt")
    run(wish_for(write_shop(folder), {"model": {"scale": 3}}), folder / "results")
    return folder / "results"


def told(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_project_is_written_and_named(results, tmp_path):
    found = told("dbt", "--results", results, "--dialect", "postgres", "--table", "raw.orders", "--out", tmp_path / "p")
    assert found.exit_code == 0
    assert "then: dbt build" in " ".join(found.stdout.split())
    assert "for PostgreSQL" in (tmp_path / "p" / "dbt_project.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--dialect", "oracle"), "dialect"),
        (("--table", "a..b"), "table"),
        (("--scale", "5"), "results"),
        (("orders.csv",), "results"),
    ],
    ids=str,
)
def test_a_slip_is_named(results, tmp_path, words, code):
    found = told("dbt", "--results", results, "--out", tmp_path / "p", *words)
    assert found.exception.code == code
    assert not (tmp_path / "p").exists()
