"""Which snapshot a person means, by date, by what was known, or by its own name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from quintile.domain.snapshot import Snapshot, as_now_known, chosen
from quintile.errors import SettingsError


def snapshot(as_of, known, *, is_current=False):
    return Snapshot(f"{as_of[:10]}-{known:012}", as_of, known, "m", Path("snapshots"), is_current)


MARCH, MARCH_AGAIN = snapshot("2025-03-01", 1), snapshot("2025-03-01", 3)
JUNE = snapshot("2025-06-01T12:00:00", 2, is_current=True)
SERIES = [MARCH, JUNE, MARCH_AGAIN]


def test_of_each_date_the_snapshot_that_knew_most_counts():
    assert as_now_known(SERIES) == [MARCH_AGAIN, JUNE]


def test_the_published_one_counts_before_an_equal_one():
    other = Snapshot("2025-06-01-z", JUNE.as_of, 2, "n", Path("snapshots"))
    assert as_now_known([JUNE, other]) == [JUNE]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("first", MARCH_AGAIN),
        ("last", JUNE),
        ("2025-03-01", MARCH_AGAIN),
        ("2025-03-01@1", MARCH),
        (MARCH.id, MARCH),
        ("2025-06-01", JUNE),
        ("2025-06-01T12:00:00", JUNE),
    ],
)
def test_a_snapshot_is_found_by_whatever_names_it(wanted, found):
    assert chosen(SERIES, wanted) == found


def test_a_snapshot_knows_its_day_and_its_spoken_name():
    assert (JUNE.day, JUNE.spoken) == (date(2025, 6, 1), "2025-06-01T12:00:00@2")


def test_a_date_without_a_snapshot_names_those_that_there_are():
    with pytest.raises(SettingsError, match="no snapshot '2025-04-01'") as caught:
        chosen(SERIES, "2025-04-01")
    assert "2025-03-01, 2025-06-01T12:00:00" in caught.value.fix


def test_an_empty_project_says_how_to_publish_the_first():
    with pytest.raises(SettingsError, match="no snapshot yet"):
        chosen([], "last")
