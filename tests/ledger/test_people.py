from __future__ import annotations

from quintile.domain.settings import LedgerSettings
from quintile.engine.render import Sql, name
from quintile.ledger.people import ADDED, PERSON, as_person, customer_keys, number_people
from tests.ledger.tables import TODAY, transactions

NOBODY = Sql("(SELECT NULL AS customer, NULL AS email, NULL AS phone, NULL AS name, NULL AS account LIMIT 0)")


def people_of(*pairs):
    values = ", ".join(f"('{customer}', {email!r}, NULL, NULL, NULL)" for customer, email in pairs)
    return Sql(f"(SELECT * FROM (VALUES {values}) AS t(customer, email, phone, name, account))")


def numbered(engine):
    return engine.rows(Sql(f"SELECT person_key, customer, email FROM {ADDED} ORDER BY 1"))


def test_people_are_numbered_in_the_order_of_their_texts_whatever_the_order_of_rows(engine):
    number_people(engine, people_of(("B", "b@x"), ("A", "z@x"), ("A", "a@x"), ("B", "b@x")), NOBODY, PERSON, after=0)
    assert numbered(engine) == [(1, "A", "a@x"), (2, "A", "z@x"), (3, "B", "b@x")]


def test_new_people_come_after_the_known_ones(engine):
    number_people(engine, people_of(("B", "b@x"), ("A", "a@x")), people_of(("B", "b@x")), PERSON, after=7)
    assert numbered(engine) == [(8, "A", "a@x")]


def test_a_person_has_all_columns_as_text(engine):
    columns = engine.columns(Sql(f"SELECT {as_person({'customer'})} FROM (SELECT 5 AS customer)"))
    assert columns == dict.fromkeys(PERSON, "VARCHAR")


def test_a_customer_has_the_lowest_number_of_its_people(engine):
    read = transactions(engine, [{"customer": "A", "email": "a@x"}])
    people = people_of(("A", "a@x"), ("B", "b@x"), ("A", "other@x"))
    engine.table("people_now", Sql(f"SELECT 10 - row_number() OVER () AS person_key, * FROM {people}"))
    keys = customer_keys(engine, name("people_now"), read, LedgerSettings(), TODAY)
    assert sorted(engine.rows(keys)) == [("A", 7), ("B", 8)]


def test_people_are_one_customer_by_the_rules_of_this_run(engine):
    read = transactions(engine, [{"customer": "A", "email": "a@x"}])
    people = people_of(("A", "same@x"), ("B", "SAME@x"))
    engine.table("people_now", Sql(f"SELECT row_number() OVER () AS person_key, * FROM {people}"))
    keys = customer_keys(engine, name("people_now"), read, LedgerSettings(customer_key="email"), TODAY)
    assert engine.rows(keys) == [("same@x", 1)]
