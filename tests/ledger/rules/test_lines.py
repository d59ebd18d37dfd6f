from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.ledger import PURCHASE
from quintile.domain.settings import LedgerSettings
from quintile.domain.transactions import Transactions
from quintile.engine.render import joined, literal, render
from quintile.ledger.rules.lines import Lines, are_close, grain_of, group_lines


def row(order, amount="1.00", day="2025-06-01", customer="A", **more):
    return {"customer": customer, "order_id": order, "amount": amount, "day": day, **more}


@pytest.mark.parametrize(
    ("columns", "roles", "grain"),
    [
        ({"order", "line"}, {"order", "line"}, "line"),
        ({"order", "quantity", "unit_price"}, {"order"}, "line"),
        ({"order", "amount"}, {"order"}, "order"),
        ({"line", "unit_price"}, {"line"}, "order"),
    ],
)
def test_a_line_number_or_a_unit_price_makes_order_lines(columns, roles, grain):
    table = Transactions("t", "t", (), frozenset(roles), 0, (), columns={role: role for role in columns})
    assert grain_of(table, LedgerSettings()) == grain
    for wish in ("order", "line", "day"):
        assert grain_of(table, LedgerSettings(grain=wish)) == wish


def test_lines_of_one_order_are_one_order_at_its_first_time(build):
    rows = [row("1", "2.50", "2025-06-03", line="1"), row("1", "0.10", "2025-06-02", line="2"), row("2", line="1")]
    found = build(rows)
    assert found.orders == [
        ("A", "1", "2025-06-02", Decimal("2.60"), PURCHASE),
        ("A", "2", "2025-06-01", Decimal("1.00"), PURCHASE),
    ]
    assert (found.ledger.lines, found.ledger.grain) == (3, "line")


def test_a_refund_before_its_order_does_not_make_it_older(build):
    rows = [row("1", "-0.50", "2025-05-01"), row("1", "2.00", "2025-06-03"), row("1", "1.00", "2025-06-04")]
    assert build(rows, grain="line").orders == [("A", "1", "2025-06-03", Decimal("2.50"), PURCHASE)]


def test_rows_without_an_order_id_are_their_own_orders(build):
    found = build([{"customer": "A"}, {"customer": "A"}])
    assert [order[1] for order in found.orders] == [None, None]


def test_rows_without_an_id_among_orders_with_ids_are_their_own_orders(build):
    rows = [row(None), row(None), row("1", line="1"), row("1", line="2"), row(None, customer="B")]
    found = build(rows, grain="line")
    assert [(order[0], order[1], order[3]) for order in found.orders] == [
        ("A", "1", Decimal(2)), ("A", None, Decimal(1)), ("A", None, Decimal(1)), ("B", None, Decimal(1)),
    ]  # fmt: skip
    assert found.rows == {"kept": 5}


def test_one_row_without_an_id_is_one_order(build):
    assert len(build([row(None), row("1")]).orders) == 2


def test_a_customer_s_day_is_one_order_by_wish(build):
    rows = [
        row("1", "2.00", "2025-06-01 08:00"), row("2", "3.00", "2025-06-01 23:59"), row("3", day="2025-06-02"),
        row("4", customer="B", day="2025-06-01"),
    ]  # fmt: skip
    assert build(rows, grain="day").orders == [
        ("A", "2025-06-01", "2025-06-01 08:00:00", Decimal(5), PURCHASE),
        ("A", "2025-06-02", "2025-06-02", Decimal(1), PURCHASE),
        ("B", "2025-06-01", "2025-06-01", Decimal(1), PURCHASE),
    ]


def test_orders_of_the_same_id_but_other_fates_are_counted_apart(build):
    rows = [row("1", line="1"), row("1", "9.00", line="2", amount_problem="bad_amount")]
    found = build(rows)
    assert found.rows == {"kept": 1, "bad_amount": 1}
    assert found.orders[0][3] == 1


@pytest.mark.parametrize("grain", ["line", "day"])
def test_money_beyond_eighteen_digits_stays_exact(build, grain):
    rows = [row("1", "9000000000000000.99", line="1"), row("1", "9000000000000000.99", line="2")]
    found = build(rows, grain=grain)
    assert found.orders[0][3] == Decimal("18000000000000001.98")
    assert (found.ledger.digits, found.ledger.net) == (38, Decimal("18000000000000001.98"))


