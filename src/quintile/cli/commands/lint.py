"""quintile lint: prove that a scheme is complete."""

from __future__ import annotations

from typing import Annotated

import typer

from quintile.cli.common import Json, show_json

FAULTY = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lint", rich_help_panel="Segment schemes")(_lint)


def _lint(
    scheme: Annotated[str, typer.Argument(help="A shipped scheme or a TOML file.", metavar="SCHEME")],
    *,
    json: Json = False,
) -> None:
    """Check a scheme: gaps, overlaps, unreachable segments, improvements that demote. Exit code 2 on gaps."""
    from quintile.segments.lint import lint
    from quintile.segments.load import load_scheme

    loaded = load_scheme(scheme)
    report = lint(loaded)
    if json:
        show_json(report.as_dict())
    else:
        from quintile.cli.show.schemes import show_lint

        show_lint(loaded, report)
    if not report.complete:
        raise typer.Exit(FAULTY)
