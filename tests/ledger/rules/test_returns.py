from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.ledger import PURCHASE, REFUNDED
from quintile.errors import DataError
from quintile.ledger.report import ledger_steps
from tests.ledger.tables import Rates


def row(order="1", amount="10.00", day="2025-06-01", **more):
    return {"customer": "A", "order_id": order, "amount": amount, "day": day, **more}


def back(order="1", **more):
    return {"order_id": order, **more}


def nets(found):
    """Net and state of each order."""
    return {order: (net, state) for _, order, _, net, state in found.orders}


def report(found):
    """What is told of the returns, without noughts."""
    told = next(table for table in found.ledger.second if table["table"] == "returns")
    return {key: count for key, count in told.items() if count and key not in {"table", "rows"}}


def refusal(build, rows, returns, **more):
    with pytest.raises(DataError) as caught:
        build(rows, second={"returns": returns}, **more)
    return caught.value


@pytest.mark.parametrize(
    ("returns", "net", "gross", "exclude_order"),
    [
        ([back(amount="2.50")], ("7.50", PURCHASE), ("10.00", PURCHASE), ("0", REFUNDED)),
        ([back()], ("0", REFUNDED), ("10.00", PURCHASE), ("0", REFUNDED)),
        ([back(amount="12.00")], ("-2.00", REFUNDED), ("10.00", PURCHASE), ("0", REFUNDED)),
        ([back(amount="2.00"), back(amount="3.00")], ("5.00", PURCHASE), ("10.00", PURCHASE), ("0", REFUNDED)),
        ([back(amount="2.00"), back()], ("0", REFUNDED), ("10.00", PURCHASE), ("0", REFUNDED)),
        ([back(amount="0.00")], ("10.00", PURCHASE), ("10.00", PURCHASE), ("10.00", PURCHASE)),
    ],
    ids=["partly", "wholly", "beyond", "twice", "wholly after a part", "nothing"],
)
def test_a_return_counts_by_its_policy(build, returns, net, gross, exclude_order):
    for policy, (money, state) in {"net": net, "gross": gross, "exclude_order": exclude_order}.items():
        found = build([row()], second={"returns": returns}, refunds=policy)
        assert nets(found) == {"1": (Decimal(money), state)}
        steps = {step.step: step.amounts.get("", Decimal(0)) for step in ledger_steps(found.ledger, policy)}
        assert steps["ledger"] == Decimal(money)


def test_the_bridge_shows_what_only_the_table_took_off(build):
    found = build([row(), row(amount="-1.00")], second={"returns": [back(amount="2.50")]})
    steps = [(step.step, step.amounts.get("")) for step in ledger_steps(found.ledger, "net")]
    assert steps == [
        ("raw", Decimal("9.00")),
        ("kept", Decimal("9.00")),
        ("returns", Decimal("1.50")),
        ("ledger", Decimal("7.50")),
    ]


@pytest.mark.parametrize(
    "rows", [[row(refund="2.50")], [row(), row(amount="-2.50")], [row(refund="2.50"), row(amount="-1.00", refund="0")]]
)
@pytest.mark.parametrize(("amount", "net"), [("2.50", "7.50"), ("4.00", "6.00"), ("1.00", "7.50")])
def test_money_told_by_the_order_and_by_the_table_is_the_same_money_and_the_larger_counts(build, rows, amount, net):
    found = build(rows, second={"returns": [back(amount=amount)]})
    assert nets(found) == {"1": (Decimal(net), PURCHASE)}
    assert report(found) == {"netted": 1, "told_twice": 1}
    assert [(line["code"], line["rows"]) for line in found.ledger.warnings] == [("refund_told_twice", 1)]


def test_a_return_of_an_unknown_order_is_told_and_does_nothing(build):
    found = build([row()], second={"returns": [back("9"), back("8", amount="5.00"), back(None, amount="5.00")]})
    assert (nets(found), report(found)) == ({"1": (Decimal(10), PURCHASE)}, {"orphan": 3})
    (warning,) = found.ledger.warnings
    assert (warning["code"], warning["rows"]) == ("orphan_refund", 3)


def test_orphans_of_the_rows_and_of_the_table_are_one_warning(build):
    found = build([row(), row("7", "-1.00")], second={"returns": [back("9")]})
    assert [(line["code"], line["rows"]) for line in found.ledger.warnings] == [("orphan_refund", 2)]


def test_a_return_of_an_order_that_does_not_count_does_not_count(build):
    rows = [row(status="paid"), row("2", status="cancelled")]
    found = build(rows, second={"returns": [back("2")]})
    assert (nets(found), report(found)) == ({"1": (Decimal(10), PURCHASE)}, {"not_counted": 1})


def test_a_return_in_the_future_does_not_count_yet(build):
    found = build([row()], second={"returns": [back(returned_at="2025-07-03"), back(returned_at="2025-07-02")]})
    assert (nets(found)["1"][1], report(found)) == (REFUNDED, {"netted": 1, "future_date": 1})
    assert [(line["code"], line["rows"]) for line in found.ledger.warnings] == [("future_returns", 1)]


