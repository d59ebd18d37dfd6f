"""SQL text: the one place where identifiers are quoted and values written.

A template is a constant of the program; what goes into its ``{places}`` must already be ``Sql``,
made by ``name``, ``literal`` or ``render``. A plain string is refused, so that nothing is pasted by accident.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Sql(str):
    """SQL text that was made by this module."""

    __slots__ = ()


def render(template: str, /, **parts: Sql) -> Sql:
    """Fill a template's ``{places}``; a brace that is meant is written twice.

    Raises:
        TypeError: A part is not ``Sql``: quote it with ``name`` or ``literal`` first.
    """
    for place, part in parts.items():
        if not isinstance(part, Sql):
            message = f"the part '{place}' is not Sql"
            raise TypeError(message)
    return Sql(template.format_map(parts) if parts else template.replace("{{", "{").replace("}}", "}"))


def name(identifier: str, quote: str = '"') -> Sql:
    """A quoted identifier: any column or table name, however hostile; MySQL's quote is a backtick."""
    return Sql(quote + identifier.replace(quote, quote * 2) + quote)


Value = str | bool | float | Decimal | date | datetime | None


def literal(value: Value) -> Sql:
    """A value as SQL text: text quoted, decimals with all their digits, dates and timestamps typed."""
    match value:
        case None:
            return Sql("NULL")
        case str():
            return Sql("'" + value.replace("'", "''") + "'")
        case datetime():
            return Sql(f"TIMESTAMP '{value.isoformat(sep=' ')}'")
        case date():
            return Sql(f"DATE '{value.isoformat()}'")
        case _:
            # True and False are numbers to Python, and spelled alike in both languages but for the case.
            return Sql(format(value, "f") if isinstance(value, Decimal) else repr(value).lower())


def joined(parts: Iterable[Sql], separator: str = ", ") -> Sql:
    """Several pieces of SQL, one after the other."""
    return Sql(separator.join(parts))
