from __future__ import annotations

import pytest

from quintile.domain.currency import CURRENCIES
from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.errors import DataError
from quintile.sources.read import Reading, read
from quintile.sources.signs import currencies_of, without_currency

HEADER = "customer_id,order_date,amount,currency\n"


@pytest.fixture
def reading(engine, opened, tmp_path):
    """``reading(rows of each file, base)``: reads the files, or gives the refusal."""

    def of(*files, base=None):
        tables = []
        for place, rows in enumerate(files):
            path = tmp_path / f"f{place}.csv"
            width = rows[0].count(",")
            header = HEADER.removesuffix(",currency\n") + ("\n" if width < HEADER.count(",") else ",currency\n")
            path.write_text(header + "".join(f"{row}\n" for row in rows))
            tables.append(opened(path, place))
        return read(engine, tables, ReadingSettings(), Reading(base_currency=base))

    return of


def refusal(reading, *files, base=None) -> DataError:
    with pytest.raises(DataError) as refused:
        reading(*files, base=base)
    return refused.value


@pytest.mark.parametrize(
    ("sign", "base"), [("$", "EUR"), ("€", "USD"), ("GBP ", "EUR"), ("kr ", "EUR"), ("US$", "CAD")]
)
def test_a_sign_that_is_not_the_base_currencys_is_refused(reading, sign, base):
    error = refusal(reading, [f"C1,2025-01-05,{sign}5.50", f"C2,2025-01-05,{sign}6.50"], base=base)
    assert (error.code, error.place.file) == ("mixed_currency", "f0.csv")
    assert error.message == f"the amounts carry the sign {sign.strip()}, but the base currency is {base}"


@pytest.mark.parametrize(("sign", "base"), [("$", "CAD"), ("€", "EUR"), ("€", None), ("kr ", "SEK"), ("USD ", "USD")])
def test_a_sign_that_may_be_the_base_currencys_is_read(reading, sign, base):
    assert reading([f"C1,2025-01-05,{sign}5.50"], base=base).rows == 1


def test_a_sign_that_is_not_the_rows_own_currency_is_refused(reading):
    error = refusal(reading, ["C1,2025-01-05,$5.50,USD", "C2,2025-01-05,$6.50,EUR"], base="USD")
    assert (error.code, error.place.column) == ("mixed_currency", "currency")
    assert "says EUR" in error.message


def test_a_sign_that_is_the_rows_own_currency_may_differ_from_the_base(reading):
    assert reading(["C1,2025-01-05,$5.50,USD", "C2,2025-01-05,$6.50,"], base="EUR").rows == 2


def test_sources_with_different_signs_are_refused(reading):
    error = refusal(reading, ["C1,2025-01-05,$5.50"], ["C1,2025-01-05,€5.50"])
    assert error.code == "mixed_currency"
    assert "$ (f0.csv) and € (f1.csv)" in error.message
    assert reading(["C1,2025-01-05,$5.50"], ["C1,2025-01-06,USD 5.50"]).rows == 2


def test_every_sign_stands_for_currencies_that_exist():
    for sign in (
        "$",
        "US$",
        "€",
        "£",
        "¥",
        "kr",
        "zł",
        "Kč",
        "Ft",
        "TL",
        "lei",
        "Rs",
        "Fr",
        "\u0440\u0443\u0431",
        "EUR",
    ):
        assert currencies_of(sign)
        assert currencies_of(sign) <= CURRENCIES
    assert currencies_of("XQ$") == frozenset()


@pytest.fixture
def named(engine, opened, tmp_path):
    """``named(header, rows, base)``: reads a file with this header."""

    def of(header, *rows, base=None):
        path = tmp_path / "named.csv"
        path.write_text("".join(f"{row}\n" for row in (header, *rows)), encoding="utf-8")
        return read(engine, [opened(path, 0)], ReadingSettings(), Reading(base_currency=base))

    return of


