"""Texts of a server's table or a cluster's files have the fate and the value that they have in a file."""

from __future__ import annotations

import csv

import duckdb
import psycopg
import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_table import EngineTable
from quintile.errors import DataError
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.engines.test_conformance import customers

COLUMNS = ("customer", "order_id", "date", "amount")
AMOUNTS = """\
1,234.50|12.34|-5.00|5.00-|(7.25)|$1,000.00|1 234.56|1'234.56|1\u00a0234.58|+3.10|  4.20  |1e3|1.5E+02|1e-2|NaN|inf|∞
abc||0.00|00012.50|.50|5.|1.2.3|12,34,567.89|\u22129.99|99999999999999999999|1e400|1e-400|12.345|5.-|1_000
0x10|12%|5.00\t|١٢"""
COMMAS = "1.234,50|12,34|-5,00|5,00-|1 234,56|12 345 678,90|1e3|NaN|kr. 5,25|kr 6,25|1.234.567,89|5,2,5"
DATES = """\
2025-01-31|2025-1-5|2025/01/31|2025.01.31|20250131|2025-01-31 10:20|2025-01-31T23:20:30|2025-01-31 10:20:59.9999999
2025-03-30T00:20:30Z|2025-01-31T23:20:30+02:00|2025-01-31 23:20:30 -0500|2025-01-31 10:20:30 UTC|2025-02-30|1969-12-31
2300-01-01|epoch|now|today|infinity|2025-01-31 24:00:00|2025-01-31 10:20 PM|2025-01-31 12:05 am|Jan 31, 2025|x||45000
31 January 2025|Fri, 31 Jan 2025 10:11:12 GMT|31-Jan-2025| 2025-02-01 |0000-00-00|0000-01-01|2025-01-31 10:20:30,5"""
WOOCOMMERCE = ("order_id", "order_date", "status", "order_total", "order_currency", "customer_id", "customer_email",
               "refund_items", "line_item_1", "wt_import_key")  # fmt: skip
DAY_FIRST = "31/01/2025|1/2/2025|31.12.2024 10:11|31-1-2025 3:04 pm|05/06/2025T01:02:03Z|99/01/2025|2025-01-05"
BERLIN = {"time_zone": "Europe/Berlin"}


def texts(told):
    return told.replace("\n", "|").split("|")


def of_amounts(told):
    return [(f"a{n}", f"a{n}", f"2025-01-{1 + n % 28:02}", text) for n, text in enumerate(texts(told))]


def of_dates(told):
    return [(f"d{n}", f"d{n}", text, f"{n + 1}.25") for n, text in enumerate(texts(told))]


