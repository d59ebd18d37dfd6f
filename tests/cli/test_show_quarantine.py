"""The page of quarantine."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from quintile.cli.show.quarantine import show_quarantine

FOUND = {
    "rows": 1201,
    "read_with": {"date_order": "dmy", "decimal": "."},
    "files": [
        {
            "source": "shop: orders",
            "file": "out/shop-orders.quarantine.csv",
            "rows": 1201,
            "reasons": {"null_customer": 1200, "bad_date": 1},
        }
    ],
}


def shown(found, project=None):
    file = io.StringIO()
    show_quarantine(found, project, Console(file=file, width=80, color_system=None, highlight=False))
    return file.getvalue()


def test_the_page_of_quarantine_is_read_exactly_so():
    assert shown(FOUND) == (
        "1,201 rows set aside, to be corrected and read again\n"
        "\n"
        "out/shop-orders.quarantine.csv, of shop: orders\n"
        "  1,200  No customer\n"
        "      1  No readable date\n"
        "\n"
        "Then\n"
        "  Correct the rows in their own columns; delete those that shall stay away.\n"
        "  Leave the columns quintile_... as they are: they are not read as data. In a\n"
        "  spreadsheet, import every column as text.\n"
        "  quintile check SOURCE out/shop-orders.quarantine.csv --date-order dmy\n"
    )


@pytest.mark.parametrize(("project", "shown_as"), [("shop", "shop"), ("my shop", "'my shop'")])
def test_a_project_is_given_the_corrected_rows_alone(project, shown_as):
    last = "  quintile run out/shop-orders.quarantine.csv --date-order dmy --project"
    assert " ".join(shown(FOUND, Path(project)).split()).endswith(f"{last.strip()} {shown_as}")


def test_nothing_set_aside_is_said():
    assert shown({"rows": 0, "files": [], "read_with": {}}) == (
        "Nothing is set aside: every row is understood, nothing was written\n"
    )
