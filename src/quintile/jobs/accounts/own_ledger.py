"""Own ledger: what a project already knows, accounted for without any source, to be measured and compared.

Nothing is published, and the project stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.transactions import Transactions
from quintile.engine.render import render
from quintile.errors import Place, SettingsError
from quintile.jobs.accounts.known_rows import agreed, known_rows
from quintile.jobs.accounts.scored import accounted_sources
from quintile.jobs.project.project import Project
from quintile.jobs.workplace.wish import last_day
from quintile.pipeline import account
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

OWN_ROWS = "own_rows"
_TRANSACTIONS = "SELECT * EXCLUDE (row_key) FROM {known}"


def own_store(wish: Wish) -> Path | None:
    """The folder that an engine must be able to read for the wish's project; None without one."""
    return None if wish.project is None else wish.project / STORE


def with_own_date(wish: Wish) -> Wish:
    """The wish; in a project its analysis date is the last published one unless another was asked for."""
    store = own_store(wish)
    if store is None or wish.as_of is not None:
        return wish
    moment = Project.at(store).published.moment
    as_of: date | None = moment
    if moment is not None and (wish.model or wish.settings.model.model()).recency == "calendar":
        as_of = moment.date()
    return replace(wish, as_of=as_of)


def accounted_for(place: Workplace, wish: Wish) -> Accounted:
    """The wish's sources accounted for; or, where it names a project, all rows that the project knows.

    Raises:
        SettingsError: The project knows none, or a setting differs from those its rows were read by.
        QuintileError: The data or a setting is not as it must be.
    """
    store = own_store(wish)
    if store is None:
        return accounted_sources(place, wish)
    project = Project.at(store)
    if project.files is None or not project.row_count:
        fix = f"give it a source first: quintile run SOURCE --project {wish.project}"
        raise SettingsError("project", "the project knows no order yet", fix=fix, place=Place(str(wish.project)))
    place.on_step("building the ledger")
    settings = wish.clocked
    known = known_rows(place.engine, project, settings.ledger.base_currency, by_currency=False)
    place.engine.view(OWN_ROWS, render(_TRANSACTIONS, known=known))
    transactions = Transactions(
        table=OWN_ROWS,
        located=OWN_ROWS,
        raw_roles=(),
        roles=project.roles,
        rows=project.row_count,
        files=(),
        assumed={"customer_is_email": project.files.meaning.customer_is_email},
        on_utc=settings.model.recency == "elapsed",
    )
    settings = agreed(place.engine, project, transactions, settings)
    transactions = place.beside(transactions, settings)
    day = last_day(wish.as_of, settings)
    return account(place.engine, (), transactions, settings, last_day=day, rates=place.rates(settings))
