"""Profile: exact counts of a source, the same in any order of its rows, and nobody's name in it."""

from __future__ import annotations

import json
from datetime import date

from quintile.domain.drift import BUCKETS
from quintile.domain.settings import LedgerSettings
from quintile.engine.render import Sql
from quintile.ledger import profile
from quintile.ledger.profile import profile_of
from tests.ledger.tables import transactions

ROWS = [
    {"customer": f"C{one}", "order_id": f"O{one}{day}", "day": day, "amount": amount, "currency": "EUR"}
    for one in (11, 12, 13, 14, 15)
    for day, amount in (("2025-01-01", "10"), ("2025-03-01", "99.99"), ("2025-05-01", "-5"))
]


def found(engine, rows, *, known=None, mode="append"):
    return profile_of(
        engine, transactions(engine, rows), LedgerSettings(), last_day=date(2025, 6, 1), known=known, mode=mode
    )


def test_rows_are_counted_by_size_sign_and_day(engine):
    here = found(engine, [*ROWS, {"customer": "C11", "order_id": "O9", "day": "2025-05-01", "amount": "0"}])
    assert here["rows"] == 16
    five = str(BUCKETS * 7 // 10 - 1)
    assert here["amounts"] == {"buckets": {"EUR": {"20": 5, "39": 5, five: 5}}, "negative": 5, "zero": 1}
    days = here["days"]
    assert (days["first"], days["last"], days["start"]) == ("2025-01-01", "2025-05-01", "2025-01-01")
    assert [count for count in days["counts"] if count] == [5, 5, 6]


def test_a_first_source_tells_how_many_come_back_in_its_last_quarter(engine):
    customers = found(engine, [*ROWS, {**ROWS[0], "customer": "C99", "day": "2025-04-30"}])["customers"]
    assert (customers["count"], customers["form"], customers["known"]) == (6, "prefix C", None)
    assert (customers["usual"], customers["usual_known"]) == (6, 5)


def test_a_later_source_tells_how_many_the_ledger_knew(engine):
    known = Sql("SELECT unnest(['C11', 'C12', 'C77']) AS customer_key")
    customers = found(engine, ROWS, known=known)["customers"]
    assert (customers["known"], customers["ledger"], customers["usual"], customers["usual_known"]) == (2, 3, 5, 2)


def test_numbers_are_known_though_the_ledger_keeps_them_as_text(engine):
    rows = [{**row, "customer": 10 + place} for place, row in enumerate(ROWS)]
    known = Sql("SELECT unnest(['10', '11', 'C12']) AS customer_key")
    customers = found(engine, rows, known=known)["customers"]
    assert (customers["known"], customers["form"]) == (2, "number")


def test_rows_without_a_customer_or_a_sound_amount_or_time_are_left_out_of_its_count(engine):
    bad = [
        {**ROWS[0], "customer": None},
        {**ROWS[0], "amount_problem": "bad_amount"},
        {**ROWS[0], "time_problem": "bad_date"},
        {**ROWS[0], "day": "2099-01-01"},
    ]
    here = found(engine, [*ROWS, *bad])
    assert (here["rows"], here["customers"]["rows_without"]) == (19, 1)
    assert sum(here["amounts"]["buckets"]["EUR"].values()) == 18
    assert (sum(here["days"]["counts"]), here["days"]["last"]) == (17, "2025-05-01")


def test_the_order_of_rows_changes_nothing(engine):
    assert found(engine, ROWS) == found(engine, ROWS[::-1])


def test_it_is_plain_json_without_an_id(engine):
    people = [{**row, "customer": f"{name}@example.com"} for row, name in zip(ROWS, "abcdefghijklmno", strict=True)]
    text = json.dumps(found(engine, people))
    assert json.loads(text) == found(engine, people)
    assert "example" not in text
    assert '"email"' in text


def test_ids_of_several_forms_have_none(engine):
    mixed = [{**row, "customer": str(place) if place % 2 else f"C{place}"} for place, row in enumerate(ROWS)]
    assert found(engine, mixed)["customers"]["form"] is None
    assert found(engine, ROWS[:3])["customers"]["form"] is None  # one customer is no form


def test_of_many_rows_a_share_of_the_customers_is_looked_at(engine, monkeypatch):
    monkeypatch.setattr(profile, "MOST_ROWS_BY_CUSTOMER", 100)
    rows = [{"customer": str(number), "day": "2025-01-01", "amount": "1"} for number in range(400)]
    known = Sql("SELECT CAST(range AS VARCHAR) AS customer_key FROM range(400)")
    customers = found(engine, rows, known=known)["customers"]
    assert customers["known"] == customers["count"]
    assert 70 < customers["count"] < 130
    assert customers["ledger"] == 100


def test_a_source_without_rows_has_a_profile(engine):
    here = found(engine, [{**ROWS[0], "customer": None, "amount_problem": "bad_amount", "time_problem": "bad_date"}])
    assert here["days"] == {"first": None, "last": None, "start": None, "counts": []}
    assert here["customers"]["count"] == here["customers"]["usual"] == 0
