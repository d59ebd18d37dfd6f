"""The list of a project's files of orders, as a snapshot keeps it."""

from __future__ import annotations

from datetime import date

import pytest

from quintile.errors import StoreError
from quintile.snapshots.ledger_files import KeptFile
from quintile.snapshots.order_files import ORDERS_JSON, OrderFiles, month_of

JUNE = KeptFile("orders/2025-06-0123456789ab.parquet", "0123456789ab", 7)
NAMES = KeptFile("customers/ba9876543210.parquet", "ba9876543210", 3)
FILES = OrderFiles((JUNE,), (NAMES,), {"currency": "EUR"}, "digest")


def test_what_is_written_is_read_back(tmp_path):
    (tmp_path / ORDERS_JSON).write_text(FILES.to_json(), encoding="utf-8")
    assert OrderFiles.of(tmp_path) == FILES
    assert month_of(JUNE) == date(2025, 6, 1)


def test_a_snapshot_without_orders_names_none(tmp_path):
    assert OrderFiles.of(tmp_path) is None
    assert OrderFiles.of(None) is None


def test_a_damaged_list_is_named(tmp_path):
    (tmp_path / ORDERS_JSON).write_text('{"months": [{}]}', encoding="utf-8")
    with pytest.raises(StoreError, match="list of the orders' files is damaged"):
        OrderFiles.of(tmp_path)


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(StoreError, match="2025-06-0123456789ab"):
        FILES.order_paths(tmp_path)
    (tmp_path / "customers").mkdir()
    (tmp_path / NAMES.name).touch()
    assert FILES.name_paths(tmp_path) == [tmp_path / NAMES.name]
