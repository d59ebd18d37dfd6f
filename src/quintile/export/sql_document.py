"""SQL document: the model as a commented query for one database, and segments as conditions over scores or values."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.engine.render import Sql
from quintile.export.dialect_sql import in_dialect
from quintile.export.dialects import DUCKDB
from quintile.export.headlines import day_text
from quintile.export.sql import RESULT, model_sql, model_steps, with_steps
from quintile.export.sql_step import Step, commented

if TYPE_CHECKING:
    from quintile.export.dialects import SqlDialect
    from quintile.export.recipe import Recipe

_WIDEST = 116
_ENGINES = ("postgresql", "spark")


def sql_document(recipe: Recipe, dialect: SqlDialect) -> str:
    """The model as one query: a comment on what it is, then a CTE a step, each under a comment.

    It returns one row per customer, the columns of customers.csv.

    Raises:
        SettingsError: ``dialect``, it cannot say something the model needs.
    """
    if dialect == DUCKDB:
        query = model_sql(recipe)
    else:
        result = in_dialect(RESULT, dialect)
        query = with_steps(
            steps_in(recipe, dialect), Sql(f"{result}\n{dialect.closing}" if dialect.closing else result)
        )
    return f"{_head(recipe, dialect, query)}\n{query}"


def steps_in(recipe: Recipe, dialect: SqlDialect) -> tuple[Step, ...]:
    """The steps of the model in a dialect, to be written together or one by one.

    Raises:
        SettingsError: As above.
    """
    return tuple(replace(step, query=_indented(in_dialect(step.query, dialect))) for step in model_steps(recipe))


def _indented(query: Sql) -> Sql:
    """Moved to the right, unless a value has lines of its own."""
    inside = any(line.count(quote) % 2 for line in query.splitlines() for quote in "'\"`")
    return query if inside else Sql(textwrap.indent(query, "    "))


def _head(recipe: Recipe, dialect: SqlDialect, query: Sql) -> Sql:
    executed = "executed in quintile's tests" if dialect.executed else "not executed, checked by parsing"
    lines = [
        f"RFM scores and segments of customers on {day_text(recipe.as_of)}, the same as quintile's: a row a customer.",
        f"Model {recipe.model.fingerprint}. Dialect {dialect.name} ({dialect.called}): {executed}.",
        *(
            line
            for told in (*recipe.before, *written_otherwise(recipe), *_zones_by_name(query))
            for line in _wrapped(f"To be done before: {told}")
        ),
    ]
    return commented(lines)


def written_otherwise(recipe: Recipe) -> list[str]:
    """What the statement that loads the file sees to, which is not here; a table may hold texts, too."""
    if recipe.how.get("format") not in {"text", *_ENGINES}:
        return []
    told = ["Write amounts with a point before the decimals."] if recipe.how.get("decimal") == "," else []
    return [*told, "Write dates as 2025-01-31."] if recipe.formats else told


def _zones_by_name(query: Sql) -> list[str]:
    """MySQL gives no time, and so nobody, where it does not know a time zone by its name."""
    if "CONVERT_TZ(" not in query:
        return []
    return [
        "Load the names of time zones (mysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql); else nobody comes out."
    ]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDEST, subsequent_indent="    ")
