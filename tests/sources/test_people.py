from __future__ import annotations

import pytest

from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources.people import read_people


@pytest.fixture
def people(engine, staging, tmp_path):
    """``people(text, "BIGINT")`` reads a customer list for a ledger with such keys."""

    def of_text(text, key_type="VARCHAR"):
        (tmp_path / "people.csv").write_text(text, encoding="utf-8")
        table = read_people(engine, tmp_path / "people.csv", staging, key_type)
        return sorted(row[0] for row in engine.rows(render("SELECT * FROM {table}", table=table)))

    return of_text


def refusal(people, text, key_type="VARCHAR"):
    with pytest.raises(DataError) as caught:
        people(text, key_type)
    return caught.value


def test_everybody_is_listed_once_by_a_clean_id(people):
    assert people("customer_id,name\n A ,Ann\nA,Ann\n007,Bond\n,nobody\nnull,nobody\n") == ["007", "A"]


@pytest.mark.parametrize("header", ["", "customer_id\n", "Kundennummer\n", "\ufeffCustomer ID\n"])
def test_a_single_column_may_have_a_name_or_none(people, header):
    assert people(f"{header}B\n\nA\nB\n") == ["A", "B"]


def test_ids_take_the_type_of_the_ledger_s_keys(people):
    assert people("customer_id,x\n007,1\n8,1\nA,1\n", "BIGINT") == [7, 8]


def test_without_a_customer_column_the_list_is_refused(people):
    assert str(refusal(people, "street,town\nA,B\n")) == (
        "error[missing_columns]: the customer list has no customer column; columns seen: street, town\n"
        "  Where: people.csv\n  Fix: call the column customer_id"
    )


@pytest.mark.parametrize(("text", "key_type"), [("customer_id,x\n,1\n", "VARCHAR"), ("customer_id\nA\n", "BIGINT")])
def test_a_list_of_nobody_is_refused(people, text, key_type):
    error = refusal(people, text, key_type)
    assert (error.code, error.message) == ("empty_input", "the customer list names nobody the ledger could know")
