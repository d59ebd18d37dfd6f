"""Aged: which rows of a project's store are too old: by whole orders, so that none is left in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.jobs.erasing.sweeping import always
from quintile.ledger.rules.lines import SHIFT
from quintile.snapshots.ledger_files import PEOPLE, QUARANTINE, ROWS, SUPERSEDED
from quintile.snapshots.order_files import NAMES, ORDERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from quintile.engine.base import Engine
    from quintile.jobs.erasing.rewriting import Keep

OLD, YOUNG_ORDERS, OLD_PEOPLE = "old_rows", "young_orders", "old_people"
_ALL = "SELECT {columns} FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
# A row without an order id stands for itself; an order is as old as its latest row.
_OLD = """
SELECT row_key, person_key, order_id,
       max(ordered_at) OVER (PARTITION BY coalesce(order_id, '#' || row_key)) < {first} AS is_old
FROM ({rows})
"""
_ROWS = "row_key NOT IN (SELECT row_key FROM {old} WHERE is_old)"
_PART_STAYS = """
(make_timestamp(first_us % {shift}) >= {first}
 OR coalesce(CAST(order_id AS VARCHAR) IN (SELECT order_id FROM {young} WHERE order_id IS NOT NULL), false))
"""
# People of whom rows are there, all of them old, and whose number no younger order bears.
_OLD_PEOPLE = """
SELECT person_key FROM {old} GROUP BY person_key HAVING bool_and(is_old)
EXCEPT SELECT customer_key FROM ({parts}) WHERE {stays}
{scored}
"""
_BUT_SCORED = "EXCEPT SELECT customer_key FROM ({rows})"
_NOT_OLD = "{key} NOT IN (SELECT person_key FROM {people})"


def aged(
    engine: Engine, store: Path, first: date | None, aside: frozenset[Path], scored: Sequence[Path] = ()
) -> dict[str, Keep]:
    """For each room the test of the rows that stay.

    Args:
        engine: May read the store.
        store: The store.
        first: The first day whose orders stay; None keeps all.
        aside: Files of rows that were set aside, all of whose rows are too old.
        scored: Files of customers of snapshots no order of which is too old; whom a list brought in has no order.
    """
    found: dict[str, Keep] = {QUARANTINE: _but(aside)}
    rows, parts = (sorted((store / room).glob("*.parquet")) for room in (ROWS, ORDERS))
    if first is None or not rows or not parts:
        return found
    columns = engine.columns(_of(rows, Sql("*")))
    order_id = Sql("CAST(order_id AS VARCHAR)" if "order_id" in columns else "CAST(NULL AS VARCHAR)")
    shown = render("row_key, person_key, ordered_at, {order_id} AS order_id", order_id=order_id)
    old = engine.table(OLD, render(_OLD, rows=_of(rows, shown), first=literal(first)))
    young = engine.table(YOUNG_ORDERS, render("SELECT DISTINCT order_id FROM {old} WHERE NOT is_old", old=old))
    stays = render(_PART_STAYS, shift=literal(SHIFT), first=literal(first), young=young)
    but = render(_BUT_SCORED, rows=_of([*scored], Sql("customer_key"))) if scored else Sql("")
    query = render(_OLD_PEOPLE, old=old, parts=_of(parts, Sql("*")), stays=stays, scored=but)
    people = engine.table(OLD_PEOPLE, query)
    found |= {room: always(render(_ROWS, old=old)) for room in (ROWS, SUPERSEDED)}
    found[ORDERS] = always(stays)
    for room, key in ((PEOPLE, "person_key"), (NAMES, "customer_key")):
        found[room] = always(render(_NOT_OLD, key=name(key), people=people))
    return found


def _of(paths: list[Path], columns: Sql) -> Sql:
    return render(_ALL, columns=columns, files=joined(literal(str(path)) for path in paths))


def _but(aside: frozenset[Path]) -> Keep:
    def keep(_columns: Mapping[str, str], path: Path) -> Sql | None:
        return Sql("false") if path in aside else None

    return keep
