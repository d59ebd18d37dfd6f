from __future__ import annotations

import pytest

from quintile.errors import DataError, SettingsError

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


PHONES = [
    {"raw": "0170 1", "phone": "+49170"},
    {"raw": "+49 170", "phone": "+49170"},
    {"raw": "030 2", "phone": "+49302"},
]
CALLED = [
    {"customer": "A", "phone": "0170 1", "order_id": "1"},
    {"customer": None, "phone": "+49 170", "order_id": "2"},
    {"customer": None, "phone": "030 2", "order_id": "3"},
    {"customer": None, "phone": "no number", "order_id": "4"},
]


def by_order(found):
    return {order: customer for customer, order, *_ in found.orders}


def told(found, kind):
    """What is told of a second table."""
    return next(table for table in found.ledger.second if table["table"] == kind)


def test_everybody_can_be_known_by_phone_and_what_is_no_number_names_nobody(build):
    found = build(CALLED, customer_key="phone", second={"phones": PHONES})
    assert (by_order(found), found.rows) == (
        {"1": "+49170", "2": "+49170", "3": "+49302"},
        {"kept": 3, "null_customer": 1},
    )


def test_guests_can_be_known_by_the_one_customer_their_phone_belongs_to(build):
    found = build(CALLED, guests="phone", second={"phones": PHONES})
    assert by_order(found) == {"1": "A", "2": "A", "3": "+49302"}


def test_a_phone_of_two_customers_names_neither(build):
    rows = [*CALLED, {"customer": "B", "phone": "0170 1", "order_id": "5"}]
    found = build(rows, guests="phone", second={"phones": PHONES})
    assert by_order(found)["2"] == "+49170"


def test_guests_are_known_by_what_the_table_of_customers_says(build):
    rows = [
        {"customer": "B", "email": None, "order_id": "1"},
        {"customer": None, "email": "A@x.example", "order_id": "2"},
    ]
    listed = [{"customer": "A", "email": "a@X.example"}]
    assert by_order(build(rows, guests="email", second={"customers": listed}))["2"] == "A"


BOUGHT = [{"customer": who, "order_id": str(place)} for place, who in enumerate("ABCD")]


def test_merged_customers_are_one_before_anything_is_counted(build):
    found = build(BOUGHT, second={"merges": [{"old_key": "A", "new_key": "C"}, {"old_key": "X", "new_key": "C"}]})
    assert customers(found) == ["B", "C", "C", "D"]
    assert told(found, "merges")["customers_merged"] == 1


def test_an_order_of_two_merged_customers_is_no_conflict(build):
    rows = [{"customer": "A", "order_id": "1"}, {"customer": "B", "order_id": "1"}]
    assert build(rows, grain="line").rows == {"order_customer_conflict": 2}
    merged = build(rows, grain="line", second={"merges": [{"old_key": "A", "new_key": "B"}]})
    assert (by_order(merged), merged.rows) == ({"1": "B"}, {"kept": 2})


def test_ids_that_are_numbers_are_merged_into_any_id(build):
    rows = [{"customer": 7, "order_id": "1"}, {"customer": 8, "order_id": "2"}]
    assert customers(build(rows, second={"merges": [{"old_key": "7", "new_key": "A-8"}]})) == ["8", "A-8"]


@pytest.mark.parametrize("rules", [{"customer_key": "email"}, {"guests": "email"}])
def test_addresses_are_merged_too(build, rules):
    merges = [{"old_key": "guest@x.example", "new_key": "a@x.example"}]
    found = build(MIXED, second={"merges": merges}, **rules)
    assert customers(found) == (["a@x.example", "a@x.example"] if "customer_key" in rules else ["A", "A"])


LISTED = [
    {"customer": "A", "account": "Acme", "email": "A@x.example"},
    {"customer": "B", "account": "Acme", "email": "b@x.example"},
    {"customer": "C", "account": "Cobalt", "email": None},
    {"customer": "C", "account": "Copper", "email": None},
]


def test_accounts_are_rolled_up_by_the_table_of_customers(build):
    """C stands in it with two accounts and D not at all, so neither is known by one."""
    found = build(BOUGHT, customer_key="account", second={"customers": LISTED})
    assert (customers(found), found.rows) == (["Acme", "Acme"], {"kept": 2, "null_customer": 2})


def test_merged_customers_share_an_account(build):
    merges = [{"old_key": "D", "new_key": "A"}]
    found = build(BOUGHT, customer_key="account", second={"customers": LISTED, "merges": merges})
    assert customers(found) == ["Acme", "Acme", "Acme"]


def test_addresses_are_looked_up_in_the_table_of_customers(build):
    found = build(BOUGHT, customer_key="email", second={"customers": LISTED})
    assert customers(found) == ["a@x.example", "b@x.example"]


def test_customers_unknown_to_either_side_are_counted(build):
    found = build(BOUGHT, second={"customers": [{"customer": who} for who in ("A", "B", "B", "Z", None)]})
    counts = {key: told(found, "customers")[key] for key in ("customers", "never_bought", "bought_unlisted")}
    assert counts == {"customers": 3, "never_bought": 1, "bought_unlisted": 2}
    assert found.ledger.warnings == ()


def test_a_table_of_strangers_is_told(build):
    found = build([{"customer": 7}], second={"customers": [{"customer": "A"}, {"customer": "007"}]})
    assert [(line["code"], line["rows"]) for line in found.ledger.warnings] == [("no_known_customers", 2)]


def test_a_table_without_what_names_a_customer_is_refused(build):
    with pytest.raises(DataError) as caught:
        build(MIXED, customer_key="email", second={"customers": [{"account": "Acme"}]})
    assert caught.value.fix == "say which column it is: --map customers.email=COLUMN"
