"""A damaged file of the store is named by every job that meets it; the source is not to blame."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintile.config.read import read_settings
from quintile.domain.rhythm import Rhythm
from quintile.errors import StoreError
from quintile.jobs.cohorts import cohorts
from quintile.jobs.customer import customer
from quintile.jobs.forecast import forecast
from quintile.jobs.history import Dates, history
from quintile.jobs.kpis import kpis
from quintile.jobs.migration import Between, migration
from quintile.jobs.run import run
from quintile.jobs.verify import verify
from quintile.jobs.workplace.wish import Wish
from tests.jobs.grown import AS_OF, FIRST, grow

SETTINGS = read_settings(None, {"output": {"report": False}})
LATER = "order_id,customer_id,ordered_at,amount\nnew,C1,2025-06-30T10:00:00,5.00\n0-0,C0,2024-01-01T00:00:00,7.00\n"


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.fixture
def cut(grown):
    """``cut("orders")`` cuts all files of a room off, until the test ends."""
    sound = {}

    def cut_off(room):
        for file in (grown / "store" / room).rglob("*.parquet"):
            sound[file] = file.read_bytes()
            file.unlink()
            file.write_bytes(sound[file][: len(sound[file]) // 2])

    yield cut_off
    for file, content in sound.items():
        file.unlink()
        file.write_bytes(content)


def later(grown):
    file = grown.parent / "later.csv"
    file.write_text(LATER, encoding="utf-8")
    return run(Wish([file], SETTINGS, AS_OF, project=grown), grown, in_project=True)


JOBS = {
    "history": lambda grown: history(grown, SETTINGS, Dates(Rhythm.parse("7d"), FIRST)),
    "customer": lambda grown: customer(grown, "C1", SETTINGS),
    "forecast": lambda grown: forecast(grown, SETTINGS.engine),
    "migration": lambda grown: migration(grown, Between("first", "last")),
    "cohorts": cohorts,
    "kpis": lambda grown: kpis(grown, SETTINGS),
    "run": later,
}


@pytest.mark.parametrize(
    ("job", "room"), [*((job, "orders") for job in JOBS if job != "kpis"), ("kpis", "snapshots"), ("run", "ledger")]
)
def test_the_file_is_named(grown, cut, job, room):
    cut(room)
    with pytest.raises(StoreError, match="a file of the store is damaged") as raised:
        JOBS[job](grown)
    assert raised.value.place.file is not None
    assert Path(raised.value.place.file).is_relative_to(grown / "store" / room)
    assert "restore the file from a copy" in raised.value.fix


def test_verify_names_each_file_once(grown, cut):
    cut("ledger")
    places = [problem["file"] for problem in verify(grown, SETTINGS)["problems"]]
    assert places
    assert len(places) == len({*places})
    assert all(place.startswith("store/ledger/") for place in places)
