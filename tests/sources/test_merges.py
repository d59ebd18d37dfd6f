from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.errors import DataError
from quintile.sources.merges import read_merges


@pytest.fixture
def merges(engine, staging, tmp_path):
    """``merges(text)`` reads a merge map: old id -> new id."""

    def of_text(text, *, fold=False):
        (tmp_path / "merges.csv").write_text(text, encoding="utf-8")
        read_merges(engine, tmp_path / "merges.csv", staging, ReadingSettings(), fold=fold)
        return dict(engine.rows(Sql("SELECT old_key, new_key FROM second_merges")))

    return of_text


def refusal(merges, text, **more):
    with pytest.raises(DataError) as caught:
        merges(text, **more)
    return caught.value


@pytest.mark.parametrize("header", ["old,new", "old_id,new_id", "from,to", "merged_id,survivor_id"])
def test_an_old_id_gives_way_to_the_new_one(merges, header):
    assert merges(f"{header}\n007,8\n9,8\n") == {"007": "8", "9": "8"}


def test_chains_are_followed_to_their_end(merges):
    assert merges("old,new\nA,B\nB,C\nX,A\nC,D\n") == dict.fromkeys("ABCX", "D")


def test_what_merges_into_itself_and_what_is_said_twice_does_no_harm(merges):
    assert merges("old,new\nA,A\nB,C\nB,C\n") == {"B": "C"}


def test_a_map_that_maps_nothing_is_empty(merges):
    assert merges("old,new\nA,A\n") == {}


def test_addresses_are_the_same_in_upper_and_lower_case_where_they_are_keys(merges):
    assert merges("old,new\nA@x.example,B@X.example\n", fold=True) == {"a@x.example": "b@x.example"}
    assert merges("old,new\nA@x.example,B@X.example\n") == {"A@x.example": "B@X.example"}


def test_a_circle_is_refused_naming_its_ids(merges):
    error = refusal(merges, "old,new\nX,A\nC,A\nA,B\nB,C\n")
    assert error.message == "the merge map goes round in a circle: A -> B -> C -> A"
    assert (error.code, error.place.file, error.place.line) == ("bad_merges", "merges.csv", 4)


def test_a_circle_of_addresses_is_named_by_its_lines(merges):
    error = refusal(merges, "old,new\na@x.example,b@x.example\nb@x.example,a@x.example\n", fold=True)
    assert error.message == "the merge map goes round in a circle: line 2 -> line 3 -> line 2"
    assert "@" not in str(error)


def test_an_id_with_two_new_ids_is_refused(merges):
    error = refusal(merges, "old,new\nA,B\nX,Y\nA,C\n")
    assert (error.message, error.place.line) == ("one id is merged into two: see lines 2 and 4", 2)


@pytest.mark.parametrize("row", ["A,", ",A", "A,null"])
def test_a_row_with_one_id_is_refused(merges, row):
    error = refusal(merges, f"old,new\nX,Y\n{row}\n")
    assert (error.message, error.place.line) == ("a row of the merge map names only one id", 3)


def test_a_missing_column_is_named(merges):
    assert refusal(merges, "old,x\nA,B\n").fix == "say which column it is: --map merges.new=COLUMN"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(range(7)))
def test_the_order_of_the_rows_does_not_matter(merges, order):
    pairs = [("A", "B"), ("B", "C"), ("C", "D"), ("X", "D"), ("Y", "X"), ("P", "Q"), ("Q", "R")]
    text = "old,new\n" + "".join(f"{pairs[place][0]},{pairs[place][1]}\n" for place in order)
    assert merges(text) == {**dict.fromkeys("ABCXY", "D"), "P": "R", "Q": "R"}
