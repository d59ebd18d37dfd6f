from __future__ import annotations

import datetime as dt
import zipfile

import pytest
import xlsxwriter

from quintile.errors import DataError


@pytest.fixture
def book(tmp_path):
    """``book({"Orders": rows})`` writes a workbook; a cell is a value, or (formula, cached value)."""

    def written(sheets, file="orders.xlsx"):
        workbook = xlsxwriter.Workbook(tmp_path / file)
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for title, rows in sheets.items():
            sheet = workbook.add_worksheet(title)
            for line, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    if isinstance(cell, tuple):
                        sheet.write_formula(line, place, cell[0], None, cell[1])
                    elif isinstance(cell, dt.date):
                        sheet.write_datetime(line, place, cell, moment if isinstance(cell, dt.datetime) else day)
                    else:
                        sheet.write(line, place, cell)
        workbook.close()
        return tmp_path / file

    return written


def refusal(opened, path, **settings):
    with pytest.raises(DataError) as caught:
        opened(path, **settings)
    return caught.value


HEADER = ["customer_id", "order_date", "amount"]


def test_cells_become_text_as_they_are(opened, engine, book):
    noon = dt.datetime(2025, 6, 2, 12, 30)  # noqa: DTZ001 - a cell has no time zone
    table = opened(book({"Orders": [HEADER, ["007", dt.date(2025, 6, 1), 10.05], [8, noon, 3], [True, "", "n/a"]]}))
    assert engine.rows(table.query) == [
        ("007", "2025-06-01", "10.05"),
        ("8", "2025-06-02T12:30:00", "3"),
        ("true", None, "n/a"),
    ]
    assert (table.rows, table.assumed) == (3, {"format": "excel"})


@pytest.mark.parametrize(("cell", "text"), [(0.1, "0.1"), (1e15, "1000000000000000"), (-2.0, "-2"), (1.005, "1.005")])
def test_numbers_are_written_the_shortest_exact_way(opened, engine, book, cell, text):
    assert engine.rows(opened(book({"Orders": [["amount"], [cell]]})).query) == [(text,)]


def test_a_formula_has_the_value_it_was_saved_with(opened, engine, book):
    table = opened(book({"Orders": [HEADER, ["A", "2025-06-01", ("=1+1", 12.5)]]}))
    assert engine.rows(table.query) == [("A", "2025-06-01", "12.5")]


def test_empty_rows_are_left_out_and_lines_are_those_of_the_sheet(opened, engine, book):
    table = opened(book({"Orders": [[], [], HEADER, ["A", "d", 1], [], ["B", "d", 2]]}))
    assert engine.rows(table.located) == [("A", "d", "1", 1), ("B", "d", "2", 2)]
    assert table.lines([1, 2]) == {1: 4, 2: 6}


def test_a_nameless_column_is_called_by_its_place(opened, book):
    assert list(opened(book({"Orders": [["a", "", "b"], [1, 2, 3]]})).columns) == ["a", "column_2", "b"]


def test_two_columns_of_one_name_are_refused(opened, book):
    error = refusal(opened, book({"Orders": [["a", " a "], [1, 2]]}))
    assert (error.code, error.message, error.place.column) == ("duplicate_column", "two columns are called 'a'", "a")


def test_two_filled_sheets_need_a_choice(opened, engine, book):
    path = book({"Notes": [["a"], [1]], "Empty": [], "Orders": [["a"], [2]]})
    assert str(refusal(opened, path)) == (
        "error[choose_sheet]: 2 sheets hold rows: Notes, Orders\n  Where: orders.xlsx\n"
        "  Fix: say which one: --sheet 'Notes'"
    )
    assert engine.rows(opened(path, sheet="Orders").query) == [("2",)]


def test_empty_sheets_are_no_choice(opened, engine, book):
    assert engine.rows(opened(book({"Empty": [], "Orders": [["a"], [2]]})).query) == [("2",)]


def test_a_sheet_that_is_not_there_is_refused_with_all_that_are(opened, book):
    error = refusal(opened, book({"Orders": [["a"], [1]], "Empty": []}), sheet="Sheet1")
    assert (error.message, error.fix) == (
        "the workbook has no sheet 'Sheet1'",
        "name one of its sheets: Orders, Empty",
    )


@pytest.mark.parametrize(("sheets", "message"), [({"A": []}, "the sheet is empty"), ({"A": [["a"]]}, "no rows")])
def test_a_workbook_without_rows_is_empty(opened, book, sheets, message):
    error = refusal(opened, book(sheets))
    assert (error.code, message in error.message) == ("empty_input", True)


def test_a_workbook_under_a_password_is_refused(opened, tmp_path):
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    (tmp_path / "orders.xlsx").write_bytes(compound)
    (tmp_path / "orders.xls").write_bytes(compound + "EncryptedPackage".encode("utf-16-le"))
    for file in ("orders.xlsx", "orders.xls"):
        assert str(refusal(opened, tmp_path / file)) == (
            f"error[encrypted]: a workbook protected by a password cannot be read\n  Where: {file}\n"
            "  Fix: save it without a password, or export it as CSV"
        )


def test_an_archive_that_is_no_workbook_is_damaged(opened, tmp_path):
    with zipfile.ZipFile(tmp_path / "orders.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert refusal(opened, tmp_path / "orders.xlsx").code == "corrupt_file"


def test_a_bomb_is_refused_before_it_is_opened(opened, tmp_path):
    with zipfile.ZipFile(tmp_path / "orders.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(10**7))
    error = refusal(opened, tmp_path / "orders.xlsx")
    assert (error.code, error.message) == ("too_large", "the workbook would unpack to 10,000,000 bytes")


def test_entities_are_refused_before_a_parser_sees_them(opened, book, tmp_path):
    path = book({"Orders": [["a"], [1]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    attack = b'<!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]>'
    with zipfile.ZipFile(tmp_path / "evil.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, attack + content if name == "xl/workbook.xml" else content)
    assert refusal(opened, tmp_path / "evil.xlsx").code == "unsafe_xml"
