from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.currency import CURRENCIES
from quintile.domain.ledger import PURCHASE
from quintile.errors import DataError
from tests.ledger.tables import Rates

DOLLARS = Rates([("2025-05-30", "USD", "0.90"), ("2025-06-05", "USD", "0.80"), ("2025-06-05", "JPY", "0.006")])


def row(order="1", amount="10.00", currency="USD", day="2025-06-01", customer="A"):
    return {"customer": customer, "order_id": order, "amount": amount, "currency": currency, "day": day}


def refusal(build, rows, **more):
    with pytest.raises(DataError) as caught:
        build(rows, **more)
    return str(caught.value)


def nets(found):
    return {order[1]: order[3] for order in found.orders}


@pytest.mark.parametrize(
    ("day", "net"), [("2025-05-30", "9.00"), ("2025-06-04", "9.00"), ("2025-06-05", "8.00"), ("2025-06-12", "8.00")]
)
def test_money_takes_the_last_rate_published_up_to_its_day(build, day, net):
    found = build([row(day=day), row("2", currency="EUR")], base_currency="EUR", rates=DOLLARS)
    assert nets(found) == {"1": Decimal(net), "2": Decimal(10)}
    assert (found.ledger.currency, found.ledger.converted) == ("EUR", True)


@pytest.mark.parametrize("day", ["2025-05-29", "2025-06-13", "2025-06-30"])
def test_a_rate_is_neither_carried_back_nor_over_more_than_a_week(build, day):
    text = refusal(build, [row(day=day), row("2", currency="EUR")], base_currency="EUR", rates=DOLLARS)
    assert text.startswith(f"error[missing_fx_rate]: no exchange rate to EUR for USD on {day} (1 order)\n")


def test_every_missing_rate_is_named_with_its_first_day(build):
    rows = [row("1", day="2025-06-02"), row("2", day="2025-06-01"), row("3", currency="CHF"), row("4", currency="EUR")]
    assert refusal(build, rows, base_currency="EUR") == (
        "error[missing_fx_rate]: no exchange rate to EUR for CHF on 2025-06-01 (1 order); USD on 2025-06-01 (2"
        " orders)\n"
        "  Fix: give a table with the columns date, currency, rate (units of the base currency for one unit):"
        " --rates rates.csv, or --rates ecb with the extra installed: pip install 'quintile[fx]'"
    )


@pytest.mark.parametrize(
    ("amount", "decimals", "net"),
    [("0.05", 2, "0.05"), ("-0.05", 2, "-0.05"), ("0.15", 2, "0.14"), ("0.04", 2, "0.04"), ("0.0055", 4, "0.0050")],
)
def test_conversions_round_half_away_from_zero_to_the_ledger_s_digits(build, amount, decimals, net):
    """0.05 dollars at 0.90 are 4.5 cents."""
    found = build([row(amount=amount)], base_currency="EUR", rates=DOLLARS, money=f"DECIMAL(18, {decimals})")
    assert str(nets(found)["1"]) == net


def test_money_without_decimals_gets_two_by_a_conversion(build):
    found = build(
        [row(amount="7", currency="JPY", day="2025-06-05")], base_currency="EUR", rates=DOLLARS, money="DECIMAL(18, 0)"
    )
    assert (nets(found)["1"], found.ledger.decimals) == (Decimal("0.04"), 2)


def test_a_refund_is_converted_at_its_order_s_rate_so_that_a_full_one_leaves_nothing(build):
    found = build([row(), row(amount="-10.00", day="2025-06-06")], base_currency="EUR", rates=DOLLARS)
    assert nets(found) == {"1": Decimal(0)}


def test_what_is_paid_back_in_another_currency_takes_the_rate_of_the_order_s_day(build):
    back = row(amount="-5.00", day="2025-06-06")
    for order_day in ("2025-06-02", "2025-06-01"):
        found = build([row(currency="EUR", day=order_day), back], base_currency="EUR", rates=DOLLARS)
        assert nets(found) == {"1": Decimal("5.50")}


