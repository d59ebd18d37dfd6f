"""What several commands share: their parameters, reading the settings, progress, JSON."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quintile.cli.flags import SETTINGS_FILE, GivenFlags
from quintile.domain.window import day_or_moment
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from quintile.jobs.workplace.wish import Wish

Sources = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Files with transactions (CSV, TSV, Parquet, JSON lines, Excel), or names of databases in \\[sources] of"
        " quintile.toml; none takes all of those.",
        metavar="SOURCE",
        show_default=False,
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="Analysis date; orders on it and later do not count. Default: the day after the latest order; a run into a"
        " project takes today.",
        metavar="DATE",
    ),
]
Project = Annotated[Path | None, typer.Option(help="Project folder with quintile.toml and the store.", metavar="DIR")]
Results = Annotated[
    Path | None, typer.Option(help="Results of a run instead of sources.", metavar="DIR", show_default=False)
]
Playbook = Annotated[Path | None, typer.Option(help="A playbook of your own instead of the scheme's.", metavar="FILE")]
Backfill = Annotated[
    bool,
    typer.Option(
        "--backfill", help="Allow an analysis date before the last one published in the project.", show_default=False
    ),
]
Model = Annotated[Path | None, typer.Option(help="Score with a kept model instead of fitting.", metavar="FILE")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Wait = Annotated[
    bool, typer.Option("--wait", help="Wait while another run publishes to the same place.", show_default=False)
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
Given = GivenFlags


def refuse_sources(sources: list[Path] | None, project: Path | None) -> None:
    """Refuse sources beside a project whose own ledger is to be looked at.

    Raises:
        SettingsError: Both are named.
    """
    if project is not None and sources:
        message, fix = "a project is looked at as it is, without further sources", "drop the sources, or --project"
        raise SettingsError("source", message, fix=fix)


def refuse_settled(
    what: str, sources: list[Path] | None, flags: GivenFlags, *, as_of: str | None, model: Path | None
) -> None:
    """Refuse what a result has already settled.

    Raises:
        SettingsError: Sources, settings, a date or a model stand beside the result that ``what`` is made of.
    """
    given = [f"--{key.replace('_', '-')}" for keys in flags.values() for key in keys]
    given += [flag for flag, value in (("--as-of", as_of), ("--model", model)) if value is not None]
    if sources:
        message, fix = f"{what} is of sources or of a result, not of both", "drop the sources, or --results"
        raise SettingsError("results", message, fix=fix)
    if given:
        message = f"a result has settled {', '.join(given)} already"
        raise SettingsError("results", message, fix="drop those flags, or name the sources instead of the result")


def asked(
    sources: list[Path] | None,
    flags: GivenFlags,
    *,
    as_of: str | None = None,
    model: Path | None = None,
    project: Path | None = None,
    quiet: bool = False,
) -> Wish:
    """The wish behind a command line: settings file, flags on top, analysis date, kept model.

    The settings file is the project's, or ``quintile.toml`` in the current folder if it is there. Where both are there
    a line on standard error says which one counts, unless ``quiet``.

    Raises:
        SettingsError: Something on the command line or in the file is wrong.
    """
    from quintile.config.read import read_settings
    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace.idle import refuse_idle
    from quintile.jobs.workplace.named import named_sources
    from quintile.jobs.workplace.wish import Wish

    file = (project or Path()) / SETTINGS_FILE
    if not quiet:
        _tell_unread(file)
    settings = read_settings(file if file.is_file() else None, flags)
    kept = None
    if model is not None:
        if "model" in flags:
            given = ", ".join("--" + key.replace("_", "-") for key in flags["model"])
            raise SettingsError(
                "model",
                f"a kept model brings its own {given}",
                fix="drop those flags, or --model",
                place=Place(str(model)),
            )
        kept = RfmModel.from_json(_text(model))
    chosen = named_sources(sources or [], settings)
    wish = Wish(sources=chosen, settings=settings, as_of=parse_as_of(as_of), model=kept, project=project)
    refuse_idle(flags, wish)
    return wish


def refuse_no_page(out: Path | None) -> None:
    """Refuse a place for a page that has no folder, or a name of another kind of file, before anything is counted.

    Raises:
        SettingsError: ``out``.
    """
    from quintile.jobs.workplace.replacing import refuse_missing_folder

    if out is None:
        return
    if out.suffix not in {".html", ".htm"}:
        raise SettingsError("out", f"'{out.name}' is no name of a page", fix="write --out FILE.html")
    refuse_missing_folder(out)


def _tell_unread(file: Path) -> None:
    """Say so when the current folder has settings too, which a project does not read."""
    here = SETTINGS_FILE
    if not here.is_file() or (file.is_file() and file.samefile(here)) or file == here:
        return
    from quintile.cli.show.plain import short_path

    own = short_path(file)
    counts = f"the settings are those of {own}" if file.is_file() else f"put it there as {own}, or use flags"
    typer.echo(f"note: quintile.toml in the current folder is not read for this project: {counts}", err=True)


def project_of(project: Path | None) -> Path:
    """The project folder, which a command about a project needs.

    Raises:
        SettingsError: None is named.
    """
    if project is None:
        raise SettingsError("project", "say which project", fix="write --project DIR")
    return project


def parse_as_of(text: str | None) -> date | None:
    """An analysis date, or a moment of it such as 2025-07-01T12:00.

    Raises:
        SettingsError: It is neither, or on another clock than the shop's.
    """
    if text is None:
        return None
    try:
        return day_or_moment(text)
    except ValueError as error:
        raise SettingsError("as_of", f"'{text}' is no date", fix="write --as-of 2025-07-01") from error


@contextlib.contextmanager
def job_progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show the running step on a terminal's error stream; say nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting") as status:
        yield status.update


def show_json(report: dict[str, Any]) -> None:
    """Print one JSON object, in ASCII: it stays JSON in every encoding, and no terminal takes a name for a command."""
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "model", "the model file cannot be read", fix="write one with: quintile fit", place=Place(str(path))
        ) from error
