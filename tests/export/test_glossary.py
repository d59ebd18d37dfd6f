"""The definitions of a workbook: what there is, in words, for every kind of result."""

from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.export.glossary import glossary
from quintile.jobs.run import run_in_memory
from quintile.jobs.workplace.wish import Wish
from quintile.segments.load import load_scheme
from tests.jobs.regulars import AS_OF, write_regulars


def told(folder, scheme="rfm-9", *, as_texts=0, **model):
    wish = Wish(sources=[write_regulars(folder)], settings=read_settings(None, {"model": model}), as_of=AS_OF)
    _, report, _ = run_in_memory(wish)
    report["snapshot"] = "S"
    lines = glossary(report, scheme and load_scheme(scheme), None, as_texts=as_texts)
    return {(about, what): meaning for about, what, meaning in lines}


def test_scores_stand_as_they_are_shown(tmp_path):
    found = told(tmp_path, best="low", f_cuts=["2", "3", "5", "6"])
    assert found["Column of Customers", "r"] == "Score of recency; 1 is best."
    assert found["Scores of the segment", "Champions"] == "R 1-2, F 1-2, M 1-2"
    assert found["Score of frequency", "F 5"].startswith("1 order: ")
    assert found["Score of frequency", "F 1"].startswith("6+ orders: ")


@pytest.mark.parametrize(("count", "said"), [(1, "1 number,"), (1200, "1,200 numbers,")])
def test_numbers_written_as_text_are_counted(tmp_path, count, said):
    assert said in told(tmp_path, as_texts=count)["Note", "Numbers"]


def test_a_result_without_a_scheme_has_segments_without_scores(tmp_path):
    found = told(tmp_path, None, scale=4)
    assert found["Segment", "Unclassified"] == "All customers."
    assert ("Scores of the segment", "Unclassified") not in found


def test_an_average_is_called_one(tmp_path):
    assert told(tmp_path, monetary="average")["Column of Customers", "monetary"].startswith("Mean value of an order")
