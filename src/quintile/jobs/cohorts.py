"""cohorts: customers of a project by the month of their first order, and what they did since."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import quintile
from quintile.domain.bridge import plain
from quintile.domain.ledger import PURCHASE
from quintile.domain.snapshot import LAST, chosen
from quintile.engine.render import Sql, literal, render
from quintile.export.cohorts import cohorts_page
from quintile.insight.cohorts import cohorts as found_cohorts
from quintile.jobs.migration import engine_settings
from quintile.jobs.moves.migrated import share_of
from quintile.jobs.project.kept_orders import kept_ledger
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.project.shortened import newcomers_note, rows_from
from quintile.jobs.workplace.replacing import HTML as PAGE
from quintile.jobs.workplace.replacing import replacing
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from quintile.insight.cohorts import Cohort

_ORDERS = """
(SELECT customer_key, {day} AS day, state = {purchase} AS is_purchase, net FROM {orders} WHERE {before_end})
"""
COLUMNS = ("cohort", "size", "months_since", "ordered_again", "retention", "revenue")
HTML = ".html"


def cohorts(
    project: Path,
    snapshot: str = LAST,
    *,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """The cohorts as they are known at one analysis date, from all orders before it.

    Args:
        project: The project's folder.
        snapshot: Which one: ``last``, ``first``, a date, ``DATE@N`` or an id.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``as_of``, ``currency``, ``note`` (what retention took), and ``cohorts`` with ``month`` (such as
        2025-06), ``size`` and ``cells``: ``months_since``, ``ordered_again``, ``retention`` (their share) and
        ``revenue``; None in a month that is not over.

    Raises:
        SettingsError: There is no such snapshot.
        StoreError: A file of the store is gone or damaged.
    """
    opened = open_snapshot(chosen(series(project / STORE), snapshot))
    for paths in (opened.orders.order_paths, opened.orders.name_paths):
        paths(project / STORE)
    clock = opened.clock(opened.model)
    with workplace((), engine_settings(project), project / STORE, on_step=on_step) as place:
        on_step("counting cohorts")
        ledger = kept_ledger(place.engine, opened.orders, [project / STORE])
        orders = render(
            _ORDERS,
            day=clock.day(Sql("ordered_at")),
            purchase=literal(PURCHASE),
            orders=Sql(ledger.orders),
            before_end=clock.before_end(),
        )
        found = found_cohorts(place.engine, orders, clock.window.day)
    first = rows_from(opened.report)
    return {
        "snapshot": opened.snapshot.id,
        "as_of": opened.snapshot.as_of,
        "known": opened.snapshot.known,
        "note": newcomers_note(opened.report),
        "currency": opened.report["currency"],
        "cohorts": [_told(one) for one in found if first is None or one.month >= first],
    }


def write_cohorts(found: Mapping[str, Any], out: Path) -> None:
    """Write cohorts down.

    Args:
        found: What ``cohorts`` returned.
        out: A file that ends with .html is a page with the picture, any other a CSV table with a line for each cell.

    Raises:
        SettingsError: A file of another kind is there, or no folder.
        StoreError: The file cannot be written.
    """
    with replacing(out, "the cohorts", PAGE if out.suffix == HTML else ",".join(COLUMNS).encode()) as draft:
        if out.suffix == HTML:
            draft.write_text(cohorts_page(found, version=quintile.__version__), encoding="utf-8", newline="\n")
            return
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for cohort in found["cohorts"]:
                for cell in cohort["cells"]:
                    writer.writerow([cohort["month"], cohort["size"], *(cell[key] for key in COLUMNS[2:])])


def _told(cohort: Cohort) -> dict[str, Any]:
    return {
        "month": f"{cohort.month:%Y-%m}",
        "size": cohort.size,
        "cells": [
            {
                "months_since": cell.since,
                "ordered_again": cell.returned,
                "retention": None if cell.returned is None else share_of(cell.returned, cohort.size or 0),
                "revenue": None if cell.revenue is None else plain(cell.revenue),
            }
            for cell in cohort.cells
        ],
    }
