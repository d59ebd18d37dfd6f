"""The page of a crosswalk: whole, in one file, its tables those of what was found, strangers' names texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.errors import SettingsError
from quintile.export.crosswalk import crosswalk_page
from quintile.jobs.crosswalk import crosswalk_results
from quintile.jobs.crosswalk_page import write_crosswalk
from tests.export.hostile import CANARY, NAMES, hostile_results
from tests.export.tables import number, tables
from tests.export.test_report import MOST_BYTES, Page


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    results = hostile_results(folder)
    return crosswalk_results(results, [str(folder / "ours.toml"), "six-27"])


@pytest.fixture(scope="module")
def page(found):
    return crosswalk_page(found, version="1.2.3")


def test_the_tables_under_the_pictures_are_what_was_found(found, page):
    [(_, rows)] = tables(page).values()
    flow = found["pairs"][0]["flow"]
    assert len(rows) == len(flow) > 4
    for row, line in zip(rows, flow, strict=True):
        assert row[:2] == [line["from"], line["to"]]
        assert number(row[2]) == line["customers"]
        assert abs(number(row[3]) - Decimal(line["customers_share"])) <= Decimal("0.0005")
        assert number(row[4]) == Decimal(line["revenue"])


def test_names_of_strangers_are_text_and_nobody_is_named(page):
    told = Page(page)
    assert {tag for tag, _ in told.elements}.isdisjoint({"img", "iframe"})
    assert [attributes.get("type") for tag, attributes in told.elements if tag == "script"] == [
        "application/json",
        None,
        None,
    ]
    assert all(name in "".join(told.text) for name in NAMES)
    assert CANARY not in page
    links = [attributes["href"] for _, attributes in told.elements if "href" in attributes]
    assert all(link.startswith("#") or link == "data:," for link in links)


def test_the_page_is_small_and_always_the_same(found, page):
    assert len(page.encode()) < MOST_BYTES
    assert crosswalk_page(found, version="1.2.3") == page


def test_the_file_is_written_whole_or_not_at_all(found, tmp_path):
    write_crosswalk(found, tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(SettingsError, match=r"the folder '.*nowhere' is not there"):
        write_crosswalk(found, tmp_path / "nowhere" / "page.html")
