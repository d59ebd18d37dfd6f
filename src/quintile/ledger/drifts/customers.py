"""Customers: ids of another form, ids that nobody knows, rows that name nobody.

A shop whose customers come back must meet some of them again; a shop of first-time buyers need not, so what is usual
there is measured, never assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.drift import CLUMP, Finding, unlikely

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.domain.drift import Customers

FEWEST_CUSTOMERS = 5
FAR_BELOW = 0.2
MOVED_SHARE = 0.3
# What a whole extract keeps of the customers it had, at the least, when old rows fall out of it.
KEPT_BY_EXTRACTS = 0.7
_HALF, _ONE = 0.5, 0.99
_ACCEPT = "--accept identity_shift"
_FORMS = {
    "email": "e-mail addresses",
    "number": "numbers",
    "uuid": "UUIDs",
    "hash": "hashes",
    "text": "free text",
}


def customer_drift(
    now: Customers, earlier: Customers, rows: tuple[int, int], column: str | None, *, full: bool
) -> Iterator[Finding]:
    """What is different about a source's customers.

    Args:
        now: The new source's customers.
        earlier: Those of all sources so far.
        rows: All rows of both.
        column: The column of the customer, named in what is found.
        full: The source is the whole extract: most customers of before must be in it.
    """
    yield from _nobody(now, earlier, rows, column)
    if now.count < FEWEST_CUSTOMERS:
        return
    strangers = _far_below_usual(now, earlier, full=full)
    if None not in {now.form, earlier.form} and now.form != earlier.form and _mostly_unknown(now):
        message = (
            f"customer ids were {_called(earlier.form)} before and are {_called(now.form)} now: nobody would be known"
            " again"
        )
        fix = f"export the ids as before, or name their column: --map customer=COLUMN; or, for good: {_ACCEPT}"
        yield Finding("identity_shift", message, fix, column)
    elif strangers:
        yield Finding(
            "identity_shift",
            strangers,
            f"look whether the ids are this shop's, written as before; if they are right: {_ACCEPT}",
            column,
        )
    elif now.known == 0 and now.ledger:
        message = f"none of the {now.count:,} customers is known from earlier sources"
        yield Finding("no_known_customers", message, "look whether the ids are written as before", error=False)


def _nobody(now: Customers, earlier: Customers, rows: tuple[int, int], column: str | None) -> Iterator[Finding]:
    new, old = rows
    if not new or not old:
        return
    usual = earlier.rows_without / old
    rise = now.rows_without / new - usual
    by_chance = not unlikely(now.rows_without / CLUMP, new / CLUMP, (earlier.rows_without + 1) / (old + 2))
    if rise > MOVED_SHARE and not by_chance:
        message = f"{now.rows_without / new:.0%} of the rows name no customer; before it was {usual:.0%}"
        fix = f"look whether the column of the customer is filled; if it is right: {_ACCEPT}"
        yield Finding("identity_shift", message, fix, column, rows=now.rows_without)


def _mostly_unknown(now: Customers) -> bool:
    return now.known is None or now.known < FAR_BELOW * now.count


def _far_below_usual(now: Customers, earlier: Customers, *, full: bool) -> str | None:
    """Why fewer customers are known than a fifth of the usual, and fewer than half of it by no chance."""
    if now.known is None:
        return None
    met, could, usual = now.known, now.count, earlier.usual_known / earlier.usual if earlier.usual else 0
    said = f"of {could:,} customers {met:,} are known from earlier sources; usual is {usual:.0%}"
    if full:
        could, usual = now.ledger, KEPT_BY_EXTRACTS
        said = f"of {could:,} customers known before {met:,} are in the full extract"
    expected = min(usual, _ONE) * _HALF
    below = usual > 0 and met < FAR_BELOW * usual * could
    return said if below and unlikely(met, could, expected) else None


def _called(form: str | None) -> str:
    kind, _, prefix = (form or "").partition(" ")
    return _FORMS.get(kind) or f"numbers behind '{prefix}'"
