"""Customers: known by other ids, or by none, in a shop whose customers come back."""

from __future__ import annotations

from quintile.domain.drift import Customers
from quintile.ledger.drifts.customers import customer_drift

LOYAL = Customers(count=100, form="prefix C", usual=100, usual_known=60)
ONCE = Customers(count=100, form="prefix C", usual=100, usual_known=0)


def came(count, known, *, form="prefix C", ledger=100):
    return Customers(count=count, form=form, known=known, ledger=ledger)


def drift(now, earlier=LOYAL, *, full=False, rows=(100, 100)):
    return [(one.code, one.error) for one in customer_drift(now, earlier, rows, "client", full=full)]


def test_known_customers_in_the_usual_share_are_no_drift():
    assert drift(came(100, 55)) == []


def test_ids_of_another_form_are_refused_in_small_files_too():
    assert drift(came(5, 0, form="email")) == [("identity_shift", True)]
    (found,) = customer_drift(came(5, 0, form="email"), LOYAL, (5, 100), "client", full=False)
    assert found.message.startswith("customer ids were numbers behind 'C' before and are e-mail addresses now")


def test_ids_of_another_form_that_are_known_are_no_drift():
    assert drift(came(100, 60, form="number")) == []


def test_strangers_in_a_shop_of_loyal_customers_are_refused():
    assert drift(came(60, 0)) == [("identity_shift", True)]


def test_few_strangers_may_be_chance_and_are_told():
    assert drift(came(20, 0)) == [("no_known_customers", False)]
    assert drift(came(4, 0)) == []


def test_strangers_are_usual_in_a_shop_of_first_time_buyers():
    assert drift(came(5_000, 0), ONCE) == [("no_known_customers", False)]


def test_fewer_known_customers_than_usual_are_no_drift_before_a_fifth():
    assert drift(came(1_000, 130)) == []
    assert drift(came(1_000, 110)) == [("identity_shift", True)]


def test_a_full_extract_holds_most_customers_known_before():
    assert drift(came(500, 95), full=True) == []
    assert drift(came(500, 3), full=True) == [("identity_shift", True)]


def test_rows_that_suddenly_name_nobody_are_refused():
    blank = Customers(count=100, form="prefix C", known=60, ledger=100, rows_without=90)
    assert drift(blank, rows=(200, 200)) == [("identity_shift", True)]
    assert drift(blank, Customers(usual=100, usual_known=60, rows_without=80), rows=(200, 200)) == []


def test_a_first_comparison_without_known_customers_looks_at_the_form_alone():
    assert drift(Customers(count=10, form="prefix C")) == []
    assert drift(Customers(count=10, form="uuid")) == [("identity_shift", True)]
