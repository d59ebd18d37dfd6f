"""The page in a real browser: on a phone, a desk and paper, by day and night, with names that mean harm."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.report_page import report
from quintile.jobs.run import run
from tests.browser.browsers import axe, chromium, opened
from tests.export.hostile import hostile_results
from tests.export.tables import tables
from tests.jobs.grown import grow
from tests.services import program, require

PATIENCE = 100  # tenths of a second
WIDTHS = (390, 1024, 1600)
MODES = ("light", "dark")
PAPER_WIDTH, PAPER_HEIGHT = 680, 990  # pixels of an A4 page between its margins
OVERLAPS = Path(__file__).with_name("overlaps.js").read_text(encoding="utf-8")
# A picture is drawn when its layers hold several colours.
DRAWN = """
() => [...document.querySelectorAll("[data-picture]")].map((place) => {
  const colours = new Set();
  for (const canvas of place.querySelectorAll("canvas")) {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    for (let at = 0; at < pixels.length; at += 4 * 97) if (pixels[at + 3]) colours.add(pixels.slice(at, at + 3).join());
  }
  return [colours.size, place.clientWidth, place.scrollWidth];
})
"""
SERIOUS = """
async () => (await axe.run()).violations
  .filter((fault) => ["serious", "critical"].includes(fault.impact))
  .map((fault) => `${fault.id}: ${fault.nodes[0].html} ${fault.nodes[0].failureSummary}`)
