"""Signs: what currencies a sign beside an amount may stand for; one that contradicts the currency named is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from quintile.domain.currency import CURRENCIES
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.located import ROW_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

_DOLLARS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD",
    "R$": "BRL", "MX$": "MXN", "NT$": "TWD",
}  # fmt: skip
_SIGNS = {
    **_DOLLARS,
    "$": "USD AUD CAD NZD HKD SGD TWD MXN ARS CLP COP UYU DOP BBD BMD BND BSD BZD CVE FJD GYD JMD KYD LRD NAD SBD SRD"
    " TTD XCD BRL PAB NIO TOP WST MOP SVC",
    "€": "EUR", "EURO": "EUR", "EUROs": "EUR", "Euro": "EUR", "Euros": "EUR", "euro": "EUR", "euros": "EUR",
    "eur": "EUR", "usd": "USD", "gbp": "GBP", "chf": "CHF",
    "£": "GBP EGP LBP SYP FKP GIP SHP SDG SSP",
    "¥": "JPY CNY",
    "\uffe5": "JPY CNY",
    "₺": "TRY", "TL": "TRY", "₽": "RUB", "\u0440\u0443\u0431": "RUB",
    "₴": "UAH", "₹": "INR", "Rs": "INR PKR LKR NPR MUR SCR",
    "₩": "KRW", "₪": "ILS", "₫": "VND", "฿": "THB", "₱": "PHP", "₦": "NGN", "₡": "CRC", "₸": "KZT", "₾": "GEL",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON MDL", "Fr": "CHF", "SFr": "CHF",
    "kr": "SEK NOK DKK ISK", "Kr": "SEK NOK DKK ISK",
}  # fmt: skip
_OTHERS = """
SELECT min(code) FROM (SELECT upper(trim(CAST({column} AS VARCHAR))) AS code FROM ({source}))
WHERE code IN ({known}) AND code NOT IN ({meant})
"""
_FIRST_SIGNED = """
SELECT min({row}) FROM ({located}) WHERE contains(CAST({column} AS VARCHAR), {sign})
"""
_AT_END = re.compile(r"[(\[]\s?([^()\[\]\s]{1,4})\s?[)\]]$")  # short, so that no long header takes long
_FIX = "write the currency of each amount in a column of its own and give --rates, or name the right --base-currency"


def currencies_of(sign: str) -> frozenset[str]:
    """The currencies a sign or code may stand for; nothing if nobody knows it."""
    return frozenset({sign} & CURRENCIES) or frozenset(_SIGNS.get(sign, "").split())


def without_currency(header: str) -> tuple[str, str | None]:
    """A column's name without the currency behind it in brackets, and that: ``Amount (EUR)``, ``Price [$]``."""
    found = _AT_END.search(header.rstrip())
    return (header[: found.start()], found[1]) if found and currencies_of(found[1]) else (header, None)


def sign_of(header: str, sign: str | None) -> str | None:
    """What says the currency of a column's amounts: what stands beside them, or what its name says.

    Raises:
        DataError: ``mixed_currency``, the two cannot mean the same.
    """
    named = without_currency(header)[1]
    if named and sign and currencies_of(sign) and not currencies_of(named) & currencies_of(sign):
        message = f"the column's name says {named}, but its amounts carry the sign {sign}"
        raise DataError("mixed_currency", message, fix=_FIX, place=Place(column=header))
    return sign or named


def refuse_different_signs(signs: Sequence[tuple[str, str]]) -> None:
    """Refuse sources (name, sign) whose signs cannot stand for one currency.

    Raises:
        DataError: ``mixed_currency``.
    """
    known = [(file, sign) for file, sign in signs if currencies_of(sign)]
    if known and not frozenset.intersection(*(currencies_of(sign) for _, sign in known)):
        listed = " and ".join(sorted({f"{sign} ({file})" for file, sign in known})[:4])
        raise DataError("mixed_currency", f"the sources' amounts carry the signs {listed}", fix=_FIX)


def refuse_other_refunds(sign: str, of_refunds: str, place: Place) -> None:
    """Refuse a column of refunds whose sign cannot mean the currency of the amounts that they are taken off.

    Raises:
        DataError: ``mixed_currency``.
    """
    meant, theirs = currencies_of(sign), currencies_of(of_refunds)
    if meant and theirs and not meant & theirs:
        message = f"the amounts carry the sign {sign}, but the refunds beside them {of_refunds}"
        fix = "write both in one currency, or leave the refunds out: --map refund="
        raise DataError("mixed_currency", message, fix=fix, place=place)


def refuse_contradicted_sign(
    engine: Engine,
    table: SourceTable,
    sign: str,
    columns: Mapping[str, str],
    base: str | None,
    what: Literal["amounts", "refunds"] = "amounts",
) -> None:
    """Refuse money whose sign is not one of the currency that the row or, without such a column, the user names.

    Args:
        engine: Runs one look at the column of currencies, if there is one.
        table: The source.
        sign: What stands beside the money.
        columns: Role -> column; the column of currencies is looked at, if there is one.
        base: The base currency, if the user named it.
        what: Which column carries the sign.

    Raises:
        DataError: ``mixed_currency``.
    """
    meant = currencies_of(sign)
    if not meant:
        return
    currency = columns.get("currency")
    if currency is None:
        if base is not None and base not in meant:
            message = f"the {what} carry the sign {sign}, but the base currency is {base}"
            money = columns["refund"] if what == "refunds" else columns.get("amount") or columns["unit_price"]
            raise DataError("mixed_currency", message, fix=_FIX, place=_first_signed(engine, table, sign, money))
        return
    known, codes = (joined(literal(code) for code in sorted(some)) for some in (CURRENCIES, meant))
    look = render(_OTHERS, column=name(currency), source=table.query, known=known, meant=codes)
    other = engine.rows(look)[0][0]
    if other is not None:
        message = f"the {what} carry the sign {sign}, but the column '{currency}' says {other}"
        place = Place(table.name, column=currency, like=other)
        raise DataError("mixed_currency", message, fix=_FIX, place=place)


def _first_signed(engine: Engine, table: SourceTable, sign: str, column: str) -> Place:
    """Where the sign stands first; rows of a database have no lines."""
    look = render(_FIRST_SIGNED, row=Sql(ROW_NUMBER), located=table.located, column=name(column), sign=literal(sign))
    number = engine.rows(look)[0][0] if table.keys is None else None
    return Place(table.name, None if number is None else table.lines([number])[number], column)
