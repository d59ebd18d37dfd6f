"""Drift: what chance can do and what it cannot."""

from __future__ import annotations

from quintile.domain.drift import Finding, unlikely


def test_what_happens_as_often_as_usual_is_likely():
    assert not unlikely(50, 100, 0.5)


def test_seventeen_misses_of_a_half_are_no_chance_and_sixteen_may_be():
    assert (unlikely(0, 17, 0.5), unlikely(0, 16, 0.5)) == (True, False)


def test_hits_beyond_the_usual_are_as_unlikely_as_misses():
    assert unlikely(20, 20, 0.5)


def test_nothing_tried_proves_nothing():
    assert not unlikely(0, 0, 0.5)


def test_a_finding_is_told_with_its_fix():
    told = Finding("new_column", "a column is new", "nothing to do", column="coupon", error=False).as_dict()
    assert told == {
        "code": "new_column",
        "rows": None,
        "message": "a column is new; nothing to do",
        "column": "coupon",
    }
