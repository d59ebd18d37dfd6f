from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.domain.transactions import RejectedRow
from quintile.errors import DataError
from quintile.sources.files import checksum
from quintile.sources.written import write_rows, written_table

cells = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=5))
def test_any_text_comes_back_as_it_was_and_nothing_is_nothing(engine, tmp_path, rows):
    source, written = tmp_path / "orders.jsonl", tmp_path / "source.csv"
    source.write_bytes(b"{}")
    lines = write_rows(written, ["a", "b"], ((3 * place, row) for place, row in enumerate(rows, start=1)))
    table = written_table(source, written, ["a", "b"], lines, form="json lines")
    assert engine.rows(table.query) == [(a or None, b or None) for a, b in rows]
    assert table.lines([len(rows)]) == {len(rows): 3 * len(rows)}
    assert (table.name, table.rows, table.sha256) == ("orders.jsonl", len(rows), checksum(source))


def test_rejected_rows_are_rows_of_the_source(tmp_path):
    source = tmp_path / "orders.jsonl"
    source.write_bytes(b"{}")
    rejected = (RejectedRow("ragged_row", source.name, 2, None, "{"),)
    lines = write_rows(tmp_path / "s.csv", ["a"], [(1, ["x"])])
    assert written_table(source, tmp_path / "s.csv", ["a"], lines, form="json lines", rejected=rejected).rows == 2


def test_no_row_at_all_is_empty(tmp_path):
    with pytest.raises(DataError, match="the source has no rows"):
        written_table(tmp_path / "orders.xlsx", tmp_path / "s.csv", ["a"], [], form="excel")
