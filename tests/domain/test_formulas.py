"""A cell that a spreadsheet would work out becomes text; any other stays as it is."""

from __future__ import annotations

import pytest

from quintile.domain.formulas import BLANKS, FORMULA_STARTS, neutralised


@pytest.mark.parametrize("blank", ["", "  ", *BLANKS])
@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_a_formula_becomes_text_whatever_space_stands_before_it(start, blank):
    assert neutralised(f"{blank}{start}1+1") == f"'{blank}{start}1+1"


@pytest.mark.parametrize("text", ["", " ", "A", "1-2", "a=b", "'=1", "007"])
def test_other_cells_stay_as_they_are(text):
    assert neutralised(text) == text
