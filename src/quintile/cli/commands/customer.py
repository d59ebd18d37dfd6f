"""quintile customer: one customer's page."""

from __future__ import annotations

from typing import Annotated

import typer

from quintile.cli.common import Json, Project, job_progress, project_of, show_json
from quintile.cli.flags import SETTINGS_FILE


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("customer", rich_help_panel="Follow")(_customer)


def _customer(
    customer: Annotated[
        str, typer.Argument(help="Id as customers.csv has it, or an e-mail or phone of theirs alone.", metavar="ID")
    ],
    *,
    project: Project = None,
    as_of: Annotated[
        str, typer.Option(help="Snapshot: a date, DATE@N, an id, first or last.", metavar="SNAP")
    ] = "last",
    json: Json = False,
) -> None:
    """Show one customer: orders, scores, what moved them, when they will fall and what one order would do."""
    from quintile.config.read import read_settings
    from quintile.jobs.customer import customer as page_of

    home = project_of(project)
    file = home / SETTINGS_FILE
    settings = read_settings(file if file.is_file() else None, {})
    with job_progress(quiet=json) as on_step:
        page = page_of(home, customer, settings, as_of=as_of, on_step=on_step)
    if json:
        show_json(page)
    else:
        from quintile.cli.show.customer import show_customer

        show_customer(page)
