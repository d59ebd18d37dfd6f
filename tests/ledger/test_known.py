from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from quintile.domain.fate import DUPLICATE, QUARANTINED
from quintile.domain.settings import LedgerSettings
from quintile.domain.transactions import Transactions
from quintile.engine.render import joined, literal, render
from quintile.ledger.known import KNOWN_FILE, Verdict, compare, problem_of
from tests.ledger.tables import TODAY

NEW, CORRECTED, RENEWED, REPEATED, OTHER_CUSTOMER, CONTRADICTED, USELESS = Verdict
ROW = """
SELECT CAST({file} AS USMALLINT) AS file_no, CAST({number} AS BIGINT) AS row_no, {order_id} AS order_id, {line} AS line,
       {customer} AS customer, CAST({day} AS TIMESTAMP) AS ordered_at, CAST({amount} AS DECIMAL(18, 2)) AS amount,
       {status} AS status, CAST({updated} AS TIMESTAMP) AS updated_at, {status} AS told_status, NULL AS told_kind,
       true AS is_typed, NULL AS row_problem, NULL AS amount_problem, NULL AS time_problem
"""


def row(order="O1", amount="10", *, customer="A", day="2025-06-01", **more: Any) -> dict[str, Any]:
    return {"order_id": order, "amount": amount, "customer": customer, "day": day, **more}


@pytest.fixture
def comparison(engine):
    """``comparison(known, new)``: how the new rows compare with the known ones; rows are numbered from 1."""

    def of(known, new, *, grain="order", before=None, **settings):
        rows = [(KNOWN_FILE, number, one) for number, one in enumerate(known, start=1)]
        rows += [(0, number, one) for number, one in enumerate(new, start=1)]
        selects = []
        for file, number, one in rows:
            full = {"line": None, "status": None, "updated": None, **one}
            values = {key: render("CAST({value} AS VARCHAR)", value=literal(value)) for key, value in full.items()}
            selects.append(render(ROW, file=literal(file), number=literal(number), **values))
        engine.view("transactions", joined(selects, " UNION ALL "))
        lined = {"line"} if any(one.get("line") for one in [*known, *new]) else set()
        roles = frozenset({"customer", "order", "status", "updated_at"} | lined)
        both = Transactions("transactions", "transactions", (), roles, len(rows), ())
        return compare(engine, both, LedgerSettings(grain=grain, **settings), TODAY, said=roles, before=before)

    return of


@pytest.fixture
def verdicts(engine, comparison):
    """The verdicts of the new rows in their order, and the numbers of the known rows they replace."""

    def of(known, new, **more):
        found = comparison(known, new, **more)
        judged = engine.rows(render("SELECT verdict FROM {table} ORDER BY row_no", table=found.verdicts))
        replaced = engine.rows(render("SELECT * FROM ({superseded}) ORDER BY ALL", superseded=found.superseded))
        assert found.replaced == len(replaced)
        return [Verdict(one[0]) for one in judged], [one[0] for one in replaced]

    return of


def test_an_order_with_equal_content_is_a_repeat(verdicts):
    assert verdicts([row()], [row(), row("O2")]) == ([REPEATED, NEW], [])


def test_an_order_with_other_content_is_a_correction(verdicts):
    known = [row(), row("O2"), row("O3", status="paid")]
    new = [row(amount="11"), row("O2", day="2025-06-02"), row("O3", status="cancelled")]
    assert verdicts(known, new) == ([CORRECTED, CORRECTED, CORRECTED], [1, 2, 3])


@pytest.mark.parametrize(
    ("known", "new", "verdict"),
    [
        ("2025-06-02", "2025-06-03", CORRECTED),
        ("2025-06-02", "2025-06-02", CORRECTED),
        ("2025-06-02", "2025-06-01", REPEATED),
        (None, "2025-06-01", CORRECTED),
        ("2025-06-02", None, CORRECTED),
    ],
)
def test_an_older_version_does_not_replace_a_newer_one(verdicts, known, new, verdict):
    found, replaced = verdicts([row(updated=known)], [row(amount="11", updated=new)])
    assert (found, replaced) == ([verdict], [1] if verdict == CORRECTED else [])


def test_equal_content_of_a_later_time_takes_the_place_of_the_known_row(verdicts):
    assert verdicts([row(updated="2025-06-02")], [row(updated="2025-06-03")]) == ([RENEWED], [1])


def test_of_several_versions_in_one_source_the_latest_counts(verdicts):
    new = [row(amount="11", updated="2025-06-03"), row(amount="12", updated="2025-06-04")]
    assert verdicts([], new) == ([REPEATED, NEW], [])
    assert verdicts([row(updated="2025-06-01")], new) == ([REPEATED, CORRECTED], [1])


def test_versions_that_nothing_puts_in_order_replace_nothing(verdicts):
    new = [row(amount="11"), row(amount="12"), row()]
    assert verdicts([row()], new) == ([CONTRADICTED, CONTRADICTED, REPEATED], [])
    assert verdicts([], [row(amount="11"), row(amount="12")]) == ([NEW, NEW], [])


