"""Kept scores: customers scored again from the orders that snapshots keep, and held against what was published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quintile.domain.scheme import UNCLASSIFIED
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import Place, StoreError
from quintile.jobs.project.kept_orders import kept_ledger
from quintile.jobs.project.shortened import require_orders_of
from quintile.jobs.project.stored import stored
from quintile.jobs.results.result import COMPUTED
from quintile.metrics.measure import measure
from quintile.scoring.score import score
from quintile.segments.assign import assign
from quintile.segments.load import kept_scheme
from quintile.snapshots.ledger_files import require_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.domain.rfm_model import RfmModel
    from quintile.engine.base import Engine
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.snapshots.ledger_files import KeptFile

MEASURES = ("window", "recency", "monetary", "population")
ON_A_LIST = "customers"
_READ_BY = ("refunds_by", "zero_orders", "decimals")
_EARLIER_ORDERS, _OWN_ORDERS = "earlier_orders", "own_orders"

_SCORED = """
SELECT customer_key, segment, recency_days, frequency, monetary, {revenue} AS revenue,
       {code} AS code
FROM {segmented}
"""
_PUBLISHED_SCORES = """
SELECT customer_key, segment, rfm AS code, recency_days, frequency, monetary, {revenue} AS revenue FROM ({customers})
"""
# An average has twelve digits behind the point: far more than it takes to find the sum of money again.
_SUM_OF_AVERAGE = "CAST(round(monetary * frequency, {decimals}) AS DECIMAL(38, {decimals}))"
_CODE = "list_extract([{codes}], ((r::INTEGER - 1) * {scores} + f::INTEGER - 1) * {scores} + m::INTEGER)"
_NO_SCHEME = "SELECT *, {name} AS segment FROM {scores}"
_UNTIL = "SELECT * FROM {orders} WHERE {before}"
_OWN = "SELECT * FROM {orders} {whose}"
_PUBLISHED = "SELECT * FROM ({customers}) {whose}"
_OF_ONE = "WHERE customer_key = {customer}"
_LISTED = "(SELECT customer_key FROM ({published}) SEMI JOIN {known} USING (customer_key))"
_DIFFERENT = """
SELECT count_if(found.customer_key IS NULL), count_if(kept.customer_key IS NULL),
       count_if(found.segment <> kept.{segment}), count_if(found.code <> kept.rfm),
       count_if(found.frequency <> kept.frequency OR found.recency_days <> kept.recency_days),
       count_if(found.monetary <> kept.monetary)
