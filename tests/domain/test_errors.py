from __future__ import annotations

import copy
import pickle

import pytest

from quintile.errors import DataError, Place, QuintileError, SettingsError, StoreBusyError

WRONG = [
    DataError("bad_date", "a date cannot be read", fix="mend it", place=Place("a.csv", 3, "day", like="x")),
    SettingsError("scale", "no such scale", fix="write --scale 5"),
    StoreBusyError("store", "another run writes", fix="wait"),
]


@pytest.mark.parametrize("error", WRONG, ids=[error.code for error in WRONG])
def test_an_error_goes_whole_into_copies_and_other_processes(error: QuintileError) -> None:
    for again in (copy.deepcopy(error), pickle.loads(pickle.dumps(error))):
        assert type(again) is type(error)
        assert (str(again), again.as_dict(), again.exit_code) == (str(error), error.as_dict(), error.exit_code)
        assert again.place.like == error.place.like
