from __future__ import annotations

import pytest

from quintile.sources.number_forms import has_marks


@pytest.mark.parametrize("text", ["9,999.99", "$9.99", "(9.99)", "9.99-", "9.99 EUR", "9 999", "-$9"])
def test_an_amount_with_more_than_digits_has_marks(text):
    assert has_marks([("99.99", 5, "12.50"), (text, 1, text)], ".")


@pytest.mark.parametrize("text", ["99.99", "-9", "+9.9", " 9.99 ", ".99", "oops9", "9e9", "9.9.9"])
def test_a_plain_number_and_what_is_no_amount_have_none(text):
    assert not has_marks([(text, 1, text)], ".")


def test_a_decimal_comma_is_no_mark_where_it_is_the_decimal_one():
    assert not has_marks([("9,99", 1, "1,25")], ",")
    assert has_marks([("9.999,99", 1, "1.234,50")], ",")
