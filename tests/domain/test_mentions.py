"""A person is found where nothing else can be meant, and nobody else is."""

from __future__ import annotations

import re

import pytest

from quintile.domain.mentions import Mentions, is_unmistakable

ANNA = Mentions(
    ids=frozenset({"CAN-0001", "42"}),
    emails=frozenset({"anna@example.com"}),
    phones=frozenset({"+49 170 1234567"}),
    names=frozenset({"Anna Canary"}),
)


@pytest.mark.parametrize(
    "text",
    [
        "mail Anna@Example.com, please",
        "id=can-0001;",
        "call 0170/123 45 67!",
        "call +49(170)1234567",
        '{"customer": "CAN-0001"}',
        "anna@example.com",
    ],
)
def test_a_text_that_names_the_person_is_found(text):
    assert ANNA.is_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "joanna@example.com",
        "anna@example.community",
        "XCAN-0001",
        "CAN-00011",
        "42 pieces",
        "9170123456788",
        "Anna Canary",
        "",
    ],
)
def test_a_text_that_names_another_is_not(text):
    assert not ANNA.is_in(text)


def test_a_name_is_found_apart_because_two_may_bear_it():
    assert ANNA.has_name_in("for anna canary, at home")
    assert not ANNA.has_name_in("Joanna Canary")


def test_a_short_id_is_found_as_a_whole_field_alone():
    assert re.search(str(ANNA.field_pattern), "O1,42,2025-01-01")
    assert not re.search(str(ANNA.field_pattern), "O1,142,2025-01-01")


def test_a_cell_is_compared_as_it_stands():
    assert ANNA.is_cell("42")
    assert ANNA.is_cell("'42")
    assert ANNA.is_cell("ANNA@example.com")
    assert not ANNA.is_cell("can-0001")  # another customer, whose id differs in case


def test_a_word_stands_for_the_person():
    assert "anna" not in ANNA.without("Write to anna@example.com or anna@example.com.").lower()
    assert ANNA.without("such as '42' and '43'") == "such as 'erased' and '43'"


def test_json_loses_objects_about_the_person_and_keeps_the_rest():
    value = {"rows": [{"customer_id": "42", "n": 1}, {"customer_id": "43", "n": 42}], "note": "anna@example.com"}
    assert ANNA.pruned(value) == {"rows": [{"customer_id": "43", "n": 42}], "note": " erased "}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("42", False), ("1234567", True), ("Anna", False), ("CAN-0001", True), ("a@b", True), ("------", False)],
)
def test_what_can_hardly_mean_anything_else(text, expected):
    assert is_unmistakable(text) is expected
