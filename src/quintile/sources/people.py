"""People: a list of customers to score, whether they bought or not."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql, render
from quintile.errors import DataError, Place
from quintile.sources.dialect import find_encoding
from quintile.sources.identifiers import id_sql
from quintile.sources.mapping import suggest_column
from quintile.sources.open import open_source
from quintile.sources.written import write_rows, written_table

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

PEOPLE = "people"
_PEOPLE = (
    "SELECT DISTINCT customer_key FROM (SELECT {key} AS customer_key FROM ({query})) WHERE customer_key IS NOT NULL"
)


def read_people(engine: Engine, path: Path, staging: Path, key_type: str, *, key: str = "id") -> Sql:
    """Read a customer list: any readable file with a customer column, or with a single column.

    Args:
        engine: Where the table is made.
        path: The list.
        staging: For copies.
        key_type: The type of customer keys in the ledger, so that both sides compare as one.
        key: What those keys are: ``id``, ``email`` (then case-folded) or ``account``.

    Returns:
        Table ``people`` with ``customer_key``, each once.

    Raises:
        DataError: No column can be the customer.
    """
    table = _opened(engine, path, staging, key)
    columns = list(table.columns)
    column = columns[0] if len(columns) == 1 else _key_column(columns, key, path.name)
    if column is None:
        raise DataError(
            "missing_columns",
            f"the customer list has no customer column; columns seen: {', '.join(columns)}",
            fix="call the column customer_id",
            place=Place(path.name),
        )
    named = id_sql(column, table.columns[column])
    if key == "email":
        named = render("lower({named})", named=named)
    named = render("TRY_CAST({named} AS {type})", named=named, type=Sql(key_type))
    people = engine.table(PEOPLE, render(_PEOPLE, key=named, query=table.query))
    if not engine.rows(render("SELECT count(*) FROM {people}", people=people))[0][0]:
        raise DataError(
            "empty_input",
            "the customer list names nobody the ledger could know",
            fix="give a list of customer ids",
            place=Place(path.name),
        )
    return people


def _key_column(columns: list[str], key: str, file: str) -> str | None:
    role = {"id": "customer"}.get(key, key)
    return suggest_column(role, columns, file) or suggest_column("customer", columns, file)


def _opened(engine: Engine, path: Path, staging: Path, key: str) -> SourceTable:
    """A list may be a single column, which has no delimiter to be told by."""
    try:
        return open_source(engine, path, staging, ReadingSettings())
    except DataError as error:
        if error.code != "not_tabular":
            raise
    # The only column needs no name: its first line is a name if it reads like one, otherwise an id.
    text = path.read_text(find_encoding(path))
    rows = [
        (line, cells) for line, cells in enumerate(csv.reader(text.splitlines()), start=1) if "".join(cells).strip()
    ]
    if rows and _key_column(rows[0][1][:1], key, path.name):
        rows = rows[1:]
    written = staging / "people.csv"
    return written_table(path, written, ["customer_id"], write_rows(written, ["customer_id"], rows), form="text")
