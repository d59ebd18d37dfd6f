"""Drifted: does a later source of a project look like those before it? Asked before anything is compared or kept."""

from __future__ import annotations

import getpass
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.engine.render import render
from quintile.jobs.accounts.known_rows import has_plain_ids, known_people
from quintile.jobs.project.stored import files_of
from quintile.ledger.drift import find_drift, remembered, renamed, settle
from quintile.ledger.people import customer_keys
from quintile.ledger.profile import profile_of
from quintile.snapshots.order_files import OrderFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from quintile.domain.settings import Settings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.engine.render import Sql
    from quintile.errors import DataError
    from quintile.jobs.project.project import Project
    from quintile.sources.located import SourceTable


@dataclass(frozen=True)
class Drift:
    """The profile to keep, what was accepted by name, and what is only told."""

    profile: dict[str, Any] | None = None
    accepted: tuple[dict[str, Any], ...] = ()
    warnings: tuple[dict[str, Any], ...] = ()


def drift_of(engine: Engine, transactions: Transactions, settings: Settings, day: date, project: Project) -> Drift:
    """Hold a source against those before it.

    Raises:
        DataError: With the code of a drift that nobody accepted.
    """
    known = _known_customers(engine, transactions, settings, day, project)
    mode = settings.refresh.mode
    now = profile_of(engine, transactions, settings.ledger, last_day=day, mode=mode, known=known)
    found = find_drift(now, project.profile, settings)
    names = ", ".join(file.name for file in transactions.files)
    accepted, told = settle(found, settings.refresh.accept, names)
    return Drift(
        profile=remembered(project.profile, now, accepted),
        accepted=tuple(
            {**finding.as_dict(), "who": _who(), "because": settings.refresh.because} for finding in accepted
        ),
        warnings=tuple(finding.as_dict() for finding in told),
    )


def _who() -> str | None:
    """Who accepts: as ``QUINTILE_USER`` says, or the account's name; None on a machine that names nobody."""
    try:
        return os.environ.get("QUINTILE_USER") or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return None


def explained(error: DataError, tables: Sequence[SourceTable], project: Project) -> DataError:
    """An error of reading, explained by the columns that earlier sources had."""
    if len(tables) == 1:
        error.place = replace(error.place, file=tables[0].name)
    return renamed(error, sorted({column for table in tables for column in table.columns}), project.profile)


def _known_customers(
    engine: Engine, transactions: Transactions, settings: Settings, day: date, project: Project
) -> Sql | None:
    if project.files is None:
        return None
    kept, meaning, rules = OrderFiles.of(project.snapshot), project.files.meaning, settings.ledger
    if kept is not None and has_plain_ids(settings) and not meaning.customer_is_email:
        names = files_of(kept.name_paths(project.store))
        return render("SELECT customer_id AS customer_key FROM ({names})", names=names)
    before = replace(
        transactions, roles=frozenset(meaning.roles), assumed={"customer_is_email": meaning.customer_is_email}
    )
    keys = engine.table("known_customers", customer_keys(engine, known_people(engine, project), before, rules, day))
    return render("SELECT customer_id AS customer_key FROM {keys}", keys=keys)
