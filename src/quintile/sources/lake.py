"""Files of a lake's table: Delta and Iceberg tables hold Parquet files, deleted and changed rows among them.

Only the log of such a table tells which rows it still has, so that none of its files is read by itself.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from pathlib import Path

_DELTA, _ICEBERG = "Delta", "Iceberg"
_ROWS = {
    _DELTA: "deltalake.DeltaTable('{folder}').to_pyarrow_table()",
    _ICEBERG: "pyiceberg.table.StaticTable.from_metadata('{newest}').scan().to_arrow()",
}
_FIX = (
    "let Spark read the table: its folder with --engine spark://HOST:7077, or --engine 'local[2]' on this machine; or"
    " write its rows down as they are now, in Python: pyarrow.parquet.write_table({rows}, 'orders.parquet')"
)


def refuse_table_of_lake(path: Path) -> None:
    """Refuse a Parquet file that belongs to such a table, and the folder of the table itself.

    Raises:
        DataError: ``format_not_supported``.
    """
    whole = path.resolve()
    for folder in (whole, *whole.parents):
        with contextlib.suppress(OSError):  # a folder that may not be looked at
            kind = _kind(folder, whole)
            if kind is not None:
                raise _refused(path, folder, kind)


def _kind(folder: Path, path: Path) -> str | None:
    """The kind of table that a folder is, if a path lies among its files."""
    if (folder / "_delta_log").is_dir():
        return _DELTA
    # Other folders may be called metadata: Iceberg's has its rows in one called data.
    among = path in {folder, folder / "data"} or path.parent == folder or (folder / "data") in path.parents
    return _ICEBERG if among and any((folder / "metadata").glob("*.metadata.json*")) else None


def _refused(path: Path, folder: Path, kind: str) -> DataError:
    newest = f"{folder}/metadata/NEWEST.metadata.json"
    if path.is_dir():
        message = f"the folder holds a table of {kind}, which is not read here"
    else:
        message = f"it is a file of the {kind} table {folder}, and may hold rows that were deleted or changed"
    fix = _FIX.format(rows=_ROWS[kind].format(folder=folder, newest=newest))
    return DataError("format_not_supported", message, fix=fix, place=Place(str(path) if path.is_dir() else path.name))
