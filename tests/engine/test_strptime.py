"""Times of a format are those that DuckDB's own function reads: both are run by DuckDB."""

from __future__ import annotations

import pytest
import sqlglot

from quintile.engine.render import Sql, literal, render
from quintile.engine.strptime import parsed_time
from quintile.errors import SettingsError

CALL = "try_strptime({text}, {form})"


def both(engine, text, form):
    """What DuckDB reads, and what is read in its stead."""
    call = render(CALL, text=literal(text), form=literal(form))
    told = Sql(parsed_time(sqlglot.parse_one(call, read="duckdb")).sql("duckdb"))
    return engine.rows(render("SELECT CAST({call} AS VARCHAR), CAST({told} AS VARCHAR)", call=call, told=told))[0]


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("%d/%m/%y", ("31/01/25", "1/2/68", "1/2/69", "30/02/24", "x", "31/01/2025", "")),
        ("%Y-%m-%d %H:%M:%S.%f", ("2025-01-31 10:11:12.5", "2025-1-1 1:2:3.123456", "2025-01-31 24:00:00.0")),
        ("%Y%m%d", ("20250131", "20251301")),
        ("%d-%b-%y %H:%M", ("31-Jan-25 10:11", "28-feb-24 1:2", "28-february-24 01:02", "1-xyz-24 01:02")),
        ("%B %-d, %Y", ("September 3, 2025", "SEPTEMBER 03, 2025", "Sep 3, 2025")),
        ("%A %d.%m.%Y", ("Friday 31.01.2025", "Fri 31.01.2025")),
        ("%d %I:%M %p", ("1 12:05 am", "1 12:05 PM", "1 01:05 pm", "1 13:05 pm")),
        ("%d %H %p", ("1 1 pm", "1 13 pm")),
        ("%Y-%m-%d %H:%M:%S.%g", ("2025-01-31 10:11:12.5", "2025-01-31 10:11:12.5555")),
        ("%Y-%m-%d %H:%M %z", ("2025-01-01 10:00 +02:00", "2025-01-01 10:00 -0530", "2025-01-01 10:00 +02", "x")),
        ("100%%%d", ("100%7", "1007")),
        ("%d %m %Y", ("1  2 2025",)),
    ],
)
def test_a_format_means_what_it_means_to_duckdb(engine, form, texts):
    for text in texts:
        own, told = both(engine, text, form)
        assert told == own, text


@pytest.mark.parametrize("form", ["%Y-%j", "%H:%M %Z"])
def test_what_only_duckdb_reads_is_refused(engine, form):
    with pytest.raises(SettingsError, match="only DuckDB reads"):
        both(engine, "x", form)