def write_csv(path, rows, columns=COLUMNS):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def table_of(url, folder, rows, columns=COLUMNS):
    """The same rows as texts where the engine reads them."""
    if url.startswith("spark"):
        source, target = write_csv(folder / "rows.csv", rows, columns), folder / "rows.parquet"
        reading = f"read_csv('{source}', all_varchar = true, strict_mode = false)"
        duckdb.execute(f"COPY (FROM {reading}) TO '{target}' (FORMAT parquet)")
        return EngineTable(target.as_uri())
    with psycopg.connect(url, autocommit=True) as server:
        told = ", ".join(f"{column} text" for column in columns)
        server.execute(f"DROP TABLE IF EXISTS texts; CREATE TABLE texts ({told})".encode())
        with server.cursor().copy("COPY texts FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    return EngineTable("texts")


def told(source, folder, url="duckdb", **groups):
    """The fates, what was assumed, the warnings, and who bought what and when."""
    given = {"engine": {"url": url}, "output": {"report": False}, "model": {"window": "all", "scale": 2}, **groups}
    given["reading"] = {"max_bad_share": 1, **given.get("reading", {})}
    out = folder / url.partition(":")[0]
    try:
        report = run(Wish([source], read_settings(None, given)), out)
    except DataError as error:
        return error.code, error.message
    fates = {one["reason"]: one["rows"] for one in report["quarantine"]}
    assumed = {key: report["assumed"].get(key) for key in ("decimal", "currency_sign", "date_order", "date_forms")}
    return fates, assumed, [one["code"] for one in report["warnings"]], customers(out, url)


def same(url, folder, rows, columns=COLUMNS, **groups):
    expected = told(write_csv(folder / "here.csv", rows, columns), folder, **groups)
    found = told(table_of(url, folder, rows, columns), folder, url, **groups)
    assert found == expected
    return expected


@pytest.mark.parametrize(
    ("rows", "groups", "bought"),
    [
        (of_amounts(AMOUNTS), {"reading": {"decimal": "."}}, 18),
        (of_amounts(COMMAS), {}, 8),
        (of_amounts("1 234,50 \u0440\u0443\u0431.|5,00 \u0440\u0443\u0431."), {"ledger": {"base_currency": "RUB"}}, 2),
        (of_dates(DATES), {"ledger": BERLIN}, 20),
        (of_dates(DAY_FIRST), {"ledger": BERLIN, "model": {"recency": "elapsed", "window": "all", "scale": 2}}, 6),
        (of_dates("31-Jan-25 10:11|28-feb-24 1:2|30-feb-24 1:2"), {"reading": {"date_format": "%d-%b-%y %H:%M"}}, 2),
        (of_dates("2025-01-31 10:11 +02:00|x"), {"reading": {"date_format": "%Y-%m-%d %H:%M %z"}}, 1),
    ],
    ids=["points", "commas", "letters", "dates", "instants, day first", "format", "format, zone"],
)
def test_texts_of_a_server_are_read_as_those_of_a_file(rows, groups, bought, tmp_path, url_of):
    fates, *_, found = same(url_of("postgresql"), tmp_path, rows, **groups)
    assert len(found) == bought
    assert len(found) + sum(fates.values()) <= len(rows)


@pytest.mark.parametrize(
    "rows", [of_amounts("1,234|2,345"), of_dates("01/02/2025|03/04/2025"), of_dates("45000|45001")]
)
def test_what_is_doubtful_in_a_file_is_doubtful_in_a_server(rows, tmp_path, url_of):
    assert same(url_of("postgresql"), tmp_path, rows)[0] in {"ambiguous_decimal", "ambiguous_date", "date_is_number"}


def test_texts_of_a_cluster_are_read_as_those_of_a_file(tmp_path, url_of):
    odd = [
        ("e\u0301", "i1", "2025-01-01", "1,25"),
        ("é", "i2", "2025-01-02", "1,50"),
        ("b\u200b", "i3", "2025-01-03", "2"),
    ]
    days = [(one, one, day, "1,25") for one, _, day, _ in of_dates("31/01/2025 10:11|31/02/2025")]
    rows = [*of_amounts(COMMAS), *days, *odd]
    fates, *_, found = same(url_of("spark"), tmp_path, rows, reading={"decimal": ","}, ledger=BERLIN)
    assert (len(found), fates) == (11, {"bad_amount": 1, "nonfinite_amount": 1, "bad_date": 1})


@pytest.mark.parametrize("kind", ["postgresql", "spark"])
def test_refunds_of_woocommerce_that_stand_in_one_text_are_summed(kind, tmp_path, url_of):
    refunds = {
        "a@x.example": "amount:1.25|reason:late|date:2026-05-04 10:00:00;amount:-2|reason:|date:",
        "b@x.example": "amount:10.5|reason:amount",
        "c@x.example": "",
        "d@x.example": "reason:none",
        "e@x.example": "amount:20.00",
    }
    rows = [
        (f"{place}", f"2026-05-0{1 + place} 10:00:00", "wc-completed", "20.00", "EUR", f"{place}", who, text, "x", "")
        for place, (who, text) in enumerate(refunds.items())
    ]
    fates, *_, found = same(url_of(kind), tmp_path, rows, WOOCOMMERCE)
    paid = {row[0]: f"{row[5]:.2f}" for row in found}
    assert paid == {"a@x.example": "16.75", "b@x.example": "9.50", "c@x.example": "20.00"}
    assert fates == {"bad_amount": 1}