"""


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return hostile_results(tmp_path_factory.mktemp("hostile")) / "report.html"


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ordinary")
    run(sample_wish(make_sample_shop(folder, customers=300, seed=1)), folder / "results")
    return folder / "results" / "report.html"


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    return report(project=grow(tmp_path_factory.mktemp("grown")))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", WIDTHS)
def test_names_that_mean_harm_do_nothing(browser, hostile, width, mode):
    page, heard = opened(browser, hostile, width=width, mode=mode)
    assert page.evaluate("window.hostile") is None
    assert heard.messages == []
    assert heard.requests == [hostile.as_uri()]
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawn = page.evaluate(DRAWN)
    assert len(drawn) >= 9
    assert all(colours >= 3 and inner <= outer for colours, outer, inner in drawn), drawn
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overlaps_on_an_ordinary_page(browser, ordinary, width):
    page, heard = opened(browser, ordinary, width=width)
    assert page.evaluate(OVERLAPS) == []
    assert heard.messages == []
    page.context.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", [390, 1600])
def test_a_project_shows_its_past(browser, grown, width, mode):
    page, heard = opened(browser, grown, width=width, mode=mode)
    assert page.locator("#history h2").text_content() == "Over time"
    assert page.locator("#history [data-picture]").count() == 2
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert all(colours >= 3 and inner <= outer for colours, outer, inner in page.evaluate(DRAWN))
    page.evaluate(axe())
    assert page.evaluate(SERIOUS) == []
    assert heard.messages == []
    assert heard.requests == [grown.as_uri()]
    page.context.close()


def test_texts_that_lie_on_each_other_or_cannot_be_read_are_found(browser, ordinary):
    page, _ = opened(browser, ordinary, width=1024)
    page.evaluate(axe())
    page.evaluate("document.querySelector('#source h2').style.marginBottom = '-60px'")
    page.evaluate("document.querySelector('.lead').style.color = '#eeeeee'")
    assert any("What was read and assumed" in pair for pair in page.evaluate(OVERLAPS))
    assert any(fault.startswith("color-contrast") for fault in page.evaluate(SERIOUS))
    page.context.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("width", [390, 1600])
def test_no_serious_fault_of_accessibility_is_found(browser, ordinary, width, mode):
    page, _ = opened(browser, ordinary, width=width, mode=mode)
    page.evaluate(axe())
    assert page.evaluate(SERIOUS) == []
    page.context.close()


def test_pictures_follow_the_mode_while_the_page_is_open(browser, ordinary):
    page, _ = opened(browser, ordinary, width=1024)
    page.evaluate("window.pixels = () => document.querySelector('[data-picture] canvas').toDataURL()")
    page.evaluate("window.light = pixels()")
    page.emulate_media(color_scheme="dark")
    # Asked from here: the page's own policy lets no script of the browser's driver wait inside it.
    changed, asked = False, 0
    while not changed and asked < PATIENCE:
        page.wait_for_timeout(100)
        changed, asked = page.evaluate("pixels() !== light"), asked + 1
    assert changed
    page.context.close()


# What the charts are drawn by, but for what the pointer changes.
OPTIONS = """
() => [...document.querySelectorAll("[data-picture]")].map((place) => {
  const { grid, yAxis, xAxis, visualMap, series } = echarts.getInstanceByDom(place).getOption();
  return JSON.stringify({ grid, yAxis, xAxis, visualMap, labels: series.map((one) => one.label) });
})
"""


def test_a_window_that_grows_or_shrinks_shows_what_it_would_have_shown_at_once(browser, grown):
    # Each width is reached from the other one, and held against a page that was opened at it.
    at_once = {}
    for width in (390, 1600):
        page, _ = opened(browser, grown, width=width)
        at_once[width] = page.evaluate(OPTIONS)
        page.context.close()
    assert at_once[390] != at_once[1600]
    page, heard = opened(browser, grown, width=390)
    for width in (1600, 390, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        asked = 0
        while page.evaluate(OPTIONS) != at_once[width] and asked < PATIENCE:
            page.wait_for_timeout(100)
            asked += 1
        for shown, known in zip(page.evaluate(OPTIONS), at_once[width], strict=True):
            assert shown == known, width
    assert page.evaluate(OVERLAPS) == []
    assert heard.messages == []
    page.context.close()


# The texts of the treemaps that are drawn inside their picture.
LABELS = """
() => [...document.querySelectorAll("[data-picture]")].flatMap((place) => {
  const chart = echarts.getInstanceByDom(place);
  if (chart.getOption().series[0].type !== "treemap") return [];
  const drawn = chart.getZr().storage.getDisplayList(true).filter((one) => one.style && one.style.text && !one.ignore);
  return drawn.filter((one) => one.getBoundingRect().x + (one.transform ? one.transform[4] : 0) >= 0)
    .flatMap((one) => one.style.text);
})
"""


# What they would say with all the room they want.
LINES = """
() => [...document.querySelectorAll("[data-picture]")].flatMap((place) => {
  const [series] = echarts.getInstanceByDom(place).getOption().series;
  return series.type === "treemap" ? series.data.flatMap((one) => one.said.split("\\n")) : [];
})
"""


@pytest.mark.parametrize("width", WIDTHS)
def test_no_number_of_an_area_is_cut_to_another_number(browser, ordinary, width):
    page, _ = opened(browser, ordinary, width=width)
    said, lines = page.evaluate(LABELS), {*page.evaluate(LINES)}
    page.context.close()
    assert len(said) >= 20
    assert [text for text in said if text[0].isdigit() and text not in lines] == []


# The tables as a reader finds them once they are unfolded: every cell's text that can be seen.
UNFOLDED = """
() => Object.fromEntries([...document.querySelectorAll("figure")].map((figure) => {
  figure.querySelector("details").open = true;
  const rows = [...figure.querySelectorAll("tr")];
  return [figure.querySelector("h3").innerText, rows.map((row) => [...row.cells].map((cell) => cell.innerText))];
}))
"""


def test_every_number_under_a_picture_can_be_seen_and_is_that_of_run_json(browser, ordinary):
    page, _ = opened(browser, ordinary, width=1024)
    shown = {title: [tuple(row) for row in rows[1:]] for title, rows in page.evaluate(UNFOLDED).items()}
    page.context.close()
    told = json.loads((ordinary.parent / "run.json").read_text(encoding="utf-8"))
    by_customers, by_revenue = shown["Segments by customers"], shown["Segments by revenue"]
    lines = {line["segment"]: line for line in told["segments"]}
    assert by_customers == by_revenue == [
        (
            name,
            f"{lines[name]['customers']:,}",
            f"{Decimal(lines[name]['customers_share']):.1%}",
            f"{Decimal(lines[name]['revenue']):,}",
            f"{Decimal(lines[name]['revenue_share']):.1%}",
        )
        for name in told["ranking"]
    ]  # fmt: skip
    # The tables of the file are held against run.json one by one in tests/export; what is seen must be just them.
    written = tables(ordinary.read_text(encoding="utf-8"))
    assert shown == {title: [tuple(row) for row in rows] for title, (_, rows) in written.items()}


def test_without_scripts_everything_stands_in_tables(browser, hostile):
    page, heard = opened(browser, hostile, width=1024, script=False)
    assert heard.requests == [hostile.as_uri()]
    assert page.locator(".canvas").first.is_hidden()
    page.locator("figure summary").first.click()
    assert page.locator("figure table").first.is_visible()
    page.context.close()


def test_the_page_can_be_walked_through_by_keyboard(browser, ordinary):
    page, _ = opened(browser, ordinary, width=1024)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.context.close()


def test_paper_cuts_no_card_and_shows_every_picture(browser, ordinary, tmp_path):
    pdfimages = require(program("pdfimages"), "poppler-utils")
    page, heard = opened(browser, ordinary, width=PAPER_WIDTH, mode="dark")
    paper = tmp_path / "report.pdf"
    page.pdf(path=str(paper), prefer_css_page_size=True, print_background=True)
    pictures = page.locator("[data-picture]").count()
    page.emulate_media(media="print")
    for card in page.locator(".card").all():
        assert card.evaluate("card => getComputedStyle(card).breakInside") == "avoid"
        assert card.evaluate("card => card.offsetHeight") < PAPER_HEIGHT
    page.context.close()
    listed = subprocess.run([pdfimages, "-list", str(paper)], capture_output=True, text=True, check=True).stdout
    shown = [line.split() for line in listed.splitlines()[2:]]
    # A picture of several layers is several images.
    assert len([line for line in shown if line[2] == "image"]) >= pictures >= 9
    assert 5 <= int(shown[-1][0]) <= 20
    assert heard.messages == []
