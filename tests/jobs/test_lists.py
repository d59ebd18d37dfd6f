"""Lists: every customer in exactly one, as customers.csv shows them; what is not ours stays."""

from __future__ import annotations

import csv
import json

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs.lists import INDEX, lists
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.export.hostile import NAMES, hostile_results
from tests.jobs.regulars import AS_OF, write_regulars
from tests.jobs.shop import wish_for, write_shop


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("regulars")
    run(Wish(sources=[write_regulars(folder)], settings=read_settings(None, {}), as_of=AS_OF), folder / "out")
    return folder / "out"


def read(file, encoding="utf-8"):
    with file.open(encoding=encoding, newline="") as opened:
        return list(csv.DictReader(opened))


def test_the_lists_together_are_customers_csv(results, tmp_path):
    written = lists(tmp_path / "lists", results)
    everybody = read(results / "customers.csv")
    report = json.loads((results / "run.json").read_text(encoding="utf-8"))
    assert [one.segment for one in written] == report["ranking"]
    for one in written:
        assert read(one.file) == [row for row in everybody if row["segment"] == one.segment]
        assert one.file.read_text(encoding="utf-8").splitlines()[0] == ",".join(everybody[0])
    assert sum(one.customers for one in written) == len(everybody) == 60
    assert all(row["customer_id"].startswith("'=c") for one in written for row in read(one.file))


def test_the_index_names_every_list_with_its_customers(results, tmp_path):
    written = lists(tmp_path, results)
    index = read(tmp_path / INDEX)
    assert [(line["segment"], tmp_path / line["file"], int(line["customers"])) for line in index] == [
        (one.segment, one.file, len(read(one.file))) for one in written
    ]
    assert {line["as_of"] for line in index} == {"2025-07-01"}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([INDEX, *(line["file"] for line in index)])


def test_one_segment_alone_leaves_the_others(results, tmp_path):
    lists(tmp_path, results)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    [one] = lists(tmp_path, results, segment="  at  RISK ")
    assert (one.segment, one.file.name) == ("At Risk", "at-risk.csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_one_segment_alone_has_the_name_it_has_among_all(results, tmp_path):
    [one] = lists(tmp_path / "one", results, segment="Champions")
    assert [path.name for path in sorted((tmp_path / "one").iterdir())] == ["champions.csv", INDEX]
    assert len(read(one.file)) == one.customers


def test_a_mark_is_written_where_it_is_wanted(results, tmp_path):
    marked = lists(tmp_path / "marked", results, segment="Champions", mark=True)[0].file.read_bytes()
    plain = lists(tmp_path / "plain", results, segment="Champions")[0].file.read_bytes()
    assert marked == b"\xef\xbb\xbf" + plain


def test_lists_of_segments_that_are_no_more_are_removed(results, tmp_path):
    other = tmp_path / "other"
    run(wish_for(write_shop(tmp_path), {"model": {"scheme": "rf-10"}}), other)
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "notes.txt").write_text("mine", encoding="utf-8")
    lists(tmp_path / "lists", other)
    assert (tmp_path / "lists" / "can-t-lose-them.csv").exists()
    written = lists(tmp_path / "lists", results)
    assert {path.name for path in (tmp_path / "lists").iterdir()} == {
        "notes.txt",
        INDEX,
        *(one.file.name for one in written),
    }


@pytest.mark.parametrize("name", ["champions.csv", INDEX])
def test_a_file_of_another_kind_is_not_overwritten(results, tmp_path, name):
    (tmp_path / name).write_text("mine\n", encoding="utf-8")
    with pytest.raises(SettingsError) as raised:
        lists(tmp_path, results)
    assert raised.value.place.file == str(tmp_path / name)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine\n"]


def test_an_index_cannot_have_files_elsewhere_removed(results, tmp_path):
    folder = tmp_path / "lists"
    lists(folder, results)
    for name in ("../mine.csv", str(tmp_path / "mine.csv"), INDEX):
        (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
        with (folder / INDEX).open("a", encoding="utf-8") as index:
            index.write(f"X,{name},1,2025-07-01,S\n")
        lists(folder, results)
        assert (tmp_path / "mine.csv").exists()
        assert (folder / INDEX).exists()


def test_segments_with_any_name_have_their_list(tmp_path):
    written = lists(tmp_path / "lists", hostile_results(tmp_path))
    assert [one.segment for one in written] == [*NAMES, "Unclassified"]
    assert len({one.file for one in written}) == len(written)
    assert [len(read(one.file)) for one in written] == [one.customers for one in written]
    assert sum(one.customers for one in written) > 0


def test_a_project_gives_ids(tmp_path):
    run(wish_for(write_shop(tmp_path)), tmp_path / "project", in_project=True)
    written = lists(tmp_path / "lists", project=tmp_path / "project")
    assert sorted(row["customer_id"] for one in written for row in read(one.file)) == ["A", "B", "C"]


def test_a_segment_that_is_not_there_names_the_near_miss(results, tmp_path):
    with pytest.raises(SettingsError, match="no segment 'Champion'") as raised:
        lists(tmp_path, results, segment="Champion")
    assert raised.value.fix.startswith("write 'Champions'. Segments: Champions, ")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_a_file_is_named(results, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="is a file, not a folder"):
        lists(tmp_path / "file", results)
