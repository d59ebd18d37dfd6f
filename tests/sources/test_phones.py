from __future__ import annotations

import phonenumbers
import pytest

from quintile.engine.render import Sql
from quintile.errors import SettingsError
from quintile.sources.phones import international, read_phones


@pytest.mark.parametrize(
    ("country", "spelled", "phone"),
    [
        ("DE", "0170 123 45 67", "+491701234567"),
        ("DE", "+49 (0)170 1234567", "+491701234567"),
        ("DE", "0049-170-1234567", "+491701234567"),
        ("DE", "0170/1234567", "+491701234567"),
        ("DE", "491701234567", "+491701234567"),
        ("DE", "1701234567.0", "+491701234567"),
        ("DE", "491701234567.0", "+491701234567"),
        ("DE", "+491701234567.00 ", "+491701234567"),
        (None, "+491701234567.0", "+491701234567"),
        ("DE", "'+27 82 123 4567", "+27821234567"),
        ("US", "(555) 123-4567", "+15551234567"),
        ("US", "1-555-123-4567", "+15551234567"),
        ("TR", "0555 123 45 67", "+905551234567"),
        ("IT", "391 234 5678", "+393912345678"),
        (None, "+90 555 123 45 67", "+905551234567"),
    ],
)
def test_every_spelling_of_a_number_is_one_number(country, spelled, phone):
    assert international(phonenumbers, spelled, country) == phone


@pytest.mark.parametrize(
    "spelled", ["n/a", "", "12", "12345", "0000000000", "call me", "1" * 40, "1.701234567e9", "1,70123E+09", "4.9E+11"]
)
def test_what_is_no_number_names_nobody(spelled):
    assert international(phonenumbers, spelled, "DE") is None


def test_without_a_country_only_international_numbers_are_read():
    assert international(phonenumbers, "0170 1234567", None) is None


def test_each_spelling_is_read_once(engine, staging):
    rows = Sql("SELECT unnest(['0170 1234567', '+49 170 1234567', '0170 1234567', 'none', NULL]) AS raw")
    table = read_phones(engine, rows, staging, "DE")
    assert engine.rows(Sql("SELECT raw, phone FROM second_phones ORDER BY raw")) == [
        ("+49 170 1234567", "+491701234567"),
        ("0170 1234567", "+491701234567"),
    ]
    assert table.report == {"table": "phones", "spellings": 3, "unreadable": 1, "country": "DE"}


def test_a_country_that_is_none_is_refused(engine, staging):
    with pytest.raises(SettingsError) as caught:
        read_phones(engine, Sql("SELECT '1' AS raw"), staging, "Germany")
    assert str(caught.value) == (
        "error[country]: 'Germany' is no country\n  Fix: write two letters, such as --country DE"
    )
