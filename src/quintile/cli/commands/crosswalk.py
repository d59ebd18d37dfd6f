"""quintile crosswalk: the same customers under several schemes."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer resolves the annotations
from typing import Annotated

import typer

from quintile.cli.common import AsOf, Given, Json, Model, Sources, asked, job_progress, refuse_no_page, show_json
from quintile.cli.flags import with_settings
from quintile.errors import SettingsError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("crosswalk", rich_help_panel="Segment schemes")(with_settings(_crosswalk))


def _crosswalk(  # noqa: PLR0913 - parameters of a command line
    sources: Sources = None,
    *,
    schemes: Annotated[
        str, typer.Option(help="Schemes to compare: names or TOML files.", metavar="NAME|FILE,...")
    ] = "rfm-9,eleven-125-a,rf-10",
    results: Annotated[
        Path | None, typer.Option(help="Results of a run instead of sources.", metavar="DIR", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write it as a page with pictures.", metavar="FILE.html")
    ] = None,
    model: Model = None,
    as_of: AsOf = None,
    json: Json = False,
    flags: Given,
) -> None:
    """Show where the customers of each segment of one scheme are in the others; nothing is published."""
    from quintile.jobs.crosswalk import crosswalk_results, crosswalk_sources

    refuse_no_page(out)
    names = [name.strip() for name in schemes.split(",") if name.strip()]
    if results is not None:
        if sources or flags or model or as_of:
            fix = "drop the sources and flags, or --results"
            raise SettingsError("results", "results are compared as they are", fix=fix)
        found = crosswalk_results(results, names)
    else:
        wish = asked(sources, flags, as_of=as_of, model=model)
        with job_progress(quiet=json) as on_step:
            found = crosswalk_sources(wish, names, on_step=on_step)
    if out is not None:
        from quintile.jobs.crosswalk_page import write_crosswalk

        write_crosswalk(found, out)
    if json:
        show_json(found)
    else:
        from quintile.cli.show.crosswalk import show_crosswalk

        show_crosswalk(found, out)
