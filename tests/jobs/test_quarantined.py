"""The rows that are set aside, written to be corrected, and what becomes of them when they come back."""

from __future__ import annotations

import csv
import json
import sqlite3
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.domain.database import DatabaseSettings, DatabaseSource
from quintile.errors import SettingsError
from quintile.jobs.check import check
from quintile.jobs.quarantined import WRITTEN, write_quarantine
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.jobs.shop import AS_OF, ORDERS, wish_for, write_shop

BAD = 'O5, ,2025-06-01,1.00\nO6,"B\nB",2025-02-30,1.00\nO7,A,2025-06-01,ten\nO8,"A,B"\n'
HEAD = ["quintile_reason", "quintile_line", "quintile_column"]
OWN = ["order_id", "customer_id", "order_date", "amount"]


def cells(path):
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def written(source, out, **chosen):
    wish = source if isinstance(source, Wish) else wish_for(source, chosen)
    found = write_quarantine(wish, out)
    return [cells(one["file"]) for one in found["files"]]


def corrected(path, changes):
    """The file as a person saves it: some rows changed, by the text of their reason; the others deleted."""
    head, *rows = cells(path)
    kept = []
    for row in rows:
        change = changes.get(row[0])
        if change is not None:
            kept.append([change.get(column, cell) for column, cell in zip(head, row, strict=True)])
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *kept])
    return Path(path)


def totals(found):
    names = ("rows_in", "rows_kept", "rows_quarantined", "rows_deduplicated")
    return (*(found[name] for name in names), Decimal(found["net_total"]))


def test_each_row_stands_with_its_reason_its_line_and_its_own_columns(tmp_path):
    assert written(write_shop(tmp_path, ORDERS + BAD), tmp_path / "out") == [
        [
            [*HEAD, "quintile_raw", *OWN],
            ["null_customer", "6", "customer_id", "", "O5", " ", "2025-06-01", "1.00"],
            ["bad_date", "7", "order_date", "", "O6", "B\nB", "2025-02-30", "1.00"],
            ["bad_amount", "9", "amount", "", "O7", "A", "2025-06-01", "ten"],
            ["ragged_row", "10", "", 'O8,"A,B"', "", "", "", ""],
        ]
    ]


def test_a_bad_refund_stands_with_the_column_it_is_in(tmp_path):
    file = tmp_path / "refunds.csv"
    file.write_text("customer_id,order_date,amount,refunded_amount\nA,2025-06-01,5,1\nB,2025-06-01,10,one\n")
    assert written(file, tmp_path / "out")[0][1:] == [
        ["bad_amount", "3", "refunded_amount", "B", "2025-06-01", "10", "one"]
    ]


def test_corrected_rows_count_when_they_are_read_beside_the_rest(tmp_path):
    file = write_shop(tmp_path, ORDERS + BAD)
    write_quarantine(wish_for(file), tmp_path / "out")
    back = corrected(
        tmp_path / "out/orders.quarantine.csv",
        {
            "null_customer": {"customer_id": "A"},
            "bad_amount": {"amount": "10.00"},
            "ragged_row": {"order_id": "O8", "customer_id": "B", "order_date": "2025-06-02", "amount": "3.00"},
        },
    )
    found = check(replace(wish_for(file), sources=[file, back]))
    assert totals(found) == (11, 7, 4, 0, Decimal("148.95"))
    assert found["inputs"][1]["assumed"]["corrected"] is True
    assert totals(check(wish_for(back))) == (3, 3, 0, 0, Decimal("14.00"))


def test_rows_left_as_they_are_are_set_aside_again(tmp_path):
    file = write_shop(tmp_path, ORDERS + BAD)
    write_quarantine(wish_for(file), tmp_path / "out")
    back = tmp_path / "out/orders.quarantine.csv"
    found = check(replace(wish_for(file, {"reading": {"max_bad_share": 1.0}}), sources=[file, back]))
    assert (found["rows_in"], found["rows_kept"], found["rows_quarantined"]) == (12, 4, 8)


TEXTS = ["=1+1", "'=1+1", "''-x", "+49 170", "@x", " =x", "'", "it's", "-5.00", "'-5.00", "\tx"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_formula_is_harmless_in_the_file_and_the_same_when_it_comes_back(tmp_path, text):
    quoted = text.replace('"', '""')
    file = write_shop(tmp_path, f'{ORDERS}"{quoted}",A,2025-06-01,ten\n')
    (rows,) = written(file, tmp_path / "out")
    cell = rows[1][3]
    assert cell == "-5.00" or not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))
    back = tmp_path / "out/orders.quarantine.csv"
    (again,) = written(back, tmp_path / "again")
    assert [row[3:] for row in again] == [row[3:] for row in rows]
    settings = {"reading": {"max_bad_share": 1.0}}
    assert check(wish_for(back, settings))["quarantine"][0]["examples"][0]["raw"] == "ten"


