"""Keeping: writes what a source brings into the files of its project's ledger, and names them in the snapshot."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import QUARANTINED, REASON_OF
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.jobs.accounts.known_rows import known_people, meaning_of
from quintile.jobs.erasing.erased_rows import unmentioned
from quintile.jobs.project.kept_orders import KEPT_PARTS, Before, keep_orders, keep_touched, kept_ledger
from quintile.jobs.project.project import PROFILE_JSON
from quintile.jobs.workplace.quarantine import places_set_aside
from quintile.ledger.people import ADDED, PERSON, customer_keys, number_people, same_person
from quintile.ledger.rules.identity import ROLE_OF
from quintile.snapshots.ledger_files import (
    LEDGER_JSON,
    PEOPLE,
    QUARANTINE,
    ROOMS,
    ROWS,
    SUPERSEDED,
    LedgerFiles,
    keep_file,
)
from quintile.snapshots.order_files import ORDERS_JSON, OrderFiles
from quintile.sources.written import write_rows, written_table

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from quintile.domain.ledger import Ledger
    from quintile.jobs.arrivals.arrival import Arrival
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.ledger.untouched import Untouched
    from quintile.pipeline import Accounted
    from quintile.sources.located import SourceTable

_REJECTED = ("quintile_reason", "quintile_line", "quintile_raw")
_ROWS_OF = "SELECT num_rows FROM parquet_file_metadata([{file}])"
STORED, PEOPLE_NOW, ADDED_OF_LIST = "stored_rows", "people_now", "people_added_of_list"

_NUMBERED = """
SELECT {after} + row_number() OVER () AS row_key, * FROM (
    SELECT person_key, {columns} FROM {stored} AS stored JOIN {people} AS person ON {same} ORDER BY {order}
)
"""
_NOW = "SELECT person_key, {columns} FROM ({known}) UNION ALL SELECT person_key, {columns} FROM {added}"
_SET_ASIDE = """
SELECT CASE fate {reasons} END AS quintile_reason, source.* FROM ({located}) AS source
JOIN ({places}) AS place ON place.quintile_row_number = source.quintile_row_number AND file_no = {file_no}
ORDER BY source.quintile_row_number
"""
_WITH_REJECTED = "({rows}) UNION ALL BY NAME ({rejected})"
_LISTED = """
SELECT {columns} FROM (
    SELECT CAST(customer_key AS VARCHAR) AS customer_key FROM {people} EXCEPT SELECT customer_id FROM ({ids})
)
"""
_MORE_IDS = "SELECT * FROM ({ids}) UNION SELECT {role} AS customer_id, person_key AS customer_key FROM {added}"


class Keeping:
    """One run's additions to a project's ledger.

    Args:
        place: Where the rows are.
        folder: The snapshot-to-be.
        kept: The folder of files that are to outlive it.
        arrival: What the source brings.
    """

    def __init__(self, place: Workplace, folder: Path, kept: Path, arrival: Arrival) -> None:
        self._engine = place.engine
        self._staging = place.staging
        self._folder = folder
        self._kept = kept
        self._arrival = arrival
        self._before = arrival.project.files
        self._files = _begun(arrival)

    def set_aside(self) -> None:
        """Keep the quarantined rows as they stand in their source, each with its reason.

        To be called while the tables of the source alone are still there.
        """
        alone = self._arrival.alone
        if not any(code in alone.ledger.fates for code in QUARANTINED.values()):
            return
        codes = ((literal(code), literal(reason)) for code, reason in REASON_OF.items())
        reasons = joined((render("WHEN {code} THEN {reason}", code=code, reason=reason) for code, reason in codes), " ")
        places = places_set_aside(self._engine, alone)
        for number, table in enumerate(alone.tables):
            rows = render(_SET_ASIDE, reasons=reasons, located=table.located, places=places, file_no=literal(number))
            rows = unmentioned(self._engine, rows, self._arrival.tombstones)
            if table.rejected:
                rows = render(_WITH_REJECTED, rows=rows, rejected=_rejected(self._staging, table, number))
            self._write(QUARANTINE, rows)

    def keep_rows(self) -> None:
        """Number new people, and keep the new rows."""
        arrival = self._arrival
        self._people = known_people(self._engine, arrival.project)
        if not arrival.is_known:
            stored = self._engine.view(STORED, arrival.judged.stored)
            if self._add_people(stored, self._people, arrival.alone.transactions.roles):
                both = render(_NOW, columns=joined(map(name, PERSON)), known=self._people, added=name(ADDED))
                self._people = self._engine.view(PEOPLE_NOW, both)
            self._add_rows(stored, self._people)

    def keep_orders(self, accounted: Accounted, still: Untouched | None) -> Accounted:
        """Keep all orders, those that were made anew at least.

        Returns:
            The same, over the orders as they are kept: under numbers in place of ids.
        """
        arrival, ledger, settings = self._arrival, accounted.ledger, accounted.settings
        before = OrderFiles.of(arrival.project.snapshot)
        folders = (arrival.project.store, self._kept)
        if still is not None and before is not None:
            self._orders = keep_touched(self._engine, ledger, before, self._kept, settings)
            kept = kept_ledger(self._engine, self._orders, folders, ledger, by_month=True)
        else:
            rules, people = arrival.settings.ledger, self._people
            ids = customer_keys(self._engine, people, accounted.transactions, rules, accounted.last_day)
            ids = self._with_listed(ids, people, ledger)
            there = None if before is None else Before(arrival.project.store, before)
            self._orders = keep_orders(self._engine, ledger, ids, self._kept, settings, there)
            kept = kept_ledger(self._engine, self._orders, folders, ledger, name(KEPT_PARTS))
        return replace(accounted, ledger=kept)

    def name(self, as_of: str) -> None:
        """Write ``ledger.json``, ``orders.json`` and ``profile.json``, which name the files in the snapshot."""
        project = self._arrival.project
        profile = self._arrival.drift.profile if self._is_changed else None
        files = replace(self._now, as_of=project.published.later(as_of))
        (self._folder / LEDGER_JSON).write_text(files.to_json(), encoding="utf-8")
        (self._folder / ORDERS_JSON).write_text(self._orders.to_json(), encoding="utf-8")
        text = json.dumps(profile or project.profile, indent=2, sort_keys=True) + "\n"
        (self._folder / PROFILE_JSON).write_text(text, encoding="utf-8")

    @property
    def known(self) -> dict[str, Any]:
        """What the snapshot knew: the number of its ledger, which grows with every change, and how many rows it had."""
        return {"ledger": self._now.number, "rows": self._now.rows, "sources": len(self._now.sources)}

    @property
    def _is_changed(self) -> bool:
        """Whether anything came to the ledger's files."""
        return self._before is None or any(getattr(self._files, room) != getattr(self._before, room) for room in ROOMS)

    @property
    def _now(self) -> LedgerFiles:
        return self._files if self._is_changed or self._before is None else self._before

    def _add_people(self, rows: Sql, known: Sql, roles: Collection[str], table: str = ADDED) -> int:
        """Number the people of some rows, and keep them; returns how many there are."""
        added = number_people(self._engine, rows, known, roles, after=self._files.last_person, table=table)
        count = self._write(PEOPLE, render("SELECT * FROM {added} ORDER BY person_key", added=added))
        self._files = replace(self._files, last_person=self._files.last_person + count)
        return count

    def _add_rows(self, stored: Sql, people: Sql) -> None:
        files, arrival = self._files, self._arrival
        columns = [column for column in self._engine.columns(stored) if column not in PERSON]
        order = map(name, dict.fromkeys(("ordered_at", *columns, "person_key")))
        numbered = render(
            _NUMBERED,
            after=literal(files.last_row),
            order=joined(order),
            columns=joined(map(name, columns)),
            stored=stored,
            people=people,
            same=same_person(Sql("stored"), Sql("person"), arrival.alone.transactions.roles),
        )
        added = self._write(ROWS, numbered)
        if added:
            meaning = meaning_of(arrival.alone.transactions, arrival.settings)
            roles = set(meaning.roles) | set(files.meaning.roles if files.rows else ())
            by_email = meaning.customer_is_email and files.meaning.customer_is_email
            meaning = replace(meaning, roles=tuple(sorted(roles)), customer_is_email=by_email)
            self._files = replace(self._files, meaning=meaning, last_row=files.last_row + added)
        replaced = arrival.judged.comparison.replaced
        if replaced:
            superseded = arrival.judged.comparison.superseded
            self._write(SUPERSEDED, render("{superseded} ORDER BY row_key", superseded=superseded))
        self._files = replace(self._files, rows=files.rows + added - replaced)

    def _with_listed(self, ids: Sql, people: Sql, ledger: Ledger) -> Sql:
        """The ids, and those of people who are on a list but in no row."""
        if ledger.people is None:
            return ids
        role = ROLE_OF[ledger.key]
        columns = joined(
            render(
                "CAST({value} AS VARCHAR) AS {column}",
                value=Sql("customer_key" if column == role else "NULL"),
                column=name(column),
            )
            for column in PERSON
        )
        listed = render(_LISTED, columns=columns, people=Sql(ledger.people), ids=ids)
        if not self._engine.rows(render("SELECT 1 FROM ({listed}) LIMIT 1", listed=listed)):
            return ids
        self._add_people(render("({listed})", listed=listed), people, {role}, ADDED_OF_LIST)
        return render(_MORE_IDS, ids=ids, role=name(role), added=name(ADDED_OF_LIST))

    def _write(self, room: str, query: Sql) -> int:
        """Write a query's rows to a file of a room, if there are any; returns how many."""
        written = self._kept / "written.kept"
        self._kept.mkdir(exist_ok=True)
        self._engine.write(query, written)
        rows: int = self._engine.rows(render(_ROWS_OF, file=literal(str(written))))[0][0]
        if rows:
            self._files = self._files.with_file(
                room, keep_file(self._kept, room, f"{self._files.number:06}-", written, rows)
            )
        else:
            written.unlink()
        return rows


def _begun(arrival: Arrival) -> LedgerFiles:
    """The ledger's files before anything is added; a full extract begins anew, with the people that are known."""
    before = arrival.project.files
    meaning = meaning_of(arrival.alone.transactions, arrival.settings)
    if before is None:
        return LedgerFiles(1, "", meaning, 0, 0, 0, arrival.sources)
    if arrival.refresh["mode"] == "full" and not arrival.is_known:
        before = replace(before, meaning=meaning, rows=0, sources=(), ledger=(), superseded=())
    return replace(before, number=before.number + 1, sources=(*before.sources, *arrival.sources))


def _rejected(staging: Path, table: SourceTable, number: int) -> Sql:
    """The records that the reader could not take apart, as they stand."""
    written = staging / f"rejected_{number:04}.csv"
    rows = [(row.line or 0, (row.reason, str(row.line or ""), row.raw)) for row in table.rejected]
    lines = write_rows(written, _REJECTED, rows)
    return written_table(written, written, _REJECTED, lines, form="text").query
