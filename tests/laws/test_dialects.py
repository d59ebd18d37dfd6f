"""Laws of reading text: a table written in any dialect comes back cell by cell; damage loses no row in silence."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.domain.settings import ReadingSettings
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources.dialect import DELIMITERS, RARE_DELIMITERS
from quintile.sources.open import open_source

COLUMNS = ("order_id", "customer_id", "order_date", "amount", "note")
SOUND = [(f"O{n:04}", f"C{n % 7:03}", f"2025-01-{n % 28 + 1:02}", f"{n}.25", f"note {n}") for n in range(60)]
# Controls are refused by design, and half letter pairs are no text.
LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))
WESTERN = st.sampled_from("abcXYZ019 ,;|\t'\"._-#éèüöÄñç")
FAST = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def workshop():
    """A folder and a database that may read it, for all examples."""
    with TemporaryDirectory() as folder:
        engine = DuckDbEngine([Path(folder)], threads=2)
        yield Path(folder), engine
        engine.close()


@contextmanager
def refusal_allowed():
    """Whatever is refused must say what to do; any other exception is a failure."""
    try:
        yield
    except DataError as error:
        if not error.fix:
            raise


@contextmanager
def opened(workshop, data, name="f.csv", **reading):
    folder, engine = workshop
    with TemporaryDirectory(dir=folder) as own:
        path, staging = Path(own) / name, Path(own) / "staging"
        staging.mkdir()
        path.write_bytes(data)
        yield engine, open_source(engine, path, staging, ReadingSettings(**reading))


def cells(engine, table):
    return [tuple(cell or "" for cell in row) for row in engine.rows(table.query)]


def written(rows, *, mark, quoting, end, escape):
    text = io.StringIO(newline="")
    kind = {"doublequote": True} if escape is None else {"doublequote": False, "escapechar": escape}
    csv.writer(text, delimiter=mark, quoting=quoting, lineterminator=end, **kind).writerows([COLUMNS, *rows])
    return text.getvalue()


def tables(letters):
    """Rows as wide as the header, each with an id, so that none is blank."""
    cell = st.text(letters, max_size=12)
    row = st.tuples(st.integers(0, 10**12).map(str), cell, cell, cell, cell)
    return st.lists(row, min_size=1, max_size=12)


dialects = st.fixed_dictionaries(
    {
        "mark": st.sampled_from(DELIMITERS),
        "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
        "end": st.sampled_from(["\n", "\r\n"]),
    }
)


@FAST
@given(rows=tables(LETTERS), dialect=dialects, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_a_table_in_any_dialect_comes_back_cell_by_cell(workshop, rows, dialect, encoding):
    data = written(rows, **dialect, escape=None).encode(encoding)
    with opened(workshop, data, delimiter=dialect["mark"]) as (engine, table):
        assert (table.rows, table.rejected) == (len(rows), ())
        assert cells(engine, table) == rows


@FAST
@given(rows=tables(WESTERN), dialect=dialects, encoding=st.sampled_from(["cp1252", "latin-1", "cp1254", "utf-16-le"]))
def test_a_named_encoding_is_obeyed(workshop, rows, dialect, encoding):
    data = written(rows, **dialect, escape=None).encode(encoding)
    with opened(workshop, data, delimiter=dialect["mark"], encoding=encoding) as (engine, table):
        assert cells(engine, table) == rows


@FAST
@given(
    rows=st.lists(st.tuples(*[st.text("abc 019éñ", min_size=1, max_size=6)] * 5), min_size=1, max_size=12),
    mark=st.sampled_from([*DELIMITERS, *RARE_DELIMITERS]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    trailing=st.sampled_from(["", "all", "rows", "header"]),
    above=st.sampled_from(["", "\n", "sep=", "Orders of the shop\nexported by night\n\n"]),
)
def test_any_delimiter_line_end_and_title_is_found(workshop, rows, mark, end, trailing, above):
    rows = [("x" + row[0], *row[1:]) for row in rows]  # no row is blank
    above = f"sep={mark}\n" if above == "sep=" else above
    header = mark.join(COLUMNS) + (mark if trailing in {"all", "header"} else "")
    lines = [header, *(mark.join(row) + (mark if trailing in {"all", "rows"} else "") for row in rows)]
    text = above.replace("\n", end) + end.join(lines) + end
    with opened(workshop, text.encode()) as (engine, table):
        assert [row[:5] for row in cells(engine, table)] == rows
        assert tuple(table.columns)[:5] == COLUMNS


@FAST
@given(rows=tables(st.sampled_from('ab ,;"\\\n')), mark=st.sampled_from(DELIMITERS))
def test_backslashed_quotes_come_back_or_are_set_aside(workshop, rows, mark):
    data = written(rows, mark=mark, quoting=csv.QUOTE_ALL, end="\n", escape="\\").encode()
    with refusal_allowed(), opened(workshop, data, delimiter=mark) as (engine, table):
        found = cells(engine, table)
        assert len(found) + len(table.rejected) == table.rows
        if '\\"' in data.decode() and not table.rejected and len(found) == len(rows):
            assert [row[0] for row in found] == [row[0] for row in rows]


damages = st.lists(
    st.tuples(
        st.sampled_from(["replace", "insert", "delete", "cut"]),
        st.integers(0, 10**6),
        st.binary(min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=6,
)


def damaged(data, damage):
    for kind, place, other in damage:
        at = place % max(len(data), 1)
        if kind == "replace":
            data = data[:at] + other + data[at + len(other) :]
        elif kind == "insert":
            data = data[:at] + other + data[at:]
        elif kind == "delete":
            data = data[:at] + data[at + len(other) :]
        else:
            end = data.find(b"\n", at)
            data = data[:at] + (data[end:] if end >= 0 else b"")
    return data


@settings(FAST, max_examples=150)
@given(damage=damages, mark=st.sampled_from(DELIMITERS), quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_damage_is_refused_or_every_record_is_accounted_for(workshop, damage, mark, quoting):
    data = damaged(written(SOUND, mark=mark, quoting=quoting, end="\n", escape=None).encode(), damage)
    with refusal_allowed(), opened(workshop, data) as (engine, table):
        got = engine.rows(render("SELECT count(*) FROM ({query})", query=table.query))[0][0]
        assert got + len(table.rejected) == table.rows
        header, *lines = data.split(b"\n")
        if b'"' not in data and b"\r" not in data and header == mark.join(COLUMNS).encode():
            blanks = b" \t".replace(mark.encode(), b"")
            assert table.rows == sum(1 for line in lines if line.strip(blanks) and line.strip(mark.encode()))
        assert len(engine.rows(table.located)) == got


@settings(FAST, max_examples=60)
@given(damage=damages)
def test_damaged_json_is_refused_or_every_line_is_accounted_for(workshop, damage):
    lines = (f'{{"order_id": "{o}", "customer_id": "{c}", "amount": {a}}}\n' for o, c, _, a, _ in SOUND)
    data = damaged("".join(lines).encode(), damage)
    with refusal_allowed(), opened(workshop, data, "f.jsonl") as (engine, table):
        got = engine.rows(render("SELECT count(*) FROM ({query})", query=table.query))[0][0]
        assert got + len(table.rejected) == table.rows
        if table.assumed["format"] == "json lines":
            assert table.rows == sum(1 for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip())