def test_money_of_several_orders_beyond_eighteen_digits_is_added_exactly(build):
    rows = [row(str(number), "9999999999999999.99") for number in range(3)]
    found = build(rows)
    assert (found.ledger.digits, found.ledger.net) == (38, Decimal("29999999999999999.97"))


def test_purchases_and_refunds_that_cancel_out_have_room_apart(build):
    rows = [row("1", "9999999999999999.99"), row("2", "9999999999999999.99"), row("3", "-9999999999999999.99")]
    found = build([*rows, row("4", "-9999999999999999.99")], refunds="gross")
    assert found.ledger.net == Decimal("19999999999999999.98")


def test_ordinary_money_has_eighteen_digits(build):
    assert (build([row("1")]).ledger.digits, build([row("1")]).ledger.decimals) == (18, 2)


SPARSE = 10**13  # as a shop of the large platforms counts


@pytest.mark.parametrize("apart", [1, SPARSE], ids=["close", "sparse"])
def test_numbered_orders_of_one_customer_each_are_grouped_and_netted(build, apart):
    rows = [
        row(apart, "2.00", customer=7),
        row(apart, "-0.50", customer=7),
        row(0, customer=8),
        row(-apart, customer=7),
    ]
    assert [(order[0], order[1], order[3]) for order in build(rows, grain="line").orders] == [
        (7, -apart, Decimal(1)), (7, apart, Decimal("1.50")), (8, 0, Decimal(1)),
    ]  # fmt: skip


@pytest.mark.parametrize("apart", [1, SPARSE], ids=["close", "sparse"])
def test_a_numbered_order_of_two_customers_is_set_aside_and_no_other(build, apart):
    rows = [row(apart, customer=7), row(apart, customer=8), row(0, customer=8), row(-apart, customer=7)]
    found = build(rows, grain="line")
    assert found.rows == {"kept": 2, "order_customer_conflict": 2}
    assert [order[:2] for order in found.orders] == [(7, -apart), (8, 0)]


def test_numbered_orders_beside_rows_without_an_id_are_grouped_alike(engine):
    numbered = [(1, 7), (1, 7), (None, 7), (None, 7), (None, 8)]
    rows = engine.table("numbered", joined((render(
        "SELECT CAST({order} AS BIGINT) AS order_id, CAST({customer} AS BIGINT) AS customer_key, 0 AS fate,"
        " TIMESTAMP '2025-06-01' AS ordered_at, 1.00 AS amount",
        order=literal(order), customer=literal(customer),
    ) for order, customer in numbered), " UNION ALL "))  # fmt: skip
    lines = Lines(False, True, False, False, False, True, 2)  # noqa: FBT003 - the source as it is above
    parts = group_lines(engine, rows, lines, len(numbered))
    found = engine.rows(render("SELECT customer_key, order_id, lines, amount FROM {parts} ORDER BY ALL", parts=parts))
    assert found == [(7, 1, 2, 2), (7, None, 1, 1), (7, None, 1, 1), (8, None, 1, 1)]


def test_refunds_too_large_for_the_narrow_type_are_summed_all_the_same(build):
    large = f"{10**15}.00"
    rows = [row(1, f"-{large}", customer=7) for _ in range(12)] + [row(1, large, customer=7) for _ in range(12)]
    found = build(rows, grain="line")
    assert (found.rows, found.ledger.after_refunds, found.ledger.digits) == ({"kept": 24}, Decimal(0), 38)


@pytest.mark.parametrize(
    ("ids", "is_close"), [((5, 6), True), ((5, 36), True), ((5, 37), False), ((-16, 15), True), ((None, None), False)]
)
def test_ids_are_close_where_they_have_room_for_sixteen_a_row(engine, ids, is_close):
    numbers = [render("SELECT CAST({number} AS BIGINT) AS order_id", number=literal(number)) for number in ids]
    engine.table("numbered", joined(numbers, " UNION ALL "))
    found = Transactions("numbered", "numbered", (), frozenset({"order"}), len(ids), ())
    assert are_close(engine, found) is is_close
