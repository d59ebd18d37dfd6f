"""Known rows: a project's ledger as the database reads it, and what a later source has to agree with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.columns import LEDGER_ROWS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, SettingsError
from quintile.jobs.workplace.digits import files_in_one
from quintile.ledger.known import KNOWN_FILE
from quintile.ledger.people import PERSON
from quintile.ledger.rows import line_key
from quintile.ledger.rules.lines import grain_of
from quintile.snapshots.ledger_files import PEOPLE, ROWS, SUPERSEDED, Meaning

if TYPE_CHECKING:
    from quintile.domain.settings import Settings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.jobs.project.project import Project

KNOWN_ROWS, KNOWN_PEOPLE, GONE = "known_rows", "known_people", "superseded_rows"
NAMED_AGAIN = "known_and_named_again"

_FILES = "SELECT {columns} FROM ({rows})"
# A source without a column of currencies is all in the base currency; an empty cell of such a column stands as ''.
_KNOWN = """
SELECT row_key, CAST({known_file} AS USMALLINT) AS file_no, {columns},
       CAST(NULL AS VARCHAR) AS row_problem, CAST(NULL AS VARCHAR) AS amount_problem,
       CAST(NULL AS VARCHAR) AS time_problem
FROM (SELECT * FROM ({rows}) WHERE row_key NOT IN (SELECT row_key FROM {gone})) JOIN {people} USING (person_key)
"""
# An inner join, unlike a semi join, comes before that of rows and people, since few rows are left by it.
_NAMED_AGAIN = """
SELECT known.* FROM {known} AS known JOIN (SELECT DISTINCT order_id FROM {arrived}) USING (order_id)
UNION ALL
SELECT known.* FROM {known} AS known
JOIN (SELECT DISTINCT ordered_at FROM {arrived} WHERE order_id IS NULL) USING (ordered_at) WHERE order_id IS NULL
"""
_REPEATED = "SELECT 1 FROM {rows} WHERE order_id IS NOT NULL GROUP BY order_id HAVING count(*) > 1 LIMIT 1"
_CURRENCY = "nullif(coalesce(currency, {base}), '') AS currency"


def known_people(engine: Engine, project: Project) -> Sql:
    """The view of all known people: person_key and everything that was said of them."""
    columns = joined(name(column) for column in ("person_key", *PERSON))
    return engine.view(KNOWN_PEOPLE, _all(engine, project, PEOPLE, columns, "person_key", PERSON))


def known_rows(engine: Engine, project: Project, base_currency: str | None, *, by_currency: bool) -> Sql:
    """The view of all known rows: shape TRANSACTIONS and ``row_key``, without the superseded ones.

    Args:
        engine: Where it is made.
        project: Its ledger holds rows.
        base_currency: The currency of sources that name none.
        by_currency: Whether other rows name currencies, so that these have to as well.

    Raises:
        DataError: ``mixed_currency``, some rows bring no currency, and no base currency is named.
    """
    meaning = set(project.roles)
    columns = [column for column in LEDGER_ROWS if column in _always(meaning)]
    shown = [name(column) for column in columns] + [name(column) for column in PERSON if column in meaning]
    rows = _all(engine, project, ROWS, Sql("*"), "row_key")
    if "currency" in meaning:
        _refuse_unnamed(engine, rows, base_currency)
        shown[columns.index("currency")] = render(_CURRENCY, base=literal(base_currency))
    elif by_currency:
        _refuse_unnamed(engine, render("SELECT NULL AS currency FROM ({rows})", rows=rows), base_currency)
        shown.append(render("{base} AS currency", base=literal(base_currency)))
    gone = engine.table(GONE, _all(engine, project, SUPERSEDED, Sql("row_key"), "row_key"))
    query = render(
        _KNOWN,
        known_file=literal(KNOWN_FILE),
        columns=joined(shown),
        rows=rows,
        people=known_people(engine, project),
        gone=gone,
    )
    return engine.view(KNOWN_ROWS, query)


def named_again(engine: Engine, known: Sql, arrived: Sql, settings: Settings) -> Sql | None:
    """The table of the known rows that new ones may be versions of; None where that takes a look at all of them."""
    columns = [engine.columns(render("SELECT * FROM {rows}", rows=rows)) for rows in (known, arrived)]
    types = {kinds.get("order_id") for kinds in columns}
    if len(types) > 1 or None in types or settings.ledger.grain == "day" or not has_plain_ids(settings):
        return None
    return engine.table(NAMED_AGAIN, render(_NAMED_AGAIN, known=known, arrived=arrived))


def agreed(engine: Engine, project: Project, transactions: Transactions, settings: Settings) -> Settings:
    """The settings under which the new rows mean the same as the known ones.

    Raises:
        SettingsError: A setting differs that the known rows were judged by.
        DataError: ``schema_drift``, order ids or line ids came or went, or whole orders became order lines.
    """
    if project.files is None or settings.refresh.mode == "full":
        return settings
    known = project.files.meaning
    if settings.ledger.grain is None and grain_of(transactions, settings.ledger) != known.grain:
        if known.grain == "order":
            _refuse_lines(engine, transactions)
        settings = replace(settings, ledger=replace(settings.ledger, grain=known.grain))  # type: ignore[arg-type]
    _refuse_role("order", "order ids", transactions, known)
    if known.grain == "line":
        _refuse_role("line", "line ids", transactions, known)
    new = meaning_of(transactions, settings)
    for key, was, now, flag in (
        ("time_zone", known.time_zone, new.time_zone, f"--time-zone {known.time_zone}"),
        ("recency", *("elapsed" if one.elapsed else "calendar" for one in (known, new)), "the same --recency"),
        ("grain", known.grain, new.grain, f"--grain {known.grain}"),
        ("duplicates", known.line_key, new.line_key, "the same --duplicates"),
    ):
        if was != now:
            raise SettingsError(
                key,
                f"the project's rows were read with {key} '{was}', this run says '{now}'",
                fix=f"keep {flag}; to change it, begin a new project from all sources",
            )
    return settings


def has_plain_ids(settings: Settings) -> bool:
    """Whether a customer is who the source's own column of ids says, whatever other rows and tables say."""
    rules = settings.ledger
    beside = settings.customers or rules.merges
    return rules.customer_key in {None, "id"} and rules.guests == "quarantine" and not beside


