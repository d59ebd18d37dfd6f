from __future__ import annotations

import pytest

from quintile.errors import SettingsError

MIXED = [
    {"customer": "A", "email": "A@X.example"},
    {"customer": None, "email": "Guest@X.example"},
    {"customer": None, "email": None},
]


def customers(found):
    return [row[0] for row in found.orders]


def test_a_customer_is_known_by_id_and_guests_are_set_aside(build):
    found = build(MIXED)
    assert (customers(found), found.rows) == (["A"], {"kept": 1, "null_customer": 2})


def test_guests_can_be_known_by_their_mail_address_in_small_letters(build):
    found = build(MIXED, guests="email")
    assert (customers(found), found.rows["null_customer"]) == (["A", "guest@x.example"], 1)


def test_everybody_can_be_known_by_mail(build):
    assert customers(build(MIXED, customer_key="email")) == ["a@x.example", "guest@x.example"]


def test_without_ids_mail_is_the_key(build):
    found = build([{"email": "A@X.example", "order_id": "1"}, {"email": "a@x.EXAMPLE", "order_id": "2"}])
    assert customers(found) == ["a@x.example", "a@x.example"]


def test_ids_that_are_mail_addresses_are_folded_and_others_keep_their_case(build):
    rows = [{"customer": "A@X.example", "order_id": "1"}, {"customer": "a@x.example", "order_id": "2"}]
    assert len(set(customers(build(rows, assumed={"customer_is_email": True})))) == 1
    assert len(set(customers(build(rows)))) == 2


def test_people_are_grouped_into_accounts_by_wish_or_where_there_is_nothing_else(build):
    rows = [{"customer": "A", "account": "Acme"}, {"customer": "B", "account": "Acme"}]
    assert customers(build(rows, customer_key="account")) == ["Acme", "Acme"]
    assert customers(build(rows)) == ["A", "B"]
    assert customers(build([{"account": "Acme"}])) == ["Acme"]


def test_whole_numbers_stay_numbers(build):
    found = build([{"customer": 10}, {"customer": 9}])
    assert (customers(found), found.ledger.key_type) == ([9, 10], "BIGINT")


@pytest.mark.parametrize(("key", "word"), [("account", "account"), ("id", "id")])
def test_a_key_without_a_column_is_refused(build, key, word):
    rows = [{"email": "a@x.example"}]
    with pytest.raises(SettingsError) as caught:
        build(rows, customer_key=key)
    role = {"id": "customer"}.get(key, key)
    assert str(caught.value) == (
        f"error[customer_key]: customers are to be known by their {word}, but no column plays that role\n"
        f"  Fix: name the column: --map {role}=COLUMN"
    )
