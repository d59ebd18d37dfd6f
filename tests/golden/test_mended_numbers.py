"""Faults of reading numbers: those that are numbers already, and those of second tables; each kept as its rule."""

from __future__ import annotations

import csv
import json
import sqlite3

import pandas as pd
import pytest
import xlsxwriter

import quintile

COLUMNS = ("order_id", "customer_id", "order_date", "amount")
EVER = {"model": {"window": "all"}}
COMMA = {"reading": {"decimal": ","}}
KINDS = ["json lines", "json array", "workbook", "sqlite", "pandas"]


def json_lines(path, columns, rows):
    path = path / "orders.jsonl"
    path.write_text("".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows))
    return path, {}


def json_array(path, columns, rows):
    path = path / "orders.json"
    path.write_text(json.dumps([dict(zip(columns, row, strict=True)) for row in rows]))
    return path, {}


def workbook(path, columns, rows):
    book = xlsxwriter.Workbook(path / "orders.xlsx")
    sheet = book.add_worksheet()
    for line, cells in enumerate([columns, *rows]):
        for place, cell in enumerate(cells):
            (sheet.write_string if isinstance(cell, str) else sheet.write_number)(line, place, cell)
    book.close()
    return path / "orders.xlsx", {}


def sqlite(path, columns, rows):
    with sqlite3.connect(path / "orders.db") as connection:
        connection.execute("DROP TABLE IF EXISTS orders")
        connection.execute(f"CREATE TABLE orders ({', '.join(columns)})")
        connection.executemany(f"INSERT INTO orders VALUES ({', '.join('?' * len(columns))})", rows)
    connection.close()
    return "shop", {"sources": {"shop": {"kind": "sqlite", "path": str(path / "orders.db"), "table": "orders"}}}


def pandas(_, columns, rows):
    return pd.DataFrame(rows, columns=columns), {}


WRITERS = dict(zip(KINDS, [json_lines, json_array, workbook, sqlite, pandas], strict=True))


@pytest.fixture
def checked(tmp_path):
    """``checked(kind, amounts)``: what a check says of orders with these amounts, in a source of that kind."""

    def of(kind, amounts, columns=COLUMNS, **settings):
        rows = [(f"O{n}", f"C{n}", f"2025-01-0{n + 5}", amount) for n, amount in enumerate(amounts)]
        source, named = WRITERS[kind](tmp_path, columns, rows)
        return quintile.check(source, as_of="2026-07-01", settings={**EVER, **named, **settings})

    return of


def total(found):
    assert not found["rows_quarantined"], found["quarantine"]
    return float(found["net_total"])


@pytest.mark.parametrize("settings", [{}, COMMA], ids=["unsaid", "comma"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("amounts", [[10.825, 11.125, 12.375], [10.825, 11.5, 12]])
def test_what_is_a_number_already_has_a_point(checked, kind, amounts, settings):
    assert total(checked(kind, amounts, **settings)) == pytest.approx(sum(amounts), abs=1e-9)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "pandas"])
def test_texts_that_can_only_have_a_point_have_one_beside_numbers(checked, kind):
    assert total(checked(kind, [1.234, 11.0, "$1.50"], **COMMA)) == 13.734


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_keep_their_value_beside_texts_with_a_comma(checked, kind):
    assert total(checked(kind, [1.234, "11,50"])) == 12.734
    assert total(checked(kind, [1.234, "11,50", -2.0, 3], **COMMA)) == 13.734


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_are_no_answer_for_texts_beside_them(checked, kind):
    found = checked(kind, [1.234, 11.5, "1.234"])
    assert found["error"]["code"] == "ambiguous_decimal"
    assert "'1.234'" in found["error"]["message"]
    assert total(checked(kind, [1.234, 11.5, "1.234"], **COMMA)) == 1246.734
    assert total(checked(kind, [1.234, 11.5, "1.234"], reading={"decimal": "."})) == 13.968


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_are_numbers_already_are_no_scientific_notation(checked, kind):
    assert not [one for one in checked(kind, [1.234, "11,50"])["warnings"] if one["code"] == "scientific_notation"]


