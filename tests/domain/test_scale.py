from __future__ import annotations

import pytest

from quintile.domain.scale import Scale
from quintile.errors import SettingsError


@pytest.mark.parametrize(
    ("scale", "scores", "code"),
    [
        (Scale(), (5, 4, 5), "545"),
        (Scale(3), (1, 2, 3), "123"),
        (Scale(9), (9, 8, 1), "981"),
        (Scale(10), (10, 5, 9), "10-5-9"),
        (Scale(10), (1, 2, 3), "1-2-3"),
        (Scale(5, "low"), (5, 4, 1), "125"),
        (Scale(10, "low"), (10, 5, 9), "1-6-2"),
    ],
)
def test_a_code_is_written_side_by_side_and_with_hyphens_from_ten_on(scale, scores, code):
    assert scale.code(*scores) == code


def test_one_as_the_best_turns_the_score_round_and_round_again():
    low = Scale(5, "low")
    assert [low.shown(score) for score in (1, 2, 3, 4, 5)] == [5, 4, 3, 2, 1]
    assert [low.shown(low.shown(score)) for score in (1, 2, 3, 4, 5)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("scores", [2, 10])
def test_the_ends_of_the_range_are_possible(scores):
    assert Scale(scores).scores == scores


@pytest.mark.parametrize("scores", [1, 11, 0, -5])
def test_a_scale_outside_the_range_is_refused(scores):
    with pytest.raises(SettingsError) as caught:
        Scale(scores)
    assert str(caught.value) == (
        f"error[scale]: a scale of {scores} is not possible\n  Fix: choose a scale from 2 to 10; 3, 5 and 10 are usual"
    )


@pytest.mark.parametrize("scores", [5.0, "5", None, True])
def test_what_is_no_whole_number_is_no_scale(scores):
    with pytest.raises(SettingsError, match="is not possible"):
        Scale(scores)


@pytest.mark.parametrize("best", ["up", "HIGH", "", None, 1])
def test_the_best_end_is_high_or_low_and_nothing_else(best):
    with pytest.raises(SettingsError) as caught:
        Scale(5, best)
    assert str(caught.value) == f"error[model]: the scale's best cannot be {best!r}\n  Fix: write one of high, low"
