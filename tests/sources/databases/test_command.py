"""The whole way: a name on the command line, customers to the byte, and no password anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date

import pytest

import quintile
from quintile.domain.settings import LedgerSettings, ReadingSettings, Settings
from quintile.errors import SettingsError
from quintile.jobs.check import check
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from quintile.sources.databases import mysql, postgresql
from quintile.sources.databases.base import Access
from tests import services
from tests.sources.databases.shops import MAP, ROWS, TABLE, write_csv

SETTINGS = Settings(
    reading=ReadingSettings(map=MAP), ledger=LedgerSettings(time_zone="Europe/Berlin", base_currency="EUR")
)
AS_OF = date(2026, 1, 1)


def wish(source):
    return Wish(sources=[source], settings=SETTINGS, as_of=AS_OF)


@pytest.mark.parametrize("kind", ["duckdb", "mysql", "postgresql", "sqlite"])
def test_customers_are_the_same_to_the_byte_from_a_file_and_from_every_database(kind, shop_of, tmp_path):
    shop = shop_of(kind)
    shop.fill()
    if kind == "duckdb":
        shop.close()
    run(wish(write_csv(tmp_path / "orders.csv")), tmp_path / "file")
    report = run(wish(shop.source()), tmp_path / "database")
    assert report["inputs"][0]["name"] == f"shop: {TABLE}"
    assert report["inputs"][0]["rows"] == len(ROWS)
    for file in ("customers.parquet", "customers.csv", "segments.csv"):
        assert (tmp_path / "database" / file).read_bytes() == (tmp_path / "file" / file).read_bytes()


def test_rows_set_aside_are_named_by_table_and_key(shop_of):
    shop = shop_of("postgresql")
    rows = [*ROWS, (None, "A-8", "2025-01-01 00:00:00+00:00", "1", ""), ("1", "A-9", None, "1", "\x07")]
    shop.fill(rows)
    found = check(wish(shop.source()))
    assert (found["rows_in"], found["rows_quarantined"]) == (len(rows), 2)
    examples = {entry["reason"]: entry["examples"][0] for entry in found["quarantine"]}
    place = {"file": f"shop: {TABLE}", "line": None}
    assert examples["null_customer"] == {**place, "key": "order_id = A-8", "column": "customer_id", "raw": ""}
    assert examples["control_character"]["key"] == "order_id = A-9"


@pytest.fixture
def command(shop_of, tmp_path):
    """``command("run", "shop", ...)`` in a folder whose settings name a PostgreSQL shop."""
    shop = shop_of("postgresql")
    shop.fill()
    (tmp_path / "temporary").mkdir()
    (tmp_path / "quintile.toml").write_text(
        f"""
        [ledger]
        time_zone = "Europe/Berlin"
        base_currency = "EUR"
        [sources.shop]
        kind = "postgresql"
        host = "{shop.server.host}"
        port = {shop.server.port}
        database = "{shop.database}"
        user = "{shop.server.user}"
        password_env = "SHOP_PASSWORD"
        table = {json.dumps(TABLE)}
        map = {{time = {json.dumps(MAP["time"])}, amount = {json.dumps(MAP["amount"])}}}
        """,
        encoding="utf-8",
    )

    def called(*words, password=services.PASSWORD, **environment):
        given = {**os.environ, "SHOP_PASSWORD": password, "TMPDIR": str(tmp_path / "temporary"), **environment}
        ended = subprocess.run(
            [sys.executable, "-m", "quintile", *words],
            cwd=tmp_path,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert password not in ended.stdout + ended.stderr
        for file in tmp_path.rglob("*"):
            assert not file.is_file() or password.encode() not in file.read_bytes(), file
        assert list((tmp_path / "temporary").iterdir()) == []
        return ended

    return called


def test_a_name_is_run_and_checked_like_a_file(command, tmp_path):
    ended = command("run", "shop", "--out", "results", "--as-of", "2026-01-01", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["inputs"][0]["rows"] == len(ROWS)
    assert (tmp_path / "results" / "customers.parquet").exists()
    checked = command("check", "--json")  # no name takes all sources
    assert (checked.returncode, json.loads(checked.stdout)["outcome"]) == (0, "accept")
    assert command("check", "shop").returncode == 0


def test_a_name_is_run_into_a_project(command, tmp_path):
    ended = command("run", "shop", "--project", ".", "--as-of", "2026-01-01")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "store").is_dir()


def test_no_password_is_shown_when_it_is_wrong(command):
    ended = command("check", "shop", "--json", password="wrong-canary-4711")
    assert ended.returncode == 2
    assert json.loads(ended.stdout)["error"]["code"] == "login_failed"
    ended = command("run", "shop", "--out", "results", password="wrong-canary-4711")
    assert (ended.returncode, ended.stderr.startswith("error[login_failed]")) == (2, True)


def test_a_host_of_a_private_network_must_be_allowed_by_name_or_flag(command, tmp_path):
    settings = tmp_path / "quintile.toml"
    settings.write_text(settings.read_text().replace(services.HOST, "169.254.169.254"))
    ended = command("run", "shop", "--out", "results")
    assert (ended.returncode, "error[host_refused]" in ended.stderr) == (2, True)
    assert 'allow_hosts = ["169.254.169.254"]' in ended.stderr


def test_the_python_interface_takes_a_name(shop_of):
    shop = shop_of("sqlite")
    shop.fill()
    tables = {"shop": {"kind": "sqlite", "path": str(shop.path), "table": TABLE, "map": MAP}}
    result = quintile.run("shop", settings={"sources": tables, "ledger": {"base_currency": "EUR"}}, as_of="2026-01-01")
    assert result.report["inputs"][0]["rows"] == len(ROWS)


@pytest.mark.parametrize(
    ("kind", "driver", "extra"), [(postgresql, "psycopg", "postgres"), (mysql, "pymysql", "mysql")]
)
def test_a_missing_driver_names_the_extra(kind, driver, extra, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, driver, None)
    with pytest.raises(SettingsError) as error:
        kind.extract(None, Access(), tmp_path / "rows.csv", print)
    assert error.value.fix == f"install it: pip install 'quintile[{extra}]'"
