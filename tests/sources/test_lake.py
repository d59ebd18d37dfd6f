"""Files of Delta and Iceberg tables are not read one by one: some of their rows are gone."""

from __future__ import annotations

import re

import deltalake  # noqa: F401 - what the fix says is run
import pyarrow.parquet as pq
import pyiceberg.table
import pytest

from quintile.errors import DataError
from tests.engines.lake.tables import delta_table, iceberg_table, of_orders


def refused(opened, source):
    with pytest.raises(DataError) as raised:
        opened(source)
    assert raised.value.code == "format_not_supported"
    return raised.value


def told_rows(fix):
    """The rows that the fix's own words give."""
    return eval(re.findall(r"write_table\((.*), 'orders", fix)[0])


def test_a_delta_table_is_refused_with_what_reads_its_rows(opened, tmp_path):
    orders = delta_table(tmp_path / "shop")
    folder = refused(opened, tmp_path / "shop")
    assert folder.message == "the folder holds a table of Delta, which is not read here"
    for file in (tmp_path / "shop").rglob("*.parquet"):
        error = refused(opened, file)
        assert f"a file of the Delta table {tmp_path}/shop, and may hold rows that were deleted" in error.message
    assert told_rows(error.fix).num_rows == told_rows(folder.fix).num_rows == len(orders)
    assert "--engine spark://" in error.fix


def test_an_iceberg_table_is_refused_with_what_reads_its_rows(opened, tmp_path):
    written, orders = iceberg_table(tmp_path)
    home = tmp_path / "shop" / "orders"
    for source in (home, home / "data", *home.rglob("*.parquet")):
        error = refused(opened, source)
        newest = pyiceberg.table.StaticTable.from_metadata(written.metadata_location).metadata_location
        fix = error.fix.replace(f"{home}/metadata/NEWEST.metadata.json", newest)
        assert told_rows(fix).num_rows == len(orders)


def test_a_file_beside_a_table_is_read(opened, tmp_path):
    _, orders = iceberg_table(tmp_path)
    for place, near in enumerate((".", "shop/exports", "shop/orders/exports")):
        path = tmp_path / near / "copy.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(of_orders(orders), path)
        assert opened(path, place).rows == len(orders)


def test_a_link_does_not_hide_the_table(opened, tmp_path):
    delta_table(tmp_path / "shop")
    (tmp_path / "link.parquet").symlink_to(next((tmp_path / "shop").rglob("*.parquet")))
    assert "Delta table" in refused(opened, tmp_path / "link.parquet").message
