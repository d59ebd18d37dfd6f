from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest

from quintile.domain.fail_point import STAGES
from quintile.snapshots.store import Store
from tests.snapshots.publisher import (
    KILLED,
    STARTED,
    add,
    complete,
    current,
    fill,
    first_line,
    keep,
    publish,
    start,
    store_at,
)

if TYPE_CHECKING:
    from pathlib import Path

NOT_PUBLISHED, PUBLISHED = "old", "new"

# Where the run is killed -> which snapshot is the current one then, and what the next run says of it.
KILLS = {
    "store.locked:1": (NOT_PUBLISHED, []),
    "store.cleaned:1": (NOT_PUBLISHED, []),
    "store.drafted:1": (NOT_PUBLISHED, ["writing"]),
    "store.entry_synced:1": (NOT_PUBLISHED, ["writing"]),
    "store.entry_synced:2": (NOT_PUBLISHED, ["writing"]),
    "store.folder_synced:1": (NOT_PUBLISHED, ["writing"]),
    "store.marked:1": (NOT_PUBLISHED, ["publishing"]),
    "store.renamed:1": (NOT_PUBLISHED, ["publishing"]),
    "store.linked:1": (NOT_PUBLISHED, ["publishing"]),
    "store.linked:2": (NOT_PUBLISHED, ["publishing"]),
    "store.swapped:1": (PUBLISHED, ["published"]),
    "store.durable:1": (PUBLISHED, ["published"]),
    "store.discarding:1": (PUBLISHED, ["published"]),
    "store.discarded:1": (PUBLISHED, []),
}
KILLS_OF_A_REPEAT = {
    "store.marked:1": (NOT_PUBLISHED, ["publishing"]),
    "store.set_aside:1": (NOT_PUBLISHED, ["publishing"]),
    "store.swapped:1": (PUBLISHED, ["published"]),
    "store.discarding:1": (PUBLISHED, ["published"]),
    "store.discarded:1": (PUBLISHED, []),
}
KILLS_OF_A_CLEANING = ("store.retracted:1", "store.discarding:1", "store.discarded:1")


# Where the run is killed -> how many of its files the store keeps then.
KILLS_OF_A_KEEPER = {
    "store.folder_synced:1": 0,
    "store.marked:1": 0,
    "store.kept:1": 1,
    "store.kept:2": 2,
    "store.renamed:1": 2,
    "store.swapped:1": 2,
}


# Where a run that adds two past snapshots is killed -> how many of them stand then, and what the next run says of it.
KILLS_OF_A_HISTORY = {
    "store.drafted:1": (0, ["writing"]),
    "store.entry_synced:2": (0, ["writing"]),
    "store.folder_synced:1": (0, ["writing"]),
    "store.added:1": (1, ["adding"]),
    "store.entry_synced:3": (1, ["adding"]),
    "store.folder_synced:2": (1, ["adding"]),
    "store.added:2": (2, ["adding"]),
    "store.discarding:1": (2, ["adding"]),
    "store.discarded:1": (2, []),
}


def publish_unlinked(root: Path, snapshot_id: str) -> None:
    """Publish without links at the top, so that the next run has links to make."""
    with Store(root).writing("before", started=STARTED) as draft:
        fill(draft.folder, snapshot_id)
        draft.publish(snapshot_id)


def kill_at(root: Path, place: str, *snapshot_ids: str, mode: str = "publish") -> None:
    with start(root, "killed", mode, *snapshot_ids, fail_at=place) as run:
        _, complaints = run.communicate(timeout=20)
    assert (run.returncode, complaints) == (KILLED, "")


def visible(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "snapshots").iterdir() if path.name != ".lock")


def stages_told_by_next_run(root: Path) -> list[str]:
    """The next run, with the same input as the killed one, has to work; what does it say of the killed one?"""
    with store_at(root).writing("next", started=STARTED) as draft:
        assert [run.run_id for run in draft.stopped] == ["killed"] * len(draft.stopped)
        fill(draft.folder, "new")
        assert complete(draft.publish("new"))
    return [run.stage for run in draft.stopped]


def test_every_place_of_the_store_is_killed():
    places = (*KILLS, *KILLS_OF_A_REPEAT, *KILLS_OF_A_CLEANING, *KILLS_OF_A_KEEPER, *KILLS_OF_A_HISTORY)
    killed = {place.split(":")[0] for place in places}
    assert killed == {stage for stage in STAGES if stage.startswith("store.")}


@pytest.mark.parametrize("place", KILLS)
def test_a_kill_leaves_the_old_or_the_new_snapshot_and_the_next_run_cleans_up(tmp_path, place):
    shown, told = KILLS[place]
    publish_unlinked(tmp_path, "old")
    kill_at(tmp_path, place, "new")
    assert current(tmp_path).name == shown
    assert complete(current(tmp_path))
    assert stages_told_by_next_run(tmp_path) == told
    assert visible(tmp_path) == ["new", "old"]


