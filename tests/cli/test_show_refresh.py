from __future__ import annotations

from quintile.cli.show.refresh import refreshed

SOURCE = {"rows_in": 50, "rows_kept": 10, "rows_quarantined": 0, "rows_deduplicated": 40, "rows_excluded": 0}
REFRESH = {"mode": "append", "source": SOURCE, "known_rows": 1000, "corrected_rows": 0, "late_rows": 0}


def test_a_refresh_is_told_in_one_line():
    assert str(refreshed(REFRESH)) == "Of 50 rows, beside 1,000 rows in the ledger: 10 new, 40 known already"
    assert str(refreshed(REFRESH | {"corrected_rows": 3})).endswith("7 new, 40 known already, 3 corrected")


def test_rows_of_erased_people_are_not_new():
    told = str(refreshed(REFRESH | {"source": SOURCE | {"rows_kept": 6, "rows_excluded": 4}, "erased_rows": 3}))
    assert told.endswith("7 new, 40 known already, 3 of people who were erased")


def test_a_full_extract_tells_what_vanished():
    told = str(refreshed(REFRESH | {"mode": "full", "vanished_orders": 1}))
    assert told == "A full extract of 50 rows takes the place of 1,000 rows; 1 order vanished"


def test_a_first_source_has_nothing_to_tell():
    assert refreshed(None) is None
    assert refreshed(REFRESH | {"known_rows": 0}) is None