def test_a_header_that_looks_like_a_formula_comes_back_too(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text("order_id,=customer,order_date,amount\nO1,A,2025-06-01,1.00\nO2,A,x,2.00\n", encoding="utf-8")
    settings = {"reading": {"map": {"customer": "=customer"}}}
    write_quarantine(wish_for(file, settings), tmp_path / "out")
    back = corrected(tmp_path / "out/orders.quarantine.csv", {"bad_date": {"order_date": "2025-06-02"}})
    assert cells(back)[0][4] == "'=customer"
    assert totals(check(wish_for(back, settings))) == (1, 1, 0, 0, Decimal("2.00"))


def test_of_an_order_in_conflict_all_rows_are_written_and_of_a_line_only_its_own(tmp_path):
    whole = write_shop(tmp_path, ORDERS + "O4,B,2024-12-24,99.90\n")
    assert [row[:2] for row in written(whole, tmp_path / "one")[0][1:]] == [
        ["order_customer_conflict", "5"],
        ["order_customer_conflict", "6"],
    ]
    lines = tmp_path / "lines.csv"
    lines.write_text(
        "order_id,customer_id,order_date,amount,line_id\n"
        "O1,A,2025-06-01,1.00,1\nO1,A,2025-06-01,2.00,2\nO1,A,2025-06-01,3.00,2\nO1,A,2025-06-01,4.00,3\n"
        "O1,A,2025-06-01,4.00,3\nO1,A,2025-06-01,-2.00,2\n",
        encoding="utf-8",
    )
    assert [row[:2] for row in written(lines, tmp_path / "two", ledger={"grain": "line"})[0][1:]] == [
        ["duplicate_order_conflict", "3"],
        ["duplicate_order_conflict", "4"],
    ]
    found = check(wish_for(lines, {"ledger": {"grain": "line"}}))["quarantine"]
    assert [one["line"] for one in found[0]["examples"]] == [3, 4]


def test_nothing_is_written_when_nothing_is_set_aside(tmp_path):
    found = write_quarantine(wish_for(write_shop(tmp_path)), tmp_path / "out")
    assert found == {"rows": 0, "files": [], "read_with": {}}
    assert not (tmp_path / "out").exists()


def test_more_bad_rows_than_a_run_allows_are_all_written(tmp_path):
    file = write_shop(tmp_path, "O1,A,2025-06-01,x\nO2,,2025-06-02,1.00\nO3,C,2025-06-01,1.00\n")
    (rows,) = written(file, tmp_path / "out")
    assert [row[3] for row in rows[1:]] == ["O1", "O2"]


def test_a_file_is_written_anew_but_never_one_that_was_changed(tmp_path):
    file, out = write_shop(tmp_path, ORDERS + BAD), tmp_path / "out"
    first = written(file, out)
    assert written(file, out) == first
    write_shop(tmp_path, ORDERS + "O7,A,2025-06-01,two\n")
    assert written(file, out) != first
    target = out / "orders.quarantine.csv"
    target.write_text("my corrections\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="is there already"):
        write_quarantine(wish_for(file), out)
    assert target.read_text(encoding="utf-8") == "my corrections\n"
    assert {path.name for path in out.iterdir()} == {target.name, WRITTEN}


def test_sources_of_one_name_get_files_of_their_own(tmp_path):
    files = []
    for number, folder in enumerate(("a", "b"), start=1):
        (tmp_path / folder).mkdir()
        files.append(write_shop(tmp_path / folder, ORDERS.replace("O", f"{folder}") + f"{folder}9,A,x,{number}.00\n"))
    found = write_quarantine(Wish(files), tmp_path / "out")
    assert [Path(one["file"]).name for one in found["files"]] == ["orders.quarantine.csv", "orders-2.quarantine.csv"]


def test_a_json_record_is_kept_whole(tmp_path):
    file = tmp_path / "orders.jsonl"
    sound = {"order_id": "O1", "customer": {"id": "A"}, "order_date": "2025-06-01", "amount": 1.5}
    bad = '{"order_id": "O2", "order_id": "O3", "customer": {"id": "A"}, "amount": 2.50}'
    texts = [json.dumps(sound), bad, "no json", json.dumps({**sound, "amount": "ten"})]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    settings = {"reading": {"map": {"customer": "customer.id"}}}
    (rows,) = written(file, tmp_path / "out", **settings)
    assert rows == [
        [*HEAD, "quintile_raw", "order_id", "customer.id", "order_date", "amount"],
        ["ragged_row", "2", "order_id", bad, "", "", "", ""],
        ["ragged_row", "3", "", "no json", "", "", "", ""],
        ["bad_amount", "4", "amount", "", "O1", "A", "2025-06-01", "ten"],
    ]


def test_records_with_forbidden_letters_keep_all_their_cells(tmp_path):
    (rows,) = written(write_shop(tmp_path, ORDERS + "O5,A\x01,2025-06-01,1.00\n"), tmp_path / "out")
    assert rows[1] == ["control_character", "6", "customer_id", "", "O5", "A\x01", "2025-06-01", "1.00"]


def test_parquet_and_a_workbook_come_back_as_text(tmp_path):
    columns = dict(zip(OWN, (["O1", "O2"], ["A", None], ["2025-06-01", "2025-06-02"], ["1.00", "2.50"]), strict=True))
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "orders.parquet")
    (rows,) = written(tmp_path / "orders.parquet", tmp_path / "p")
    assert rows[1:] == [["null_customer", "2", "customer_id", "O2", "", "2025-06-02", "2.50"]]
    with xlsxwriter.Workbook(tmp_path / "orders.xlsx") as book:
        sheet = book.add_worksheet()
        for line, row in enumerate((OWN, ["O1", "A", "2025-06-01", 1], ["O2", "", "2025-06-02", 2.5])):
            sheet.write_row(line, 0, row)
    (rows,) = written(tmp_path / "orders.xlsx", tmp_path / "x")
    assert rows[1:] == [["null_customer", "3", "customer_id", "O2", "", "2025-06-02", "2.5"]]
    back = corrected(tmp_path / "x/orders.quarantine.csv", {"null_customer": {"customer_id": "A"}})
    assert totals(check(wish_for(back))) == (1, 1, 0, 0, Decimal("2.5"))


def test_a_row_of_a_database_is_named_by_its_key(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (id TEXT PRIMARY KEY, customer_id TEXT, order_date TEXT, amount TEXT)")
        rows = [("1", "A", "2025-06-01", "1.00"), ("2", None, "2025-06-02", "2.00"), ("3", "B\x02", "2025-06-03", "3")]
        database.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    source = DatabaseSource("shop", DatabaseSettings(kind="sqlite", path=str(path), table="orders"))
    found = write_quarantine(Wish([source], as_of=AS_OF), tmp_path / "out")
    assert Path(found["files"][0]["file"]).name == "shop-orders.quarantine.csv"
    assert cells(found["files"][0]["file"]) == [
        ["quintile_reason", "quintile_key", "quintile_column", "quintile_raw", "id", *OWN[1:]],
        ["null_customer", "id = 2", "customer_id", "", "2", "", "2025-06-02", "2.00"],
        ["control_character", "id = 3", "customer_id", "", "3", "B\x02", "2025-06-03", "3"],
    ]


def test_corrected_rows_are_added_to_a_projects_ledger(tmp_path):
    many = "".join(f"N{n},C{n % 40},2025-05-{n % 28 + 1:02},1.00\n" for n in range(400))
    file, shop = write_shop(tmp_path, ORDERS + BAD + many), tmp_path / "shop"
    wish = replace(wish_for(file), project=shop)
    first = run(wish, shop, in_project=True)
    assert first["counts"]["rows_quarantined"] == 4
    found = write_quarantine(wish, tmp_path / "out")
    assert found["rows"] == 4
    back = corrected(
        Path(found["files"][0]["file"]), {"null_customer": {"customer_id": "A"}, "bad_amount": {"amount": "10.00"}}
    )
    second = run(replace(wish, sources=[back]), shop, in_project=True)
    assert second["refresh"]["source"] == {
        "rows_in": 2, "rows_kept": 2, "rows_quarantined": 0, "rows_deduplicated": 0, "rows_excluded": 0,
    }  # fmt: skip
    assert (second["counts"]["rows_in"], first["counts"]["rows_kept"]) == (406, 404)
    third = run(replace(wish, sources=[back]), shop, in_project=True)
    assert third["counts"]["rows_kept"] == second["counts"]["rows_kept"]


ROW = st.tuples(
    st.sampled_from(["O1", "O2", "O3", ""]),
    st.sampled_from(["A", "B", " "]),
    st.sampled_from(["2025-06-01", "2025-06-02", "2025-02-30", "2031-01-01"]),
    st.sampled_from(["1.00", "2.00", "-1.00", "ten", "nan"]),
    st.sampled_from(["paid", "cancelled"]),
    st.sampled_from(["1", "2"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, min_size=1, max_size=14), grain=st.sampled_from(["order", "line"]))
def test_every_row_that_is_counted_is_written(tmp_path_factory, rows, grain):
    folder = tmp_path_factory.mktemp("law")
    lines = ["order_id,customer_id,order_date,amount,status,line_id", *(",".join(row) for row in rows)]
    # Enough sound rows for the columns to be understood, whatever the others are.
    lines += [f"S{number},C{number},2025-05-{number + 10},5.00,paid,1" for number in range(18)]
    file = folder / "orders.csv"
    file.write_text("\n".join([*lines, "torn"]) + "\n", encoding="utf-8")
    chosen = {"reading": {"max_bad_share": 1.0}, "ledger": {"grain": grain}}
    counted = {line["reason"]: line["rows"] for line in check(wish_for(file, chosen))["quarantine"]}
    (found,) = write_quarantine(wish_for(file, chosen), folder / "out")["files"]
    assert found["reasons"] == counted
    body = cells(found["file"])[1:]
    assert [int(row[1]) for row in body] == sorted({int(row[1]) for row in body})
    assert all(row[4:] == lines[int(row[1]) - 1].split(",") for row in body if not row[3])
