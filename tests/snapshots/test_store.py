from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from quintile.errors import StoreError
from quintile.snapshots.disk import checksums
from quintile.snapshots.store import Store
from tests.snapshots.publisher import (
    STARTED,
    add,
    complete,
    current,
    fill,
    first_line,
    publish,
    start,
    store_at,
    text_of,
)


def hidden(root: Path) -> list[str]:
    """What a finished store must not hold: rooms of runs."""
    return sorted(path.name for path in (root / "snapshots").iterdir() if path.name.startswith((".writing", ".gone")))


def test_a_published_snapshot_is_found_through_the_pointer_and_at_the_top(tmp_path):
    home = publish(tmp_path, "2025-06-01")
    assert home == tmp_path / "snapshots" / "2025-06-01" == store_at(tmp_path).current()
    assert complete(home)
    assert str((tmp_path / "current").readlink()) == "snapshots/2025-06-01"
    assert str((tmp_path / "customers.csv").readlink()) == "current/customers.csv"
    assert (tmp_path / "segments.csv").read_text() == text_of("segments.csv", "2025-06-01")
    assert hidden(tmp_path) == []


def test_before_the_first_run_there_is_no_snapshot(tmp_path):
    assert store_at(tmp_path / "missing").current() is None
    assert store_at(tmp_path).current() is None
    assert list(tmp_path.iterdir()) == []


def test_a_project_store_has_no_links_at_the_top(tmp_path):
    with Store(tmp_path).writing("run", started=STARTED) as draft:
        fill(draft.folder, "a")
        draft.publish("a")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "snapshots"]


def test_publishing_again_moves_the_pointer_and_keeps_the_old_snapshot(tmp_path):
    old = publish(tmp_path, "a")
    before = checksums(old)
    publish(tmp_path, "b")
    assert checksums(old) == before
    assert (tmp_path / "customers.csv").read_text() == text_of("customers.csv", "b")


def test_a_folder_moved_elsewhere_still_works(tmp_path):
    publish(tmp_path / "here", "a")
    (tmp_path / "here").rename(tmp_path / "there")
    assert complete(current(tmp_path / "there"))
    assert (tmp_path / "there" / "customers.csv").read_text() == text_of("customers.csv", "a")


def test_equal_files_under_the_same_id_change_nothing(tmp_path):
    first = publish(tmp_path, "a")
    inode = (first / "customers.csv").stat().st_ino
    assert publish(tmp_path, "a", "other") == first
    assert (first / "customers.csv").stat().st_ino == inode
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == [".lock", "a"]


def test_other_files_under_the_same_id_get_a_number_and_replace_nothing(tmp_path):
    publish(tmp_path, "a")
    homes = []
    for content in ("x", "y", "x", "a"):
        with store_at(tmp_path).writing("run", started=STARTED) as draft:
            fill(draft.folder, content)
            homes.append(draft.publish("a").name)
    assert homes == ["a-2", "a-3", "a-2", "a"]
    assert complete(current(tmp_path))


def test_past_snapshots_are_added_without_moving_the_pointer(tmp_path):
    publish(tmp_path, "now")
    inode = (tmp_path / "snapshots" / "now" / "customers.csv").stat().st_ino
    assert add(tmp_path, ["past", "now", "past", "older"]) == ["past", "now", "past", "older"]
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == [".lock", "now", "older", "past"]
    assert all(complete(tmp_path / "snapshots" / name) for name in ("past", "older"))
    assert (tmp_path / "snapshots" / "now" / "customers.csv").stat().st_ino == inode
    assert current(tmp_path).name == "now"


def test_other_files_of_a_past_snapshot_get_a_number(tmp_path):
    add(tmp_path, ["past"])
    with store_at(tmp_path).writing("run", started=STARTED) as draft:
        fill(draft.folder, "other")
        draft.clear()
        assert list(draft.folder.iterdir()) == []
        fill(draft.folder, "another")
        assert draft.add("past").name == "past-2"
    assert (tmp_path / "snapshots" / "past-2" / "segments.csv").read_text() == text_of("segments.csv", "another")
    assert store_at(tmp_path).current() is None


def test_a_link_whose_file_is_no_longer_made_goes_away(tmp_path):
    publish(tmp_path, "a")
    with store_at(tmp_path).writing("run", started=STARTED) as draft:
        (draft.folder / "customers.csv").write_text("only")
        draft.publish("b")
    assert not os.path.lexists(tmp_path / "segments.csv")
    assert (tmp_path / "customers.csv").read_text() == "only"


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_interrupted_run_leaves_what_was_there(tmp_path, end):
    publish(tmp_path, "a")
    before = checksums(tmp_path)

    def be_interrupted() -> None:
        with store_at(tmp_path).writing("run", started=STARTED) as draft:
            fill(draft.folder, "b")
            raise end

    with pytest.raises(end):
        be_interrupted()
    assert checksums(tmp_path) == before
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("stage", ["store.marked", "store.renamed", "store.linked"])
def test_an_interrupt_while_publishing_takes_everything_back(tmp_path, monkeypatch, stage):
    def interrupt(passed: str) -> None:
        if passed == stage:
            raise KeyboardInterrupt

    monkeypatch.setattr("quintile.snapshots.store.fail_point", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path, "a")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["snapshots"]
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == [".lock"]


