from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from quintile.sources.workbook import inspect, part_of


@pytest.fixture
def book(tmp_path):
    workbook = xlsxwriter.Workbook(tmp_path / "orders.xlsx")
    workbook.add_worksheet("Notes & more")
    sheet = workbook.add_worksheet("Orders")
    sheet.write_formula(4, 27, "=1/0", None, "#DIV/0!")
    sheet.write_string(5, 0, 't="e"')
    workbook.close()
    return tmp_path / "orders.xlsx"


def test_cells_that_show_an_error_are_known_by_their_part_and_place(book):
    assert {part: cells for part, cells in inspect(book).items() if cells} == {
        "xl/worksheets/sheet2.xml": {(4, 27): "#DIV/0!"}
    }


def test_a_sheet_is_found_in_its_part(book):
    assert part_of(book, "Notes & more") == "xl/worksheets/sheet1.xml"
    assert part_of(book, "Orders") == "xl/worksheets/sheet2.xml"


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (b'<c r="B2" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', {(1, 1): "#DIV/0!"}),
        (b'<x:c t="e" r="A1"><x:v>#N/A</x:v></x:c>', {(0, 0): "#N/A"}),
        (b'<c r="A1" t="e"></c><c r="B1"><v>5</v></c>', {}),
        (b'<c r="A1" t="str"><v>t="e"</v></c>', {}),
        (b" " * ((1 << 20) - 60) + b'<c r="C3" t="e"><f>' + b"A" * 100 + b"</f><v>#REF!</v></c>", {(2, 2): "#REF!"}),
    ],
)
def test_an_error_is_found_however_its_cell_is_written(tmp_path, cells, found):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<sheetData>" + cells + b"</sheetData>")
    assert inspect(tmp_path / "a.xlsx")["xl/worksheets/sheet1.xml"] == found
