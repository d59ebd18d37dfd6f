from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources.frames import register_frame


@pytest.fixture
def registered(engine):
    """``registered(frame)``: the rows the database sees of a frame."""

    def of(frame):
        return engine.rows(render("SELECT * FROM {frame}", frame=register_frame(engine, frame, "frame_0", "frame 1")))

    return of


@pytest.mark.parametrize(
    "frame",
    [pa.table({"a": [1, 2]}), pl.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]}), pd.DataFrame({0: [1, 2]})],
    ids=["arrow", "polars", "pandas", "numbered"],
)
def test_a_plain_column_keeps_its_type(registered, frame):
    assert registered(frame) == [(1,), (2,)]


def test_only_columns_of_objects_become_texts_and_nothing_stays_nothing(registered):
    frame = pd.DataFrame({"id": [7, "B", None], "amount": [1.5, 2.5, 3.5]})
    assert registered(frame) == [("7", 1.5), ("B", 2.5), (None, 3.5)]
    assert list(frame["id"])[:2] == [7, "B"]


def test_kinds_of_polars_that_the_database_lacks_become_texts(registered):
    frame = pl.DataFrame({"a": pl.Series([None, None]), "b": pl.Series([1, -(2**100)], dtype=pl.Int128)})
    assert registered(frame) == [(None, "1"), (None, str(-(2**100)))]


def test_names_that_differ_by_case_alone_are_refused(registered):
    with pytest.raises(DataError) as refused:
        registered(pa.table({"a": [1], "A": [2]}))
    assert str(refused.value) == (
        "error[duplicate_column]: two columns are called 'A'\n  Where: frame 1, column 'A'\n"
        "  Fix: give each column its own name"
    )


def test_values_that_are_nothing_known_are_refused(registered):
    with pytest.raises(DataError, match="complex128") as refused:
        registered(pd.DataFrame({"a": [1j]}))
    assert refused.value.code == "bad_column_type"
