"""Drift guards: a source that does not look like those before it is not published silently.

Order of use, by the job that publishes into a project: ``profile.profile_of`` the new source, ``find_drift`` against
what the last snapshot's ``profile.json`` holds, ``settle`` with the codes a person accepted, ``remembered`` for the new
snapshot's ``profile.json``. ``renamed`` explains a source whose columns cannot even be read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, replace
from datetime import date, timedelta
from shlex import quote
from typing import TYPE_CHECKING, Any

from quintile.domain.drift import VERSION, Amounts, Customers, Days, Profile, Shape
from quintile.errors import DataError, Place
from quintile.ledger.drifts.amounts import amount_drift
from quintile.ledger.drifts.columns import column_drift, gone_and_new, nearest, shown
from quintile.ledger.drifts.customers import customer_drift
from quintile.ledger.drifts.days import day_drift
from quintile.ledger.profile import MOST_DAYS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from quintile.domain.drift import Finding
    from quintile.domain.settings import Settings

MOST_SHAPES = 8
# What was long ago must not outweigh what is usual now: beyond so many rows all counts are halved.
MOST_ROWS = 200_000


def find_drift(now: Mapping[str, Any], earlier: Mapping[str, Any] | None, settings: Settings) -> list[Finding]:
    """In which ways a source does not look like those before it; errors first.

    Args:
        now: The new source's profile.
        earlier: What the last snapshot's ``profile.json`` holds (see ``remembered``); None before the first one.
        settings: What a person said about columns, marks and dates is no drift.
    """
    if earlier is None or earlier.get("version") != VERSION:
        return []
    new, old = _profile(now), _profile(earlier)
    full = new.mode == "full"
    shape = new.shapes[-1]
    columns = {role: names[0] for role, names in shape.roles.items()}
    who = next((columns[role] for role in ("customer", "email", "account", "phone") if role in columns), None)
    found = [
        *column_drift(shape, old.shapes, settings),
        *customer_drift(new.customers, old.customers, (new.rows, old.rows), who, full=full),
        *amount_drift(new.amounts, old.amounts, columns),
        *day_drift(new.days, old.days, columns.get("time"), full=full),
    ]
    return sorted(found, key=lambda one: not one.error)


def settle(
    findings: Sequence[Finding], accept: Collection[str], file: str | None = None
) -> tuple[list[Finding], list[Finding]]:
    """Refuse the drifts that nobody accepted.

    Args:
        findings: What was found.
        accept: The codes a person accepted.
        file: The source's name, for the error.

    Returns:
        The accepted errors and the warnings.

    Raises:
        DataError: With the code of the first drift that is not accepted by name.
    """
    errors = [one for one in findings if one.error]
    refused = [one for one in errors if one.code not in accept]
    if refused:
        first, *others = refused
        more = "".join(f"; also {one.code}: {one.message}" for one in others)
        codes = sorted({one.code for one in others} - {first.code})
        fix = first.fix + "".join(f", and --accept {code}" for code in codes)
        raise DataError(first.code, first.message + more, fix=fix, place=Place(file, column=first.column))
    return errors, [one for one in findings if not one.error]


def remembered(
    earlier: Mapping[str, Any] | None, now: Mapping[str, Any], accepted: Sequence[Finding]
) -> dict[str, Any]:
    """What the new snapshot's ``profile.json`` holds: all sources so far as one profile of bounded size.

    A full extract replaces what was there; an accepted drift is the new usual.
    """
    new = _profile(now)
    if earlier is None or earlier.get("version") != VERSION:
        return asdict(new)
    old = _profile(earlier)
    shapes = [*(one for one in old.shapes if one != new.shapes[-1]), new.shapes[-1]][-MOST_SHAPES:]
    if new.mode == "full":
        return asdict(replace(new, shapes=shapes))
    codes = {one.code for one in accepted}
    rows = old.rows + new.rows
    divisor = 1
    while rows // divisor > MOST_ROWS:
        divisor *= 2
    customers = new.customers if "identity_shift" in codes else _together(old.customers, new.customers, divisor)
    return asdict(
        replace(
            new,
            rows=rows // divisor,
            shapes=shapes,
            customers=customers,
            amounts=new.amounts if "distribution_shift" in codes else _summed(old.amounts, new.amounts, divisor),
            days=_covered(old.days, new.days),
        )
    )


def renamed(error: DataError, columns: Sequence[str], earlier: Mapping[str, Any] | None) -> DataError:
    """A role without a column in a project's later source, explained by the columns the earlier ones had.

    Args:
        error: What was said of it: ``missing_columns`` or ``schema_drift``; any other is returned as it is.
        columns: The new source's columns.
        earlier: What the last snapshot's ``profile.json`` holds.

    Returns:
        ``schema_drift`` that names the missing column, the one that may have taken its place, and the fix.
    """
    if error.code not in {"missing_columns", "schema_drift"} or earlier is None or earlier.get("version") != VERSION:
        return error
    known = nearest(columns, _profile(earlier).shapes)
    gone, new = gone_and_new(columns, known)
    lost = {role: names[0] for role, names in known.roles.items() if names[0] in gone}
    required = {
        role: column for role, column in lost.items() if role in {"customer", "time", "amount", "email"}
    } or lost
    if not required:
        return error
    instead = f"; new is {shown(new)}" if new else ""
    names = " and ".join(f"'{lost_column}' (the {lost_role})" for lost_role, lost_column in required.items())
    taker = quote(new[0]) if len(new) == 1 and len(required) == 1 else "COLUMN"
    return DataError(
        "schema_drift",
        f"the source lacks {names}, which earlier sources had{instead}",
        fix="if the column was renamed: "
        + " ".join(f"--map {lost_role}={taker}" for lost_role in required)
        + f"; otherwise export {shown(list(required.values()))} again",
        place=Place(error.place.file, column=next(iter(required.values()))),
    )


def _profile(plain: Mapping[str, Any]) -> Profile:
    return Profile(
        version=plain["version"],
        mode=plain["mode"],
        rows=plain["rows"],
        shapes=[Shape(**one) for one in plain["shapes"]],
        customers=Customers(**plain["customers"]),
        amounts=Amounts(**plain["amounts"]),
        days=Days(**plain["days"]),
    )


def _together(old: Customers, new: Customers, divisor: int) -> Customers:
    return replace(
        new,
        form=old.form or new.form,
        usual=(old.usual + new.usual) // divisor,
        usual_known=(old.usual_known + new.usual_known) // divisor,
        rows_without=(old.rows_without + new.rows_without) // divisor,
    )


def _summed(old: Amounts, new: Amounts, divisor: int) -> Amounts:
    buckets = {}
    for currency in sorted({*old.buckets, *new.buckets}):
        both = Counter(old.buckets.get(currency, {})) + Counter(new.buckets.get(currency, {}))
        buckets[currency] = {size: rows // divisor for size, rows in sorted(both.items(), key=_size) if rows >= divisor}
    return Amounts(buckets, (old.negative + new.negative) // divisor, (old.zero + new.zero) // divisor)


def _size(counted: tuple[str, int]) -> int:
    return int(counted[0])


def _covered(old: Days, new: Days) -> Days:
    """The rows of every day; a day that is told twice counts as it was told most fully, since rows are re-sent."""
    if old.start is None or new.start is None:
        return new if old.start is None else old
    rows = Counter[date]()
    for days in (old, new):
        start = date.fromisoformat(days.start or "")
        rows |= Counter({start + timedelta(days=place): count for place, count in enumerate(days.counts)})
    last = max(rows)
    first = max(min(rows), last - timedelta(days=MOST_DAYS - 1))
    firsts, lasts = (sorted(day for day in pair if day) for pair in ((old.first, new.first), (old.last, new.last)))
    return Days(
        firsts[0],
        lasts[-1],
        first.isoformat(),
        [rows[first + timedelta(days=place)] for place in range((last - first).days + 1)],
    )
