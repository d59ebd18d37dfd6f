"""Delta tables for Spark, read with delta-rs in its workers: Delta's own package is one of Java.

Spark finds this module by its name, which begins with ``pyspark_``, where PYTHONPATH leads to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from deltalake import DeltaTable
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from pyarrow.dataset import Dataset
    from pyspark.sql.types import StructType


class DefaultSource(DataSource):
    """``spark.read.format("delta").load(address)``."""

    @classmethod
    def name(cls) -> str:
        return "delta"

    def schema(self) -> StructType:
        return from_arrow_schema(dataset(self.options["path"]).schema, prefer_timestamp_ntz=True)

    def reader(self, schema: StructType) -> Reader:  # noqa: ARG002 - what Spark calls
        return Reader(self.options["path"])


class Reader(DataSourceReader):
    """A worker reads one file at a time, of those that are the table now."""

    def __init__(self, path: str) -> None:
        self._path = path

    def partitions(self) -> list[InputPartition]:
        return [InputPartition(place) for place, _ in enumerate(dataset(self._path).get_fragments())]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        table = dataset(self._path)
        yield from list(table.get_fragments())[partition.value].to_batches(schema=table.schema)


def dataset(path: str) -> Dataset:
    """The table as it is now."""
    return DeltaTable(path).to_pyarrow_dataset()