def test_lines_of_an_order_in_other_currencies_take_the_rate_of_its_first_day(build):
    lines = [row(currency="EUR", day="2025-06-02"), row(day="2025-06-06"), row("2", day="2025-06-06")]
    found = build(lines, base_currency="EUR", rates=DOLLARS, grain="line")
    assert nets(found) == {"1": Decimal(19), "2": Decimal(8)}


def test_a_refund_without_an_order_is_converted_at_its_own_day(build):
    found = build([row(amount="-10.00", day="2025-06-06")], base_currency="EUR", rates=DOLLARS)
    assert nets(found) == {"1": Decimal(-8)}


def test_an_order_in_two_currencies_is_one_order(build):
    found = build([row(), row(currency="EUR")], base_currency="EUR", rates=DOLLARS, grain="line")
    assert found.orders == [("A", "1", "2025-06-01", Decimal(19), PURCHASE)]
    assert found.ledger.lines == 2


def test_a_day_in_two_currencies_is_one_order_a_customer(build):
    rows = [row(), row("2", currency="EUR"), row("3", currency="EUR", customer="B")]
    found = build(rows, base_currency="EUR", rates=DOLLARS, grain="day")
    assert [(order[0], order[3]) for order in found.orders] == [("A", 19), ("B", 10)]


def test_rows_without_an_id_are_converted_one_by_one(build):
    rows = [row(None), row(None), row("1", currency="EUR")]
    found = build(rows, base_currency="EUR", rates=DOLLARS)
    assert [order[3] for order in found.orders] == [10, 9, 9]


def test_one_currency_is_the_base_and_needs_no_rates(build):
    found = build([row(currency="CHF")])
    assert (found.ledger.currency, found.ledger.converted, nets(found)["1"]) == ("CHF", False, 10)


def test_two_currencies_need_a_base(build):
    assert refusal(build, [row(), row("2", currency="EUR")]) == (
        "error[mixed_currency]: the source has 2 currencies (EUR, USD) and no base currency is named\n"
        "  Fix: name it and give rates: --base-currency EUR --rates rates.csv"
    )


def test_currencies_of_rows_that_do_not_count_need_no_rate(build):
    rows = [row("1", currency="EUR"), {**row("2"), "status": "test"}, {**row("3"), "customer": None}]
    found = build(rows)
    assert (found.ledger.currency, found.fates["test"]) == ("EUR", (1, {"USD": Decimal(10)}))


def test_rows_without_a_currency_or_with_an_unknown_one_are_set_aside(build):
    rows = [row("1", currency=None), row("2", currency="XQQ"), row("3", currency="EUR")]
    assert build(rows).fates == {
        "kept": (1, {"EUR": Decimal(10)}),
        "missing_currency": (1, {"": Decimal(10)}),
        "unknown_currency": (1, {"XQQ": Decimal(10)}),
    }


def test_without_a_currency_column_money_is_the_base_currency_s(build):
    rows = [{key: value for key, value in row().items() if key != "currency"}]
    assert build(rows, base_currency="TRY").fates == {"kept": (1, {"TRY": Decimal(10)})}


def test_codes_are_three_capital_letters():
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {"EUR", "USD", "TRY", "JPY"} <= CURRENCIES


@pytest.mark.parametrize(
    ("days", "carried", "most"), [(["2025-05-30"], 0, 0), (["2025-05-30", "2025-06-01", "2025-06-04"], 2, 5)]
)
def test_how_many_orders_took_an_older_rate_is_told(build, days, carried, most):
    rows = [row(str(place), day=day) for place, day in enumerate(days)]
    found = build([*rows, row("9", currency="EUR")], base_currency="EUR", rates=DOLLARS)
    assert found.ledger.second == ({"table": "rates", "orders_carried": carried, "most_days_carried": most},)
