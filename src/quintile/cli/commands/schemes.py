"""quintile schemes: the shipped segment schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.cli.common import Json, show_json

if TYPE_CHECKING:
    import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("schemes", rich_help_panel="Segment schemes")(_schemes)


def _schemes(*, json: Json = False) -> None:
    """List the shipped segment schemes."""
    from quintile.segments.load import load_scheme, shipped_schemes

    schemes = [load_scheme(name) for name in shipped_schemes()]
    if json:
        show_json(
            {
                "schemes": [
                    {
                        "name": scheme.name,
                        "title": scheme.title,
                        "scale": scheme.scale,
                        "segments": [segment.name for segment in scheme.segments],
                        "source": scheme.source,
                    }
                    for scheme in schemes
                ]
            }
        )
        return
    from quintile.cli.show.schemes import show_schemes

    show_schemes(schemes)
