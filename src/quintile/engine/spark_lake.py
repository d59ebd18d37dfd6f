"""Tables of a lake: whether an address is one of Delta or Iceberg.

Such a folder holds Parquet files, and among them rows that were deleted or changed since: only the table's own log
tells which. So it is read as the table it is, and a part of it is refused.
"""

from __future__ import annotations

import contextlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from py4j.protocol import Py4JError

from quintile.domain.engine_table import ICEBERG_METADATA
from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from quintile.engine.spark_files import SparkFiles

_MARKS = {"delta": "_delta_log", "iceberg": "metadata/*.metadata.json*"}
_CALLED = {"delta": "a Delta table", "iceberg": "an Iceberg table"}
_PACKAGE = "let Spark read {called}: name its package, the one for your Spark, as spark.jars.packages in {conf}"
_CONF = "spark-defaults.conf"
_FIXES = {
    "delta": f"see that {_CONF} has spark.sql.extensions io.delta.sql.DeltaSparkSessionExtension and"
    " spark.sql.catalog.spark_catalog org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "iceberg": "name it as its catalog does, catalog.schema.table; or by the address of its newest file"
    " metadata/*.metadata.json",
}
_WILD, _ROOTS = "*?[{", {"/", "."}
_START = re.compile(r"^(?:[^/]*:)?(?://[^/]*)?")  # of an address: s3a://shop


def format_at(files: SparkFiles, address: str) -> str:
    """What to read an address as: ``delta``, ``iceberg`` or ``parquet``.

    Raises:
        DataError: ``format_not_supported``, its files are a part of a table.
    """
    if address.endswith(ICEBERG_METADATA):
        return "iceberg"
    plain = address.rstrip("/")
    found = _table_at(files, plain)
    if found is not None:
        if any(letter in plain for letter in _WILD):
            raise _refused(address, found, "name each table by its own address")
        return found
    around = _around(files, plain)
    if around is not None:
        raise _refused(address, around[1], f"name the table itself: {around[0]}")
    return "parquet"


def remedy(kind: str, *, unknown: bool) -> str | None:
    """What lets a cluster read a table of Delta or Iceberg; ``unknown``: it does not even know the kind."""
    if unknown and kind in _CALLED:
        return _PACKAGE.format(called=_CALLED[kind], conf=_CONF)
    return _FIXES.get(kind)


def _refused(address: str, kind: str, fix: str) -> DataError:
    message = f"{address} names files of {_CALLED[kind]}, which hold rows that were deleted or changed, too"
    return DataError("format_not_supported", message, fix=fix, place=Place(address))


def _table_at(files: SparkFiles, address: str) -> str | None:
    return next((kind for kind, mark in _MARKS.items() if files.has(f"{address}/{mark}")), None)


def _around(files: SparkFiles, address: str) -> tuple[str, str] | None:
    """The table in whose folder an address lies, and its kind; a folder that may not be looked at is none."""
    path = _START.sub("", address)
    start = address.removesuffix(path)
    for folder in map(str, PurePosixPath(path).parents):
        if folder in _ROOTS or any(letter in folder for letter in _WILD):
            continue
        with contextlib.suppress(Py4JError):
            kind = _table_at(files, start + folder)
            if kind is not None:
                return start + folder, kind
    return None
