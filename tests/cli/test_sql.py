"""quintile sql and quintile steps at the command line: the standard output holds the text and nothing else."""

from __future__ import annotations

import duckdb
import pytest
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.jobs.run import run
from tests.jobs.shop import wish_for, write_shop


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sql")
    run(wish_for(write_shop(folder), {"model": {"scale": 3}}), folder / "results")
    return folder / "results"


def told(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_query_comes_alone(results):
    found = told("sql", "--results", results, "--table", "t")
    assert found.exit_code == 0
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS FROM read_csv('{results.parent / 'orders.csv'}', all_varchar = true)")
        assert len(connection.execute(found.stdout).fetchall()) == 3


def test_another_dialect_and_a_file(results, tmp_path):
    found = told("sql", "--results", results, "--dialect", "mysql", "--out", tmp_path / "model.sql")
    assert found.stdout.strip().endswith("model.sql")
    assert "FROM `shop_orders`" in (tmp_path / "model.sql").read_text(encoding="utf-8")


def test_conditions_take_the_place_of_the_query(results):
    found = told("sql", "--results", results, "--predicates", "values")
    assert found.stdout.startswith("-- Champions\n")


def test_steps_are_words(results):
    assert "Placed order at least once in the last" in told("steps", "--results", results).stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--dialect", "oracle"), "dialect"),
        (("--predicates", "rfm"), "predicates"),
        (("--predicates", "scores", "--table", "t"), "predicates"),
        (("--table", "a..b"), "table"),
        (("--out", "nowhere/model.sql"), "out"),
        (("--scale", "5"), "results"),
        (("orders.csv",), "results"),
    ],
    ids=str,
)
def test_a_slip_is_named(results, words, code):
    found = told("sql", "--results", results, *words)
    assert found.exception.code == code
