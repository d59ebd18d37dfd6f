"""The command ``quintile``: commands are found here, errors become one message and an exit code."""

from __future__ import annotations

import copy
import errno
import io
import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from quintile import __version__
from quintile.cli.commands import (
    check,
    checkup,
    crosswalk,
    customer,
    dbt,
    demo,
    drift,
    erase,
    export,
    fit,
    forecast,
    history,
    init,
    kpis,
    lint,
    log,
    migration,
    plan,
    playbook,
    quarantine,
    recommend,
    report,
    retention,
    run,
    schemes,
    score,
    sql,
    steps,
    verify,
    whatif,
)
from quintile.cli.flags import refuse_empty
from quintile.cli.show.plain import printable
from quintile.cli.show.wrapped import for_terminal
from quintile.errors import INTERRUPTED, QuintileError, StoreFullError

if TYPE_CHECKING:
    from typer.models import CommandInfo

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
    export,
    plan,
    sql,
    dbt,
    steps,
    history,
    migration,
    drift,
    kpis,
    checkup,
    customer,
    forecast,
    log,
    verify,
    erase,
    retention,
    schemes,
    lint,
    crosswalk,
    playbook,
):
    command.register(app)


def _show_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"quintile {__version__}")
        raise typer.Exit


@app.callback()
def _quintile(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    pass


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
            refuse_empty(sys.argv[1:])
            _with_asked(sys.argv[1:])()
        finally:
            sys.stdout.flush()
    except QuintileError as error:
        if JSON in sys.argv[1:]:
            typer.echo(json.dumps({"error": error.as_dict()}, indent=2))
        typer.echo(for_terminal(printable(str(error)), sys.stderr), err=True)
        sys.exit(error.exit_code)
    except (SystemExit, RuntimeError) as stopped:
        if str(stopped) not in {str(INTERRUPTED), INTERRUPTED_QUERY}:
            raise
        typer.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except OSError as error:
        _explain(error)


def _with_asked(words: list[str]) -> typer.Typer:
    """The program with the one command that is asked for, or with bare commands for its help: flags take time to build.

    After a slip it has all commands, to name the one that was meant.
    """
    asked = next((word for word in words if not word.startswith("-")), None)
    lean = copy.copy(app)
    lean.registered_commands = [
        _bare(command) if asked is None else command
        for command in app.registered_commands
        if asked in {None, command.name}
    ]
    return lean if lean.registered_commands else app


def _bare(command: CommandInfo) -> CommandInfo:
    """The command without its flags, as the list of commands shows it."""

    def nothing() -> None:
        pass

    nothing.__doc__ = command.callback.__doc__
    bare = copy.copy(command)
    bare.callback = nothing
    return bare


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
