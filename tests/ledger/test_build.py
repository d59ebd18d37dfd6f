from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from quintile.domain.columns import ORDERS
from quintile.domain.transactions import RejectedRow
from quintile.engine.render import Sql
from quintile.errors import ConservationError, DataError
from quintile.ledger import build as module


def row(order="1", amount="2.00", customer="A", **more):
    return {"customer": customer, "order_id": order, "amount": amount, **more}


def test_the_ledger_says_what_stands_in_it(build):
    rows = [row("1", "2.50", day="2025-05-01"), row("2", "3.00", day="2025-06-01"), row("3", "-1.00", day="2025-06-20")]
    ledger = build([*rows, row("4", "9.00", None)], base_currency="EUR").ledger
    assert (ledger.rows, ledger.lines, ledger.currency, ledger.grain) == (4, 3, "EUR", "order")
    assert (ledger.after_refunds, ledger.net, ledger.column_refunds) == (Decimal("4.50"), Decimal("4.50"), Decimal(0))
    # A refund is no purchase, so the last one is of 1 June.
    assert (ledger.first_at, ledger.last_at) == (datetime(2025, 5, 1), datetime(2025, 6, 1))  # noqa: DTZ001
    assert (ledger.key_type, ledger.decimals, ledger.converted) == ("VARCHAR", 2, False)


def test_the_orders_have_their_shape(build):
    found = build([row()])
    assert tuple(found.engine.columns(Sql(f"SELECT * FROM {found.ledger.orders}"))) == ORDERS


def test_a_ledger_without_purchases_has_no_times(build):
    ledger = build([row(amount="-2.00"), row("2", "0.00"), row("3", customer=None)]).ledger
    assert (ledger.first_at, ledger.last_at, ledger.net) == (None, None, Decimal(-2))


def test_a_ledger_without_kept_rows_is_empty_and_no_error(build):
    found = build([row(customer=None)])
    assert (found.orders, found.rows) == ([], {"null_customer": 1})
    assert (found.ledger.lines, found.ledger.net) == (0, Decimal(0))


def test_rows_the_reader_rejected_are_counted_and_worth_nothing(build):
    rejected = (RejectedRow("ragged_row", "o.csv", 3, None, "x"), RejectedRow("bad_encoding", "o.csv", 4, None, "y"))
    found = build([row()], rejected=(*rejected, rejected[0]))
    assert found.fates == {"kept": (1, {"": Decimal(2)}), "ragged_row": (2, {}), "bad_encoding": (1, {})}
    assert found.ledger.rows == 4


def test_a_row_that_the_database_lost_is_a_bug_and_never_published(build, monkeypatch):
    monkeypatch.setattr(module, "_FATES", module._FATES.replace("sum(lines)", "sum(lines) - 1"))
    with pytest.raises(ConservationError) as caught:
        build([row(), row("2")])
    assert str(caught.value) == "2 records lie in the source, but 1 rows are accounted for"


CONFLICT = [row(amount="1.00"), row(amount="3.00")]


def test_many_orders_with_other_content_are_a_doubt_about_the_grain(build):
    with pytest.raises(DataError) as caught:
        build([*CONFLICT, *(row(f"S{number}") for number in range(98))])
    assert str(caught.value) == (
        "error[ambiguous_grain]: 1 of 99 order ids stand on several rows with different content\n"
        "  Fix: say what one row is: --grain line if each row is a line of an order (their amounts are added),"
        " --grain order if each row is a whole order (then those orders are quarantined)"
    )


def test_one_in_a_hundred_is_a_conflict_and_no_doubt(build):
    found = build([*CONFLICT, *(row(f"S{number}") for number in range(99))])
    assert found.rows == {"kept": 99, "duplicate_order_conflict": 2}


@pytest.mark.parametrize(
    ("grain", "rows"), [("order", {"duplicate_order_conflict": 2}), ("line", {"kept": 2}), ("day", {"kept": 2})]
)
def test_a_person_who_says_the_grain_leaves_no_doubt(build, grain, rows):
    assert build(CONFLICT, grain=grain).rows == rows


def test_a_line_column_leaves_no_doubt(build):
    assert build([{**one, "line": "1"} for one in CONFLICT]).rows == {"duplicate_order_conflict": 2}


def test_equal_rows_without_an_order_id_are_kept_and_told(build):
    rows = [{"customer": "A", "amount": "2.00"}] * 3 + [{"customer": "A", "amount": "2.01"}]
    found = build(rows)
    assert found.rows == {"kept": 4}
    assert [(line["code"], line["rows"]) for line in found.ledger.warnings] == [("equal_rows", 2)]
    assert build(rows, grain="day").ledger.warnings == ()


def test_a_clean_ledger_warns_of_nothing(build):
    assert build([row(), row("2")]).ledger.warnings == ()


def test_a_cancelled_order_of_a_day_takes_no_refund_of_another_customer_along(build):
    rows = [
        row("1", "50.00", "A", day="2025-06-01", status="cancelled"),
        row("2", "-5.00", "B", day="2025-06-01", status="paid"),
        row("3", "30.00", "B", day="2025-05-01", status="paid"),
    ]
    found = build(rows, grain="day")
    assert (found.rows["cancelled"], found.ledger.net) == (1, Decimal(25))
