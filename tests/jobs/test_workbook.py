"""The workbook of a result: what it reads back is what the result holds, typed."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from quintile.config.read import read_settings
from quintile.domain.formulas import neutralised
from quintile.errors import DataError, SettingsError
from quintile.export import workbook as export
from quintile.jobs.run import run
from quintile.jobs.workbook import workbook
from quintile.jobs.workplace.wish import Wish
from tests.export.hostile import NAMES, hostile_results
from tests.jobs.regulars import AS_OF, write_regulars
from tests.jobs.shop import ORDERS, wish_for, write_shop

SHEETS = ["Segments", "Grid", "Customers", "Definitions"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("regulars")
    run(Wish(sources=[write_regulars(folder)], settings=read_settings(None, {}), as_of=AS_OF), folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def file(results):
    return workbook(results.parent / "regulars.xlsx", results)


def rows_of(file, sheet):
    return CalamineWorkbook.from_path(str(file)).get_sheet_by_name(sheet).to_python()


def customers_of(file):
    header, *rows = rows_of(file, "Customers")
    return [dict(zip(header, row, strict=True)) for row in rows]


def as_numbers(row):
    """A row of customers.parquet as Excel holds it: a number is a double, written with 15 digits at most."""
    shown = {key: "" if value is None else value for key, value in row.items()}
    return shown | {"customer_id": neutralised(row["customer_id"]), "segment": neutralised(row["segment"])}


def same(shown, kept):
    if isinstance(kept, Decimal):
        return isinstance(shown, float) and Decimal(repr(shown)) == kept
    return type(shown) is (float if isinstance(kept, int) else type(kept)) and shown == kept


def test_every_customer_reads_back_typed_and_in_order(results, file):
    kept = [as_numbers(row) for row in pq.read_table(results / "customers.parquet").to_pylist()]
    shown = customers_of(file)
    assert len(shown) == len(kept) == 60
    assert [
        (key, row[key]) for row, was in zip(shown, kept, strict=True) for key in was if not same(row[key], was[key])
    ] == []
    assert all(row["customer_id"].startswith("'=c") for row in shown)


def test_segments_and_grid_are_those_of_run_json(results, file):
    report = json.loads((results / "run.json").read_text(encoding="utf-8"))
    lines = {line["segment"]: line for line in report["segments"]}
    _, *shown = rows_of(file, "Segments")
    assert [row[0] for row in shown] == report["ranking"]
    keys = list(report["segments"][0])[1:]
    for row in shown:
        told = ["" if lines[row[0]][key] is None else Decimal(lines[row[0]][key]) for key in keys]
        assert [value if value == "" else Decimal(repr(value)) for value in row[1:]] == told
    grid = rows_of(file, "Grid")
    places = [(table, r, f) for table in (0, 1) for r in range(5) for f in range(5)]
    found = {(table, 5 - r, f + 1): grid[table * 7 + 1 + r][f + 1] for table, r, f in places}
    for table, key in enumerate(("customers", "revenue")):
        sums = {(table, cell["r"], cell["f"]): Decimal(0) for cell in report["grid"]}
        for cell in report["grid"]:
            sums[table, cell["r"], cell["f"]] += Decimal(cell[key])
        assert {at: Decimal(repr(value)) for at, value in found.items() if at[0] == table and value != ""} == sums


def test_the_definitions_tell_every_column_and_every_segment(results, file):
    lines = [tuple(row) for row in rows_of(file, "Definitions")[1:]]
    told = {(about, what): meaning for about, what, meaning in lines}
    report = json.loads((results / "run.json").read_text(encoding="utf-8"))
    assert told["Result", "Model"] == f"fingerprint {report['model']['fingerprint']}"
    assert told["Result", "Analysis date"].startswith("1 July 2025")
    for column in rows_of(file, "Customers")[0]:
        assert told["Column of Customers", column]
    for segment in report["ranking"]:
        assert told["Segment", segment]
        assert told["What to do", segment]
    assert told["Scores of the segment", "Champions"] == "R 4-5, F 4-5, M 4-5"
    assert told["Score of recency", "R 5"].endswith("customers")


def test_it_is_frozen_filtered_and_the_same_every_time(results, file, tmp_path):
    assert workbook(tmp_path / "again.xlsx", results).read_bytes() == file.read_bytes()
    with zipfile.ZipFile(file) as parts:
        sheets = [parts.read(f"xl/worksheets/sheet{number}.xml").decode() for number in range(1, 5)]
        formats = parts.read("xl/styles.xml").decode()
    assert CalamineWorkbook.from_path(str(file)).sheet_names == SHEETS
    assert ["frozen" in sheet for sheet in sheets] == [True] * 4
    assert ["<autoFilter" in sheet for sheet in sheets] == [True, False, True, True]
    assert not any("<f>" in sheet for sheet in sheets)
    assert all(form in formats for form in ("0.0%", "yyyy-mm-dd", "#,##0.00"))


def test_names_that_mean_harm_stay_texts(tmp_path):
    file = workbook(tmp_path / "hostile.xlsx", hostile_results(tmp_path))
    assert [row[0] for row in rows_of(file, "Segments")[1:]] == [*NAMES, "Unclassified"]


def test_money_with_too_many_digits_is_text_and_said_to_be(tmp_path):
    orders = ORDERS + "O9,D,2025-06-01,12345678901234.56\n"
    run(wish_for(write_shop(tmp_path, orders)), tmp_path / "out")
    file = workbook(tmp_path / "out.xlsx", tmp_path / "out")
    assert {row["customer_id"]: row["monetary"] for row in customers_of(file)} == {
        "A": 30.05, "B": 5.0, "C": 99.9, "D": "12345678901234.56",
    }  # fmt: skip
    notes = {row[1]: row[2] for row in rows_of(file, "Definitions") if row[0] == "Note"}
    # D's own, D's place in the grid, and both the revenue and the mean of D's segment
    assert notes["Numbers"] == "More than the 15 digits that Excel keeps: 4 numbers, written as text with all digits."


def test_a_mean_is_shown_to_fifteen_digits(tmp_path):
    orders = "O1,A,2025-06-01,10000.00\nO2,A,2025-06-02,0.01\nO3,A,2025-06-03,0.01\nO4,B,2025-06-01,1.00\n"
    run(wish_for(write_shop(tmp_path, orders), {"model": {"monetary": "average"}}), tmp_path / "out")
    shown = {
        row["customer_id"]: row["monetary"] for row in customers_of(workbook(tmp_path / "o.xlsx", tmp_path / "out"))
    }
    assert shown == {"A": 3333.34, "B": 1.0}


def test_people_without_orders_have_empty_cells(tmp_path):
    (tmp_path / "people.csv").write_text("customer_id\nA\nZ\n", encoding="utf-8")
    settings = {"model": {"population": str(tmp_path / "people.csv")}}
    run(wish_for(write_shop(tmp_path), settings), tmp_path / "out")
    row = customers_of(workbook(tmp_path / "o.xlsx", tmp_path / "out"))[1]
    assert (row["customer_id"], row["first_order"], row["recency_days"], row["frequency"]) == ("Z", "", "", 0.0)


def test_a_project_gives_ids_and_real_days(tmp_path):
    run(wish_for(write_shop(tmp_path)), tmp_path / "project", in_project=True)
    shown = customers_of(workbook(tmp_path / "p.xlsx", project=tmp_path / "project"))
    assert [(row["customer_id"], row["last_order"]) for row in shown] == [
        ("A", date(2025, 6, 20)), ("B", date(2025, 3, 1)), ("C", date(2024, 12, 24)),
    ]  # fmt: skip


def test_as_many_customers_as_rows_below_the_header_are_all_written(results, tmp_path, monkeypatch):
    assert export.MOST_CUSTOMERS == 1_048_576 - 1
    monkeypatch.setattr(export, "MOST_CUSTOMERS", 60)
    assert len(customers_of(workbook(tmp_path / "o.xlsx", results))) == 60


def test_more_customers_than_rows_are_refused(results, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "MOST_CUSTOMERS", 59)
    with pytest.raises(DataError, match="holds 59 customers, the result has 60") as raised:
        workbook(tmp_path / "o.xlsx", results)
    assert "--lists" in raised.value.fix
    assert list(tmp_path.iterdir()) == []


def test_results_without_parquet_say_what_to_do(tmp_path):
    run(wish_for(write_shop(tmp_path), {"output": {"formats": ["csv"]}}), tmp_path / "out")
    with pytest.raises(SettingsError, match=r"no customers\.parquet") as raised:
        workbook(tmp_path / "o.xlsx", tmp_path / "out")
    assert "--formats" in raised.value.fix


def test_a_folder_that_is_not_there_is_named(results, tmp_path):
    with pytest.raises(SettingsError, match=r"the folder '.*nowhere' is not there"):
        workbook(tmp_path / "nowhere" / "o.xlsx", results)
