from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

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


@pytest.fixture
def rewritten(book, tmp_path):
    """``rewritten({part: content})``: a sound workbook with parts added or replaced."""

    def written(parts):
        path = book({"Orders": [["a"], [1]]})
        with zipfile.ZipFile(path) as archive:
            sound = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(tmp_path / "evil.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**sound, **parts}.items():
                archive.writestr(name, content)
        return tmp_path / "evil.xlsx"

    return written


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


def test_an_archive_that_is_no_workbook_is_not_unpacked(opened, tmp_path):
    for file in ("orders.xlsx", "orders.zip"):
        with zipfile.ZipFile(tmp_path / file, "w") as archive:
            archive.writestr("orders.csv", "a,b\n1,2\n")
        assert str(refusal(opened, tmp_path / file)) == (
            "error[unsafe_archive]: the file is a zip archive and no workbook; archives are not unpacked\n"
            f"  Where: {file}\n  Fix: unpack it yourself and give the file inside"
        )


@pytest.mark.parametrize("evil", ["../../evil.txt", "/etc/evil.txt", "xl/../../evil"])
def test_a_workbook_with_a_part_outside_itself_is_refused(opened, rewritten, evil):
    assert refusal(opened, rewritten({evil: b"x"})).code == "unsafe_archive"


@pytest.mark.parametrize("name", ["xl/worksheets/sheet2.xml", "nested.zip"])
def test_a_bomb_is_refused_before_it_is_unpacked(opened, rewritten, name):
    error = refusal(opened, rewritten({name: bytes(10**7)}))
    assert (error.code, error.message.startswith("the workbook would unpack to 10,0")) == ("too_large", True)


def test_too_many_parts_are_refused(opened, rewritten):
    assert refusal(opened, rewritten({f"xl/{part}": b"" for part in range(10_001)})).code == "too_large"


def test_a_sheet_that_spans_all_cells_there_can_be_ends_the_child_and_not_the_reader(opened, book):
    workbook = xlsxwriter.Workbook(path := str(book({"A": []})))
    sheet = workbook.add_worksheet("A")
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "z")
    workbook.close()
    assert refusal(opened, Path(path)).code == "too_large"


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_workbook_with_a_flipped_bit_is_damaged(opened, book, place):
    path = book({"Orders": [HEADER, *[[f"A{n}", "d", n] for n in range(200)]]})
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 4
    path.write_bytes(content)
    assert refusal(opened, path).code == "corrupt_file"


def test_a_locked_zip_is_under_a_password(opened, book):
    path = book({"Orders": [["a"], [1]]})
    content = path.read_bytes()
    # Bit 0 of the flags says encrypted, in the local header and in the directory.
    path.write_bytes(content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"))
    assert path.read_bytes() != content
    assert refusal(opened, path).code == "encrypted"


def test_an_old_office_file_that_is_no_workbook_is_refused(opened, tmp_path):
    (tmp_path / "letter.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refusal(opened, tmp_path / "letter.doc").code == "format_not_supported"


@pytest.mark.parametrize("form", ["utf-8", "utf-16-le"])
def test_entities_are_refused_wherever_they_stand(opened, rewritten, form):
    attack = ("<!-- " + "x" * 200_000 + ' --><!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]><x/>').encode(form)
    assert refusal(opened, rewritten({"xl/workbook.xml": attack})).code == "unsafe_xml"


@pytest.mark.parametrize(
    ("cell", "text"),
    [(0.1 + 0.2, "0.3"), (0.7 + 0.1, "0.8"), (10.05 * 3, "30.15"), (99.995, "99.995"), (1e-7, "1e-07")],
)
def test_a_sum_is_what_the_spreadsheet_shows_of_it(opened, engine, book, cell, text):
    assert engine.rows(opened(book({"Orders": [["amount"], [cell]]})).query) == [(text,)]


def test_an_error_is_a_value_and_not_an_empty_cell(opened, engine, book):
    rows = [[], [None, "a", "refund"], [None, 1, ("=1/0", "#DIV/0!")], [None, ("=B1", "#REF!"), 2]]
    table = opened(book({"Notes": [], "Orders": rows}))
    assert engine.rows(table.query) == [("1", "#DIV/0!"), ("#REF!", "2")]


def test_dates_count_from_1904_where_the_workbook_says_so(opened, engine, tmp_path):
    workbook = xlsxwriter.Workbook(tmp_path / "mac.xlsx", {"date_1904": True})
    sheet = workbook.add_worksheet()
    sheet.write(0, 0, "day")
    sheet.write_datetime(1, 0, dt.date(2025, 6, 1), workbook.add_format({"num_format": "dd.mm.yy"}))
    workbook.close()
    assert engine.rows(opened(tmp_path / "mac.xlsx").query) == [("2025-06-01",)]


def test_a_title_above_the_table_is_not_its_header(opened, engine, book):
    rows = [["Orders of June"], ["made on", "2025-07-01"], [], [*HEADER, "status"], ["A", "2025-06-01", 1, ""]]
    table = opened(book({"Orders": rows}))
    assert (list(table.columns), table.lines([1])) == ([*HEADER, "status"], {1: 5})
    assert engine.rows(table.query) == [("A", "2025-06-01", "1", None)]


def test_hidden_sheets_are_read_only_by_name(opened, engine, tmp_path):
    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name, value in (("Lookup", 1), ("Orders", 2)):
        workbook.add_worksheet(name).write_column(0, 0, ["a", value])
    workbook.add_chartsheet("Chart")
    workbook.worksheets()[1].activate()
    workbook.worksheets()[0].hide()
    workbook.close()
    assert engine.rows(opened(tmp_path / "a.xlsx").query) == [("2",)]
    assert engine.rows(opened(tmp_path / "a.xlsx", sheet="Lookup").query) == [("1",)]


def test_merged_cells_have_their_value_once(opened, engine, tmp_path):
    workbook = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["customer", "amount"])
    sheet.merge_range(1, 0, 2, 0, "A")
    sheet.write_column(1, 1, [1, 2])
    workbook.close()
    assert engine.rows(opened(tmp_path / "a.xlsx").query) == [("A", "1"), (None, "2")]


def test_a_very_wide_sheet_is_refused(opened, book):
    error = refusal(opened, book({"Orders": [list(range(2_001)), list(range(2_001))]}))
    assert (error.code, error.place.file) == ("too_many_columns", "orders.xlsx")


def test_what_a_workbook_links_to_is_not_opened(opened, engine, book):
    table = opened(
        book({"Orders": [["a"], [("=[other.xlsx]Sheet1!A1", 5)], [('=WEBSERVICE("http://127.0.0.1")', "x")]]})
    )
    assert engine.rows(table.query) == [("5",), ("x",)]


def test_entities_are_refused_before_a_parser_sees_them(opened, book, tmp_path):
    path = book({"Orders": [["a"], [1]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    attack = b'<!DOCTYPE x [<!ENTITY e SYSTEM "/etc/passwd">]>'
    with zipfile.ZipFile(tmp_path / "evil.xlsx", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, attack + content if name == "xl/workbook.xml" else content)
    assert refusal(opened, tmp_path / "evil.xlsx").code == "unsafe_xml"
