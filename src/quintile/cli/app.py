"""The command ``quintile``: commands are found here, errors become one message and an exit code."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from typing import Annotated, NoReturn

import typer

from quintile import __version__
from quintile.cli.commands import (
    check,
    crosswalk,
    demo,
    fit,
    init,
    lint,
    playbook,
    quarantine,
    recommend,
    report,
    run,
    schemes,
    score,
    whatif,
)
from quintile.cli.show.plain import printable
from quintile.errors import QuintileError, StoreFullError

INTERRUPTED = 130
JSON = "--json"
INTERRUPTED_QUERY = "Query interrupted"  # what the database makes of an interrupt
app = typer.Typer(
    name="quintile",
    help="RFM customer segmentation from raw transactions: every row and every cent accounted for.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    demo,
    init,
    check,
    recommend,
    quarantine,
    run,
    fit,
    score,
    whatif,
    report,
    schemes,
    lint,
    crosswalk,
    playbook,
):
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

    With ``--json`` an error is also one JSON object on the standard output. Exit codes: 0 done, 1 a bug (with its
    traceback), 2 data or settings, 74 disk full, 75 busy, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter still gets the page
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except QuintileError as error:
        if JSON in sys.argv[1:]:
            typer.echo(json.dumps({"error": error.as_dict()}, indent=2))
        typer.echo(printable(str(error)), err=True)
        sys.exit(error.exit_code)
    except (SystemExit, RuntimeError) as stopped:
        if str(stopped) not in {str(INTERRUPTED), INTERRUPTED_QUERY}:
            raise
        typer.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except OSError as error:
        _explain(error)


def _explain(error: OSError) -> NoReturn:
    """End a program whose standard output cannot be written to; any other error of the system is a bug."""
    if isinstance(error, BrokenPipeError):
        _show_no_more()
        sys.exit(1)
    if error.errno not in {errno.ENOSPC, errno.EDQUOT} or error.filename is not None:
        raise error
    _show_no_more()
    message = f"error[output]: the output cannot be shown: {error.strerror}"
    typer.echo(f"{message}\n  Fix: send it elsewhere; what was published stays published", err=True)
    sys.exit(StoreFullError.exit_code)


def _show_no_more() -> None:
    """Nothing more can be written to the standard output, so that Python must not try again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