def test_an_order_keeps_its_own_date_whenever_it_came_back(build):
    found = build([row()], second={"returns": [back(amount="1.00", returned_at="2025-06-20")]})
    assert (found.orders[0][2], found.ledger.last_at.isoformat()) == ("2025-06-01", "2025-06-01T00:00:00")


LINES = [row(line="1", amount="6.00"), row(line="2", amount="3.00"), row(line="3", amount="1.00")]


@pytest.mark.parametrize(
    ("returns", "net", "told"),
    [
        ([back(line="2")], "7.00", {"netted": 1}),
        ([back(line="2"), back(line="3")], "6.00", {"netted": 2}),
        ([back(line="2", amount="1.50")], "8.50", {"netted": 1}),
        ([back(line="9")], "10.00", {"orphan": 1}),
        ([back(line="9", amount="1.00")], "9.00", {"netted": 1}),
        ([back(line="2"), back()], "0", {"netted": 2}),
        ([back(line="2"), back(line="2", amount="1.50")], "7.00", {"netted": 2}),
        ([back(line="2", id="r1"), back(line="2", id="r2")], "7.00", {"netted": 2}),
        ([back(line="2", amount="1.50", id="r1"), back(line="2", amount="1.00", id="r2")], "7.50", {"netted": 2}),
    ],
)
def test_a_line_came_back_for_what_it_cost_unless_an_amount_is_said(build, returns, net, told):
    found = build(LINES, second={"returns": returns})
    assert (nets(found)["1"][0], report(found)) == (Decimal(net), told)


def test_a_repeated_line_came_back_once(build):
    found = build([*LINES, LINES[1]], second={"returns": [back(line="2")]})
    assert (nets(found)["1"][0], found.rows) == (Decimal("7.00"), {"kept": 3, "duplicate": 1})


def test_lines_cannot_be_found_where_orders_have_none(build):
    error = refusal(build, [row()], [back(line="2")])
    assert (error.code, error.message) == (
        "missing_columns",
        "the returns name lines of orders, but the orders have no column for the line",
    )


@pytest.mark.parametrize("rules", [{}, {"grain": "day"}])
def test_orders_without_ids_cannot_be_matched(build, rules):
    rows = [row()] if rules else [{"customer": "A"}]
    assert refusal(build, rows, [back()], **rules).fix == "say which column holds the order id: --map order=COLUMN"


def test_orders_whose_ids_are_numbers_are_matched_as_text(build):
    found = build([row(7), row(8)], second={"returns": [back("7"), back("008")]})
    assert (report(found), nets(found)[7][1], nets(found)[8][1]) == ({"netted": 1, "orphan": 1}, REFUNDED, PURCHASE)


def test_returns_with_finer_amounts_than_the_orders_keep_their_digits(build):
    found = build([row(amount="10")], money="DECIMAL(18, 0)", second={"returns": [back(amount="3.3333")]})
    assert nets(found)["1"][0] == Decimal("6.6667")


DOLLARS = Rates([("2025-06-01", "USD", "0.50")])


def test_a_return_is_converted_at_its_order_s_rate_and_a_whole_one_leaves_exactly_nothing(build):
    rows = [row("1", currency="USD"), row("2", currency="USD"), row("3", currency="EUR")]
    returns = [back("1", amount="2.00", returned_at="2025-06-20"), back("2")]
    found = build(rows, second={"returns": returns}, base_currency="EUR", rates=DOLLARS)
    assert nets(found) == {"1": (Decimal(4), PURCHASE), "2": (Decimal(0), REFUNDED), "3": (Decimal(10), PURCHASE)}


def test_a_return_in_another_currency_than_its_order_is_converted_on_the_order_s_day(build):
    rows = [row("1", currency="EUR"), row("2", currency="EUR")]
    found = build(
        rows, second={"returns": [back("1", amount="4.00", currency="USD")]}, base_currency="EUR", rates=DOLLARS
    )
    assert nets(found) == {"1": (Decimal(8), PURCHASE), "2": (Decimal(10), PURCHASE)}
    assert found.ledger.lines == 2


def test_an_order_in_two_currencies_comes_back_as_a_whole(build):
    rows = [row(currency="EUR"), row(currency="USD")]
    found = build(rows, second={"returns": [back()]}, base_currency="EUR", rates=DOLLARS, grain="line")
    assert nets(found) == {"1": (Decimal(0), REFUNDED)}


def test_orders_without_a_currency_cannot_be_paid_back_in_another(build):
    assert build([row()], second={"returns": [back(amount="1", currency="EUR")]}, base_currency="EUR").orders
    error = refusal(build, [row()], [back(amount="1", currency="USD")], base_currency="EUR")
    assert (error.code, error.message) == (
        "mixed_currency",
        "the returns are in USD, but the orders name no currency and are taken for EUR",
    )