def test_a_run_that_publishes_nothing_leaves_nothing(tmp_path):
    with store_at(tmp_path).writing("run", started=STARTED) as draft:
        fill(draft.folder, "a")
    assert store_at(tmp_path).current() is None
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", "a b", ".hidden", "-a", "a\n", "ä", "a" * 101])
def test_an_id_that_is_no_safe_folder_name_is_refused(tmp_path, name):
    with pytest.raises(ValueError, match="cannot name"), store_at(tmp_path).writing(name, started=STARTED):
        pass
    with pytest.raises(ValueError, match="cannot name"):
        publish(tmp_path, name)
    assert store_at(tmp_path).current() is None


@pytest.mark.parametrize("name", ["customers.csv", "segments.csv", "current"])
@pytest.mark.parametrize("kind", ["file", "folder", "link", "dead link"])
def test_a_foreign_file_is_never_overwritten(tmp_path, name, kind):
    foreign, elsewhere = tmp_path / "out" / name, tmp_path / "elsewhere"
    foreign.parent.mkdir()
    elsewhere.write_text("mine")
    if kind == "folder":
        foreign.mkdir()
    elif kind == "file":
        foreign.write_text("mine")
    else:
        foreign.symlink_to(elsewhere if kind == "link" else "nowhere")
    with pytest.raises(StoreError, match=f"'{name}' is already there") as refused:
        publish(tmp_path / "out", "a")
    assert refused.value.place.file == str(foreign)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]
    assert elsewhere.read_text() == "mine"


def test_a_foreign_file_that_comes_during_the_run_is_not_overwritten_either(tmp_path):
    def meet_a_new_file() -> None:
        with store_at(tmp_path).writing("run", started=STARTED) as draft:
            fill(draft.folder, "a")
            (tmp_path / "customers.csv").write_text("mine")
            draft.publish("a")

    with pytest.raises(StoreError, match=r"'customers\.csv' is already there"):
        meet_a_new_file()
    assert (tmp_path / "customers.csv").read_text() == "mine"
    assert store_at(tmp_path).current() is None


def test_foreign_files_of_other_names_are_left_alone(tmp_path):
    (tmp_path / "orders.csv").write_text("mine")
    (tmp_path / "snapshots" / "holiday").mkdir(parents=True)
    publish(tmp_path, "a")
    assert (tmp_path / "orders.csv").read_text() == "mine"
    assert (tmp_path / "snapshots" / "holiday").is_dir()


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_where_the_folder_should_be_is_an_error(tmp_path, below):
    (tmp_path / "out").write_text("mine")
    root = tmp_path / "out" / below
    with pytest.raises(StoreError, match=r"cannot use .* for results: (Not a directory|File exists)"):
        publish(root, "a")
    assert (tmp_path / "out").read_text() == "mine"
    assert store_at(root).current() is None


def test_a_snapshot_removed_by_hand_is_told_and_a_new_run_mends_it(tmp_path):
    home = publish(tmp_path, "a")
    home.rename(tmp_path / "taken away")
    with pytest.raises(StoreError, match="the published snapshot 'a' is gone"):
        store_at(tmp_path).current()
    assert complete(publish(tmp_path, "a"))


@pytest.mark.parametrize(
    "name",
    ["with space", "it's", 'q"uote', "[a-z]*?", "-rf", "ünï", "a\nb", "$HOME", "%s{0}", "~", "back\\slash", "x" * 200],
)
def test_any_folder_name_works(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for root in (Path(name), tmp_path / "parents made" / name):
        publish(root, "a")
        publish(root, "b")
        assert complete(current(root))
        assert (root / "customers.csv").read_text() == text_of("customers.csv", "b")


def test_readers_never_meet_a_mixture_or_an_error(tmp_path):
    publish(tmp_path, "s0")
    faults: list[object] = []
    read: list[str] = []

    def keep_reading() -> None:
        for _ in range(200):
            try:
                # Many looks at the pointer for each look at the files: its swap is over in microseconds.
                home = [current(tmp_path) for _ in range(100)][-1]
                if not complete(home):
                    faults.append(home)
                read.append((tmp_path / "customers.csv").read_text().split()[1])
            except Exception as error:  # noqa: BLE001 - whatever a reader meets is the finding
                faults.append(error)

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    with start(tmp_path, "writer", "publish", *(f"s{count}" for count in range(1, 1000))) as writer:
        assert first_line(writer) == "started\n"
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        writer.kill()
    assert faults == []
    assert len(read) == 600
    assert len(set(read)) > 5, "the readers saw too few publishes to prove anything"


def test_a_reader_that_holds_a_snapshot_keeps_it(tmp_path):
    publish(tmp_path, "a")
    home = current(tmp_path)
    for count in range(5):
        publish(tmp_path, f"b{count}")
    assert complete(home)
