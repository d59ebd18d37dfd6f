"""quintile sql: the model as a query for a database, or its segments as conditions."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import AsOf, Given, Model, Project, Results, Sources  # noqa: TC001 - as above
from quintile.cli.flags import with_settings
from quintile.cli.model_asked import Dialect, Table, model_asked, refuse_no_table, show_text
from quintile.errors import SettingsError

_OVER = ("scores", "values")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sql", rich_help_panel="Score")(with_settings(_sql))


def _sql(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    dialect: Dialect = "duckdb",
    table: Table = None,
    predicates: Annotated[
        str | None,
        typer.Option(
            help="Instead of the query a condition for each segment, over scores (r, f, m) or over values"
            " (recency_days, frequency, monetary).",
            metavar="scores|values",
            show_default=False,
        ),
    ] = None,
    results: Results = None,
    project: Project = None,
    as_of: AsOf = None,
    model: Model = None,
    out: Annotated[
        Path | None, typer.Option(help="Write to this file instead of the standard output.", metavar="FILE")
    ] = None,
    flags: Given,
) -> None:
    """Write the model down as one readable SQL query over your own table, for the database you have."""
    from quintile.export.dialects import dialect_of

    _refuse_unclear(predicates, table)
    chosen = dialect_of(dialect)
    found = model_asked("a query", sources, flags, results=results, project=project, as_of=as_of, model=model, out=out)
    if predicates is None:
        from quintile.export.sql_document import sql_document

        text = sql_document(found.over(table) if table else found.recipe, chosen)
    else:
        from quintile.export.sql_segments import predicates as conditions
        from quintile.export.sql_segments import predicates_text

        text = predicates_text(conditions(found.recipe, chosen, predicates))
    show_text(text, out, "the SQL")


def _refuse_unclear(predicates: str | None, table: str | None) -> None:
    if predicates not in {None, *_OVER}:
        message = f"'{predicates}' is nothing that segments can be told by"
        raise SettingsError("predicates", message, fix=f"write --predicates {_OVER[0]} or --predicates {_OVER[1]}")
    if predicates is not None and table is not None:
        message, fix = "conditions name columns, no table", "drop --table, or --predicates"
        raise SettingsError("predicates", message, fix=fix)
    refuse_no_table(table)
