"""Conditions of segments: of any customer exactly one is true, and it is that of the segment quintile gave."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from itertools import product

import duckdb
import pytest

from quintile.domain.scheme import every_cell
from quintile.engine.render import Sql
from quintile.errors import SettingsError
from quintile.export.dialects import DIALECTS
from quintile.export.sql import model_steps, with_steps
from quintile.export.sql_segments import SCORES, VALUES, predicates, predicates_text
from tests.export.parity import LINES
from tests.export.test_sql import MODELS

DUCKDB = DIALECTS["duckdb"]
BY_VALUES = {name: model for name, model in MODELS.items() if name != "nested"}
COLUMNS = "customer_id, first_order, last_order, recency_days, frequency, monetary, r, f, m, rfm, segment"


def taken(connection, found, table):
    """Each customer's segment beside all whose conditions hold."""
    tests = [f"CASE WHEN {condition} THEN 1 ELSE 0 END" for condition in found.values()]
    rows = connection.execute(f"SELECT segment, {', '.join(tests)} FROM {table}").fetchall()
    assert rows
    return [(segment, [name for name, held in zip(found, marks, strict=True) if held]) for segment, *marks in rows]


def of_customers(found, connection):
    connection.execute(
        "CREATE TABLE customers (customer_id TEXT, first_order TEXT, last_order TEXT, recency_days INTEGER,"
        " frequency INTEGER, monetary DECIMAL(38, 12), r INTEGER, f INTEGER, m INTEGER, rfm TEXT, segment TEXT)"
    )
    rows = [tuple(str(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in found.customers]
    connection.executemany(f"INSERT INTO customers VALUES ({', '.join('?' * 11)})", rows)


@pytest.mark.parametrize("over", [SCORES, VALUES])
@pytest.mark.parametrize("name", BY_VALUES)
def test_every_customer_has_the_segment_of_the_run(shop_of, name, over):
    found = shop_of(LINES, {"model": MODELS[name]})
    with duckdb.connect() as connection:
        of_customers(found, connection)
        for segment, held in taken(connection, predicates(found.recipe, DUCKDB, over), "customers"):
            assert held == [segment]


@pytest.mark.parametrize("name", ["six-27", "grid-27, 1 is best", "scale 10", "eleven-125", "nested", "kmeans"])
def test_of_all_scores_each_has_one_segment(shop_of, name):
    recipe = shop_of(LINES, {"model": MODELS[name]}).recipe
    apart = "-" if recipe.model.scale.scores > 9 else ""
    segments = {apart.join(map(str, cell)): segment for cell, segment in recipe.segments.items()}
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE cells (r INTEGER, f INTEGER, m INTEGER, segment TEXT)")
        rows = [(*cell, segments[apart.join(map(str, cell))]) for cell in every_cell(recipe.model.scale.scores)]
        connection.executemany("INSERT INTO cells VALUES (?, ?, ?, ?)", rows)
        for segment, held in taken(connection, predicates(recipe, DUCKDB, SCORES), "cells"):
            assert held == [segment]


def around(ladder, step):
    """Values at the cut points of a metric, and just beside them."""
    return sorted({each.value + sign * step for each in ladder.steps for sign in (-1, 0, 1)})


@pytest.mark.parametrize("name", [name for name in BY_VALUES if name != "scale 10"])
def test_of_all_values_each_has_one_segment(shop_of, name):
    recipe = shop_of(LINES, {"model": MODELS[name]}).recipe
    least = (Decimal(1), Decimal(1), Decimal("0.000000000001"))
    r, f, m = (around(ladder, step) for ladder, step in zip(recipe.ladders, least, strict=True))
    rows = [("C045", days, orders, money) for days, orders, money in product(r, f, m) if orders >= 1 and days >= 1]
    if recipe.model.population == "ever":
        rows.append(("C045", None, 0, Decimal(0)))
    steps = [step for step in model_steps(recipe) if step.name in {"scores", "coded", "segments"}]
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE rfm (customer_id TEXT, recency_days INTEGER, frequency INTEGER, monetary DECIMAL(38, 12))"
        )
        connection.executemany("INSERT INTO rfm VALUES (?, ?, ?, ?)", rows)
        connection.execute("CREATE TABLE customers AS " + with_steps(steps, Sql("SELECT * FROM segments")))
        for segment, held in taken(connection, predicates(recipe, DUCKDB, VALUES), "customers"):
            assert held == [segment]


@pytest.mark.parametrize("over", [SCORES, VALUES])
@pytest.mark.parametrize("name", ["six-27", "everyone who ever bought", "ntile"])
def test_sqlite_understands_them(shop_of, name, over):
    found = shop_of(LINES, {"model": MODELS[name]})
    connection = sqlite3.connect(":memory:")
    of_customers(found, connection)
    for segment, held in taken(connection, predicates(found.recipe, DUCKDB, over), "customers"):
        assert held == [segment]
    connection.close()


def test_the_text_names_each_segment_over_its_condition(shop_of):
    recipe = shop_of(LINES, {"model": {"scale": 3, "scheme": "six-27"}}).recipe
    assert predicates_text(predicates(recipe, DUCKDB, SCORES)).startswith(
        "-- Champions\n(r = 3 AND f = 3 AND m BETWEEN 2 AND 3)\n"
        "OR (r = 3 AND f BETWEEN 2 AND 3 AND m = 3)\n\n-- Loyal\n"
    )


def test_amounts_are_exact_in_every_dialect(shop_of):
    recipe = shop_of(LINES, {"model": {"scale": 3, "m_cuts": ["10.5", "99.9"]}}).recipe
    condition = predicates(recipe, DIALECTS["bigquery"], VALUES)["Champions"]
    assert "CAST('99.9' AS BIGNUMERIC)" in condition


def test_nested_scores_have_no_values(shop_of):
    recipe = shop_of(LINES, {"model": {"method": "nested"}}).recipe
    with pytest.raises(SettingsError, match="other cut points for each score of recency") as refused:
        predicates(recipe, DUCKDB, VALUES)
    assert "--predicates scores" in refused.value.fix
