from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.domain.known import (
    cells_problem,
    exact,
    is_exact,
    is_moment,
    is_whole,
    ladder_problem,
    require_kind,
    require_known,
    shortest,
)
from quintile.errors import SettingsError


def test_a_long_value_is_shown_in_short():
    with pytest.raises(SettingsError) as caught:
        require_known("the word", "x" * 10_000, ("a", "b"))
    assert len(caught.value.message) < 80
    assert caught.value.fix == "write one of a, b"


@pytest.mark.parametrize("value", ["c", "", None, ["a"]])
def test_a_word_is_one_of_the_known_ones(value):
    require_known("the word", "a", ("a", "b"))
    with pytest.raises(SettingsError, match="the word cannot be"):
        require_known("the word", value, ("a", "b"))


def test_a_value_is_of_its_kind():
    require_kind("the text", None, str | None, "abc")
    with pytest.raises(SettingsError) as caught:
        require_kind("the text", 5, str | None, "abc")
    assert str(caught.value) == "error[model]: the text cannot be 5\n  Fix: write for example abc"


@pytest.mark.parametrize(("value", "said"), [(2, True), (1, False), (2.0, False), (True, False), ("2", False)])
def test_a_whole_number_is_nothing_else(value, said):
    assert is_whole(value, 2) is said


def test_a_number_becomes_an_exact_decimal():
    assert [exact(value) for value in (3, 0.1, Decimal("0.10"))] == [Decimal(3), Decimal("0.1"), Decimal("0.10")]
    assert [exact(value) for value in (True, "3", None, [3])] == [None] * 4


@pytest.mark.parametrize(("text", "said"), [("1E+37", True), ("1E+38", False), ("1E-38", True), ("1E-39", False)])
def test_an_exact_number_is_one_that_a_database_holds(text, said):
    assert is_exact(Decimal(text)) is said
    assert not any(is_exact(value) for value in (Decimal("NaN"), Decimal("sNaN"), Decimal("-Infinity"), 3, None))


@pytest.mark.parametrize(
    ("text", "said"), [("2025-07-01", True), ("2025-07-01T12:00:00", True), ("2025-02-30", False), ("", False)]
)
def test_a_moment_is_a_date_or_a_time_of_it(text, said):
    assert is_moment(text) is said


@pytest.mark.parametrize(
    ("ladder", "said"),
    [
        ((Decimal(1), Decimal(2)), None),
        ((Decimal(2), Decimal(2)), None),
        ((None, Decimal(2)), None),
        ((None, None), None),
        ((Decimal(2),), "are not 2, as 3 scores need"),
        ([Decimal(1), Decimal(2)], "are not 2, as 3 scores need"),
        ((Decimal(2), Decimal(1)), "do not ascend"),
        ((1, Decimal(2)), "hold what is no exact number"),
        ((Decimal("NaN"), Decimal(2)), "hold what is no exact number"),
    ],
)
def test_cut_points_ascend_one_less_than_scores(ladder, said):
    assert ladder_problem(ladder, 3) == said


def test_cells_are_those_of_the_better_metrics():
    assert [cells_problem(cells, metric, 3) for cells, metric in (([], "r"), (["3"], "f"), (["3-1"], "m"))] == [
        None
    ] * 3
    for cells, metric in ((["1"], "r"), (["4"], "f"), (["1-1"], "f"), (["3"], "m"), (["0-1"], "m")):
        assert cells_problem(cells, metric, 3) == "hold a cell that the scale does not have"


@pytest.mark.parametrize(
    ("written", "shown"),
    [("100", "100"), ("100.0", "100"), ("1E+2", "100"), ("0.10", "0.1"), ("-0.00", "0"), ("-5.50", "-5.5"),
     ("12345678901234567890123456789012345.60", "12345678901234567890123456789012345.6"), ("1E-7", "1E-7")],
)  # fmt: skip
def test_equal_numbers_are_written_alike(written, shown):
    assert str(shortest(Decimal(written))) == shown


def test_what_is_no_number_stays_what_it_is():
    assert shortest(Decimal("NaN")).is_nan()
    assert shortest(Decimal("-Infinity")) == Decimal("-Infinity")
