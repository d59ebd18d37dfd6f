"""Chain: the states between two snapshots, each of which changes one thing, scored from the orders that are kept.

    as published -> the old orders as known later -> time passes -> new orders -> new cut points -> new settings

Where a dwell rule holds customers back, what was published stands before the first and after the last of these.

A step that can change nothing, since the files or the models are the same, is left out. Where retention removed orders
that one of the two snapshots counted, what both published is all there is, and one step lies between.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.ledger import PURCHASE
from quintile.engine.render import Sql, literal, render
from quintile.insight import causes
from quintile.insight.causes import State, trace
from quintile.jobs.moves.kept_scores import ON_A_LIST, KeptScores, Question, differing_months
from quintile.jobs.project.shortened import reaches_back
from quintile.snapshots.order_files import month_of

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace

_OTHER_ROWS = """
WITH one AS ({one}), other AS ({other})
SELECT 1 FROM ((FROM one EXCEPT ALL FROM other) UNION ALL (FROM other EXCEPT ALL FROM one)) LIMIT 1
"""
_BUYERS = "SELECT customer_key FROM {orders} WHERE state = {purchase} AND {before}"
_KNOWN = "SELECT customer_key FROM {names}"


class Chain:
    """The ways of customers between the snapshots of one project.

    Args:
        place: Where the states are computed.
        store: The project's store.
        customer: The number of the only customer who is looked at; None looks at all.
    """

    def __init__(self, place: Workplace, store: Path, customer: int | None = None) -> None:
        self._engine = place.engine
        self._store = store
        self._scores = KeptScores(place, store, customer)
        self._proved: dict[str, Sql] = {}
        self._tables: list[Sql] = []

    def traced(self, earlier: Opened, later: Opened) -> tuple[Sql, list[State]]:
        """Every customer's way from one snapshot to the other; what was traced before is forgotten.

        A snapshot that was the later one the time before is not scored again.

        Returns:
            The table that ``causes.trace`` makes, and its states.

        Raises:
            StoreError: A file is gone, or one of the two does not follow from its orders and its model.
        """
        if any(is_cut(one) for one in (earlier, later)):
            return self._as_published(earlier, later)
        self._forget(but=self._proved.get(earlier.snapshot.id))
        if earlier.snapshot.id not in self._proved:
            found = self._table(earlier, "published", Question(earlier, earlier.model, earlier, earlier))
            self._scores.prove(earlier, found)
            self._proved = {earlier.snapshot.id: found}
        first = self._proved[earlier.snapshot.id]
        held = self._held(earlier, first)
        states = [State(None, first)] if held is None else [State(None, held), State(causes.DWELL, first)]
        states += self._between(earlier, later)
        last = states[-1].table
        self._scores.prove(later, last)
        self._proved = {later.snapshot.id: last}
        held = self._held(later, last)
        states += [] if held is None else [State(causes.DWELL, held)]
        ledger = self._scores.ledger(later)
        before = earlier.clock(earlier.model).before_end()
        buyers = render(_BUYERS, orders=Sql(ledger.orders), purchase=literal(PURCHASE), before=before)
        # Who is known only since a later ledger was merged with nobody.
        is_older = later.snapshot.known < earlier.snapshot.known
        names = first if is_older else Sql(ledger.names or "")
        known = render(_KNOWN, names=names)
        return trace(self._engine, states, known=known, buyers=buyers), states

    def _as_published(self, earlier: Opened, later: Opened) -> tuple[Sql, list[State]]:
        """From what one published to what the other did, in one step."""
        self._forget(but=None)
        self._proved = {}
        self._tables = [self._scores.published(f"as published {one.snapshot.id}", one) for one in (earlier, later)]
        first, last = self._tables
        states = [State(None, first), State(causes.REMOVED, last, causes.REMOVED, causes.REMOVED)]
        everybody = render("SELECT customer_key FROM {first}", first=first)
        return trace(self._engine, states, known=everybody, buyers=everybody), states

    def _between(self, earlier: Opened, later: Opened) -> list[State]:
        """The states after the first; one alone where no model can score the orders of both."""
        model, last = earlier.model, Question(later, later.model, later, later)
        if not earlier.on_same_clock(later):
            return [State(causes.SETTINGS, self._table(later, "settings", last))]
        states, asked = [], Question(later, model, earlier, earlier, until=earlier)
        if not self._same_past(earlier, later):
            table = self._table(later, "known", asked)
            late = State(causes.LATE, table, causes.LATE_DATA, causes.REFUNDED)
            # Orders judged by other rules are no late data, and nothing tells what would be late among them.
            states.append(late if earlier.judged_alike(later) else State(causes.SETTINGS, table))
        if later.clock(model).moment != earlier.clock(model).moment:
            asked = replace(asked, moment=later)
            states.append(State(causes.TIME, self._table(later, "time", asked), went=causes.LEFT_WINDOW))
            asked = replace(asked, until=None)
            states.append(State(causes.PURCHASE, self._table(later, "bought", asked), causes.FIRST_PURCHASE))
        asked = replace(asked, until=None)
        if _fitted_alike(model, later.model) and model.cuts != later.model.cuts:
            asked = replace(asked, model=replace(model, cuts=later.model.cuts))
            states.append(State(causes.CUT_POINTS, self._table(later, "cuts", asked)))
        listed = later.model.population == ON_A_LIST
        if listed or replace(asked.model, fitted=None) != replace(later.model, fitted=None):
            ways = (causes.LISTED, causes.UNLISTED) if listed else (causes.SETTINGS, causes.SETTINGS)
            states.append(State(causes.SETTINGS, self._table(later, "settings", last), *ways))
        return states

    def _table(self, of: Opened, step: str, asked: Question) -> Sql:
        found = self._scores.scored(f"{step} {of.snapshot.id}", asked)
        self._tables.append(found)
        return found

    def _held(self, of: Opened, scored: Sql) -> Sql | None:
        """What was published in place of what was scored, if a dwell rule held anybody back."""
        held = self._scores.held(f"held {of.snapshot.id}", of, scored)
        self._tables += [] if held is None else [held]
        return held

    def _forget(self, but: Sql | None) -> None:
        for table in self._tables:
            if table != but:
                self._engine.drop(table.strip('"'))
        self._tables = [] if but is None else [but]

    def _same_past(self, earlier: Opened, later: Opened) -> bool:
        """Whether both have the same orders before the earlier moment: the same files, in the last month the same rows.

        An order lies in the month of its own date, whatever was paid back later.
        """
        last = earlier.clock(earlier.model).moment.date().replace(day=1)
        past = [[file for file in files if month_of(file) <= last] for files in differing_months(earlier, later)]
        months = {month_of(file) for files in past for file in files}
        if not months or months != {last}:
            return not months
        one, other = self._scores.versions((earlier, later), past)
        return not self._engine.rows(render(_OTHER_ROWS, one=one, other=other))


def is_cut(opened: Opened) -> bool:
    """Whether retention removed orders that a snapshot may have counted."""
    return reaches_back(opened.report, opened.model, opened.snapshot.day)


def _fitted_alike(one: RfmModel, other: RfmModel) -> bool:
    """Whether both learn their cut points in the same way; those learned otherwise moved because of the settings."""
    unfitted = [replace(model, cuts=None, fitted=None, scheme="", scheme_text=None) for model in (one, other)]
    return unfitted[0] == unfitted[1]
