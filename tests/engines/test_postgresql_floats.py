"""Floats of a PostgreSQL server are the decimals that they are in a file of the same values."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_table import EngineTable
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.engines.test_conformance import customers, differences

ARROW = {"real": pa.float32(), "float8": pa.float64()}
# A real above 2^27 holds multiples of 16 alone, and a float8 above 1e16 of 2: their texts may end otherwise.
MOST = {"real": 27, "float8": 53}


def some(kind):
    """Values of all sizes, as shops and as machines write them."""
    chance = random.Random(7)
    wild = [chance.uniform(1, 2) * 2 ** chance.uniform(-20, MOST[kind] - 1) for _ in range(1500)]
    return [*wild, *(round(value, chance.randrange(4)) for value in wild)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("real", [5, 7, 100]),
        ("real", [5.25, 7.1, 19.99, 0.01]),
        ("real", [16777217, 12345678, 9999999, 123456.78, 1234567.8, 12345678.9, 99999999]),
        ("real", [6462.90625, 41666312, 44944552, 1e12, 1e15]),
        ("real", [1e15, 1e16, 3e18, 1e-4, 1e-5, 3.1e-6]),
        ("float8", [5, 7, 100]),
        ("float8", [1e15, 2e15]),
        ("float8", [1e15, 1000000000000000.1, 1e16, 1e22, 1e300]),
        ("float8", [5.25, 0.30000000000000004, 123456789012345.6, 1.5e-7]),
        ("real", some("real")),
        ("float8", some("float8")),
    ],
    ids=lambda given: given if isinstance(given, str) else f"{len(given)} from {given[0]}",
)
def test_money_that_is_a_float_is_the_same_there(kind, values, url_of, tmp_path):
    url = url_of("postgresql")
    rows = [(f"c{place}", f"{place}", f"2025-01-{1 + place % 27:02}", value) for place, value in enumerate(values)]
    columns = dict(zip(("customer", "order_id", "date", "amount"), zip(*rows, strict=True), strict=True))
    pq.write_table(pa.table({**columns, "amount": pa.array(map(float, values), ARROW[kind])}), tmp_path / "odd.parquet")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP TABLE IF EXISTS odd")
        server.execute(f"CREATE TABLE odd (customer text, order_id text, date date, amount {kind})".encode())
        with server.cursor().copy("COPY odd FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    told = []
    for source, engine in ((tmp_path / "odd.parquet", "duckdb"), (EngineTable("odd"), url)):
        given: dict[str, Any] = {"output": {"report": False}, "model": {"scale": 2}, "reading": {"max_bad_share": 1}}
        out = tmp_path / engine.partition(":")[0]
        report = run(Wish([source], read_settings(None, {**given, "engine": {"url": engine}})), out)
        odd = [(one["reason"], one["rows"]) for one in report["quarantine"]]
        told.append([report["bridge"], odd, report["assumed"]["rules"], customers(out, engine)])
    assert list(differences(told[1], told[0])) == []
