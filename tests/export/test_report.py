"""The page: every number is one of run.json, no person is named, nothing of a stranger becomes HTML."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from quintile.export.past import Past
from quintile.export.report import report_page
from quintile.playbook.load import plays_of
from quintile.segments.load import load_scheme, parse_scheme
from tests.export.hostile import CANARY, NAMES, hostile_results

MOST_BYTES = 2_000_000
VOID = {"meta", "link", "img", "br", "rect"}


class Page(HTMLParser):
    """What stands in a page: its elements with their attributes, its figures, its cells of numbers, its text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.figures, self.cells, self.text = [], [], [], []
        self._open, self._pictures = [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag in VOID:
            return
        self._open.append((tag, attributes, len(self.text)))
        self._pictures += tag == "figure"

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        opened, attributes, start = self._open.pop()
        assert opened == tag
        self._pictures -= tag == "figure"
        text = "".join(self.text[start:])
        if tag == "data":
            self.figures.append((attributes, text))
        if tag == "td" and attributes.get("class", "").startswith("n") and not self._pictures:
            self.cells.append((text, any(one[0] == "data" for one in self.elements[-4:])))

    def handle_data(self, data):
        if not self._open or self._open[-1][0] not in {"script", "style"}:
            self.text.append(data)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return hostile_results(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def report(results):
    return json.loads((results / "run.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(results):
    return (results / "report.html").read_text(encoding="utf-8")


def at(report, pointer):
    found = report
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        found = found[int(key) if isinstance(found, list) else key]
    return found


def shown(text):
    """What a figure's text says as a number; a share as a part of one."""
    number = Decimal(text.rstrip("%").replace(",", ""))
    return number / 100 if text.endswith("%") else number


def expected(report, attributes):
    if "data-at" in attributes:
        return Decimal(str(at(report, attributes["data-at"])))
    if "data-length" in attributes:
        return Decimal(len(at(report, attributes["data-length"])))
    return Decimal(sum(at(report, pointer) for pointer in attributes["data-sum"].split()))


def test_every_figure_is_that_of_run_json(report, page):
    figures = Page(page).figures
    assert len(figures) > 100
    for attributes, text in figures:
        value = expected(report, attributes)
        assert Decimal(attributes["value"]) == value
        if text.endswith("%"):
            assert abs(shown(text) - value) <= Decimal("0.0005")
        else:
            assert abs(shown(text)) == abs(value)


def test_every_cell_of_a_number_is_a_figure(page):
    cells = Page(page).cells
    assert len(cells) > 40
    assert [text for text, is_figure in cells if text.strip(" \u2013") and not is_figure] == []


def test_every_customer_is_in_the_table_of_segments(report, page):
    figures = [attributes for attributes, _ in Page(page).figures]
    counted = {one["data-at"]: one["value"] for one in figures if "data-at" in one}
    customers = [int(counted[f"/segments/{place}/customers"]) for place in range(len(report["segments"]))]
    assert sum(customers) == report["counts"]["customers"] > 0


def test_nobody_and_no_order_is_named(page):
    assert CANARY not in page


def test_names_of_strangers_are_text(page):
    found = Page(page)
    allowed = {"application/json", None}
    scripts = [attributes for tag, attributes in found.elements if tag == "script"]
    assert [attributes.get("type") for attributes in scripts] == ["application/json", None, None]
    assert {attributes.get("type") for attributes in scripts} == allowed
    assert "img" not in {tag for tag, _ in found.elements}
    text = "".join(found.text)
    assert all(name in text for name in NAMES)


def test_no_element_has_a_style_or_a_handler_or_an_address(page):
    attributes = {name for _, attributes in Page(page).elements for name in attributes}
    assert not {name for name in attributes if name in {"style", "src", "action", "srcset"} or name.startswith("on")}
    links = [attributes["href"] for _, attributes in Page(page).elements if "href" in attributes]
    assert all(link.startswith("#") or link == "data:," for link in links)


def test_every_inner_link_has_its_place(page):
    elements = Page(page).elements
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {attributes["href"][1:] for tag, attributes in elements if tag == "a"} <= set(ids)


def test_the_page_is_small_and_always_the_same(report, page):
    assert len(page.encode()) < MOST_BYTES
    scheme = parse_scheme(report["model"]["scheme_text"], name="ours", file="ours.toml")
    assert report_page(report, scheme, None) == page


def test_segments_stand_best_first_and_the_unclassified_last(report, page):
    names = re.findall(r'<h3 id="segment-\d+-name">.*?<bdi>(.*?)</bdi>', page)
    assert [html.unescape(name) for name in names] == [*report["ranking"], "Unclassified"] == [*NAMES, "Unclassified"]


def test_the_play_of_a_segment_is_told(report):
    scheme = load_scheme("six-27")
    ours = {**report, "ranking": None, "grid": [], "segments": [dict(report["segments"][0], segment="Champions")]}
    page = report_page(ours, scheme, plays_of(scheme))
    assert plays_of(scheme).find("Champions").actions[0] in page.replace("&#39;", "'")


def test_a_snapshot_before_gives_a_trend(report):
    scheme = parse_scheme(report["model"]["scheme_text"], name="ours", file="ours.toml")
    segments = [
        dict(line, customers=line["customers"] + step)
        for line, step in zip(report["segments"][:3], (-1, 0, 1), strict=True)
    ]
    before = {"as_of": "2025-06-01", "segments": segments}
    text = "".join(Page(report_page(report, scheme, None, Past("2025-06-01", [before], before))).text)
    assert f"up from {segments[0]['customers']} on 1 June 2025" in text
    assert "unchanged since 1 June 2025" in text
    assert f"down from {segments[2]['customers']} on 1 June 2025" in text


def test_a_result_without_a_scheme_has_a_page(report):
    everybody = dict(report["segments"][0], segment="Unclassified")
    model = {**report["model"], "scheme": "none"}
    page = report_page({**report, "ranking": [], "model": model, "segments": [everybody]}, None, None)
    assert "No scheme was applied." in page


def test_a_result_without_anybody_has_a_page(report):
    nobody = {**report, "segments": [], "grid": [], "ranking": [], "bridge": [], "warnings": [], "quarantine": []}
    del nobody["concentration"], nobody["distributions"]
    page = report_page(nobody, None, None)
    assert "Not a single row had to be set aside." in page
    assert "concentration" not in {attributes.get("id") for _, attributes in Page(page).elements}
