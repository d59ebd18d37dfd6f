"""A project's own ledger is measured and compared as its sources would be, and stays as it is."""

from __future__ import annotations

from datetime import date

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs.recommend import recommend
from quintile.jobs.run import run
from quintile.jobs.whatif import whatif
from quintile.jobs.workplace.wish import Wish
from tests.jobs.regulars import AS_OF, write_regulars


def wish_of(*sources, settings=None, **more):
    return Wish(sources=sources, settings=read_settings(None, settings or {}), **more)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project of two sources, of which the second corrects and repeats rows of the first; and the rows that count."""
    folder = tmp_path_factory.mktemp("shop")
    header, *rows = write_regulars(folder).read_text(encoding="utf-8").splitlines()
    corrected = rows[20].rsplit(",", 1)[0] + ",999.00"
    parts = {"first.csv": rows[:120], "second.csv": [corrected, *rows[100:]]}
    parts["all.csv"] = [*rows[:20], corrected, *rows[21:]]
    for name, lines in parts.items():
        (folder / name).write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    for name in ("first.csv", "second.csv"):
        run(wish_of(folder / name, as_of=AS_OF), folder / "project", in_project=True)
    return folder


def files(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_changed_model_moves_whom_it_would_move_in_the_sources(shop):
    before = files(shop / "project")
    own = whatif(wish_of(project=shop / "project"), {"scheme": "rf-10", "scale": 5})
    assert own == whatif(wish_of(shop / "all.csv", as_of=AS_OF), {"scheme": "rf-10", "scale": 5})
    assert own["move"] > 0
    assert files(shop / "project") == before


def test_what_is_recommended_is_what_the_sources_would_have_recommended(shop):
    own = recommend(wish_of(project=shop / "project"))
    other = recommend(wish_of(shop / "all.csv", as_of=AS_OF))
    assert own == other | {"as_of_given": True}


def test_the_analysis_date_is_the_last_published_one_unless_another_is_asked_for(shop):
    later = date(2025, 8, 1)
    assert recommend(wish_of(project=shop / "project"))["as_of"] == AS_OF.isoformat()
    assert recommend(wish_of(project=shop / "project", as_of=later))["as_of"] == later.isoformat()


def test_a_clock_the_rows_were_not_read_by_is_refused(shop):
    settings = {"ledger": {"time_zone": "Europe/Istanbul"}}
    with pytest.raises(SettingsError, match="time_zone 'UTC'"):
        recommend(wish_of(project=shop / "project", settings=settings))


def test_a_project_without_orders_is_told(tmp_path):
    with pytest.raises(SettingsError, match="knows no order yet") as raised:
        whatif(wish_of(project=tmp_path), {"scheme": "rf-10"})
    assert raised.value.fix == f"give it a source first: quintile run SOURCE --project {tmp_path}"
