"""What a written-down query needs of its database is said at its head."""

from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.export.dialects import dialect_of
from quintile.export.sql_document import sql_document
from quintile.jobs.sql import model_of_sources
from quintile.jobs.workplace.wish import Wish

NEEDS = "Load the names of time zones"


@pytest.mark.parametrize(
    ("zone", "recency", "dialect", "is_said"),
    [
        ("Europe/Berlin", "elapsed", "mysql", True),
        ("Europe/Berlin", "calendar", "mysql", False),
        ("UTC", "elapsed", "mysql", False),
        ("Europe/Berlin", "elapsed", "postgres", False),
    ],
)
def test_mysql_is_told_to_know_time_zones_where_the_query_needs_them(zone, recency, dialect, is_said, tmp_path):
    orders = tmp_path / "orders.csv"
    orders.write_text("customer,order,time,amount\na,1,2025-01-01 10:00:00,5\nb,2,2025-01-02 11:00:00,6\n")
    settings = read_settings(None, {"ledger": {"time_zone": zone}, "model": {"recency": recency, "scale": 2}})
    text = sql_document(model_of_sources(Wish([orders], settings)).recipe, dialect_of(dialect))
    assert ("CONVERT_TZ" in text, NEEDS in text) == (is_said, is_said)
