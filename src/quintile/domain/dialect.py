"""Dialect: how the bytes of a delimited text file become records and fields."""

from __future__ import annotations

from dataclasses import dataclass

BLANKS = " "
"""The delimiter of tables whose columns are parted by runs of blanks."""


@dataclass(frozen=True)
class Dialect:
    """What must be known to read one delimited text file.

    Args:
        columns: Column names of the header; a nameless column is called ``column_3``.
        delimiter: One character; ``BLANKS`` means a run of blanks of any length.
        escape: What makes a quote inside quotes a plain character: ``"`` (doubled) or a backslash.
        encoding: A Python codec name.
        head: Physical lines up to and with the header; the first record may start on line ``head + 1``.
        carriage_returns: Lines end with CR alone: the first, or a tenth of them.
        doubled_returns: Lines end with CR CR LF, as text that was taken for text twice.
        padded: Blanks may stand before and after a quoted field.
        compressed: The bytes are gzip.
    """

    columns: tuple[str, ...]
    delimiter: str = ","
    escape: str = '"'
    encoding: str = "utf-8"
    head: int = 1
    carriage_returns: bool = False
    doubled_returns: bool = False
    padded: bool = False
    compressed: bool = False


@dataclass(frozen=True)
class Location:
    """Where a record is: its first physical line (from 1, the header included) and its fields as they were read."""

    line: int
    fields: tuple[str, ...]
