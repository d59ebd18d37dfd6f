"""Person: who is meant by an id, an e-mail or a phone number, and all that names them in a project.

The rules are those of identity: an id is one customer, an e-mail or phone of several customers names none of them for
sure, and a row without an id belongs to whom its contact names.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from quintile.domain.mentions import Mentions
from quintile.domain.tombstone import kind_of, normal
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.ledger.people import PERSON
from quintile.snapshots.ledger_files import PEOPLE, QUARANTINE
from quintile.snapshots.order_files import NAMES
from quintile.sources.merges import read_merges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from quintile.domain.settings import Settings
    from quintile.engine.base import Engine
    from quintile.jobs.workplace.workplace import Workplace

PEOPLE_ON_DISK = "people_on_disk"
_CONTACTS = ("email", "phone")
_FILES = "SELECT {columns} FROM read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
_SPELLING = {
    "customer": "CASE WHEN contains({text}, '@') THEN lower(trim({text})) ELSE trim({text}) END",
    "account": "trim({text})",
    "email": "lower(trim({text}))",
    "phone": "right(regexp_replace({text}, '[^0-9]', '', 'g'), 9)",
}
_NAME_TITLES = {
    "name",
    *(f"{whose}name" for whose in ("full", "customer", "customerfull", "client", "buyer", "billing", "shipping")),
}
_TITLED = "SELECT DISTINCT {columns} FROM ({rows}) WHERE list_has_any([{cells}], [{values}])"
_WHERE = "SELECT DISTINCT person_key, {columns} FROM {people} WHERE {test} ORDER BY ALL"
_OTHERS = """
SELECT DISTINCT {spelled} FROM {people}
WHERE {spelled} IN ({values}) AND customer IS NOT NULL AND person_key NOT IN ({keys})
"""


class _Row(NamedTuple):
    """A person as the store keeps one."""

    key: int
    customer: str | None
    email: str | None
    phone: str | None
    name: str | None
    account: str | None


def people_on_disk(engine: Engine, store: Path) -> bool:
    """Make the table of all people in the files of a store, also in files that no snapshot names any more.

    Returns:
        Whether there are any.
    """
    files = sorted((store / PEOPLE).glob("*.parquet"))
    if not files:
        return False
    columns = joined(name(column) for column in ("person_key", *PERSON))
    paths = joined(literal(str(path)) for path in files)
    engine.table(PEOPLE_ON_DISK, render(_FILES, columns=columns, files=paths))
    return True


def resolved(place: Workplace, store: Path, given: Mentions, settings: Settings) -> tuple[Mentions, int]:
    """Everything that names the persons who are asked for.

    Args:
        place: May read the store and the table of merges.
        store: The project's store.
        given: Their ids, e-mails, phone numbers, names, as far as they are known.
        settings: Name the table of merged ids, if there is one.

    Returns:
        The mentions, and how many of their contacts stay because they are other customers' too.
    """
    pairs = _merged(place, settings)
    ids = _with_merged(given.ids | given.emails, pairs)
    given = given.with_more(_as_ids(ids))
    if not people_on_disk(place.engine, store):
        return given.with_more(_names_beside(place.engine, store, given)), 0
    values = {"customer": ids, "account": given.ids, "email": given.emails, "phone": _digits(given.phones)}
    people = {*_people(place.engine, values)}
    ids = _with_merged({one.customer for one in people if one.customer}, pairs)
    given = given.with_more(_as_ids(ids))
    people |= {*_people(place.engine, {"customer": ids})}
    contacts, shared = _own_contacts(place.engine, people)
    guests = _people(place.engine, contacts)
    people |= {one for one in guests if one.customer is None}
    found = _mentions(given, people, contacts)
    return found.with_more(_names_beside(place.engine, store, found)), shared


def _names_beside(engine: Engine, store: Path, mentions: Mentions) -> Mentions:
    """The names that rows set aside give to the person, whose column no source has to say the meaning of."""
    found = set[str]()
    for path in sorted((store / QUARANTINE).glob("*.parquet")):
        rows = render(_FILES, columns=Sql("*"), files=literal(str(path)))
        texts = [column for column, kind in engine.columns(rows).items() if kind == "VARCHAR"]
        titles = [column for column in texts if re.sub("[^a-z]", "", column.lower()) in _NAME_TITLES]
        values = [*(one.lower() for one in mentions.ids), *mentions.contacts]
        if titles and values:
            cells = joined(render("lower(trim({column}))", column=name(column)) for column in texts)
            wanted = {"columns": joined(map(name, titles)), "rows": rows, "values": _listed(values)}
            found |= {one for row in engine.rows(render(_TITLED, cells=cells, **wanted)) for one in row}
    return Mentions(names=frozenset(" ".join(one.split()) for one in found if one and one.strip()))


def keys_of_names(engine: Engine, store: Path, mentions: Mentions) -> set[int]:
    """The numbers under which the store keeps customers of these ids."""
    files = sorted((store / NAMES).glob("*.parquet"))
    if not files or not (mentions.ids | mentions.emails):
        return set()
    paths = joined(literal(str(path)) for path in files)
    rows = render(_FILES, columns=joined(map(name, ("customer_key", "customer_id"))), files=paths)
    ids = joined(literal(one) for one in sorted(mentions.ids | {one.lower() for one in mentions.emails}))
    query = "SELECT DISTINCT customer_key FROM ({rows}) WHERE customer_id IN ({ids})"
    return {row[0] for row in engine.rows(render(query, rows=rows, ids=ids))}


def asked_for(asked: Sequence[str]) -> Mentions:
    """What a person wrote: ids, e-mails and phone numbers, each told by its look."""
    by_kind: dict[str, set[str]] = {"id": set(), "email": set(), "phone": set()}
    for text in asked:
        kind = kind_of(text)
        by_kind[kind].add(normal("id", text) if kind != "email" else normal("email", text))
        if kind == "phone" or text.strip().isdecimal():  # which may be either
            by_kind["id"].add(normal("id", text))
    return Mentions(frozenset(by_kind["id"]), frozenset(by_kind["email"]), frozenset(by_kind["phone"]))


def _merged(place: Workplace, settings: Settings) -> list[tuple[str, str]]:
    """The pairs of ids that the table of merges says are one customer."""
    if settings.ledger.merges is None:
        return []
    merges = read_merges(place.engine, Path(settings.ledger.merges), place.staging, settings.reading, fold=False)
    return place.engine.rows(render("SELECT old_key, new_key FROM {merges}", merges=name(merges.table)))


def _with_merged(ids: Iterable[str], pairs: Sequence[tuple[str, str]]) -> set[str]:
    """The ids, and those that are the same customers; such an id need not have a row of its own."""
    found = set(ids)
    while more := {one for pair in pairs for one in pair if found & set(pair)} - found:
        found |= more
    return found


def _as_ids(ids: Collection[str]) -> Mentions:
    emails = {normal("email", one) for one in ids if "@" in one}
    return Mentions(ids=frozenset(one for one in ids if "@" not in one), emails=frozenset(emails))


def _people(engine: Engine, values: Mapping[str, Collection[str]]) -> list[_Row]:
    """The people of whom a column says one of the values."""
    tests = [
        render("coalesce({spelled} IN ({found}), false)", spelled=_spelled(column), found=_listed(found))
        for column, found in values.items()
        if found
    ]
    if not tests:
        return []
    columns = joined(map(name, PERSON))
    query = render(_WHERE, columns=columns, people=name(PEOPLE_ON_DISK), test=joined(tests, " OR "))
    return [_Row(*row) for row in engine.rows(query)]


def _own_contacts(engine: Engine, people: set[_Row]) -> tuple[dict[str, set[str]], int]:
    """The people's e-mails and phones that no other customer has, in one spelling; and how many others have too."""
    keys = joined(literal(one.key) for one in people) if people else literal(-1)
    own: dict[str, set[str]] = {}
    shared = 0
    for column in _CONTACTS:
        kind = "email" if column == "email" else "phone"
        found = {normal(kind, text) for one in people if (text := getattr(one, column))} - {""}
        others: set[str] = set()
        if found:
            query = render(
                _OTHERS,
                spelled=_spelled(column),
                people=name(PEOPLE_ON_DISK),
                values=_listed(found),
                keys=keys,
            )
            others = {row[0] for row in engine.rows(query)}
        own[column], shared = found - others, shared + len(others)
    return own, shared


def _mentions(given: Mentions, people: set[_Row], contacts: dict[str, set[str]]) -> Mentions:
    phones = {one.phone for one in people if one.phone and normal("phone", one.phone) in contacts["phone"]}
    names = frozenset(one.name for one in people if one.name)
    found = Mentions(emails=frozenset(contacts["email"]), phones=frozenset(phones), names=names)
    ids = _as_ids({one.customer for one in people if one.customer})
    return replace(given.with_more(ids).with_more(found), keys=frozenset(one.key for one in people))


def _spelled(column: str) -> Sql:
    return render(_SPELLING[column], text=render("CAST({column} AS VARCHAR)", column=name(column)))


def _listed(values: Iterable[str]) -> Sql:
    return joined(literal(one) for one in sorted(values))


def _digits(phones: Iterable[str]) -> set[str]:
    return {normal("phone", one) for one in phones}
