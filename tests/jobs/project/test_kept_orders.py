"""A project's orders as its store keeps them, and read again."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest

from quintile.domain.engine_settings import EngineSettings
from quintile.engine.render import Sql
from quintile.jobs.project.kept_orders import kept_ledger
from quintile.jobs.workplace.workplace import workplace
from quintile.snapshots.order_files import OrderFiles, month_of
from tests.golden.refreshes import Refreshed

HEADER = "order_id,customer_id,order_date,amount,status\n"
ROWS = HEADER + (
    "O1,B,2025-05-30,10.00,paid\nO1,B,2025-06-02,-4.00,paid\nO2,A,2025-06-01,5.00,paid\n"
    "O3,A,2025-06-03,7.00,cancelled\nO4,C,2025-06-04,-1.50,paid\n"
)
READ = Sql("SELECT customer_id, order_id, CAST(ordered_at AS DATE), gross, refunded, net, lines, state FROM orders "
           "JOIN customer_names USING (customer_key) ORDER BY ALL")  # fmt: skip


def kept_of(project):
    found = OrderFiles.of(project.current)
    assert found is not None
    return found


@pytest.fixture
def project(tmp_path):
    made = Refreshed(tmp_path)
    made.run(ROWS)
    return made


def test_orders_are_kept_by_month_under_numbers(project):
    files = kept_of(project)
    store = project.home / "store"
    assert [(month_of(file), file.rows) for file in files.months] == [(date(2025, 5, 1), 1), (date(2025, 6, 1), 3)]
    kept = duckdb.read_parquet(str(store / files.months[1].name))
    assert "customer_id" not in kept.columns
    assert duckdb.read_parquet(str(store / files.names[0].name)).order("customer_key").fetchall() == [
        (1, "A"), (2, "B"), (3, "C"),
    ]  # fmt: skip


def test_kept_orders_read_as_they_were_built(project):
    store = project.home / "store"
    with workplace([], EngineSettings(), store) as place:
        ledger = kept_ledger(place.engine, kept_of(project), [store])
        rows = [tuple(str(value) for value in row) for row in place.engine.rows(READ)]
    assert rows == [
        ("A", "O2", "2025-06-01", "5.00", "0.00", "5.00", "1", "0"),
        ("B", "O1", "2025-05-30", "10.00", "4.00", "6.00", "2", "0"),
        ("C", "O4", "2025-06-04", "0.00", "1.50", "-1.50", "1", "3"),
    ]
    assert (ledger.currency, ledger.decimals, ledger.lines, str(ledger.net)) == ("", 2, 4, "9.50")
    assert str(ledger.first_at) == "2025-05-30 00:00:00"


def test_rows_sent_again_leave_the_orders_as_they_are(project):
    before = (project.current / "orders.json").read_bytes()
    project.run(HEADER + "O2,A,2025-06-01,5.00,paid\nO9,,2025-06-01,5.00,paid\nO8,Z,2025-06-01,x,paid\n",
                reading={"max_bad_share": 1})  # fmt: skip
    kept = kept_of(project)
    assert [file.name for file in kept.names] == [file.name for file in kept_of(project).names]
    assert kept.ledger == kept_of(project).ledger
    assert b'"lines": 4' in before
    assert kept.ledger["lines"] == 4
