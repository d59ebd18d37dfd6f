from __future__ import annotations

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.errors import DataError
from quintile.sources.customers import read_customers


@pytest.fixture
def customers(engine, staging, tmp_path):
    """``customers(text)`` reads a table of customers: its rows, sorted, and its report."""

    def of_text(text, key="id", **settings):
        (tmp_path / "people.csv").write_text(text, encoding="utf-8")
        path = tmp_path / "people.csv"
        table = read_customers(engine, path, staging, ReadingSettings(**settings), key=key)
        return engine.rows(Sql("SELECT * FROM second_customers ORDER BY ALL")), table.report

    return of_text


def test_everything_said_of_a_customer_is_clean_text(customers):
    text = "customer_id,Email,Phone,Company,Name,consent\n 007 ,A@x.example,0170 1,Acme,Ann,ja\n8,,,,null,\n"
    assert customers(text)[0] == [
        ("007", "A@x.example", "0170 1", "Acme", "Ann", True),
        ("8", None, None, None, None, None),
    ]


@pytest.mark.parametrize("header", ["", "customer_id\n", "Kundennummer\n", "\ufeffCustomer ID\n"])
def test_a_lone_column_may_have_a_name_or_none(customers, header):
    assert [row[0] for row in customers(f"{header}B\n\nA\n")[0]] == ["A", "B"]


def test_a_lone_column_holds_what_names_a_customer(customers):
    assert [row[1] for row in customers("who\na@x.example\n", key="email")[0]] == ["a@x.example", "who"]
    assert [row[1] for row in customers("e-mail\na@x.example\n", key="email")[0]] == ["a@x.example"]


WORDS = {
    True: ("Yes", "OUI", "s\u00ed", "evet", "1", "true", "\u0434\u0430"),
    False: ("No", "Nein", "hay\u0131r", "0", "unsubscribed"),
    None: ("perhaps", ""),
}


@pytest.mark.parametrize(("word", "agreed"), [(word, agreed) for agreed, words in WORDS.items() for word in words])
def test_consent_is_a_yes_or_a_no_and_never_guessed(customers, word, agreed):
    rows, report = customers(f"customer_id,consent\nA,{word}\n")
    assert rows[0][-1] is agreed
    said = {True: "yes", False: "no", None: "unknown"}[agreed]
    assert report["consent"] == {"yes": 0, "no": 0, "unknown": 0} | {said: 1}


def test_without_anything_that_names_a_customer_the_table_is_refused(customers):
    with pytest.raises(DataError) as caught:
        customers("street,town\nA,B\n")
    assert str(caught.value) == (
        "error[missing_columns]: the table of customers has no column for the customer; columns seen: street, town\n"
        "  Where: people.csv\n  Fix: say which column it is: --map customers.customer=COLUMN"
    )


def test_a_table_of_nobody_is_refused(customers):
    with pytest.raises(DataError) as caught:
        customers("customer_id,x\n,1\nnull,1\n")
    assert (caught.value.code, caught.value.message) == ("empty_input", "the table of customers names nobody")


def test_what_is_told_of_a_damaged_row_names_nobody(customers):
    _, report = customers("customer_id,email\nA,a@x.example\nB,b@x.example,secret@x.example\nC,c@x.example\n")
    (ragged,) = report["quarantine"]
    assert (ragged["reason"], ragged["rows"], ragged["examples"][0]["raw"]) == ("ragged_row", 1, "")
