from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from quintile.engine.render import Sql
from quintile.errors import DataError, QuintileError, SettingsError
from quintile.sources.rates import read_rates

HEADER = "date,currency,rate\n"


@pytest.fixture
def rates(engine, staging, tmp_path):
    """``rates(text)`` reads a table of rates."""

    def of_text(text):
        (tmp_path / "rates.csv").write_text(text, encoding="utf-8")
        return engine.rows(
            Sql(f"SELECT * FROM {read_rates(engine, str(tmp_path / 'rates.csv'), staging, 'EUR')} ORDER BY ALL")
        )

    return of_text


def refusal(rates, text) -> QuintileError:
    with pytest.raises(DataError) as caught:
        rates(text)
    return caught.value


def test_rates_are_exact_and_by_day_and_currency(rates):
    assert rates(HEADER + "2025-03-07,USD,0.9012345\n2025-03-10, usd ,0.92\n2025-03-07,JPY,0.0061\n") == [
        (date(2025, 3, 7), "JPY", Decimal("0.0061")),
        (date(2025, 3, 7), "USD", Decimal("0.9012345")),
        (date(2025, 3, 10), "USD", Decimal("0.92")),
    ]


def test_other_columns_and_other_spellings_of_dates_and_numbers_do_no_harm(rates):
    text = "source;currency;rate;date\nECB;USD;0,90;31.03.2025\nECB;USD;0,92;01.04.2025\n"
    assert rates(text) == [
        (date(2025, 3, 31), "USD", Decimal("0.90")),
        (date(2025, 4, 1), "USD", Decimal("0.92")),
    ]


def test_a_rate_that_comes_twice_is_one_rate(rates):
    assert len(rates(HEADER + "2025-03-07,USD,0.90\n2025-03-07,USD,0.900\n")) == 1


def test_two_rates_of_a_currency_on_one_day_are_refused(rates):
    error = refusal(rates, HEADER + "2025-03-07,USD,0.90\n2025-03-07,EUR,1\n2025-03-07,USD,0.91\n")
    assert str(error) == (
        "error[bad_rate]: USD has two rates on 2025-03-07\n  Where: rates.csv\n  Fix: keep one rate a currency and day"
    )


@pytest.mark.parametrize("row", ["2025-03-10,USD,0", "2025-03-10,USD,-0.9", "2025-03-10,,0.9", "2025-03-10,USD,"])
def test_a_row_without_a_positive_rate_is_refused(rates, row):
    error = refusal(rates, f"{HEADER}2025-03-07,USD,0.90\n2025-03-08,USD,0.91\n{row}\n")
    assert error.message == "the table of rates has rows without a date, a currency or a positive rate"


def test_a_missing_column_is_named(rates):
    error = refusal(rates, "day,currency,value\n2025-03-07,USD,0.9\n")
    assert (error.code, error.message) == ("missing_columns", "the table of rates has no column date and rate")
    assert error.fix == "give it the columns date, currency, rate (units of the base currency for one unit)"


def test_the_central_bank_has_published_rates_and_none_on_weekends(engine, staging):
    read_rates(engine, "ecb", staging, "EUR")
    found = engine.rows(
        Sql("SELECT date, rate FROM rates WHERE currency = 'USD' AND date BETWEEN '2020-01-02' AND '2020-01-06'")
    )
    # A euro was worth 1.1193, 1.1147 and 1.1194 dollars.
    assert sorted(found) == [
        (date(2020, 1, 2), Decimal("0.893415527562")),
        (date(2020, 1, 3), Decimal("0.897102359379")),
        (date(2020, 1, 6), Decimal("0.893335715562")),
    ]


@pytest.mark.parametrize(
    ("base", "code", "kind"),
    [(None, "base_currency", SettingsError), ("XAF", "missing_fx_rate", DataError)],
)
def test_the_central_bank_needs_a_base_it_knows(engine, staging, base, code, kind):
    with pytest.raises(kind) as caught:
        read_rates(engine, "ecb", staging, base)
    assert caught.value.code == code


def test_without_the_extra_it_is_named(engine, staging, monkeypatch):
    def missing(_module):
        raise ImportError

    monkeypatch.setattr("quintile.plugins.importlib.import_module", missing)
    with pytest.raises(SettingsError) as caught:
        read_rates(engine, "ecb", staging, "EUR")
    assert str(caught.value) == "error[extra]: this needs the extra 'fx'\n  Fix: install it: pip install 'quintile[fx]'"
