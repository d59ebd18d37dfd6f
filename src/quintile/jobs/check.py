"""check: what reading a source would do, without publishing anything; also when it must be rejected."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import Bridge, plain
from quintile.domain.ledger import REFUND_ONLY
from quintile.engine.render import Sql, literal, render
from quintile.errors import DataError, SettingsError
from quintile.jobs.accounts.possible import require_possible
from quintile.jobs.accounts.scored import accounted_sources
from quintile.jobs.arrivals.arrival import arrive, warnings_alone
from quintile.jobs.project.project import Project
from quintile.jobs.results.report import assumptions, counts, inputs, second_tables, set_aside
from quintile.jobs.results.sufficiency import customer_warnings, nobody_warnings, scale_warnings
from quintile.jobs.settings_file.around import lines_around
from quintile.jobs.workplace.damaged import require_sound_files
from quintile.jobs.workplace.idle import no_project
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.metrics.measure import Clock
from quintile.pipeline import day_after_latest, require_orders
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.jobs.arrivals.arrival import Arrival
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

CENTS = 2
_WIDE = Context(prec=60)  # more digits than any sum has

_NET = """
SELECT count(*), sum(orders), sum(net), max(orders), count_if(net < 0) FROM (
    SELECT customer_key, count_if(state <> {refund_only}) AS orders, sum(net) AS net FROM {orders} GROUP BY customer_key
)
"""
_NOTHING = {
    "inputs": [],
    "rows_in": 0,
    "rows_kept": 0,
    "rows_quarantined": 0,
    "rows_deduplicated": 0,
    "rows_excluded": 0,
    "customers": 0,
    "orders": 0,
    "net_total": "0",
    "currency": None,
    "assumed": {},
    "quarantine": [],
    "excluded": [],
    "warnings": [],
    "second_tables": [],
    "bridge": [],
    "around": [],
}


def check(wish: Wish, *, on_step: Callable[[str], None] = silent) -> dict[str, Any]:
    """Read the sources and account for every row; publish nothing.

    Args:
        wish: Sources, settings, analysis date.
        on_step: Told the name of each step as it begins.

    Returns:
        Of a project's source: what it would add, rows that the project's ledger holds already are repeats. Outcome
        ``accept``, ``quarantine`` or ``reject``; rows in, kept, quarantined, deduplicated, excluded; customers,
        orders and exact net total of the kept rows before any window; what was assumed; the bridge. A rejection is
        returned, not raised; its ``error`` says what, where, fix, and ``around`` are the lines there.

    Raises:
        SettingsError: A setting is impossible, for these sources or for any; a run would refuse it too.
    """
    if wish.backfill and wish.project is None:
        raise no_project("backfill")
    store = wish.project / STORE if wish.project is not None else None
    if store is not None and wish.lies_there:
        message = "a project reads all of its table at every run, so nothing can be told of rows that it would add"
        raise SettingsError("project", message, fix="check the table alone: drop --project")
    try:
        on_step("looking at the files")
        require_sound_files([file for file in wish.files if file.is_file()], wish.settings.engine)
        with workplace(wish.files, wish.settings.engine, store, anywhere=wish.lies_there, on_step=on_step) as place:
            if store is None:
                require_possible(wish, wish.model or wish.settings.model.model())
                found = _found(place, accounted_sources(place, wish), wish)
            else:
                found = _arrived(place, wish, Project.at(store))
    except DataError as error:
        return {**rejected(error), "around": lines_around(wish.files, error.place)}
    outcome = "quarantine" if found["rows_quarantined"] else "accept"
    return {"outcome": outcome, **found, "around": [], "error": None}


def rejected(error: DataError) -> dict[str, Any]:
    """What ``check`` returns of sources that cannot be read."""
    return {"outcome": "reject", **_NOTHING, "error": error.as_dict()}


def _arrived(place: Workplace, wish: Wish, project: Project) -> dict[str, Any]:
    wanted = wish.model or wish.settings.model.model()
    require_possible(wish, wanted if wish.settings.refresh.refit else project.frozen(wanted))
    arrival = arrive(place, wish, project)
    found = _found(place, arrival.alone, wish, known=arrival if project.row_count else None)
    found["warnings"] = [*arrival.warnings, *_of_returns(wish, project), *found["warnings"]]
    found["refresh"] = {**arrival.refresh, "accepted": list(arrival.drift.accepted)}
    return found


def _of_returns(wish: Wish, project: Project) -> list[dict[str, Any]]:
    """What to say of a table of returns that only a run holds against all orders of the project."""
    if wish.settings.ledger.returns is None or not project.row_count or wish.settings.refresh.mode == "full":
        return []
    message = (
        "the table of returns is held here against the orders of this source alone; a run holds it against all orders"
        " of the project, so that some 'of unknown orders' may be netted"
    )
    return [{"code": "returns_of_known_orders", "rows": None, "message": message}]


def _total(net: Decimal | None) -> str:
    """Money as people write it: all digits it has, and at least two after the point."""
    if not net:
        return "0"
    digits = net.normalize().as_tuple().exponent
    return plain(net.quantize(Decimal(1).scaleb(min(int(digits), -CENTS)), context=_WIDE))


def _found(place: Workplace, accounted: Accounted, wish: Wish, *, known: Arrival | None = None) -> dict[str, Any]:
    """What was found; beside a known ledger a source alone says little of its customers and of the window."""
    engine, settings, ledger = place.engine, accounted.settings, accounted.ledger
    place.people((wish.model or settings.model.model()).population, ledger)  # refused as in a run
    aside = set_aside(engine, accounted)
    per_customer = render(_NET, orders=Sql(ledger.orders), refund_only=literal(REFUND_ONLY))
    customers, orders, net, *_ = found = engine.rows(per_customer)[0]
    if ledger.last_at is not None and known is None:
        model = settings.model.model()
        as_of = wish.as_of or day_after_latest(ledger, model, settings.ledger.time_zone)
        require_orders(engine, ledger, Clock.at(as_of, model, settings.ledger.time_zone))
    return {
        "inputs": inputs(accounted),
        **counts(accounted),
        "customers": customers,
        "orders": int(orders or 0),
        "net_total": _total(net),
        "currency": ledger.currency or None,
        "assumed": assumptions(accounted, settings),
        **aside,
        "warnings": [
            *accounted.transactions.warnings,
            *(ledger.warnings if known is None else warnings_alone(engine, known)),
            *([] if known is not None else _of_customers(accounted, found)),
        ],
        "second_tables": second_tables(accounted),
        "bridge": Bridge(tuple(accounted.steps)).as_list(),
    }


def _of_customers(accounted: Accounted, found: tuple[Any, ...]) -> list[dict[str, Any]]:
    customers, orders, _, most_orders, below_zero = found
    ledger, scores = accounted.ledger, accounted.settings.model.model().scale.scores
    return [
        *customer_warnings(orders=int(orders or 0), most_orders=most_orders or 0, below_zero=below_zero),
        *nobody_warnings(customers=customers, purchases=ledger.last_at is not None, fates=ledger.fates),
        *(scale_warnings(customers=customers, scores=scores) if ledger.last_at is not None else []),
    ]
