from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from pyarrow import csv

from quintile.config.read import read_settings
from quintile.domain.database import DatabaseSettings
from quintile.domain.rfm_model import RfmModel
from quintile.domain.settings import Settings
from quintile.errors import SettingsError
from quintile.jobs.check import check
from quintile.jobs.isolated import check_apart, request_of, wish_of
from quintile.jobs.workplace.wish import Wish

TEXT = "order_id,customer_id,order_date,amount\nO1,A,2025-06-01,10.05\nO2,B,2025-06-02,20.00\nO3,,2025-06-02,1\n"
GIVEN = read_settings(
    None,
    {
        "reading": {"map": {"customer": "é"}, "max_bad_share": 0.25},
        "ledger": {"statuses": {"test": ["probe"]}, "exclude": ["test"]},
        "model": {"r_cuts": ["1.5", "30"], "method": "r=threshold"},
        "engine": {"memory": "1GB", "threads": 2},
        "limits": {"max_memory": "2GB", "max_seconds": 60},
    },
)


@pytest.fixture
def orders(tmp_path):
    (tmp_path / "orders.csv").write_text(TEXT)
    return tmp_path / "orders.csv"


def test_a_check_apart_finds_what_a_check_finds(orders):
    steps, wish = [], Wish([orders], Settings(), dt.date(2025, 7, 1))
    found = check_apart(wish, on_step=steps.append)
    assert found == json.loads(json.dumps(check(wish)))
    assert (found["rows_in"], found["rows_quarantined"], "reading" in steps) == (3, 1, True)


@pytest.mark.parametrize("as_of", [None, dt.date(2025, 7, 1), dt.datetime(2025, 7, 1, 12, 30)])  # noqa: DTZ001 - local
def test_a_wish_travels_whole(as_of):
    model = RfmModel()
    wish = Wish([Path("a b.csv")], GIVEN, as_of, model, project=Path("shop"), backfill=True)
    assert wish_of(json.loads(json.dumps(request_of(wish)))) == wish
    assert wish.settings.model.r_cuts == (Decimal("1.5"), Decimal(30))


def test_the_database_of_a_child_has_half_of_its_memory_unless_told_otherwise():
    assert request_of(Wish([Path("a.csv")]))["settings"]["engine"]["memory"] == "2000000000B"
    assert request_of(Wish([Path("a.csv")], GIVEN))["settings"]["engine"]["memory"] == "1GB"


@pytest.mark.parametrize(("memory", "threads"), [("400MB", 6), ("500MB", 13), ("1GB", 46), ("4GB", 64)])
def test_a_child_has_no_more_threads_than_its_memory_bears(memory, threads):
    settings = read_settings(None, {"limits": {"max_memory": memory}, "engine": {"threads": 64}})
    assert request_of(Wish([Path("a.csv")], settings))["settings"]["engine"]["threads"] == threads


def test_the_least_memory_is_enough_for_any_kind_of_file(orders, tmp_path):
    workbook = xlsxwriter.Workbook(tmp_path / "orders.xlsx")
    sheet = workbook.add_worksheet()
    for row, line in enumerate(TEXT.splitlines()):
        sheet.write_row(row, 0, line.split(","))
    workbook.close()
    pq.write_table(csv.read_csv(orders), tmp_path / "orders.parquet")
    settings = read_settings(None, {"limits": {"max_memory": "500MB"}, "engine": {"threads": 64}})
    for ending in ("csv", "xlsx", "parquet"):
        assert check_apart(Wish([tmp_path / f"orders.{ending}"], settings))["rows_in"] == 3


def test_what_the_settings_say_of_databases_stays_here():
    settings = replace(GIVEN, sources={"shop": DatabaseSettings("sqlite", path="shop.db")})
    assert request_of(Wish([Path("a.csv")], settings))["settings"]["sources"] == {}


def test_a_file_beyond_a_limit_is_rejected(tmp_path):
    workbook = xlsxwriter.Workbook(tmp_path / "orders.xlsx")
    sheet = workbook.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "z")
    workbook.close()
    found = check_apart(Wish([tmp_path / "orders.xlsx"]))
    assert (found["outcome"], found["rows_in"]) == ("reject", 0)
    assert {key: found["error"][key] for key in ("code", "message", "file")} == {
        "code": "too_large",
        "message": "reading the file takes more than 4GB of memory",
        "file": "orders.xlsx",
    }


def test_a_wrong_setting_is_the_callers_error(orders):
    with pytest.raises(SettingsError) as caught:
        check_apart(Wish([orders], read_settings(None, {"model": {"window": "soon"}})))
    assert caught.value.code == "window"


def test_a_frame_is_checked_where_it_is():
    frame = pa.table({"customer_id": ["A"], "order_date": [dt.date(2025, 6, 1)], "amount": [1.5]})
    assert check_apart(Wish([frame]))["rows_in"] == 1
