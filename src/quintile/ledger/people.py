"""People: everything a source says of who bought, once a person, under a number that tells nothing.

The numbers do not depend on the order of rows: new people are numbered after the known ones, in the order of their
texts. One customer may be several people (an id with two e-mails); which of them are one, the identity rules decide
anew at every run.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.ledger.known import KNOWN_FILE
from quintile.ledger.rows import ledger_rows

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

PERSON = ("customer", "email", "phone", "name", "account")
ADDED, AS_ROWS = "people_added", "people_as_rows"

# The rows of the inner query keep their order; a window with an order of its own would sort them once more.
_ADDED = """
SELECT {after} + row_number() OVER () AS person_key, {columns} FROM (
    SELECT * FROM (SELECT DISTINCT {said} FROM {rows}) AS named ANTI JOIN {known} AS person ON {same} ORDER BY {order}
)
"""
# A row without an order for every person, so that the identity rules can name them all.
_AS_ROWS = """
SELECT person_key, CAST({known_file} AS USMALLINT) AS file_no, {columns}, CAST(NULL AS VARCHAR) AS order_id,
       CAST(NULL AS VARCHAR) AS line, CAST(NULL AS TIMESTAMP) AS ordered_at, CAST(NULL AS DECIMAL(18, 2)) AS amount,
       CAST(NULL AS DECIMAL(18, 2)) AS refund, CAST(NULL AS VARCHAR) AS currency, CAST(NULL AS VARCHAR) AS status,
       CAST(NULL AS VARCHAR) AS kind, CAST(NULL AS VARCHAR) AS row_problem, CAST(NULL AS VARCHAR) AS amount_problem,
       CAST(NULL AS VARCHAR) AS time_problem
FROM {people}
"""
_KEYS = """
SELECT CAST(customer_key AS VARCHAR) AS customer_id, min(person_key) AS customer_key FROM {rows}
WHERE customer_key IS NOT NULL GROUP BY customer_id
"""


def as_person(roles: Collection[str]) -> Sql:
    """The columns of a person, of rows that have some of them; all text."""
    return joined(
        render(
            "CAST({value} AS VARCHAR) AS {column}",
            value=name(column) if column in roles else Sql("NULL"),
            column=name(column),
        )
        for column in PERSON
    )


def number_people(
    engine: Engine, rows: Sql, known: Sql, roles: Collection[str], *, after: int, table: str = ADDED
) -> Sql:
    """The table of the people of some rows who are not known yet, numbered, in the order of their texts.

    Args:
        engine: Where the rows are.
        rows: A table, view or subquery with the columns of a person.
        known: The people known so far, likewise.
        roles: The columns of a person in which the rows may say something.
        after: The highest number given so far.
        table: Its name.
    """
    said = [column for column in PERSON if column in roles]
    nothing = render("CAST(NULL AS VARCHAR)")
    query = render(
        _ADDED,
        after=literal(after),
        columns=joined(
            render("{v} AS {c}", v=name(column) if column in said else nothing, c=name(column)) for column in PERSON
        ),
        said=joined(map(name, said)),
        rows=rows,
        known=known,
        same=same_person(Sql("named"), Sql("person"), said),
        order=joined(render("{column} NULLS FIRST", column=name(column)) for column in said),
    )
    return engine.table(table, query)


def same_person(one: Sql, other: Sql, roles: Collection[str]) -> Sql:
    """The test that two rows name the same person; nothing equals nothing.

    ``one`` says nothing but these roles, so that of the other nothing is compared but its silence: that is cheaper.
    """
    tests = {True: "{one}.{column} IS NOT DISTINCT FROM {other}.{column}", False: "{other}.{column} IS NULL"}
    return joined(
        (render(tests[column in roles], one=one, other=other, column=name(column)) for column in PERSON), " AND "
    )


def customer_keys(
    engine: Engine, people: Sql, transactions: Transactions, settings: LedgerSettings, last_day: date
) -> Sql:
    """Each customer's id and number, which is the lowest of its people.

    Args:
        engine: Where the people are.
        people: The people, with their ``person_key``.
        transactions: Says which roles there are, and which tables stand beside.
        settings: The identity rules.
        last_day: As for ``build_ledger``.

    Returns:
        A query with ``customer_id`` and ``customer_key``.
    """
    named = joined(name(column) for column in PERSON if column in transactions.roles)
    engine.view(AS_ROWS, render(_AS_ROWS, known_file=literal(KNOWN_FILE), columns=named, people=people))
    rows = ledger_rows(engine, replace(transactions, table=AS_ROWS), settings, last_day, also=("person_key",))
    return render(_KEYS, rows=rows)
