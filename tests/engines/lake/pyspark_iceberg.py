"""Iceberg tables for Spark, read with pyiceberg in its workers: Iceberg's own package is one of Java.

As Iceberg does it, an address is that of a file of metadata, or of a folder whose ``version-hint.text`` names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyiceberg.table import StaticTable
from pyspark.sql.datasource import DataSource, DataSourceReader
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyspark.sql.datasource import InputPartition
    from pyspark.sql.types import StructType


class DefaultSource(DataSource):
    """``spark.read.format("iceberg").load(address)``."""

    @classmethod
    def name(cls) -> str:
        return "iceberg"

    def schema(self) -> StructType:
        table = StaticTable.from_metadata(self.options["path"])
        return from_arrow_schema(table.schema().as_arrow(), prefer_timestamp_ntz=True)

    def reader(self, schema: StructType) -> Reader:
        return Reader(self.options["path"], schema)


class Reader(DataSourceReader):
    """One worker reads it all."""

    def __init__(self, path: str, schema: StructType) -> None:
        self._path = path
        self._schema = schema

    def read(self, _partition: InputPartition) -> Iterator[pa.RecordBatch]:
        rows = StaticTable.from_metadata(self._path).scan().to_arrow()
        yield from rows.cast(to_arrow_schema(self._schema)).to_batches()