@pytest.mark.parametrize("written", ["{} Euro", "{} euros", "EURO {}", "{} eur", "eur {}", "-{} Euros"])
def test_euros_may_be_written_out(named, written):
    rows = [f"C1,2025-01-05,{written.format(amount)}" for amount in ("5.50", "7", "1200.25")]
    found = named("customer_id,order_date,amount", *rows, "C2,2025-01-05,€8", base="EUR")
    assert currencies_of(found.files[0].assumed["currency_sign"]) == {"EUR"}
    with pytest.raises(DataError, match="but the base currency is USD"):
        named("customer_id,order_date,amount", *rows, base="USD")


@pytest.mark.parametrize("unit", ["pcs", "kgs", "all", "try"])
def test_a_unit_in_small_letters_is_no_currency(engine, named, unit):
    found = named("customer_id,order_date,amount", "C1,2025-01-05,5.50", f"C1,2025-01-05,6.50 {unit}")
    rows = engine.rows(Sql(f"SELECT amount_problem FROM {found.table} ORDER BY ALL NULLS FIRST"))
    assert rows == [(None,), ("bad_amount",)]


@pytest.mark.parametrize("header", ["Amount (EUR)", "Total [€]"])
def test_the_currency_in_a_column_s_name_counts_as_a_sign(named, header):
    rows = f"customer_id,order_date,{header}", "C1,2025-01-05,5.50"
    found = named(*rows, base="EUR")
    assert found.files[0].assumed["currency_sign"] in {"EUR", "€"}
    with pytest.raises(DataError) as refused:
        named(*rows, base="USD")
    assert refused.value.code == "mixed_currency"
    assert refused.value.message.endswith("but the base currency is USD")


def test_a_column_s_name_and_its_amounts_must_mean_one_currency(named):
    assert named("customer_id,order_date,Amount (EUR)", "C1,2025-01-05,€5.50", base="EUR").rows == 1
    with pytest.raises(DataError) as refused:
        named("customer_id,order_date,Amount (EUR)", "C1,2025-01-05,$5.50", base="EUR")
    assert (refused.value.code, refused.value.place.column) == ("mixed_currency", "Amount (EUR)")
    with pytest.raises(DataError) as refused:
        named("customer_id,order_date,Amount (EUR),currency", "C1,2025-01-05,5.50,USD", base="EUR")
    assert "says USD" in refused.value.message


@pytest.mark.parametrize(
    "header", ["a" + "_" * 100_000, "a(" + " " * 100_000, "(" * 100_000, "a (" + "_ " * 50_000 + ")"]
)
def test_a_header_without_end_takes_no_time_without_end(header):
    assert without_currency(header) == (header, None)


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Amount (EUR),Refund amount (USD)", "10,2"),
        ("amount,refund amount", "€10,$2"),
        ("amount,refund amount", "10 EUR,2 USD"),
    ],
)
def test_refunds_in_another_currency_than_the_amounts_are_refused(named, header, row):
    with pytest.raises(DataError, match="but the refunds beside them") as refused:
        named(f"customer_id,order_date,{header}", f"C1,2025-01-05,{row}", f"C2,2025-01-05,{row}")
    assert (refused.value.code, refused.value.place.column) == ("mixed_currency", header.split(",")[1])


@pytest.mark.parametrize("row", ["€10,2", "10,€2", "10 EUR,€2", "$10,2 CAD"])
def test_refunds_that_may_be_in_the_amounts_currency_are_read(named, row):
    found = named("customer_id,order_date,amount,refund amount", f"C1,2025-01-05,{row}")
    assert found.files[0].assumed["columns"]["refund"] == "refund amount"
    assert "refund_sign" not in found.files[0].assumed


@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("amount,refund amount", "10,$2", "the refunds carry the sign \\$, but the base currency is EUR"),
        ("amount,Refund amount (USD)", "10,2", "the refunds carry the sign USD, but the base currency is EUR"),
        (
            "amount,refund amount,currency",
            "10,$2,EUR",
            "the refunds carry the sign \\$, but the column 'currency' says EUR",
        ),
    ],
)
def test_refunds_in_another_currency_than_the_one_named_are_refused(named, header, row, said):
    with pytest.raises(DataError, match=said) as refused:
        named(f"customer_id,order_date,{header}", f"C1,2025-01-05,{row}", base="EUR")
    assert refused.value.code == "mixed_currency"
