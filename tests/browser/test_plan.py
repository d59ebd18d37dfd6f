"""The plan in a real browser: on a phone and a desk, by day and night, with names that mean harm."""

from __future__ import annotations

import json

import pytest

from quintile.domain.business import BusinessSettings
from quintile.export.plan import Facts, plan_content, plan_html
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.plan import plan_of_sources, write_plan
from quintile.segments.load import kept_scheme
from tests.browser.browsers import axe, chromium, opened
from tests.browser.test_report import OVERLAPS, SERIOUS
from tests.export.hostile import SCRIPT, hostile_results


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ordinary")
    wish = sample_wish(make_sample_shop(folder, customers=300, seed=1))
    return write_plan(plan_of_sources(wish), folder / "plan")[1]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    found = json.loads((hostile_results(folder) / "run.json").read_text(encoding="utf-8"))
    scheme = kept_scheme(found["model"]["scheme"], found["model"]["scheme_text"])
    said = BusinessSettings(industry=SCRIPT, product="P" * 200, fields=(SCRIPT, "F" * 200))
    page = folder / "plan.html"
    page.write_text(plan_html(plan_content(Facts(found, scheme, None, said))), encoding="utf-8")
    return page


@pytest.mark.parametrize("width", [390, 1600])
@pytest.mark.parametrize("which", ["ordinary", "hostile"])
def test_nothing_overlaps_runs_or_is_wider_than_the_page(request, browser, which, width):
    file = request.getfixturevalue(which)
    page, heard = opened(browser, file, width=width)
    assert page.evaluate("window.hostile") is None
    assert (heard.messages, heard.requests) == ([], [file.as_uri()])
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1600])
def test_no_serious_fault_of_accessibility_is_found(browser, ordinary, width, mode):
    page, _ = opened(browser, ordinary, width=width, mode=mode)
    page.evaluate(axe())
    assert page.evaluate(SERIOUS) == []
    page.context.close()
