"""Erased rows: what a source says of people who were erased: counted, and kept nowhere.

They are known by their digests alone. A source is looked through for them only if somebody was ever erased.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quintile.domain.fate import ERASED
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from quintile.domain.second_tables import SecondTable
    from quintile.domain.tombstone import Key
    from quintile.domain.transactions import RejectedRow, Transactions
    from quintile.engine.base import Engine
    from quintile.jobs.project.tombstones import Tombstones
    from quintile.sources.located import SourceTable

_At = tuple[str, int | None, str | None]
HIDDEN, HIDDEN_LOCATED, LISTED = "arrived_hidden", "arrived_hidden_located", "customers_not_erased"
# The kinds of tombstones by which a column may name an erased person; an id may be an e-mail address.
KINDS_OF = {"customer": ("id", "email"), "email": ("email",), "phone": ("phone",)}
ANYWHERE = ("email", "phone", "name", "word")

_HMAC = "sha256(unhex({outer}) || unhex(sha256(unhex({inner}) || encode({text}))))"
_SPELLED = "regexp_replace(trim({text}), '\\s+', ' ', 'g')"
_NORMAL = {
    "customer": "CASE WHEN contains({text}, '@') THEN lower({spelled}) ELSE {spelled} END",
    "email": "lower({spelled})",
    "phone": "right(regexp_replace({text}, '[^0-9]', '', 'g'), 9)",
}
_KNOWN_AGAIN = """
SELECT value FROM (SELECT DISTINCT CAST({column} AS VARCHAR) AS value FROM {rows} WHERE {column} IS NOT NULL)
WHERE {digest} IN ({digests}) ORDER BY value
"""
_MARKED = """
SELECT * REPLACE (CASE WHEN {test} THEN {erased} ELSE row_problem END AS row_problem) FROM {rows}
"""
_NOT_LISTED = "SELECT * FROM {rows} WHERE NOT ({test})"
# All that may be a name, an id, an e-mail or a phone in a text: its fields, its words, two and three words in a row.
_CANDIDATES = """
list_distinct(flatten([
    list_transform(string_split_regex({text}, '[,;|\\t"\\x1f]+'), lambda f: trim(f)),
    list_transform(string_split_regex(lower({text}), '[,;|\\t"\\x1f]+'), lambda f: trim(f)),
    list_transform(string_split_regex({text}, '[,;|\\t"\\x1f]+'),
        lambda f: right(regexp_replace(f, '[^0-9]', '', 'g'), 9)),
    list_transform({words}, lambda w: trim(w, '.+-')), list_transform({small}, lambda w: trim(w, '.+-')),
    list_transform(range(1, len({small})), lambda i: {small}[i] || ' ' || {small}[i + 1]),
    list_transform(range(1, len({small}) - 1), lambda i: {small}[i] || ' ' || {small}[i + 1] || ' ' || {small}[i + 2])
]))
"""
_WORDS = "string_split_regex({text}, '[^\\pL\\pN_@.+-]+')"
_MENTIONED = """
SELECT DISTINCT place, candidate FROM (
    SELECT place, unnest({candidates}) AS candidate FROM ({texts})
) WHERE strlen(candidate) > 2 AND {digest} IN ({digests}) ORDER BY ALL
"""
_TEXTS = "SELECT {place} AS place, concat_ws(chr(31), {cells}) AS told FROM ({rows})"
# Of a long list the database makes a join, which need not keep the order of rows.
_UNMENTIONED = "SELECT * FROM ({rows}) WHERE {place} NOT IN ({places}) ORDER BY {place}"
_RAWS = "SELECT unnest([{places}]) AS place, unnest([{raws}]) AS told"


def hide(
    engine: Engine, transactions: Transactions, tables: Sequence[SourceTable], tombstones: Tombstones | None
) -> tuple[Transactions, list[SourceTable]]:
    """Mark the rows of erased people, and take them off the lists that stand beside the source.

    Returns:
        The transactions, and the tables without the records that name an erased person and could not be read.
    """
    if tombstones is None:
        return transactions, list(tables)
    transactions = unlisted(engine, _marked(engine, transactions, tombstones), tombstones)
    dropped = _dropped(engine, transactions.rejected, tombstones)
    if not dropped:
        return transactions, list(tables)
    rejected = tuple(replace(row, reason=ERASED) if _place(row) in dropped else row for row in transactions.rejected)
    return replace(transactions, rejected=rejected), [_without(table, dropped) for table in tables]


def unlisted(engine: Engine, transactions: Transactions, tombstones: Tombstones | None) -> Transactions:
    """The same, with a table of customers beside it that names no erased person."""
    customers = transactions.second.customers
    if tombstones is None or customers is None:
        return transactions
    test = _test(engine, name(customers.table), customers.roles, tombstones)
    if test is None:
        return transactions
    engine.table(LISTED, render(_NOT_LISTED, rows=name(customers.table), test=test))
    kept: SecondTable = replace(customers, table=LISTED)
    return replace(transactions, second=replace(transactions.second, customers=kept))


def unmentioned(engine: Engine, rows: Sql, tombstones: Tombstones | None) -> Sql:
    """The rows as they stand in their source, without those in which an erased person is named anywhere."""
    if tombstones is None:
        return rows
    texts = [column for column, kind in engine.columns(rows).items() if kind == "VARCHAR"]
    cells = joined(map(name, texts))
    told = render(_TEXTS, place=name(ROW_NUMBER), cells=cells, rows=rows)
    places = {place for place, _ in mentioned(engine, told, tombstones)}
    if not places:
        return rows
    return render(_UNMENTIONED, rows=rows, place=name(ROW_NUMBER), places=joined(map(literal, sorted(places))))


def mentioned(engine: Engine, texts: Sql, tombstones: Tombstones) -> list[tuple[int, str]]:
    """Where texts name erased people, and by which words.

    Args:
        engine: Where the texts are.
        texts: A query with the columns ``place`` and ``told``.
        tombstones: Who was erased.
    """
    told = Sql("told")
    words, small = render(_WORDS, text=told), render(_WORDS, text=Sql("lower(told)"))
    digests = tombstones.digests(*ANYWHERE)
    if not digests:
        return []
    query = render(
        _MENTIONED,
        candidates=render(_CANDIDATES, text=told, words=words, small=small),
        texts=texts,
        digest=_digest(tombstones.key, Sql("candidate")),
        digests=joined(map(literal, digests)),
    )
    return [(place, str(word)) for place, word in engine.rows(query)]


def known_again(engine: Engine, rows: Sql, column: str, role: str, tombstones: Tombstones) -> list[str]:
    """The values of a column that name an erased person, as they are written."""
    digests = tombstones.digests(*KINDS_OF[role])
    if not digests:
        return []
    text = Sql("value")
    normal = render(_NORMAL[role], text=text, spelled=render(_SPELLED, text=text))
    query = render(
        _KNOWN_AGAIN,
        column=name(column),
        rows=rows,
        digest=_digest(tombstones.key, normal),
        digests=joined(map(literal, digests)),
    )
    return [row[0] for row in engine.rows(query)]


def _digest(key: Key, text: Sql) -> Sql:
    inner, outer = key.pads
    return render(_HMAC, outer=literal(outer), inner=literal(inner), text=text)


def _test(engine: Engine, rows: Sql, roles: Collection[str], tombstones: Tombstones) -> Sql | None:
    """The test that a row names an erased person; None if no row does."""
    tests = []
    for role in KINDS_OF:
        found = known_again(engine, rows, role, role, tombstones) if role in roles else []
        if found:
            column, values = render("CAST({role} AS VARCHAR)", role=name(role)), joined(map(literal, found))
            tests.append(render("coalesce({column} IN ({values}), false)", column=column, values=values))
    return joined(tests, " OR ") if tests else None


def _marked(engine: Engine, transactions: Transactions, tombstones: Tombstones) -> Transactions:
    test = _test(engine, name(transactions.table), transactions.roles, tombstones)
    if test is None:
        return transactions
    for view, rows in ((HIDDEN, transactions.table), (HIDDEN_LOCATED, transactions.located)):
        engine.view(view, render(_MARKED, test=test, erased=literal(ERASED), rows=name(rows)))
    return replace(transactions, table=HIDDEN, located=HIDDEN_LOCATED)


def _dropped(engine: Engine, rejected: Sequence[RejectedRow], tombstones: Tombstones) -> set[_At]:
    """Where the records lie that could not be taken apart and name an erased person."""
    if not rejected:
        return set()
    raws = joined(literal(row.raw.replace("\0", " ")) for row in rejected)
    texts = render(_RAWS, places=joined(map(literal, range(len(rejected)))), raws=raws)
    return {_place(rejected[place]) for place, _ in mentioned(engine, texts, tombstones)}


def _place(row: RejectedRow) -> _At:
    return row.file, row.line, row.key


def _without(table: SourceTable, dropped: set[_At]) -> SourceTable:
    damaged = table.damaged
    return replace(
        table,
        rejected=tuple(row for row in table.rejected if _place(row) not in dropped),
        damaged=None
        if damaged is None
        else lambda: ((row, cells) for row, cells in damaged() if _place(row) not in dropped),
    )
