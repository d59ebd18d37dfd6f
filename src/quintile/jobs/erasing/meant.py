"""Meant: the one customer whom somebody names by an id, an e-mail or a phone number, by the rules of identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.tombstone import normal
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import SettingsError
from quintile.jobs.erasing.person import asked_for, resolved

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import Settings
    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace

_BY_ID = "the ids are those of customers.csv; or give the e-mail"
_NAMES = "SELECT customer_key, customer_id FROM read_parquet([{files}], hive_partitioning = false)"
_NAMED = "SELECT DISTINCT customer_key, customer_id FROM ({names}) WHERE customer_id = {text}"
_OF_KEYS = "SELECT DISTINCT customer_key, customer_id FROM ({names}) WHERE customer_key IN ({keys})"
# An e-mail or a phone number is somebody's own, so none is told to who asks for another one.
_NEAR = """
SELECT DISTINCT customer_id, levenshtein(lower(customer_id), lower({text})) AS distance FROM ({names})
WHERE NOT contains(customer_id, '@') AND distance <= {most} ORDER BY distance, customer_id LIMIT 3
"""
_CONTACTS = ("email", "phone")
_MOST_LETTERS = 2
_LETTERS_A_SLIP = 3


def meant(place: Workplace, store: Path, opened: Opened, asked: str, settings: Settings) -> tuple[int, str]:
    """The customer that a text names.

    Args:
        place: May read the store, and the table of merged ids.
        store: The project's store.
        opened: The snapshot whose customers are looked through.
        asked: An id as customers.csv has it, an e-mail, a phone number, or an id that was merged into another.
        settings: Name the table of merged ids, if there is one.

    Returns:
        The number and the id of the customer.

    Raises:
        SettingsError: Nobody is meant, or several are; names similar ids, never anybody's e-mail or phone number.
        StoreError: A file of the store is gone.
    """
    text = " ".join(asked.split())
    files = joined(literal(str(path)) for path in opened.orders.name_paths(store))
    names = render(_NAMES, files=files)
    for spelled in dict.fromkeys((text, normal("id", text))):
        found = place.engine.rows(render(_NAMED, names=names, text=literal(spelled)))
        if found:
            return int(found[0][0]), str(found[0][1])
    keys = resolved(place, store, asked_for([text]), settings)[0].keys if text else frozenset()
    found = place.engine.rows(render(_OF_KEYS, names=names, keys=joined(map(literal, sorted(keys))))) if keys else []
    if len(found) > 1:
        message = f"{len(found)} customers share what names them, so it is nobody's own"
        raise SettingsError("customer", message, fix="give the id of the one who is meant")
    if not found:
        raise _unknown(place, names, text, opened)
    return int(found[0][0]), str(found[0][1])


def _unknown(place: Workplace, names: Sql, text: str, opened: Opened) -> SettingsError:
    """Nobody is called so; the nearest ids are named."""
    near: list[str] = []
    if opened.orders.ledger["key"] not in _CONTACTS and "@" not in text:
        most = min(_MOST_LETTERS, len(text) // _LETTERS_A_SLIP)
        rows = place.engine.rows(render(_NEAR, text=literal(text), names=names, most=literal(most)))
        near = [f"'{row[0]}'" for row in rows]
    message = f"the project knows no customer '{text}'"
    return SettingsError("customer", message, fix=f"did you mean {' or '.join(near)}?" if near else _BY_ID)
