"""The site builds without a warning, every link and anchor leads somewhere, and nothing is asked of another site."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

from scripts.docs_pages import PAGES, ROOT, blocks_of
from tests.browser.browsers import chromium, opened

ROOMS = sorted(path.name for path in (ROOT / "src" / "quintile").iterdir() if (path / "__init__.py").is_file())
LOADING = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("object", "data"),
}
IMPORTED = re.compile(r"(?:url\(|@import\s+)[\"']?(?:https?:)?//")


class Page(HTMLParser):
    """What a page of the site loads, links to, and offers as anchors."""

    def __init__(self, text):
        super().__init__()
        self.loads, self.links, self.anchors = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {value for key, value in attrs if key in {"id", "name"}}
        self.loads += [given[key] for one, key in LOADING if one == tag and given.get(key)]
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {file: Page(file.read_text(encoding="utf-8")) for file in site.rglob("*.html")}


def test_every_page_is_in_the_navigation(site, pages):
    home = pages[site / "index.html"]
    reached = {(site / urlsplit(link).path).resolve() for link in home.links if not urlsplit(link).scheme}
    written = {site / page.relative_to(ROOT / "docs").with_suffix(".html") for page in PAGES if page.parent != ROOT}
    assert written <= {*reached, site / "index.html"}


def test_nothing_is_loaded_from_another_site(site, pages):
    foreign = {load for page in pages.values() for load in page.loads if urlsplit(load).netloc}
    assert foreign == set()
    styles = [file for file in site.rglob("*.css") if IMPORTED.search(file.read_text(encoding="utf-8"))]
    assert styles == []
    pictures = [file for file in (ROOT / "docs" / "pictures").glob("*.svg") if IMPORTED.search(file.read_text("utf-8"))]
    assert pictures == []


def test_a_browser_asks_nothing_of_another_site(site):
    with chromium() as browser:
        for name in ("index.html", "concepts/scoring.html"):
            page, heard = opened(browser, site / name, width=1024)
            assert {urlsplit(request).scheme for request in heard.requests} <= {"file", "data", "blob"}
            page.context.close()


def test_every_link_and_anchor_leads_somewhere(site, pages):
    lost = []
    for file, page in pages.items():
        for link in {*page.links, *page.loads}:
            place = urlsplit(link)
            if place.scheme or place.netloc or file.name == "404.html":
                continue
            target = (file.parent / unquote(place.path)).resolve() if place.path not in {"", "."} else file
            target = target / "index.html" if target.is_dir() else target
            known = pages[target].anchors if target in pages else {""}
            if not target.is_file() or (place.fragment and target in pages and unquote(place.fragment) not in known):
                lost.append((str(file.relative_to(site)), link))
    assert lost == []


@pytest.mark.parametrize("page", [ROOT / "README.md", *ROOT.glob("*.md")], ids=lambda page: page.name)
def test_links_of_the_first_pages_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for block in reversed(blocks_of(text)):
        text = text[: block.begin] + text[block.end :]
    links = [urlsplit(link).path for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (page.parent / link).exists()] == []


def test_every_room_has_a_page():
    text = (ROOT / "docs" / "how-it-is-built.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)` \|.*\]\(", text, re.MULTILINE)) == ROOMS
