"""quintile playbook: what to do with each segment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintile.cli.common import Json, Playbook, show_json
from quintile.cli.flags import SETTINGS_FILE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("playbook", rich_help_panel="Segment schemes")(_playbook)


def _playbook(
    segment: Annotated[
        list[str] | None,
        typer.Argument(help="One segment, with its messages; none lists all.", metavar="SEGMENT", show_default=False),
    ] = None,
    *,
    scheme: Annotated[
        str | None,
        typer.Option(
            help="A shipped scheme or a TOML file. Default: that of the results, else of quintile.toml.",
            metavar="NAME|FILE",
        ),
    ] = None,
    playbook: Playbook = None,
    results: Annotated[
        Path | None, typer.Option(help="Results of a run, to show customers and revenue.", metavar="DIR")
    ] = None,
    tone: Annotated[
        str | None, typer.Option(help="Show the messages of this tone alone: warm, plain or short.", metavar="NAME")
    ] = None,
    json: Json = False,
) -> None:
    """Show what to do with each segment: actions, offer, channel, what to avoid, and messages to send."""
    from quintile.jobs.playbook import playbook as job

    file = Path(SETTINGS_FILE)
    plays = job(scheme, own=playbook, results=results, settings_file=file if file.is_file() else None, tone=tone)
    one = plays.playbook.find(" ".join(segment)) if segment else None
    if json:
        show_json(plays.as_dict([one] if one else list(plays.playbook.plays.values())))
        return
    from quintile.cli.show.playbook import show_play, show_playbook

    if one:
        show_play(plays, one)
    else:
        show_playbook(plays)
