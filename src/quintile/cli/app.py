"""The command ``quintile``: commands are found here, errors become one message and an exit code."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated

import typer

from quintile import __version__
from quintile.cli.commands import check, demo, fit, init, lint, run, schemes, score
from quintile.cli.show.plain import printable
from quintile.errors import QuintileError

INTERRUPTED = 130
INTERRUPTED_QUERY = "Query interrupted"  # what the database makes of an interrupt
app = typer.Typer(
    name="quintile",
    help="RFM customer segmentation from raw transactions: every row and every cent accounted for.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (demo, init, check, run, fit, score, schemes, lint):
    command.register(app)


@app.callback()
def _quintile(
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"quintile {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 a bug (with its traceback), 2 data or settings, 74 disk full, 75 busy, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter still gets the page
    try:
        app()
    except QuintileError as error:
        typer.echo(printable(str(error)), err=True)
        sys.exit(error.exit_code)
    except (SystemExit, RuntimeError) as stopped:
        if str(stopped) not in {str(INTERRUPTED), INTERRUPTED_QUERY}:
            raise
        typer.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
