"""Phones: any spelling of a number becomes its international form (E.164), so that one number names one person.

Each spelling is read once, however many rows bear it. What is no number names nobody.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from quintile.domain.second_tables import SecondTable
from quintile.engine.render import Sql, render
from quintile.errors import SettingsError
from quintile.plugins import extra
from quintile.sources.written import write_rows, written_table

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.engine.base import Engine

PHONES = "second_phones"
# Shorter ones are extensions and service numbers, which many people share.
FEWEST_DIGITS = 7
_TRUNK = "0"
_POINTED = re.compile(r"(\+?[0-9]+)\.0+")  # a data frame's numbers
_SHORTENED = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]*)?[eE][-+]?[0-9]{1,3}")  # a spreadsheet's, whose last digits are lost
_SPELLINGS = "SELECT DISTINCT raw FROM ({spellings}) WHERE raw IS NOT NULL ORDER BY raw"


def read_phones(engine: Engine, spellings: Sql, staging: Path, country: str | None) -> SecondTable:
    """Read every spelling of a phone number.

    Args:
        engine: Where the table is made.
        spellings: A query with the column ``raw``, text.
        staging: For copies.
        country: Two letters: where numbers without a country code are; None reads international ones alone.

    Returns:
        Table ``second_phones``: raw, and phone in the form ``+491701234567``, readable ones only.

    Raises:
        SettingsError: The country is unknown, or the extra ``phone`` is not installed.
    """
    library = extra("phonenumbers", "phone")
    if country is not None and country not in library.SUPPORTED_REGIONS:
        raise SettingsError("country", f"'{country}' is no country", fix="write two letters, such as --country DE")
    raws = [row[0] for row in engine.rows(render(_SPELLINGS, spellings=spellings))]
    read = [(raw, phone) for raw in raws if (phone := international(library, raw, country)) is not None]
    columns = ["raw", "phone"]
    written = staging / "phones.csv"
    lines = write_rows(written, columns, ((0, pair) for pair in read))
    query = Sql("SELECT '' AS raw, '' AS phone LIMIT 0")
    if lines:
        query = written_table(written, written, columns, lines, form="text").query
    engine.table(PHONES, query)
    told = {"table": "phones", "spellings": len(raws), "unreadable": len(raws) - len(read), "country": country}
    return SecondTable(PHONES, frozenset(), len(raws), told)


def international(library: Any, raw: str, country: str | None) -> str | None:  # noqa: ANN401 - an optional module
    """A spelled number in its international form, or None where it is none.

    ``+49 (0)170 123 45 67``, ``0049...``, ``0170/1234567`` in Germany, ``'+27...`` as spreadsheets guard it,
    ``1701234567.0`` as data frames write it, and ``491701234567`` where national numbers begin with a nought.
    """
    text = raw.lstrip("'\u2019` ").rstrip()
    if _SHORTENED.fullmatch(text):
        return None
    if pointed := _POINTED.fullmatch(text):
        text = pointed[1]
    try:
        number = library.parse(_with_plus(library, text, country), country)
    except library.NumberParseException:
        return None
    digits = str(number.national_number)
    if not library.is_possible_number(number) or len(digits) < FEWEST_DIGITS or len(set(digits)) == 1:
        return None
    return str(library.format_number(number, library.PhoneNumberFormat.E164))


def _with_plus(library: Any, text: str, country: str | None) -> str:  # noqa: ANN401 - an optional module
    """Numbers kept as whole numbers lose their plus: bare digits that begin with the country's own code."""
    if country is None or not text.isdecimal() or text.startswith(_TRUNK):
        return text
    code = str(library.country_code_for_region(country))
    metadata = library.PhoneMetadata.metadata_for_region(country)
    if not text.startswith(code) or metadata.national_prefix != _TRUNK:
        return text
    whole = library.parse("+" + text, country)
    return "+" + text if library.is_valid_number(whole) else text