@pytest.mark.parametrize("place", KILLS)
def test_a_kill_of_the_first_run_leaves_all_or_nothing(tmp_path, place):
    shown, told = KILLS[place]
    kill_at(tmp_path, place, "new")
    home = store_at(tmp_path).current()
    assert (home is None) is (shown == NOT_PUBLISHED)
    assert home is None or complete(home)
    assert (tmp_path / "customers.csv").exists() is (shown == PUBLISHED)
    assert (tmp_path / "segments.csv").exists() is (shown == PUBLISHED)
    assert stages_told_by_next_run(tmp_path) == told
    assert visible(tmp_path) == ["new"]


@pytest.mark.parametrize("place", KILLS_OF_A_REPEAT)
def test_a_kill_while_an_equal_snapshot_is_published_again_keeps_every_snapshot(tmp_path, place):
    shown, told = KILLS_OF_A_REPEAT[place]
    publish(tmp_path, "new")
    publish(tmp_path, "old")
    kill_at(tmp_path, place, "new")
    assert current(tmp_path).name == shown
    with store_at(tmp_path).writing("next", started=STARTED) as draft:
        pass
    assert [run.stage for run in draft.stopped] == told
    assert visible(tmp_path) == ["new", "old"]
    assert complete(tmp_path / "snapshots" / "new")


@pytest.mark.parametrize("place", KILLS_OF_A_KEEPER)
def test_files_that_outlive_a_snapshot_come_with_it_or_not_at_all(tmp_path, place):
    kept = tmp_path / "ledger"
    keep(tmp_path, "old")
    before = sorted(kept.iterdir())
    kill_at(tmp_path, place, "new", mode="keep")
    assert len(list(kept.iterdir())) == len(before) + KILLS_OF_A_KEEPER[place]
    with store_at(tmp_path).writing("next", started=STARTED):
        pass
    named = [kept / f"{name}-{number}" for name in {"old", current(tmp_path).name} for number in (1, 2)]
    assert sorted(kept.iterdir()) == sorted(named)


def test_a_kept_file_that_is_there_already_is_not_taken_back(tmp_path):
    keep(tmp_path, "new")
    publish(tmp_path, "old")
    kill_at(tmp_path, "store.set_aside:1", "new", mode="keep")
    with store_at(tmp_path).writing("next", started=STARTED):
        pass
    assert [path.read_text() for path in sorted((tmp_path / "ledger").iterdir())] == ["new", "new"]


@pytest.mark.parametrize("place", KILLS_OF_A_HISTORY)
def test_a_kill_while_past_snapshots_are_added_leaves_whole_ones_and_the_pointer(tmp_path, place):
    standing, told = KILLS_OF_A_HISTORY[place]
    publish(tmp_path, "now")
    kill_at(tmp_path, place, "old", "older", mode="add")
    with store_at(tmp_path).writing("next", started=STARTED) as draft:
        pass
    assert [run.stage for run in draft.stopped] == told
    assert visible(tmp_path) == sorted(["now", *["old", "older"][:standing]])
    assert add(tmp_path, ["old", "older"]) == ["old", "older"]
    assert visible(tmp_path) == ["now", "old", "older"]
    assert all(complete(tmp_path / "snapshots" / name) for name in visible(tmp_path))
    assert current(tmp_path).name == "now"


@pytest.mark.parametrize("place", KILLS_OF_A_CLEANING)
def test_a_cleaning_that_is_killed_is_finished_by_the_next_run(tmp_path, place):
    publish(tmp_path, "old")
    kill_at(tmp_path, "store.renamed:1", "new")
    kill_at(tmp_path, place, "new")
    assert current(tmp_path).name == "old"
    stages_told_by_next_run(tmp_path)
    assert visible(tmp_path) == ["new", "old"]


def test_a_snapshot_that_was_never_published_does_not_take_the_id_from_other_files(tmp_path):
    kill_at(tmp_path, "store.renamed:1", "new")
    with store_at(tmp_path).writing("next", started=STARTED) as draft:
        fill(draft.folder, "mended")
        assert draft.publish("new").name == "new"


def test_leftovers_that_were_touched_by_hand_do_not_stop_the_next_run(tmp_path):
    kill_at(tmp_path, "store.renamed:1", "new")
    (tmp_path / "snapshots" / "new").rename(tmp_path / "taken away")
    (tmp_path / "snapshots" / ".writing-killed" / "holder.json").write_text("{")
    with store_at(tmp_path).writing("next", started=STARTED) as draft:
        pass
    assert [str(run) for run in draft.stopped] == [
        "run 'killed' was stopped while publishing; nothing of it became visible and its files were removed"
    ]


def test_kills_at_any_moment_never_leave_half_a_snapshot(tmp_path):
    moments = random.Random(20250601)
    publish(tmp_path, "first")
    published, leftovers = ["first"], 0
    for round_ in range(30):
        ids = [f"r{round_}-{count}" for count in range(300)]
        with start(tmp_path, "killed", "publish", *ids) as run:
            assert first_line(run) == "started\n"
            time.sleep(moments.uniform(0, 0.06))
            run.kill()
        home = current(tmp_path)
        assert complete(home)
        with store_at(tmp_path).writing("next", started=STARTED) as draft:
            leftovers += len(draft.stopped)
        done = ids[: ids.index(home.name) + 1] if home.name in ids else []
        published += done
        assert visible(tmp_path) == sorted(published)
    assert all(complete(tmp_path / "snapshots" / name) for name in published)
    assert leftovers > 5, "too few kills struck a run at work to prove anything"
