"""Columns: a role that another column plays or none, marks and dates written otherwise, columns new or gone.

The new source is held against the one known source it is most like, so that a project fed by two shops is not asked
again every night.
"""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

from quintile.domain.drift import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from quintile.domain.drift import Shape
    from quintile.domain.settings import Settings

# Roles that no number rests on.
_BESIDE = {"name", "phone", "updated_at"}
_WORDS = {
    "decimal": ("decimal mark of the amounts", "--decimal '{now}'", ("amount", "unit_price")),
    "date_order": ("order of day, month and year", "--date-order {now}", ("time",)),
    "currency_sign": ("currency beside the amounts", "", ("amount", "unit_price")),
}
_GRAIN = {"order": "a whole order", "line": "an order line", "day": "part of a customer's day"}
_ACCEPT = "--accept schema_drift"
_MOST_SHOWN = 8


def column_drift(now: Shape, known: Sequence[Shape], settings: Settings) -> Iterator[Finding]:
    """What is different about a source's columns.

    Args:
        now: The new source's shape.
        known: Shapes published before, at least one.
        settings: What a person said (``map``, ``decimal``, ``date_order``, ``grain``, ...) is no drift.
    """
    earlier = nearest(now.columns, known)
    yield from _roles(now, earlier, settings.reading.map)
    yield from _forms(now, earlier, _said(settings))
    if now.grain != earlier.grain and settings.ledger.grain is None:
        message = f"a row was {_GRAIN[earlier.grain]} before and now looks like {_GRAIN[now.grain]}"
        yield Finding("schema_drift", message, f"say what a row is with --grain, or publish it so: {_ACCEPT}")
    yield from _beside(now, earlier)


def nearest(columns: Collection[str], known: Sequence[Shape]) -> Shape:
    """The known shape that has most of the columns, and fewest others; of several the latest."""
    return max(reversed(known), key=lambda one: len({*columns} & {*one.columns}) - len({*columns} ^ {*one.columns}))


def gone_and_new(columns: Collection[str], earlier: Shape) -> tuple[list[str], list[str]]:
    """The columns that are missing, and those that were not there before."""
    return [one for one in earlier.columns if one not in columns], [
        one for one in columns if one not in earlier.columns
    ]


def shown(columns: Sequence[str]) -> str:
    """A few column names for a message."""
    more = len(columns) - _MOST_SHOWN
    return ", ".join(f"'{one[:60]}'" for one in columns[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _roles(now: Shape, earlier: Shape, said: Mapping[str, str]) -> Iterator[Finding]:
    _, new = gone_and_new(now.columns, earlier)
    for role, columns in earlier.roles.items():
        playing = now.roles.get(role, [])
        # A role that a person maps, or leaves without a column on purpose, is settled.
        if role in _BESIDE or role in said or {*playing} & {*columns}:
            continue
        before = columns[0]
        absent = "is gone" if before not in now.columns else "is still there"
        if playing:
            message = f"the {role} was the column '{before}' before, which {absent}; now it would be '{playing[0]}'"
            fix = f"if both mean the same: --map {role}={quote(playing[0])}; otherwise export '{before}' again"
        else:
            instead = f"; new is {shown(new)}" if new else ""
            message = f"the column '{before}', which was the {role}, {absent} without that role{instead}"
            if before not in now.columns:
                message = f"the column '{before}', which was the {role}, is gone{instead}"
            fix = f"name the column that took its place: --map {role}={quote(new[0]) if len(new) == 1 else 'COLUMN'}"
        yield Finding("schema_drift", message, f"{fix}; or publish it so: {_ACCEPT}", column=before)


def _said(settings: Settings) -> dict[str, Any]:
    reading = settings.reading
    return {
        "decimal": reading.decimal,
        "date_order": reading.date_order or reading.date_format,
        "currency_sign": None,
    }


def _forms(now: Shape, earlier: Shape, said: Mapping[str, Any]) -> Iterator[Finding]:
    for form, (words, flag, roles) in _WORDS.items():
        before, after = earlier.forms.get(form), now.forms.get(form)
        if before is None or after is None or before == after or said[form] is not None:
            continue
        column = next((now.roles[role][0] for role in roles if role in now.roles), None)
        message = f"the column '{column}' is written otherwise: the {words} was {before} before and is {after} now"
        confirm = f", confirm it with {flag.format(now=after)}" if flag and " and " not in after else ""
        fix = f"export it as before{confirm}, or publish it so: {_ACCEPT}"
        yield Finding("schema_drift", message, fix, column=column)


def _beside(now: Shape, earlier: Shape) -> Iterator[Finding]:
    gone, new = gone_and_new(now.columns, earlier)
    if new:
        roles = [role for role, columns in now.roles.items() if role not in earlier.roles and {*columns} & {*new}]
        played = f"; read as the {' and the '.join(roles)}" if roles else "; not used"
        message = f"{'columns' if len(new) > 1 else 'a column'} that earlier sources did not have: {shown(new)}{played}"
        yield Finding("new_column", message, "nothing to do if that is meant", column=new[0], error=False)
    unused = [one for one in gone if not any(one in earlier.roles[role] for role in {*earlier.roles} - _BESIDE)]
    if unused:
        message = f"{'columns' if len(unused) > 1 else 'a column'} that earlier sources had: {shown(unused)}"
        yield Finding("removed_column", message, "no number rests on it", column=unused[0], error=False)
