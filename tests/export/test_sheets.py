"""Cells: each is written with its own type, and nothing is ever a formula."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from quintile.errors import DataError
from quintile.export.sheets import MOST_DIGITS, form_of, significant, workbook

MADE = datetime(2025, 7, 1)  # noqa: DTZ001 - the day it bears


def written(folder, *rows, name="book.xlsx"):
    file = folder / name
    with workbook(file, folder, title="T", comment="C", made=MADE) as book:
        sheet = book.sheet("One", (10,))
        for row in rows:
            sheet.row(row, [book.format()] * len(row))
        sheet.finish(len(rows[0]))
    return file, book


def cells(file):
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_name("One").to_python()


@pytest.mark.parametrize(
    ("value", "digits"), [("1.5000000000000000000", 2), ("12000000000000000000", 2), ("0.00000000000000000000", 1)]
)
def test_digits_that_say_nothing_do_not_count(value, digits):
    assert significant(Decimal(value)) == digits


@pytest.mark.parametrize(("value", "fits"), [("1234567890123.45", True), ("12345678901234.56", False), ("-0.1", True)])
def test_what_excel_keeps(value, fits):
    assert (significant(Decimal(value)) <= MOST_DIGITS) is fits


def test_numbers_days_and_texts_are_what_they_are(tmp_path):
    file, book = written(tmp_path, ["007", 12, Decimal("-1204.05"), date(2025, 6, 30), None, "2025-06-30"])
    row = cells(file)[0]
    assert [row[0], row[5]] == ["007", "2025-06-30"]
    assert row[1:3] == [12.0, -1204.05]
    assert row[4] == ""
    assert book.as_texts == 0


def test_what_excel_would_round_is_a_text_with_all_its_digits(tmp_path):
    file, book = written(tmp_path, [Decimal("12345678901234.56"), Decimal("1234567890123.45"), Decimal("1E+20")])
    assert cells(file) == [["12345678901234.56", 1234567890123.45, 1e20]]
    assert book.as_texts == 1


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@A1", "\t=1", " =1", "\u3000\uff1d1", "http://a.example", "mailto:a@b", "{=1}"]
)
def test_no_text_becomes_a_formula_or_a_link(tmp_path, text):
    file, _ = written(tmp_path, [text])
    with zipfile.ZipFile(file) as parts:
        xml = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in xml
        assert "hyperlink" not in xml
        assert not any("rels" in name and "sheet" in name for name in parts.namelist())
    shown = cells(file)[0][0]
    assert shown.removeprefix("'") == text
    assert not shown.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\uff1d"))


def test_the_same_content_gives_the_same_bytes(tmp_path):
    first, _ = written(tmp_path, ["A", 1])
    second, _ = written(tmp_path, ["A", 1], name="again.xlsx")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as parts:
        assert b"2025-07-01T00:00:00Z" in parts.read("docProps/core.xml")


def test_a_text_that_no_cell_can_hold_is_refused_and_leaves_no_file(tmp_path):
    with pytest.raises(DataError) as raised:
        written(tmp_path, ["N" * 32_768])
    assert raised.value.code == "cell_too_long"
    assert not (tmp_path / "book.xlsx").exists()


def test_a_place_that_cannot_be_written_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        written(tmp_path, ["A"], name="nowhere/book.xlsx")


def test_a_form_shows_the_decimals_it_is_told():
    assert [form_of(0), form_of(2), form_of(3), form_of(12, optional=10)] == [
        "#,##0", "#,##0.00", "#,##0.000", "#,##0.00##########",
    ]  # fmt: skip
