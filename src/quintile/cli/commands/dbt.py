"""quintile dbt: the model as a dbt project."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import AsOf, Given, Model, Project, Results, Sources  # noqa: TC001 - as above
from quintile.cli.flags import with_settings
from quintile.cli.model_asked import Dialect, Table, model_asked, refuse_no_table
from quintile.cli.show.plain import short_path


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("dbt", rich_help_panel="Score")(with_settings(_dbt))


def _dbt(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    out: Annotated[Path, typer.Option(help="The project's folder; an earlier project is written over.", metavar="DIR")],
    dialect: Dialect = "duckdb",
    table: Table = None,
    results: Results = None,
    project: Project = None,
    as_of: AsOf = None,
    model: Model = None,
    flags: Given,
) -> None:
    """Write the model down as a dbt project over your own table: models, tests, documentation, the scheme as a seed."""
    from quintile.export.dialects import dialect_of
    from quintile.jobs.dbt import write_dbt

    chosen = dialect_of(dialect)
    refuse_no_table(table)
    found = model_asked(
        "a dbt project", sources, flags, results=results, project=project, as_of=as_of, model=model, out=out
    )
    files = write_dbt(found, chosen, out, table=table)
    typer.echo(f"{short_path(out)}: {len(files)} files. Read {short_path(out / 'README.md')}, then: dbt build")
