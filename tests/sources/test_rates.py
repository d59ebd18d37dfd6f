from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.errors import DataError, QuintileError, SettingsError
from quintile.sources.rates import ecb_rates, read_rates

HEADER = "date,currency,rate\n"


@pytest.fixture
def rates(engine, staging, tmp_path):
    """``rates(text)`` reads a table of rates."""

    def of_text(text, base="EUR"):
        (tmp_path / "rates.csv").write_text(text, encoding="utf-8")
        read_rates(engine, tmp_path / "rates.csv", staging, base)
        return engine.rows(Sql("SELECT * FROM rates ORDER BY ALL"))

    return of_text


def refusal(rates, text, base="EUR") -> QuintileError:
    with pytest.raises(DataError) as caught:
        rates(text, base)
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


@pytest.mark.parametrize("header", ["date,currency,rate", "date,currency,per_base"])
def test_rates_towards_another_currency_than_the_base_are_refused(rates, header):
    rows = "2025-03-07,EUR,1.08\n2025-03-07,USD,1\n"
    error = refusal(rates, f"{header}\n{rows}")
    assert (error.place.line, error.message.endswith("the table's rates are towards another currency")) == (2, True)
    assert error.fix.endswith("--base-currency")
    assert len(rates(HEADER + rows, "USD")) == 2


def test_a_table_whose_own_base_is_at_one_is_not_towards_another_currency(rates):
    rows = "2025-03-07,USD,1\n2025-03-07,GBP,1.25\n2025-03-10,USD,1.0\n"
    error = refusal(rates, HEADER + rows)
    assert (error.place.line, error.fix.endswith("--base-currency USD")) == (2, True)
    assert len(rates(HEADER + rows, "USD")) == 3
    assert len(rates(HEADER + "2025-03-07,USD,1\n2025-03-10,USD,0.99\n")) == 2


def test_a_rate_that_comes_twice_is_one_rate(rates):
    assert len(rates(HEADER + "2025-03-07,USD,0.90\n2025-03-07,USD,0.900\n")) == 1


def test_two_rates_of_a_currency_on_one_day_are_refused(rates):
    error = refusal(rates, HEADER + "2025-03-07,USD,0.90\n2025-03-07,EUR,1\n2025-03-07,USD,0.91\n")
    assert str(error) == (
        "error[bad_rate]: USD has two rates on 2025-03-07\n  Where: rates.csv, line 4\n"
        "  Fix: keep one rate a currency and day"
    )


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("2025-03-10,USD,0", "rate", "'0' for a rate, which must be a number above zero"),
        ("2025-03-10,USD,-0.9", "rate", "'-0.9' for a rate, which must be a number above zero"),
        ("2025-03-10,USD,NaN", "rate", "'NaN' for a rate, which must be a number above zero"),
        ("2025-03-10,USD,", "rate", "a row without a rate"),
        ("2025-03-10,,0.9", "currency", "a row without a currency"),
        (",USD,0.9", "date", "a row without a readable date"),
    ],
)
def test_a_row_without_a_positive_rate_is_refused_with_its_place(rates, row, column, what):
    error = refusal(rates, f"{HEADER}2025-03-07,USD,0.90\n2025-03-08,USD,0.91\n{row}\n")
    assert error.message == f"the table of rates has {what}"
    assert (error.place.line, error.place.column) == (4, column)


def test_a_missing_column_is_named(rates):
    error = refusal(rates, "when,currency,worth\n2025-03-07,USD,0.9\n")
    assert (error.code, error.message) == (
        "missing_columns",
        "the table of rates has no column for date and rate; columns seen: when, currency, worth",
    )
    assert error.fix.startswith("give it the columns date, currency, rate")


def test_a_table_the_other_way_round_says_so_by_its_column(rates):
    assert rates("date,currency,per_base\n2025-03-07,USD,1.25\n2025-03-07,JPY,160\n2025-03-07,CHF,0.96\n") == [
        (date(2025, 3, 7), "CHF", Decimal("1.041666666667")),
        (date(2025, 3, 7), "JPY", Decimal("0.006250000000")),
        (date(2025, 3, 7), "USD", Decimal("0.800000000000")),
    ]


def test_a_table_that_names_its_base_must_say_which_way_its_rates_go(rates, engine, staging, tmp_path):
    text = "date,base,currency,rate\n2025-03-07,EUR,USD,1.25\n"
    error = refusal(rates, text)
    assert (error.code, error.place.file, error.place.column) == ("doubtful_columns", "rates.csv", "base")
    for role, worth in (("rate", "1.25"), ("per_base", "0.8")):
        said = ReadingSettings(map={f"rates.{role}": "rate"})
        read_rates(engine, tmp_path / "rates.csv", staging, "EUR", said)
        assert engine.rows(Sql("SELECT rate FROM rates")) == [(Decimal(worth),)]


