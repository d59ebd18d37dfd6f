"""Touched: which orders of a project's ledger new rows have a part in; the others stay as they are kept.

Where an order can depend on rows of other orders, or the rules have changed, everything is built anew instead.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from quintile.domain.fate import QUARANTINED
from quintile.domain.order_sums import after
from quintile.engine.render import Sql, literal, name, render
from quintile.jobs.accounts.known_rows import KNOWN_ROWS, NAMED_AGAIN, has_plain_ids
from quintile.jobs.project.kept_orders import (
    CUSTOMER_NAMES,
    KEPT_BEFORE,
    NEW_NAMES,
    TOUCHED,
    TOUCHED_BEFORE,
    judged_by,
    some_months,
)
from quintile.jobs.project.stored import files_of
from quintile.ledger.people import ADDED, customer_keys
from quintile.ledger.rules.lines import NARROW, SHIFT
from quintile.ledger.rules.statuses import refunded_by_status
from quintile.ledger.untouched import Untouched
from quintile.snapshots.order_files import OrderFiles, month_of

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.ledger import Ledger
    from quintile.domain.order_sums import MonthSums
    from quintile.domain.settings import Settings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.jobs.accounts.judged import Judged
    from quintile.jobs.project.project import Project
    from quintile.pipeline import Accounted

TOUCHED_ROWS = "touched_rows"

_TIME = "make_timestamp(first_us % {shift})"
# A row's day may have been in the future when it came, and no longer is.
_TOUCHED = """
SELECT DISTINCT order_id FROM (
    SELECT order_id FROM {arrived}
    UNION ALL SELECT order_id FROM {late} WHERE fate = {future} OR {time} >= {limit}
    UNION ALL SELECT order_id FROM {known} WHERE row_key IN ({superseded})
)
"""
_OF_TOUCHED = "SELECT * FROM {rows} SEMI JOIN {touched} USING (order_id)"
_TOUCHED_BEFORE = "SELECT customer_key, first_us FROM {kept} SEMI JOIN {touched} USING (order_id)"
_UNTOUCHED = "SELECT * FROM {kept} ANTI JOIN {touched} USING (order_id)"
_OTHERS = "SELECT 1 FROM {touched} ANTI JOIN {arrived} USING (order_id) LIMIT 1"
_WITHOUT_ID = "SELECT 1 FROM {touched} WHERE order_id IS NULL LIMIT 1"
_NEW_NAMES = "SELECT * FROM ({ids}) ANTI JOIN {names} USING (customer_id)"
_NAMES = "SELECT customer_key, customer_id FROM {before} UNION ALL SELECT customer_key, customer_id FROM {added}"
_NOBODY = Sql("SELECT CAST(NULL AS VARCHAR) AS customer_id, CAST(NULL AS BIGINT) AS customer_key LIMIT 0")


def untouched(
    engine: Engine, project: Project, judged: Judged, alone: Accounted, settings: Settings, *, is_known: bool
) -> Untouched | None:
    """What stays of the kept orders; None where everything has to be built anew.

    Args:
        engine: Where the rows are; new people are numbered already.
        project: What the store holds.
        judged: The new rows beside the known ones.
        alone: The new rows accounted for by themselves.
        settings: What judges all rows.
        is_known: The ledger holds exactly the new rows already.
    """
    files = OrderFiles.of(project.snapshot)
    if files is None or not _is_simple(judged.merged, alone.ledger, settings, files):
        return None
    store, merged = project.store, judged.merged
    paths = {month_of(file): store / file.name for file in files.months}
    kept = engine.view(KEPT_BEFORE, files_of(files.order_paths(store)))
    if not _same_types(engine, kept, merged, settings):
        return None
    limit, future = alone.last_day + timedelta(days=2), QUARANTINED["future_date"]
    late = [month for month, sums in files.sums.items() if after(month).date() > limit or _has(sums, future)]
    arrived = name(judged.alone.table)
    touched = engine.table(
        TOUCHED,
        render(
            _TOUCHED,
            arrived=arrived,
            late=some_months(paths, late),
            future=literal(future),
            time=render(_TIME, shift=literal(SHIFT)),
            limit=literal(limit),
            known=name(NAMED_AGAIN if judged.named_again else KNOWN_ROWS),
            superseded=judged.comparison.superseded,
        ),
    )
    if engine.rows(render(_WITHOUT_ID, touched=touched)):
        return None
    before = engine.table(TOUCHED_BEFORE, render(_TOUCHED_BEFORE, kept=kept, touched=touched))
    others = engine.rows(render(_OTHERS, touched=touched, arrived=arrived))
    among = merged.table if others or judged.named_again is None else judged.named_again
    rows = engine.table(TOUCHED_ROWS, render(_OF_TOUCHED, rows=name(among), touched=touched))
    count = engine.rows(render("SELECT count(*) FROM {rows}", rows=rows))[0][0]
    return Untouched(
        parts=lambda wanted: render(_UNTOUCHED, kept=some_months(paths, wanted), touched=touched),
        months=files.sums,
        before=before,
        rows=replace(merged, table=TOUCHED_ROWS, located=TOUCHED_ROWS, rows=count),
        names=_names(engine, files_of(files.name_paths(store)), merged, settings, alone.last_day, is_known=is_known),
    )


def _has(sums: MonthSums, fate: int) -> bool:
    return any(one.fate == fate for one in sums.fates)


def _is_simple(merged: Transactions, alone: Ledger, settings: Settings, files: OrderFiles) -> bool:
    """Whether every order is its own rows' affair: named by an id, bought by a customer id, in one currency."""
    rules = settings.ledger
    return (
        files.judged_by == judged_by(alone, settings)
        and files.sums.keys() == {month_of(file) for file in files.months}
        and {"order", "customer"} <= merged.roles
        and rules.grain != "day"
        and has_plain_ids(settings)
        and not (rules.returns or rules.rates)
        and files.ledger["key"] == alone.key
        and not (files.ledger["converted"] or alone.converted)
        and (not alone.currency or files.ledger["currency"] == alone.currency)
    )


def _same_types(engine: Engine, kept: Sql, merged: Transactions, settings: Settings) -> bool:
    """Whether new parts would have the columns of the kept ones, in the same types."""
    types = engine.columns(render("SELECT * FROM {kept}", kept=kept))
    found = engine.columns(render("SELECT order_id, amount FROM {rows}", rows=name(merged.table)))
    scales = [kind.rpartition(",")[2] for kind in (types["amount"], found["amount"])]
    has_refund = "refund" in merged.roles or refunded_by_status(merged, settings.ledger) is not None
    return (
        types["amount"].startswith(f"DECIMAL({NARROW},")
        and types["order_id"] == found["order_id"]
        and scales[0] == scales[1]
        and ("refund" in types) == has_refund
        and ("currency" in types) == ("currency" in merged.roles)
        and "returned" not in types
    )


def _names(
    engine: Engine, before: Sql, merged: Transactions, settings: Settings, last_day: date, *, is_known: bool
) -> Sql:
    """Everybody's key and id: as kept, and of the people just added; the table ``new_names`` holds the latter."""
    before = engine.view("names_before", before)
    ids = _NOBODY if is_known else customer_keys(engine, name(ADDED), merged, settings.ledger, last_day)
    added = engine.table(NEW_NAMES, render(_NEW_NAMES, ids=ids, names=before))
    return engine.view(CUSTOMER_NAMES, render(_NAMES, before=before, added=added))
