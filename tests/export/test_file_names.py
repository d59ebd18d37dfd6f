"""File names of segments: readable, safe on every system, each only once."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.export.file_names import file_names
from tests.export.hostile import EMOJI, LONG, SCRIPT, TURNED


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Champions", "champions"), ("At Risk", "at-risk"), ("Can't Lose Them", "can-t-lose-them"),
        ("Gönül Müşteri", "gönül-müşteri"), ("失われた顧客", "失われた顧客"), ("\uff2cost", "lost"),
        ("../../etc/passwd", "etc-passwd"), ("..", "segment"), ("", "segment"), ("\U0001f48e", "segment"),
        ("CON", "segment-con"), ("=1+1", "1-1"), (TURNED, "שלום-للعملاء"),
        (SCRIPT, "script-window-hostile-1-script-img-src-x-onerror-window-hostile-2"),
        (LONG, "n" * 100), (EMOJI, "7-7-1-style-title"), ("हिन्दी", "हिन्दी"),
    ],
)  # fmt: skip
def test_a_name_keeps_its_letters_and_nothing_else(name, stem):
    assert file_names([name]) == {name: stem}


def test_equal_stems_are_numbered_in_their_order():
    assert file_names(["At Risk", "at-risk", "AT RISK!", "Index"], taken=["index"]) == {
        "At Risk": "at-risk", "at-risk": "at-risk-2", "AT RISK!": "at-risk-3", "Index": "index-2",
    }  # fmt: skip


def test_a_number_that_is_taken_is_passed_over():
    assert list(file_names(["a 2", "a", "A"]).values()) == ["a-2", "a", "a-3"]


@given(st.lists(st.text(max_size=220), unique=True, max_size=12))
def test_any_names_make_distinct_safe_stems(names):
    stems = list(file_names(names).values())
    # What a system that knows no case, or composes letters its own way, takes for one name.
    assert len({unicodedata.normalize("NFD", stem.casefold()) for stem in stems}) == len(names)
    for stem in stems:
        assert 0 < len(stem.encode()) <= 110
        assert not set(stem) & set('/\\:*?"<>|.\0\n ')
        assert stem.isprintable()
