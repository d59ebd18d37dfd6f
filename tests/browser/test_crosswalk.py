"""The crosswalk's page in a real browser: drawn, silent, nothing on top of each other."""

from __future__ import annotations

import pytest

from quintile.jobs.crosswalk import crosswalk_results
from quintile.jobs.crosswalk_page import write_crosswalk
from tests.browser.browsers import axe, chromium, opened
from tests.browser.test_report import DRAWN, OVERLAPS, SERIOUS, WIDTHS
from tests.export.hostile import hostile_results


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    found = crosswalk_results(hostile_results(folder), [str(folder / "ours.toml"), "six-27"])
    write_crosswalk(found, folder / "page.html")
    return folder / "page.html"


@pytest.mark.parametrize("width", WIDTHS)
def test_names_that_mean_harm_do_nothing(browser, page_file, width):
    page, heard = opened(browser, page_file, width=width)
    assert page.evaluate("window.hostile") is None
    assert (heard.messages, heard.requests) == ([], [page_file.as_uri()])
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(colours >= 3 and inner <= outer for colours, outer, inner in page.evaluate(DRAWN))
    page.context.close()


def test_no_serious_fault_of_accessibility_is_found(browser, page_file):
    page, _ = opened(browser, page_file, width=1024)
    page.evaluate(axe())
    assert page.evaluate(SERIOUS) == []
    page.context.close()
