"""The same table gives the same answer, whatever the order of its rows, its files, its form, threads or names."""

from __future__ import annotations

import functools
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

import quintile
from quintile.engine.duckdb import DuckDbEngine
from quintile.jobs.workplace import workplace
from tests.laws.shop import (
    AS_OF,
    Line,
    by_customer,
    customers_of,
    few,
    messy_orders,
    methods,
    model_of,
    orders,
    published,
    run,
    write_csv,
)

SCORED = ("recency_days", "frequency", "monetary", "r", "f", "m", "rfm", "segment")


@few(5)
@given(lines=messy_orders(), method=methods, data=st.data())
def test_neither_the_order_of_rows_nor_of_files_nor_the_threads_change_a_byte(tmp_path_factory, lines, method, data):
    folder, chosen = tmp_path_factory.mktemp("shop"), model_of(method)
    expected = published([write_csv(lines, folder / "whole.csv")], folder / "whole", chosen)

    shuffled = data.draw(st.permutations(lines))
    assert published([write_csv(shuffled, folder / "shuffled.csv")], folder / "shuffled", chosen) == expected

    cut = data.draw(st.integers(1, len(lines) - 1))
    halves = [write_csv(lines[cut:], folder / "second.csv"), write_csv(lines[:cut], folder / "first.csv")]
    assert published(halves, folder / "halves", chosen) == expected

    for threads in (1, 2, 4):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workplace, "DuckDbEngine", functools.partial(DuckDbEngine, threads=threads))
            assert published([folder / "whole.csv"], folder / f"threads-{threads}", chosen) == expected


# Three row groups of lines; money of three decimals, so that a sum of floats would show.
_BIG_SHOP = """
SELECT i // 2 AS order_id, 'C' || (i // 2 * 7919) % 50000 AS customer_id,
       DATE '2025-06-30' - CAST(i // 2 % 360 AS INTEGER) AS order_date,
       CAST(i % 9973 AS DECIMAL(18, 0)) * 0.001 AS amount
FROM range(300000) AS rows (i) ORDER BY i
"""


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_threads_change_no_byte_of_a_larger_shop(tmp_path, threads):
    with duckdb.connect() as connection:
        connection.sql(_BIG_SHOP).write_parquet(str(tmp_path / "orders.parquet"))
    found = []
    for count in (threads, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(workplace, "DuckDbEngine", functools.partial(DuckDbEngine, threads=count))
            found.append(published([tmp_path / "orders.parquet"], tmp_path / f"out-{count}", model_of("quantile")))
    assert found[0] == found[1]


NEW_NAMES = {
    "numbers": [str(17850 - number) for number in range(10)],
    "leading zeros": [f"0{9 - number}" for number in range(10)],
    "letters": list("ZYXWVUTSRQ"),
}


@few(8)
@given(
    lines=messy_orders(),
    method=methods.filter(lambda name: "ntile" not in name),
    rename=st.sampled_from(sorted(NEW_NAMES)),
)
def test_renaming_customers_changes_nobody_s_scores(lines, method, rename):
    names = {f"C{number}": name for number, name in enumerate(NEW_NAMES[rename])}
    renamed = [Line(line.order, names[line.customer], line.days_ago, line.amount) for line in lines]
    before, after = (by_customer(run(some, model_of(method))) for some in (lines, renamed))
    assert {names[customer]: [row[column] for column in SCORED] for customer, row in before.items()} == {
        customer: [row[column] for column in SCORED] for customer, row in after.items()
    }


@few(6)
@given(lines=orders(), data=st.data())
def test_lines_are_not_orders(lines, data):
    """An order cut into lines stays the same order, whatever the lines are worth."""
    cut = []
    for line in lines:
        first = data.draw(st.decimals(min_value=0, max_value=line.amount, places=2))
        cut += [Line(line.order, line.customer, line.days_ago, part) for part in (first, line.amount - first)]
    assert customers_of(run(cut, {"ledger": {"grain": "line"}})) == customers_of(run(lines))


NUMBERED = [Line(f"{line}", f"{17850 + line % 3}", 1 + line, Decimal(line) + Decimal("10.05")) for line in range(9)]
NAMED = [
    Line("1001", "O'Reilly, Ann", 3, Decimal("10.05")),
    Line("1001", "O'Reilly, Ann", 3, Decimal("0.10")),
    Line("1002", "Ümit", 40, Decimal("1234.56")),
    Line("1003", 'Zoë "Z"', 41, Decimal("7.00")),
    Line("1003", 'Zoë "Z"', 30, Decimal("-2.50")),
    Line("1004", "Ümit", 399, Decimal("0.30")),
]


def typed_table(lines):
    """The same rows with real types: numbers where ids are numbers, dates, decimals."""
    whole = all(line.customer.isdigit() for line in lines)
    return pa.table(
        {
            "order_id": pa.array([int(line.order) for line in lines]),
            "customer_id": pa.array([int(line.customer) if whole else line.customer for line in lines]),
            "order_date": pa.array([line.day for line in lines]),
            "amount": pa.array([line.amount for line in lines], pa.decimal128(18, 2)),
        }
    )


def csv_file(table, folder):
    pyarrow.csv.write_csv(table, folder / "orders.csv")
    return folder / "orders.csv"


def parquet_file(table, folder):
    pq.write_table(table, folder / "orders.parquet")
    return folder / "orders.parquet"


def json_lines_file(table, folder):
    file = folder / "orders.jsonl"
    with duckdb.connect() as connection:
        connection.from_arrow(table).query("t", f"COPY t TO '{file}' (FORMAT json)")
    return file


def workbook(table, folder):
    with xlsxwriter.Workbook(folder / "orders.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, table.column_names)
        for place, row in enumerate(table.to_pylist(), start=1):
            sheet.write_row(place, 0, row.values())
    return folder / "orders.xlsx"


FORMS = {
    "CSV": csv_file,
    "Parquet": parquet_file,
    "JSON lines": json_lines_file,
    "Excel": workbook,
    "pandas": lambda table, _: table.to_pandas(),
    "polars": lambda table, _: pl.from_arrow(table),
    "pyarrow": lambda table, _: table,
    "pyarrow, all text": lambda table, _: pa.table([column.cast(pa.string()) for column in table], table.column_names),
}


@pytest.mark.parametrize("lines", [NUMBERED, NAMED], ids=["numbered", "named"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_table_gives_the_same_customers(tmp_path, form, lines):
    source = FORMS[form](typed_table(lines), tmp_path)
    chosen = model_of("quantile", window="all")
    assert customers_of(quintile.run(source, as_of=AS_OF, settings=chosen)) == customers_of(run(lines, chosen))


@pytest.mark.parametrize("lines", [NUMBERED, NAMED], ids=["numbered", "named"])
def test_a_duckdb_relation_gives_the_same_customers(lines):
    """Its connection must live as long as it is read."""
    chosen = model_of("quantile", window="all")
    with duckdb.connect() as connection:
        relation = connection.from_arrow(typed_table(lines))
        found = quintile.run(relation, as_of=AS_OF, settings=chosen)
    assert customers_of(found) == customers_of(run(lines, chosen))


def test_every_form_publishes_the_same_bytes(tmp_path):
    """What is written to disk does not tell from which form of file it came."""
    found = set()
    for form in ("CSV", "Parquet", "JSON lines", "Excel"):
        folder = tmp_path / form
        folder.mkdir()
        source = FORMS[form](typed_table(NAMED), folder)
        found.add(tuple(published([source], folder / "out", model_of("quantile", window="all")).items()))
    assert len(found) == 1
