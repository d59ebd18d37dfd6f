"""Contacts: the phones that name an export's customers, written in one form where the shop's country is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.engine.render import joined, literal, name, render
from quintile.plugins import extra
from quintile.sources.phones import international

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

_SPELLINGS = "SELECT DISTINCT CAST({column} AS VARCHAR) AS raw FROM ({query}) WHERE {column} IS NOT NULL ORDER BY raw"
_WRITTEN = "SELECT * FROM (VALUES {pairs}) AS written(raw, phone)"
_WRITTEN_OUT = """
SELECT listed.* REPLACE (coalesce(written.phone, CAST(listed.{column} AS VARCHAR)) AS {column})
FROM ({query}) AS listed LEFT JOIN {written} AS written ON CAST(listed.{column} AS VARCHAR) = written.raw
"""


def with_international_phones(engine: Engine, table: SourceTable, column: str, country: str, place: int) -> SourceTable:
    """The table with every number of a column of phones in its international form; what is none stays as it is.

    Args:
        engine: Where the table can be queried; the spellings that change are kept there.
        table: The source.
        column: Its column of phones.
        country: Two letters: where numbers without a country code are.
        place: The source's place among several.

    Raises:
        SettingsError: The optional library is absent.
    """
    found = engine.rows(render(_SPELLINGS, column=name(column), query=table.query))
    pairs = [
        render("({raw}, {phone})", raw=literal(raw), phone=literal(phone))
        for raw, phone in _international((raw for (raw,) in found), country)
    ]
    if not pairs:
        return table
    number = list(table.columns).index(column)
    written = engine.table(f"phones_{place}_{number}", render(_WRITTEN, pairs=joined(pairs)))
    return replace(
        table,
        query=render(_WRITTEN_OUT, query=table.query, column=name(column), written=written),
        located=render(_WRITTEN_OUT, query=table.located, column=name(column), written=written),
        columns={**table.columns, column: "VARCHAR"},
    )


def _international(raws: Iterator[str], country: str) -> Iterator[tuple[str, str]]:
    library = extra("phonenumbers", "phone")
    for raw in raws:
        phone = international(library, raw, country)
        if phone is not None and phone != raw:
            yield raw, phone