def test_refunds_are_added_and_known_ones_repeated(verdicts):
    assert verdicts([row(), row(amount="-3")], [row(amount="-3"), row(amount="-4")]) == ([REPEATED, NEW], [])


def test_a_line_with_an_id_is_compared_with_that_line(verdicts):
    known = [row(line="1"), row(line="2")]
    new = [row(line="1"), row("O1", "11", line="2"), row(line="3")]
    assert verdicts(known, new, grain="line") == ([REPEATED, CORRECTED, NEW], [2])


def test_lines_without_an_id_are_counted(verdicts):
    assert verdicts([row(), row()], [row(), row(), row()], grain="line") == ([REPEATED, REPEATED, NEW], [])


def test_a_counted_row_with_another_status_is_a_correction_of_the_one_it_equals(verdicts):
    known = [row(status="paid"), row(status="pending")]
    assert verdicts(known, [row(status="pending")], grain="line") == ([REPEATED], [])
    assert verdicts(known, [row(status="paid"), row(status="paid")], grain="line") == ([REPEATED, CORRECTED], [2])


def test_rows_without_an_order_id_are_counted_by_customer_time_and_amount(verdicts):
    known = [row(None), row(None)]
    new = [row(None), row(None), row(None), row(None, customer="B"), row(None, day="2025-06-02")]
    assert verdicts(known, new) == ([REPEATED, REPEATED, NEW, NEW, NEW], [])


def test_a_known_order_belongs_to_its_customer(verdicts):
    assert verdicts([row()], [row(customer="B"), row(amount="-1", customer="B")]) == ([OTHER_CUSTOMER] * 2, [])


def test_an_order_that_comes_again_whole_and_later_under_another_customer_is_corrected(verdicts):
    known, day = row(updated="2025-06-01"), "2025-06-05"
    assert verdicts([known], [row(customer="B", updated=day)]) == ([CORRECTED], [1])
    assert verdicts([row()], [row(customer="B", updated=day)]) == ([CORRECTED], [1])
    for same in ("2025-06-01", "2025-05-01", None):
        assert verdicts([known], [row(customer="B", updated=same)])[1] == []
    assert verdicts([known], [row(customer="B", updated=day), row(customer="C", updated=day)]) == (
        [OTHER_CUSTOMER] * 2, [],
    )  # fmt: skip


def test_an_order_of_several_lines_has_another_customer_only_if_all_of_its_lines_say_so(verdicts):
    known = [row(line="1", updated="2025-06-01"), row(line="2", updated="2025-06-02")]
    later = [row(line=line, customer="B", updated="2025-06-05") for line in "123"]
    assert verdicts(known, later, grain="line") == ([CORRECTED, CORRECTED, NEW], [1, 2])
    assert verdicts(known, later[1:], grain="line") == ([OTHER_CUSTOMER] * 2, [])
    early = row(line="1", customer="B", updated="2025-06-02")
    assert verdicts(known, [early, later[1]], grain="line") == ([OTHER_CUSTOMER] * 2, [])
    refund = row(amount="-1", line="1", updated="2025-06-02")
    assert verdicts([*known, refund], later[:2], grain="line") == ([OTHER_CUSTOMER] * 2, [])


def test_a_row_that_nobody_can_use_replaces_nothing(verdicts):
    assert verdicts([row()], [row(customer=None), row(day="2099-01-01")]) == ([USELESS, USELESS], [])
    assert verdicts([], [row(customer=None)]) == ([NEW], [])


def test_a_known_row_without_a_customer_is_mended_by_one_with_a_customer(verdicts):
    assert verdicts([row(customer=None)], [row()]) == ([CORRECTED], [1])


def test_late_rows_are_new_ones_of_an_earlier_day(comparison):
    new = [row(), row("O2", day="2025-05-03"), row("O3", day="2025-05-02"), row("O4", day="2025-06-09")]
    found = comparison([row()], new, before=date(2025, 6, 1))
    assert (found.late, found.earliest) == (2, date(2025, 5, 2))


def test_what_a_verdict_means_for_the_row(engine):
    def problems(*, alone):
        told = [problem_of(literal(int(verdict)), alone=alone) for verdict in Verdict]
        return list(engine.rows(render("SELECT {told}", told=joined(told)))[0])

    conflicts = ["order_customer_conflict", "duplicate_order_conflict", None]
    assert problems(alone=True) == [None, None, "known_row", "known_row", *conflicts]
    assert problems(alone=False) == [None, None, None, "known_row", *conflicts]


def test_known_and_conflicting_rows_have_their_fate(build):
    built = build(
        [
            {"customer": "A", "order_id": "O1", "row_problem": "known_row", "status": "cancelled"},
            {"customer": "A", "order_id": "O2", "row_problem": "order_customer_conflict", "status": "paid"},
        ]
    )
    assert {code: tally.rows for code, tally in built.ledger.fates.items()} == {
        DUPLICATE: 1,
        QUARANTINED["order_customer_conflict"]: 1,
    }
