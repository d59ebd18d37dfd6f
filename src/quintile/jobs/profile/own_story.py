"""Own story: one customer in all snapshots of a project, and what moved them from segment to segment."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, literal, render
from quintile.errors import StoreError
from quintile.jobs.moves.chain import Chain
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.project.stored import CUSTOMERS_FILE, customers_of, stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.domain.snapshot import Snapshot
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace

_ROW = "SELECT rfm, segment FROM ({customers}) WHERE customer_key = {customer}"
_CAUSE = "SELECT cause, path FROM {traced} WHERE customer_key = {customer}"


def own_story(place: Workplace, store: Path, snapshots: Sequence[Snapshot], customer: int) -> list[dict[str, Any]]:
    """A line for each snapshot; ``cause`` says why the segment is not that of the snapshot before.

    Args:
        place: May read the store.
        store: The project's store.
        snapshots: In the order of their dates; those without a list of customers by number are left out.
        customer: The customer's number.

    Returns:
        JSON values: as_of, snapshot, known, rfm and segment (None: not a customer of that window), cause and path (all
        causes on the way, the last one brought them there).

    Raises:
        StoreError: A snapshot does not follow from its orders.
    """
    kept = [one for one in snapshots if customers_of(one.folder) is not None]
    lines = [_line(place, one, customer) for one in kept]
    chain = Chain(place, store, customer)
    for (one, earlier), (other, later) in pairwise(zip(kept, lines, strict=True)):
        if earlier["segment"] != later["segment"]:
            later.update(_cause(place, chain, (one, other), customer))
    return lines


def _line(place: Workplace, snapshot: Snapshot, customer: int) -> dict[str, Any]:
    customers = stored(place.engine, [customers_of(snapshot.folder) or snapshot.folder / CUSTOMERS_FILE])
    rows = place.engine.rows(render(_ROW, customers=customers, customer=literal(customer)))
    code, segment = rows[0] if rows else (None, None)
    said = {"as_of": snapshot.as_of, "snapshot": snapshot.id, "known": snapshot.known}
    return said | {"rfm": code, "segment": segment, "cause": None, "path": []}


def _cause(place: Workplace, chain: Chain, pair: tuple[Snapshot, Snapshot], customer: int) -> dict[str, Any]:
    """Why the customer is elsewhere; nothing is said where a snapshot names no orders to follow."""
    opened = [_opened(one) for one in pair]
    if opened[0] is None or opened[1] is None:
        return {}
    traced, _ = chain.traced(opened[0], opened[1])
    rows = place.engine.rows(render(_CAUSE, traced=Sql(traced), customer=literal(customer)))
    cause, path = rows[0] if rows else (None, "")
    return {"cause": cause, "path": path.split(" > ") if path else []}


def _opened(snapshot: Snapshot) -> Opened | None:
    try:
        return open_snapshot(snapshot)
    except StoreError:
        return None
