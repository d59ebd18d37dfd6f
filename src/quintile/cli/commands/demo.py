"""quintile demo: the main job on a sample shop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quintile.cli.commands.run import publish


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", rich_help_panel="Begin")(_demo)


def _demo(
    *,
    out: Annotated[Path, typer.Option(help="Folder for the shop and its results.", metavar="DIR")] = Path(
        "quintile-demo"
    ),
    customers: Annotated[int, typer.Option(min=1, help="How many customers the shop has.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Another seed makes another shop.")] = 1,
    only_shop: Annotated[bool, typer.Option("--only-shop", help="Make the shop's files, run nothing.")] = False,
) -> None:
    """Make a sample shop and run the main job on it."""
    from quintile.jobs.demo import make_sample_shop, sample_wish

    shop = make_sample_shop(out, customers=customers, seed=seed)
    typer.echo(f"The sample shop: {shop.orders} and {shop.rates}")
    if not only_shop:
        publish(sample_wish(shop), out=out / "results", project=None, json=False, quiet=False)
