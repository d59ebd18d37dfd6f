"""Every engine says the same as DuckDB: reports, scores and segments of all customers, money to the last digit."""

from __future__ import annotations

import json
import os
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest

from quintile.config.read import read_settings
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.engines.cases import LARGE, MORE, SMALL

# A query takes a cluster its time: QUINTILE_ENGINES=all asks it all that PostgreSQL is asked. The sample shop is asked
# by test_projects.py, too.
EVERY = os.environ.get("QUINTILE_ENGINES") == "all"
QUICK = ("by hand, net", "clocks, elapsed", "hostile ids", "ties", "numbers of two customers", "cdnow_sample v1_rows")
ON_SPARK = [case for case in (*SMALL, *MORE, *LARGE) if EVERY or case.name in QUICK]
# What says where the results lie, not what they are.
PLACES = {"files", "snapshot", "folder", "stopped_runs"}
COLUMNS = "customer_id, first_order, last_order, recency_days, frequency, monetary, r, f, m, rfm, segment"


def published(case, folder, url="duckdb"):
    """The report of a run of a case, and its customers in the order of their ids."""
    given = {group: dict(keys) for group, keys in case.settings.items()}
    for table in {"rates", "returns"} & set(given.get("ledger", {})):
        given["ledger"][table] = getattr(case, table)(folder)
    given["engine"] = {"url": url}
    given["output"] = {"report": False}
    out = folder / url.partition(":")[0]
    report = run(Wish(case.sources(folder), read_settings(None, given), as_of=case.as_of), out)
    return {key: value for key, value in report.items() if key not in PLACES}, customers(out, url)


def customers(out, url):
    if url == "duckdb":
        return read_parquet(out / "customers.parquet")
    told = json.loads((out / "customers.table").read_text(encoding="utf-8"))
    if told["engine"] == "spark":
        return read_parquet(f"{urlsplit(told['folder']).path}/*.parquet")
    with psycopg.connect(url) as connection:
        rows = connection.execute(f'SELECT {COLUMNS} FROM "{told["schema"]}"."{told["table"]}"').fetchall()
    assert len(rows) == told["rows"]
    return sorted(rows)


def read_parquet(path):
    return sorted(duckdb.execute(f"SELECT {COLUMNS} FROM read_parquet(?)", [str(path)]).fetchall())


def differences(found, expected, where=""):
    """The first places at which two answers differ, so that a failure can be read."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in dict.fromkeys([*expected, *found]):
            yield from differences(found.get(key, "absent"), expected.get(key, "absent"), f"{where}.{key}")
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif found != expected:
        yield f"{where}: {str(found)[:300]} is not {str(expected)[:300]}"


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        *(pytest.param("postgresql", case, id=f"postgresql, {case}") for case in (*SMALL, *MORE, *LARGE)),
        *(pytest.param("spark", case, id=f"spark, {case}") for case in ON_SPARK),
    ],
)
def test_every_engine_says_the_same(kind, case, tmp_path, url_of):
    expected, rows = published(case, tmp_path)
    found, others = published(case, tmp_path, url_of(kind))
    assert list(differences(found, expected)) == []
    assert list(differences(others, rows)) == []
    assert rows
