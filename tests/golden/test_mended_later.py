"""Faults of reading found by writing sound and damaged files in more ways: each kept as the rule that mended it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

import quintile
from quintile.errors import DataError
from tests.golden.reference import rfm_of

pytestmark = pytest.mark.usefixtures("one_child")
COLUMNS = ("order_id", "customer_id", "order_date", "amount")
# Ten orders of five customers, 150.00 in all.
SOUND = [(f"O{n:04}", f"C{n % 5:03}", f"2025-01-{n + 5:02}", f"{10 + n}.50") for n in range(10)]
LF, CRLF = "\n", "\r\n"
RAGGED = "O99,C1,2025-01-01"


@pytest.fixture
def checked(tmp_path):
    """``checked(text)``: what a check says of a file, or of the file at a path."""

    def of(content, file="f.csv", **ledger):
        path = tmp_path / file
        if isinstance(content, str):
            path.write_bytes(content.encode())
        return quintile.check(path, as_of="2025-07-01", settings={"ledger": ledger})

    return of


def table(rows=SOUND, header=COLUMNS, end=LF):
    return "".join(",".join(row) + end for row in ([header, *rows] if header else rows))


def with_notes(note, end=LF, rows=SOUND):
    return table([(*row, note) for row in rows], (*COLUMNS, "note"), end)


def figures(found):
    reasons = {line["reason"]: line["rows"] for line in found["quarantine"]}
    return found["error"], found["rows_kept"], found["net_total"], reasons


def lines(found):
    return [example["line"] for reason in found["quarantine"] for example in reason["examples"]]


@pytest.mark.parametrize("inside", [CRLF, LF, "\r"], ids=["crlf", "lf", "cr"])
@pytest.mark.parametrize("end", [CRLF, LF], ids=["rows_crlf", "rows_lf"])
def test_a_break_inside_the_first_record_says_nothing_of_how_lines_end(checked, inside, end):
    """The row that is set aside makes a clean copy of the file, which has no header to learn the line ends from."""
    found = checked(with_notes(f'"two{inside}lines"', end) + RAGGED + end)
    assert figures(found) == (None, 10, "150.00", {"ragged_row": 1})
    assert lines(found) == [12 if inside == "\r" else 22]


@pytest.mark.parametrize("inside", [CRLF, LF, "\r"], ids=["crlf", "lf", "cr"])
def test_a_break_inside_a_json_text_is_part_of_it(checked, inside):
    objects = (dict(zip((*COLUMNS, "note"), (*row, f"two{inside}lines"), strict=True)) for row in SOUND)
    found = checked("".join(json.dumps(one) + "\n" for one in objects), "f.jsonl")
    assert figures(found) == (None, 10, "150.00", {})


@pytest.mark.parametrize("above", ["", "sep=,\r\n", "Report\nof\r\n\n"])
@pytest.mark.parametrize(("head", "body"), [(LF, CRLF), (CRLF, LF), (LF, LF), (CRLF, CRLF)])
def test_the_lines_above_the_rows_may_end_otherwise(checked, above, head, body):
    found = checked(above + ",".join(COLUMNS) + head + table(header=None, end=body))
    assert figures(found) == (None, 10, "150.00", {})


@pytest.mark.parametrize("end", [LF, CRLF], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("opened", "closed"),
    [
        ('O98,"C1,2025-01-01,1.00,x', 'O99,C1",2025-01-01,1.00,x'),
        ('O98,C1,2025-01-01,1.00,"Bob', 'O99,C1,2025-01-01,1.00,5"'),
        ('"O98,C1,2025-01-01,1.00,x', 'O99",C1,2025-01-01,1.00,x'),
    ],
    ids=["customer", "last", "first"],
)
@pytest.mark.parametrize("between", [0, 3])
def test_a_stray_quote_never_swallows_rows(checked, end, opened, closed, between):
    """Two stray quotes make one sound record of many; its lines are written like rows, so rows would be lost."""
    rows = [(*row, "x") for row in SOUND]
    text = table(rows[:5], (*COLUMNS, "note"), end) + opened + end
    text += table(rows[5 : 5 + between], None, end) + closed + end + table(rows[5 + between :], None, end)
    error = checked(text)["error"]
    assert (error["code"], error["line"]) == ("unterminated_quote", 7)
    assert f"line {8 + between}" in error["message"]


@pytest.mark.parametrize(
    "note",
    ['"a, b\nc, d, e, f, g"', '"call\n1, 2, 3, 4, 5"', '"1 Main St\nSpringfield, IL, 62704, US, x"', '"a\n,,,,"'],
    ids=["words", "figures", "address", "marks"],
)
def test_a_note_of_several_lines_may_hold_delimiters(checked, note):
    assert figures(checked(with_notes(note))) == (None, 10, "150.00", {})


def priced(*amounts):
    rows = ((f"O{n},C{n},2025-01-05", amount) for n, amount in enumerate(amounts))
    return "order_id,customer_id,order_date,amount\n" + table(rows, None)


@pytest.mark.parametrize(
    ("amounts", "base", "line", "column"),
    [
        (("10.50", "€9.50", "$4.00", "€5.00"), "EUR", 4, "amount"),
        (("10.50", "9.50", "£8.00"), "EUR", 4, "amount"),
        (("10.50", "9.50 $"), "EUR", 3, "amount"),
        (("€10.50 USD", "9.50"), "EUR", 2, "amount"),
        (("$10.50", "USD 9.50"), "USD", 3, "amount"),
    ],
    ids=["two_signs", "not_the_base", "behind", "in_one_amount", "sign_and_code"],
)
def test_a_currency_that_does_not_fit_is_shown_where_it_stands(checked, amounts, base, line, column):
    error = checked(priced(*amounts), base_currency=base)["error"]
    assert (error["code"], error["line"], error["column"]) == ("mixed_currency", line, column)


def test_a_code_that_contradicts_the_sign_is_shown_where_it_stands(checked):
    rows = [(*row[:3], f"€{row[3]}", "EUR" if n < 4 else "USD") for n, row in enumerate(SOUND)]
    error = checked(table(rows, (*COLUMNS, "currency")))["error"]
    assert (error["code"], error["line"], error["column"]) == ("mixed_currency", 6, "currency")


@pytest.mark.parametrize(
    ("amounts", "base"),
    [
        (("$10.50 USD", "$9.50 USD"), "USD"),
        (("€10.50", "EUR 9.50"), "EUR"),
        (("kr 10.50", "Kr. 9.50"), "SEK"),
        (("₺10.50", "9.50 TL"), "TRY"),
    ],
    ids=["sign_and_code", "sign_or_code", "case", "two_signs"],
)
def test_one_currency_may_be_said_in_two_ways(checked, amounts, base):
    found = checked(priced(*amounts), base_currency=base)
    assert (*figures(found), found["currency"]) == (None, 2, "20.00", {}, base)


@pytest.mark.parametrize("dictionary", [True, False])
def test_a_parquet_file_may_have_groups_without_rows(checked, tmp_path, dictionary):
    orders = pa.table(dict(zip(COLUMNS, zip(*SOUND, strict=True), strict=True)))
    with pq.ParquetWriter(tmp_path / "f.parquet", orders.schema, use_dictionary=dictionary) as writer:
        for part in (orders.slice(0, 0), orders.slice(0, 4), orders.slice(0, 0), orders.slice(4)):
            writer.write_table(part)
    assert figures(checked(None, "f.parquet")) == (None, 10, "150.00", {})


@pytest.mark.parametrize("ending", [".xls", ".xlsb", ".ods"])
def test_a_workbook_is_what_it_holds_whatever_its_name_says(checked, tmp_path, ending):
    book = xlsxwriter.Workbook(tmp_path / "f.xlsx")
    sheet = book.add_worksheet()
    for line, row in enumerate([COLUMNS, *SOUND]):
        sheet.write_row(line, 0, row)
    book.close()
    shutil.move(tmp_path / "f.xlsx", tmp_path / f"f{ending}")
    assert figures(checked(None, f"f{ending}")) == (None, 10, "150.00", {})


ORDERS = {
    "order_id": ["1", "2", "3"],
    "customer_id": ["A", "A", "B"],
    "order_date": ["2025-06-01", "2025-06-30", "2025-05-01"],
    "amount": ["1.10", "2.20", "3.30"],
}
MIXED_DAYS = [date(2025, 6, 1), pd.Timestamp("2025-06-30 12:00"), "2025-05-01"]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("customer_id", [7, 7, "B"]),
        ("customer_id", pd.Series([7, 7, "B"]).astype("category")),
        ("amount", ["1.10", 2.2, Decimal("3.30")]),
        ("order_date", MIXED_DAYS),
        (5, [1, "a", None]),
    ],
    ids=["ids", "categories", "amounts", "dates", "unnamed"],
)
def test_a_pandas_column_of_any_objects_is_read_as_text(column, values):
    found = rfm_of(quintile.run(pd.DataFrame({**ORDERS, column: values}), as_of="2025-07-01"))
    first = "7" if column == "customer_id" else "A"
    assert found == {first: (1, 2, Decimal("3.30")), "B": (61, 1, Decimal("3.30"))}


@pytest.mark.parametrize(
    "more",
    [{"status": pl.Series([None] * 3)}, {"order_id": pl.Series([1, 2, 3], dtype=pl.Int128)}],
    ids=["nothing", "wide"],
)
def test_a_polars_column_the_database_does_not_know_is_read_as_text(more):
    found = rfm_of(quintile.run(pl.DataFrame({**ORDERS, **more}), as_of="2025-07-01"))
    assert found == {"A": (1, 2, Decimal("3.30")), "B": (61, 1, Decimal("3.30"))}


TWICE = pa.table([pa.array(values) for values in (*ORDERS.values(), ["9"] * 3)], names=[*ORDERS, "amount"])


@pytest.mark.parametrize(
    ("frame", "column"),
    [
        (TWICE, "amount"),
        (pa.table({**ORDERS, "Amount": ["9"] * 3}), "Amount"),
        (pl.DataFrame({**ORDERS, "Amount": ["9"] * 3}), "Amount"),
        (pd.DataFrame({**ORDERS, "Amount": ["9"] * 3}), "Amount"),
        (pd.DataFrame({**ORDERS, "x": ["9"] * 3}).rename(columns={"x": "amount"}), "amount"),
    ],
    ids=["arrow", "arrow_case", "polars_case", "pandas_case", "pandas"],
)
def test_a_frame_with_two_columns_of_one_name_is_refused(frame, column):
    with pytest.raises(DataError) as refused:
        quintile.run(frame, as_of="2025-07-01")
    assert (refused.value.code, refused.value.place.column) == ("duplicate_column", column)


def test_a_frame_of_values_that_are_nothing_known_is_refused_with_a_way_out():
    with pytest.raises(DataError) as refused:
        quintile.run(pd.DataFrame({**ORDERS, "amount": [1j, 2j, 3j]}), as_of="2025-07-01")
    assert (refused.value.code, "amount" in refused.value.message) == ("bad_column_type", True)
    assert refused.value.fix


@pytest.mark.parametrize(
    ("around", "settings"),
    [("\t{}", {}), ('"{}\n"', {}), ('"\r\n{}\t"', {"date_format": "%Y-%m-%d"}), ("{}\u00a0", {})],
    ids=["tab", "line_end", "with_a_format", "no_break"],
)
def test_blanks_of_any_kind_around_a_date_are_none_of_it(tmp_path, around, settings):
    path = tmp_path / "f.csv"
    path.write_text(table([(o, c, around.format(day), a) for o, c, day, a in SOUND]), encoding="utf-8", newline="")
    found = quintile.check(path, as_of="2025-07-01", settings={"reading": settings})
    assert figures(found) == (None, 10, "150.00", {})


def test_a_question_about_dates_names_its_line_in_spite_of_blanks(checked):
    days = ["2025-01-13", "\t05/06/2025", "\t01/02/2025"]
    error = checked(table([(f"O{n}", "C", day, "1.00") for n, day in enumerate(days)]))["error"]
    assert (error["code"], error["line"]) == ("ambiguous_date", 3)


def test_a_column_in_other_case_is_found_for_the_mapping(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(table(), encoding="utf-8")
    error = quintile.check(path, settings={"reading": {"map": {"customer": "CUSTOMER_ID"}}})["error"]
    assert "did you mean 'customer_id'?" in error["fix"]
