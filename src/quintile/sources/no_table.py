"""What is text, but no table: pages and JSON that come packed or in wide letters, and what is no text at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quintile.errors import DataError, Place

if TYPE_CHECKING:
    from pathlib import Path

_MARKUP = re.compile(rb"<(?:!doctype|!--|\?xml|[a-z][a-z0-9:]*[\s>/])", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1b\x7f]")  # \x1c to \x1f may part columns
_CONTROL_DELIMITER = b"\x01"


def refuse_no_table(sample: bytes, path: Path) -> None:
    """Refuse text that is a page, JSON or no text at all.

    Raises:
        DataError: ``not_tabular``, or ``format_not_supported`` for packed JSON.
    """
    start = sample.lstrip()
    place = Place(path.name, 1)
    if _MARKUP.match(start):
        message = "the file is a page (HTML or XML), whatever it is called: often a sign-in page, or a shop's '.xls'"
        fix = "open it in a spreadsheet program and save it as .xlsx or CSV, or fetch the export again"
        raise DataError("not_tabular", message, fix=fix, place=place)
    if start.startswith((b"{", b"[{")):
        fix = "unpack the file, save it as UTF-8, and give that"
        raise DataError("format_not_supported", "the file is JSON, packed or not in UTF-8", fix=fix, place=place)
    line = sample.split(b"\n", 1)[0]
    controls = _CONTROL.findall(line)
    if b"\0" in line or (len(controls) > 1 and {*controls} != {_CONTROL_DELIMITER}):
        message = "the file is not text: its first line holds control characters"
        raise DataError("not_tabular", message, fix="export it as CSV, Excel or Parquet", place=place)