FROM {found} AS found FULL JOIN ({kept}) AS kept USING (customer_key)
"""
_HELD = "SELECT found.* REPLACE (kept.segment AS segment) FROM {found} found JOIN ({kept}) kept USING (customer_key)"
_WHAT_DIFFERS = "missing", "too many", "in other segments", "with other codes", "with other orders", "with other money"


@dataclass(frozen=True)
class Question:
    """What is scored: whose orders, by which model, at whose moment.

    ``until`` leaves out the orders from another snapshot's moment on; ``listed`` has the people of a list, where the
    model scores a list.
    """

    known: Opened
    model: RfmModel
    moment: Opened
    listed: Opened
    until: Opened | None = None


class KeptScores:
    """Scores of a project's past, in one engine.

    Args:
        place: Where they are computed.
        store: The project's store.
        customer: The number of the only customer who is looked at; None looks at all.
    """

    def __init__(self, place: Workplace, store: Path, customer: int | None = None) -> None:
        self._place = place
        self._store = store
        self._whose = Sql("") if customer is None else render(_OF_ONE, customer=literal(customer))
        self._loaded: tuple[str, Ledger] | None = None
        self._measured: object = None
        self._rfm = Sql("")

    def ledger(self, opened: Opened) -> Ledger:
        """The orders of a snapshot, in place of those loaded before.

        Raises:
            StoreError: One of its files is gone.
        """
        if self._loaded is None or self._loaded[0] != opened.snapshot.id:
            for paths in (opened.orders.order_paths, opened.orders.name_paths):
                paths(self._store)
            ledger = self._own(kept_ledger(self._place.engine, opened.orders, [self._store]))
            self._loaded, self._measured = (opened.snapshot.id, ledger), None
        return self._loaded[1]

    def versions(self, pair: Sequence[Opened], months: Sequence[Sequence[KeptFile]]) -> list[Sql]:
        """Make tables of the orders that two snapshots have in some months, before the moment of the first.

        Returns:
            Two queries of shape ORDERS.
        """
        before = pair[0].clock(pair[0].model).before_end()
        found: list[Sql] = []
        for one, files in zip(pair, months, strict=True):
            # Where one has no such month, the other's says what nothing looks like.
            some = replace(one.orders, months=tuple(files or months[0] or months[1]))
            require_files(self._store, some.months)
            self._loaded, orders = None, self._own(kept_ledger(self._place.engine, some, [self._store])).orders
            test = before if files else Sql("false")
            query = render(_UNTIL, orders=Sql(orders), before=test)
            found.append(self._place.engine.table(f"version_{len(found)}", query))
        return [render("SELECT * FROM {table}", table=table) for table in found]

    def scored(self, table: str, asked: Question) -> Sql:
        """Make a table of scored customers; what was measured last is not measured anew for other cut points alone.

        Returns:
            Its name; one row a customer: customer_key, segment, code (as shown), recency_days, frequency, monetary,
            revenue.
        """
        engine, model = self._place.engine, asked.model
        self._place.on_step(f"scoring {asked.moment.snapshot.as_of} from the kept orders")
        rfm = self._measure(asked)
        revenue = Sql("revenue" if model.monetary == "average" else "monetary")
        query = render(_SCORED, revenue=revenue, code=code_of(model), segmented=segmented(engine, rfm, model))
        return engine.table(table, query)

    def prove(self, opened: Opened, found: Sql) -> None:
        """Hold what was scored against what a snapshot published.

        Raises:
            StoreError: They differ; says in what.
            SettingsError: ``window``, retention removed orders that the snapshot counted.
        """
        segment = Sql(COMPUTED if self._has_dwelt(opened) else "segment")
        query = render(_DIFFERENT, found=found, kept=self._published(opened), segment=segment)
        rows = self._place.engine.rows(query)
        counts = zip(rows[0], _WHAT_DIFFERS, strict=True)
        differs = [f"{count:,} {what}" for count, what in counts if count]
        if not differs:
            return
        require_orders_of(opened.report, opened.model, opened.snapshot.day)
        message = (
            f"the customers of the snapshot {opened.snapshot.spoken} do not follow from its orders and its model:"
            f" {', '.join(differs)}"
        )
        fix = f"publish it anew: quintile run SOURCE --project DIR --as-of {opened.snapshot.as_of} --backfill"
        raise StoreError("store", message, fix=fix, place=Place(str(opened.snapshot.folder)))

    def published(self, table: str, opened: Opened) -> Sql:
        """Make a table as ``scored`` does, of what a snapshot published."""
        revenue = Sql("monetary")
        if opened.model.monetary == "average":
            revenue = render(_SUM_OF_AVERAGE, decimals=literal(opened.orders.ledger["decimals"]))
        query = render(_PUBLISHED_SCORES, revenue=revenue, customers=self._published(opened))
        return self._place.engine.table(table, query)

    def held(self, table: str, opened: Opened, found: Sql) -> Sql | None:
        """Make a table of what was scored, in the segments that were published; None where no dwell rule parts them."""
        if not self._has_dwelt(opened):
            return None
        return self._place.engine.table(table, render(_HELD, found=found, kept=self._published(opened)))

    def _has_dwelt(self, opened: Opened) -> bool:
        return COMPUTED in self._place.engine.columns(self._published(opened))

    def _measure(self, asked: Question) -> Sql:
        ledger, model = self.ledger(asked.known), asked.model
        measures = tuple(getattr(model, key) for key in MEASURES)
        places = [one and one.snapshot.id for one in (asked.known, asked.moment, asked.until, asked.listed)]
        if self._measured == (measures, places):
            return self._rfm
        engine, people = self._place.engine, None
        if model.population == ON_A_LIST:
            people = render(_LISTED, published=self._published(asked.listed), known=Sql(ledger.names or ""))
        if asked.until is not None:
            query = render(_UNTIL, orders=Sql(ledger.orders), before=asked.until.clock(model).before_end())
            ledger = ledger.over(engine.view(_EARLIER_ORDERS, query))
        self._rfm = measure(engine, ledger, model, asked.moment.clock(model), population=people)
        self._measured = (measures, places)
        return self._rfm

    def _own(self, ledger: Ledger) -> Ledger:
        """The ledger with the orders of the one customer, if only one is looked at."""
        if not self._whose:
            return ledger
        own = render(_OWN, orders=Sql(ledger.orders), whose=self._whose)
        return ledger.over(self._place.engine.view(_OWN_ORDERS, own))

    def _published(self, opened: Opened) -> Sql:
        customers = stored(self._place.engine, [opened.customers])
        return render(_PUBLISHED, customers=customers, whose=self._whose)


def segmented(engine: Engine, rfm: Sql, model: RfmModel) -> Sql:
    """The view ``segmented``: a table of shape RFM with scores and segment beside it; nothing runs yet."""
    scores = score(engine, rfm, model)
    scheme = kept_scheme(model.scheme, model.scheme_text)
    if scheme is None:
        return engine.view("segmented", render(_NO_SCHEME, name=literal(UNCLASSIFIED), scores=scores))
    return assign(engine, scores, scheme, model.scale)


def code_of(model: RfmModel) -> Sql:
    """The code of the scores r, f and m, as the model shows it."""
    every = range(1, model.scale.scores + 1)
    codes = joined(literal(model.scale.code(r, f, m)) for r in every for f in every for m in every)
    return render(_CODE, codes=codes, scores=literal(model.scale.scores))


def differing_months(one: Opened, other: Opened) -> tuple[list[KeptFile], list[KeptFile]]:
    """The files of orders that one snapshot has and the other has not; all, where they are to be read otherwise."""
    mine, theirs = one.orders, other.orders
    if any(mine.ledger[key] != theirs.ledger[key] for key in _READ_BY):
        return [*mine.months], [*theirs.months]
    only = [[file for file in a.months if file not in b.months] for a, b in ((mine, theirs), (theirs, mine))]
    return only[0], only[1]
