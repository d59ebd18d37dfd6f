"""The model that a command writes down: of sources that are scored for it, or of a result that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from quintile.cli.common import asked, job_progress, refuse_settled
from quintile.cli.show.plain import short_path

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.cli.flags import GivenFlags
    from quintile.jobs.sql import WrittenModel

_DIALECTS = "duckdb, postgres, spark, databricks, snowflake, bigquery, redshift, trino, clickhouse, tsql, mysql"
Dialect = Annotated[str, typer.Option("--dialect", help=f"For which database: {_DIALECTS}.", metavar="NAME")]
Table = Annotated[
    str | None,
    typer.Option(
        "--table",
        help="Your table of transactions, with its schema if need be. Default: the name of the source.",
        metavar="NAME",
        show_default=False,
    ),
]


def model_asked(  # noqa: PLR0913 - parameters of a command line
    what: str,
    sources: list[Path] | None,
    flags: GivenFlags,
    *,
    results: Path | None,
    project: Path | None,
    as_of: str | None,
    model: Path | None,
    out: Path | None,
) -> WrittenModel:
    """The model behind a command line.

    Raises:
        QuintileError: Sources and a result are both named, or neither can be read; the folder of ``out`` is missing.
    """
    from quintile.jobs.sql import model_of_result, model_of_sources
    from quintile.jobs.workplace.replacing import refuse_missing_folder

    if out is not None:
        refuse_missing_folder(out)
    if results is None and (project is None or sources):
        wish = asked(sources, flags, as_of=as_of, model=model, project=project)
        with job_progress(quiet=False) as on_step:
            return model_of_sources(wish, on_step=on_step)
    refuse_settled(what, sources, flags, as_of=as_of, model=model)
    return model_of_result(results, project=project)


def refuse_no_table(table: str | None) -> None:
    """Refuse what is no name of a table before the work begins.

    Raises:
        SettingsError: ``table``.
    """
    from quintile.jobs.sql import require_table

    if table is not None:
        require_table(table)


def show_text(text: str, out: Path | None, what: str) -> None:
    """Write a text to a file and name it, or to the standard output and nothing else."""
    from quintile.jobs.sql import write_text

    if out is None:
        typer.echo(text, nl=False)
        return
    write_text(text, out, what)
    typer.echo(short_path(out))