def test_a_frame_of_numbers_beside_another_column_of_anything_keeps_them():
    rows = [(n, f"C{n}", f"2025-01-0{n + 5}", 1.125 + n) for n in range(3)]
    frame = pd.DataFrame([*rows, ("A", "C9", "2025-01-09", 1.125)], columns=COLUMNS)
    frame["amount"] = frame["amount"].astype(object)
    assert total(quintile.check(frame, as_of="2026-07-01", settings={**EVER, **COMMA})) == 7.5


@pytest.mark.parametrize("kind", ["json lines", "workbook"])
def test_dates_that_are_numbers_still_follow_the_format_that_is_said(tmp_path, kind):
    rows = [(f"O{n}", f"C{n}", 5012025 + n * 1000000, 1.5) for n in range(10, 20)]
    source, _ = WRITERS[kind](tmp_path, COLUMNS, rows)
    found = quintile.check(source, as_of="2026-07-01", settings={**EVER, "reading": {"date_format": "%d%m%Y"}})
    assert total(found) == 15


def orders(path, amounts, currency=None):
    with (path / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([*COLUMNS, "currency"] if currency else COLUMNS)
        for n, amount in enumerate(amounts):
            row = [f"{n + 1}", f"C{n + 1}", f"2025-01-0{n + 5}", amount]
            writer.writerow([*row, currency] if currency else row)
    return path / "orders.csv"


@pytest.mark.parametrize("decimal", [".", ","])
def test_the_orders_mark_is_no_answer_for_rates(tmp_path, decimal):
    source = orders(tmp_path, [f"1000{decimal}00", f"10{decimal}00"], "USD")
    settings = {**EVER, "reading": {"decimal": decimal}}
    rates = tmp_path / "rates.csv"
    settings["ledger"] = {"base_currency": "EUR", "rates": str(rates)}
    head = "date,currency,rate\n2025-01-05,USD,"
    rates.write_text(f"{head}1.125\n2025-01-06,USD,1.025\n")
    error = quintile.check(source, as_of="2026-07-01", settings=settings)["error"]
    assert (error["code"], error["file"], error["line"], error["column"]) == (
        "ambiguous_decimal",
        "rates.csv",
        2,
        "rate",
    )
    assert error["fix"].startswith("write them with four decimals, such as 1.0250; or,")
    rates.write_text(f"{head}1.1250\n2025-01-06,USD,1.0250\n")
    found = quintile.check(source, as_of="2026-07-01", settings=settings)
    assert total(found) == 1135.25


def test_a_workbook_of_rates_leaves_nothing_open(tmp_path):
    source = orders(tmp_path, ["1000,00", "10,00"], "USD")
    book = xlsxwriter.Workbook(tmp_path / "rates.xlsx")
    sheet = book.add_worksheet()
    for line, cells in enumerate(
        [("date", "currency", "rate"), ("2025-01-05", "USD", 1.125), ("2025-01-06", "USD", 1.025)]
    ):
        sheet.write_row(line, 0, cells)
    book.close()
    ledger = {"base_currency": "EUR", "rates": str(tmp_path / "rates.xlsx")}
    found = quintile.check(source, as_of="2026-07-01", settings={**EVER, **COMMA, "ledger": ledger})
    assert total(found) == 1135.25


def test_nothing_in_a_column_of_words_was_not_returned(tmp_path):
    source = orders(tmp_path, ["10,00", "20,00", "30,00", "40,00", "50,00"])
    returns = tmp_path / "returns.csv"
    returns.write_text("order,returned\n1,x\n2,\n3,\n")
    ledger = {"returns": str(returns)}
    found = quintile.check(source, as_of="2026-07-01", settings={**EVER, "ledger": ledger})
    assert total(found) == 140
    assert found["second_tables"][0]["not_returned"] == 2


def test_a_phone_that_a_data_frame_wrote_is_the_same_phone(tmp_path):
    path = tmp_path / "orders.csv"
    phones = ["1701234567.0", "0170 1234567", "0171 7654321"]
    rows = "".join(f"{n},{phone},2025-01-0{n + 5},5.50\n" for n, phone in enumerate(phones))
    path.write_text(f"order_id,phone,order_date,amount\n{rows}")
    ledger = {"customer_key": "phone", "country": "DE"}
    found = quintile.check(path, as_of="2026-07-01", settings={**EVER, "ledger": ledger})
    assert found["customers"] == 2
