"""There: what a run keeps of a project whose work is done in a server or a cluster.

All orders stay there, in a table for each month, and with them whose number is whose; the store holds what points to
them. The rows stay in the user's own table, which is the whole truth: every run reads all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quintile.domain.engine_table import EngineTable
from quintile.engine.render import Sql, literal, name, render
from quintile.errors import SettingsError
from quintile.jobs.accounts.known_rows import meaning_of
from quintile.jobs.arrivals.arrival import vanished_warning
from quintile.jobs.project.kept_orders import KEPT_PARTS, Before, keep_orders, kept_ledger
from quintile.jobs.project.project import PROFILE_JSON
from quintile.jobs.project.stored import customers_of, require_in, stored
from quintile.jobs.results.report import counts
from quintile.ledger.extract import vanished_orders
from quintile.ledger.rules.lines import PARTS_VIEW
from quintile.snapshots.ledger_files import LEDGER_JSON, LedgerFiles
from quintile.snapshots.order_files import ORDERS_JSON, OrderFiles

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.jobs.project.project import Project
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

_KNOWN = "known_ids"
_NOBODY = "SELECT CAST(0 AS BIGINT) AS customer_key, CAST('' AS VARCHAR) AS customer_id WHERE false"
_LAST = "SELECT coalesce(max(customer_key), 0) FROM {known}"
_NUMBERED = """
SELECT customer_key, customer_id FROM {known}
UNION ALL
SELECT CAST({last} + row_number() OVER (ORDER BY length(customer_id), customer_id) AS BIGINT) AS customer_key,
       customer_id
FROM (
    SELECT CAST(customer_key AS VARCHAR) AS customer_id FROM {parts} WHERE customer_key IS NOT NULL {listed}
    EXCEPT SELECT customer_id FROM {known}
) AS met
"""
_LISTED = "UNION SELECT CAST(customer_key AS VARCHAR) AS customer_id FROM {people}"


class KeepingThere:
    """One run of such a project.

    Args:
        place: Where the work is done.
        wish: What is to be run.
        project: The project as it stands.
        kept: The folder of files that are to outlive the snapshot.

    Raises:
        SettingsError: The project's orders lie elsewhere, the source may not be the whole, or the analysis date is
            earlier than the last one.
    """

    def __init__(self, place: Workplace, wish: Wish, project: Project, kept: Path) -> None:
        project.published.refuse_earlier(wish)
        before = project.snapshot and customers_of(project.snapshot)
        if before:
            require_in(place.engine.name, before)
        if wish.settings.refresh.mode != "full" and not all(isinstance(one, EngineTable) for one in wish.sources):
            message = f"a project in {place.engine.name} is made of all orders at each run, and a file may be a part"
            fix = "load it into a table there and name that; or say that it is the whole: --mode full"
            raise SettingsError("source", message, fix=fix)
        self._place = place
        self._engine = place.engine
        self._project = project
        self._kept = kept
        self._before = OrderFiles.of(project.snapshot)

    def keep_orders(self, accounted: Accounted) -> Accounted:
        """Keep all orders and the numbers of all customers.

        Returns:
            The same, over the orders as they are kept: under numbers in place of ids.
        """
        engine, store, ledger = self._engine, self._project.store, accounted.ledger
        self._place.on_step("keeping the ledger")
        before = Before(store, self._before) if self._before is not None else None
        known = _NOBODY if before is None else stored(engine, before.files.name_paths(store))
        known = engine.table(_KNOWN, Sql(known))
        listed = Sql("") if ledger.people is None else render(_LISTED, people=Sql(ledger.people))
        last = int(engine.rows(render(_LAST, known=known))[0][0])
        ids = render(_NUMBERED, known=known, last=literal(last), parts=Sql(PARTS_VIEW), listed=listed)
        self._files = keep_orders(engine, ledger, ids, self._kept, accounted.settings, before)
        self._source = counts(accounted)
        parts = name(KEPT_PARTS)
        self._vanished = 0
        if before is not None:
            known_parts = stored(engine, before.files.order_paths(store))
            self._vanished = vanished_orders(engine, known_parts, render("SELECT * FROM {parts}", parts=parts))
        self._ledger = self._named(accounted)
        return replace(accounted, ledger=kept_ledger(engine, self._files, (store, self._kept), ledger, parts))

    def name(self, folder: Path, report: dict[str, Any]) -> None:
        """Write ``ledger.json``, ``orders.json`` and ``profile.json``, and tell in the report what is known."""
        ledger = replace(self._ledger, as_of=self._project.published.later(report["as_of"]))
        (folder / LEDGER_JSON).write_text(ledger.to_json(), encoding="utf-8")
        (folder / ORDERS_JSON).write_text(self._files.to_json(), encoding="utf-8")
        (folder / PROFILE_JSON).write_text("{}\n", encoding="utf-8")
        report["known"] = {"ledger": ledger.number, "rows": ledger.rows, "sources": 1}
        report["refresh"] = {
            "mode": "full",
            "source": self._source,
            "known_rows": self._project.row_count,
            "corrected_rows": 0,
            "late_rows": 0,
            "vanished_orders": self._vanished,
            "accepted": [],
        }
        report["warnings"] = [*vanished_warning(self._vanished), *report["warnings"]]

    def _named(self, accounted: Accounted) -> LedgerFiles:
        """What stands for the ledger: its number grows with every change of an order."""
        before, meaning = self._project.files, meaning_of(accounted.transactions, accounted.settings)
        rows = accounted.ledger.rows
        if before is None or self._before is None:
            return LedgerFiles(1, "", meaning, rows, 0, 0)
        same = (self._files.months, self._files.names) == (self._before.months, self._before.names)
        return replace(before, number=before.number + (not same), meaning=meaning, rows=rows)