def test_rates_between_two_named_currencies_are_turned_towards_the_base(rates):
    text = "date,from,to,rate\n2025-03-07,EUR,USD,1.25\n2025-03-08,USD,EUR,0.81\n2025-03-08,GBP,USD,1.3\n"
    assert rates(text) == [
        (date(2025, 3, 7), "USD", Decimal("0.800000000000")),
        (date(2025, 3, 8), "USD", Decimal("0.81")),
    ]


@pytest.mark.parametrize(("base", "row", "worth"), [("EUR", "JPY,161.5", "161.5"), ("JPY", "EUR,0.0062", "0.0062")])
def test_a_table_that_is_plainly_upside_down_is_refused(rates, base, row, worth):
    error = refusal(rates, f"{HEADER}2025-03-07,{row}\n", base)
    currency = row[:3]
    assert error.message == f"one {currency} is given as worth {worth} {base}: the table is upside down"
    assert "--map rates.per_base=COLUMN" in error.fix


def test_rates_are_read_from_a_parquet_file_of_real_types(engine, staging, tmp_path):
    query = Sql("SELECT DATE '2025-03-07' AS date, 'USD' AS currency, CAST(0.9 AS DOUBLE) AS rate")
    engine.write(query, tmp_path / "rates.parquet")
    read_rates(engine, tmp_path / "rates.parquet", staging, "EUR")
    assert engine.rows(Sql("SELECT * FROM rates")) == [(date(2025, 3, 7), "USD", Decimal("0.9"))]


JANUARY = (date(2020, 1, 2), date(2020, 1, 6))


def test_the_central_bank_has_published_rates_and_none_on_weekends(engine, staging):
    ecb_rates(engine, staging, "EUR", ["USD"], JANUARY)
    found = engine.rows(Sql("SELECT date, rate FROM rates WHERE date >= '2020-01-02' ORDER BY date"))
    # A euro was worth 1.1193, 1.1147 and 1.1194 dollars.
    assert found == [
        (date(2020, 1, 2), Decimal("0.893415527562")),
        (date(2020, 1, 3), Decimal("0.897102359379")),
        (date(2020, 1, 6), Decimal("0.893335715562")),
    ]


def test_only_the_currencies_and_days_that_occur_are_tabled_with_some_days_before(engine, staging):
    ecb_rates(engine, staging, "EUR", ["USD", "JPY", "XAF"], JANUARY)
    found = engine.rows(Sql("SELECT currency, min(date), max(date) FROM rates GROUP BY currency ORDER BY currency"))
    assert found == [
        ("JPY", date(2019, 12, 23), date(2020, 1, 6)),
        ("USD", date(2019, 12, 23), date(2020, 1, 6)),
    ]


def test_days_the_central_bank_knows_nothing_of_have_no_rates(engine, staging):
    ecb_rates(engine, staging, "EUR", ["USD"], (date(1980, 1, 1), date(1980, 2, 1)))
    assert engine.rows(Sql("SELECT count(*) FROM rates")) == [(0,)]


@pytest.mark.parametrize(
    ("base", "code", "kind"),
    [(None, "base_currency", SettingsError), ("XAF", "missing_fx_rate", DataError)],
)
def test_the_central_bank_needs_a_base_it_knows(engine, staging, base, code, kind):
    with pytest.raises(kind) as caught:
        ecb_rates(engine, staging, base, ["USD"], JANUARY)
    assert caught.value.code == code


def test_without_the_extra_it_is_named(engine, staging, monkeypatch):
    def missing(_module):
        raise ImportError

    monkeypatch.setattr("quintile.plugins.importlib.import_module", missing)
    with pytest.raises(SettingsError) as caught:
        ecb_rates(engine, staging, "EUR", ["USD"], JANUARY)
    assert str(caught.value) == "error[extra]: this needs the extra 'fx'\n  Fix: install it: pip install 'quintile[fx]'"


def test_rates_that_may_be_thousands_are_refused_with_their_line(rates):
    error = refusal(rates, HEADER + "2025-01-05,USD,2\n2025-01-06,USD,1.025\n")
    assert (error.code, error.place.file, error.place.line) == ("ambiguous_decimal", "rates.csv", 3)
    assert "such as 1.0250;" in error.fix
    assert rates(HEADER + "2025-01-05,USD,2\n2025-01-06,USD,1.0250\n")[1][2] == Decimal("1.025")