def _all(engine: Engine, project: Project, room: str, columns: Sql, key: str, texts: tuple[str, ...] = ()) -> Sql:
    paths = [] if project.files is None else project.files.paths(project.store, room)
    if not paths:
        nothing = [render("CAST(NULL AS BIGINT) AS {key}", key=name(key))]
        nothing += [render("CAST(NULL AS VARCHAR) AS {column}", column=name(column)) for column in texts]
        return render("SELECT {nothing} LIMIT 0", nothing=joined(nothing))
    rows = files_in_one(engine, paths)
    return render(_FILES, columns=columns, rows=rows)


def meaning_of(transactions: Transactions, settings: Settings) -> Meaning:
    """What rows read under these settings mean."""
    return Meaning(
        time_zone=settings.ledger.time_zone,
        # In UTC, the shop's clock and the world's show the same.
        elapsed=settings.model.recency == "elapsed" and settings.ledger.time_zone != "UTC",
        grain=grain_of(transactions, settings.ledger),
        line_key=line_key(transactions, settings.ledger),
        roles=tuple(sorted(transactions.roles)),
        customer_is_email=bool(transactions.assumed.get("customer_is_email")),
    )


def _always(roles: set[str]) -> set[str]:
    return {"order_id" if role == "order" else role for role in roles} | {"ordered_at", "amount"}


def _refuse_role(role: str, called: str, transactions: Transactions, known: Meaning) -> None:
    has, had = role in transactions.roles, role in known.roles
    if has != had:
        raise DataError(
            "schema_drift",
            f"the source has {'' if has else 'no '}{called}, the sources before it had {'some' if had else 'none'}:"
            " frequency would be counted in two ways",
            fix=f"name the column with --map {role}=COLUMN"
            if had
            else f"leave it out with --map {role}=, or begin a new project",
        )


def _refuse_lines(engine: Engine, transactions: Transactions) -> None:
    """Lines taken for whole orders would lose all but one line of an order; that is no drift to be accepted."""
    if engine.rows(render(_REPEATED, rows=name(transactions.table))):
        raise DataError(
            "schema_drift",
            "a row was a whole order before and now looks like an order line: the columns say so, and order ids stand"
            " on several rows",
            fix="export one row an order, or begin a new project from all sources with --grain line; --grain order if"
            " each row is a whole order all the same",
        )


def _refuse_unnamed(engine: Engine, rows: Sql, base_currency: str | None) -> None:
    unnamed = render("SELECT 1 FROM ({rows}) WHERE currency IS NULL LIMIT 1", rows=rows)
    if base_currency is None and engine.rows(unnamed):
        raise DataError(
            "mixed_currency",
            "some sources of the project name no currency, and no base currency is named",
            fix="name it: --base-currency EUR",
        )
