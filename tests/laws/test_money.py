"""Laws of rows and money: cents survive, a refund is no purchase, and nothing is lost on the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quintile
from tests.laws.shop import AS_OF, LONGEST_AGO, Line, as_table, by_customer, few, orders, run

EVERYTHING = {"model": {"window": "all", "scheme": "none"}, "ledger": {"grain": "line"}}
# Amounts of three decimals alone could also be thousands, so the mark is said.
WITH_DOT = {"reading": {"decimal": "."}}
fine_amounts = st.integers(0, 4).flatmap(
    lambda places: st.integers(1, 10**9).map(lambda units: Decimal(units).scaleb(-places))
)


@pytest.mark.parametrize(
    ("written", "total"),
    [
        (["10.05"], "10.05"),
        (["0.1", "0.2"], "0.3"),
        (["1.005", "1.005"], "2.010"),
        (["0.0001", "999999999.9999"], "1000000000.0000"),
        (["19.99"] * 3, "59.97"),
    ],
)
def test_cents_survive(written, total):
    lines = [Line(f"O{place}", "A", 1 + place, Decimal(amount)) for place, amount in enumerate(written)]
    result = run(lines, WITH_DOT)
    assert by_customer(result)["A"]["monetary"] == Decimal(total)
    assert [(step["step"], Decimal(step["amount"])) for step in result.report["bridge"] if step["total"]] == [
        (step, Decimal(total)) for step in ("raw", "kept", "ledger", "scored")
    ]


@few(8)
@given(spent=st.lists(st.tuples(st.integers(0, 5), fine_amounts), min_size=1, max_size=20))
def test_money_is_the_exact_sum_of_what_was_written(spent):
    lines = [Line(f"O{place}", f"C{who}", 1 + place, amount) for place, (who, amount) in enumerate(spent)]
    total = defaultdict(Decimal)
    for who, amount in spent:
        total[f"C{who}"] += amount
    result = run(lines, WITH_DOT)
    assert {customer: row["monetary"] for customer, row in by_customer(result).items()} == total
    assert sum(Decimal(line["revenue"]) for line in result.segments) == sum(total.values())


@few(6)
@given(lines=orders(longest_ago=300), data=st.data())
def test_a_refund_never_adds_an_order_and_never_refreshes_recency(lines, data):
    """Whatever is paid back, whenever, whether its order is known or not."""
    refunds = [
        Line(
            data.draw(st.sampled_from([line.order, f"R{place}"])),
            line.customer,
            data.draw(st.integers(1, 300)),
            -data.draw(st.decimals(min_value=Decimal("0.01"), max_value=2 * line.amount + 1, places=2)),
        )
        for place, line in enumerate(lines)
        if data.draw(st.booleans())
    ]
    kept = Line("O-kept", "C0", 1, Decimal(1))  # so that a purchase is always left
    before, after = (by_customer(run([*some, kept], EVERYTHING)) for some in (lines, [*lines, *refunds]))
    assert after.keys() <= before.keys()
    for customer, row in after.items():
        assert row["frequency"] <= before[customer]["frequency"]
        assert row["recency_days"] >= before[customer]["recency_days"]
        assert row["monetary"] <= before[customer]["monetary"]


@few(5)
@given(lines=orders(longest_ago=300), data=st.data())
def test_a_partial_refund_takes_off_its_money_and_nothing_else(lines, data):
    back = {
        line.order: data.draw(st.decimals(min_value=Decimal("0.01"), max_value=line.amount - Decimal("0.01"), places=2))
        for line in lines
        if line.amount > Decimal("0.02") and data.draw(st.booleans())
    }
    refunds = [replace(line, amount=-back[line.order], days_ago=1) for line in lines if line.order in back]
    before, after = (by_customer(run(some, EVERYTHING)) for some in (lines, [*lines, *refunds]))
    returned = defaultdict(Decimal)
    for line in lines:
        returned[line.customer] += back.get(line.order, Decimal(0))
    unchanged = ("recency_days", "frequency", "first_order", "last_order")
    assert {customer: ([row[column] for column in unchanged], row["monetary"]) for customer, row in after.items()} == {
        customer: ([row[column] for column in unchanged], row["monetary"] - returned[customer])
        for customer, row in before.items()
    }


CURRENCIES = ("EUR", "", "XQQ")
damaged_rows = st.lists(
    st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["", *(f"O{place}" for place in range(6))]),
            "line_id": st.sampled_from(["1", "2", "3"]),
            "customer_id": st.sampled_from(["", "A", "B", "C"]),
            "order_date": st.sampled_from(["2025-06-01", "2025-05-31", "2025-02-30", "", "1950-01-01", "2199-12-31"]),
            "amount": st.sampled_from(["10.05", "0.00", "-10.05", "-3.333", "7", "abc", "", "NaN", "1234.5678"]),
            "currency": st.sampled_from(["EUR", "EUR", "EUR", *CURRENCIES]),
            "status": st.sampled_from(["paid", "paid", "cancelled", "pending", "failed", "test", "refunded"]),
        }
    ),
    max_size=16,
)
SOUND = {
    "line_id": "1",
    "customer_id": "A",
    "order_date": "2025-06-01",
    "amount": "5.00",
    "currency": "EUR",
    "status": "paid",
}


@few(12)
@given(
    rows=damaged_rows,
    refunds=st.sampled_from(["net", "gross", "exclude_order"]),
    grain=st.sampled_from(["line", "day"]),
)
def test_every_row_and_every_amount_is_accounted_for(rows, refunds, grain):
    rows = [*rows, *({"order_id": f"S{place}", **SOUND} for place in range(len(rows) + 1))]
    table = pa.table({column: [row[column] for row in rows] for column in rows[0]})
    ledger = {"refunds": refunds, "grain": grain, "base_currency": "EUR"}
    report = quintile.run(table, as_of=AS_OF, settings={"ledger": ledger}).report

    counts = report["counts"]
    assert counts["rows_in"] == len(rows)
    fates = ("kept", "quarantined", "deduplicated", "excluded")
    assert counts["rows_in"] == sum(counts[f"rows_{fate}"] for fate in fates)
    assert counts["rows_quarantined"] == sum(line["rows"] for line in report["quarantine"])
    assert counts["rows_excluded"] == sum(line["rows"] for line in report["excluded"])

    written = defaultdict(Decimal)
    for row in rows:
        if row["amount"] not in {"abc", "", "NaN"}:
            written[row["currency"]] += Decimal(row["amount"])
    found, kept, *after = split_at(report["bridge"], "kept", "ledger")
    assert money(found[0]) == without_nothing(written)
    assert found[0]["rows"] - sum(step["rows"] for step in found[1:]) == kept[0]["rows"] == counts["rows_kept"]
    for step in found[1:]:
        for code, amount in money(step).items():
            written[code] -= amount
    assert without_nothing(written) == money(kept[0])
    ledger_step, *steps, scored = after[0]
    assert ledger_step["rows"] == counts["rows_kept"] == scored["rows"] + sum(step["rows"] for step in steps)
    assert Decimal(ledger_step["amount"]) == sum((Decimal(step["amount"]) for step in [*steps, scored]), Decimal(0))


def split_at(steps, *names):
    """The bridge cut before each named step."""
    found = [next(place for place, step in enumerate(steps) if step["step"] == name) for name in names]
    return [steps[start:end] for start, end in pairwise([0, *found, len(steps)])]


def money(step):
    amounts = step.get("amounts") or {step["currency"] or "": step["amount"]}
    return without_nothing({code: Decimal(amount) for code, amount in amounts.items()})


def without_nothing(amounts):
    return {code: amount for code, amount in amounts.items() if amount}


def test_old_orders_leave_the_window_and_are_counted():
    lines = [Line("O1", "A", 1, Decimal(1)), Line("O2", "A", LONGEST_AGO, Decimal("2.50"))]
    bridge = {step["step"]: (step["rows"], Decimal(step["amount"])) for step in run(lines).report["bridge"]}
    assert bridge["before_window"] == (1, Decimal("2.50"))
    assert bridge["scored"] == (1, Decimal(1))


def test_the_source_is_not_changed_by_reading_it():
    table = as_table([Line("O1", "A", 1, Decimal(1))])
    before = table.to_pylist()
    quintile.run(table, as_of=AS_OF)
    assert table.to_pylist() == before
