"""Every command and every Python block of the pages runs, and what a page shows is what is really printed."""

from __future__ import annotations

import re
import shutil
import tomllib

import pytest

from quintile.config.read import read_settings
from quintile.domain.settings import Settings
from scripts.docs_pages import PAGES, ROOT, blocks_of, run_page
from scripts.docs_shop import lay_out

LANGUAGES = {"bash", "python", "toml", "text", "sh"}
NOT_RUN = {
    ("docs/databases.md", "needs a PostgreSQL server"),
    ("docs/dbt.md", "needs dbt"),
    ("docs/scale.md", "needs a PostgreSQL server"),
    ("docs/scale.md", "needs a Spark cluster"),
}
FAILING = {
    "docs/concepts/segments.md",
    "docs/currencies.md",
    "docs/nightly.md",
    "docs/own-scheme.md",
    "docs/sql.md",
    "docs/why.md",
}
BLOCKS = [
    (str(page.relative_to(ROOT)), block) for page in PAGES for block in blocks_of(page.read_text(encoding="utf-8"))
]
RUNNING = sorted({name for name, block in BLOCKS if block.language in {"bash", "python"}})


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "shop"
    lay_out(folder)
    return folder


@pytest.mark.parametrize("name", RUNNING)
def test_a_page_does_what_it_says(name, shop, tmp_path):
    shutil.copytree(shop, tmp_path / "here")
    page = (ROOT / name).read_text(encoding="utf-8")
    real, faults = run_page(page, tmp_path / "here")
    assert faults == []
    assert real == page, "what is shown is not what is printed: make docs"


def test_what_does_not_run_is_listed():
    assert {(name, block.value) for name, block in BLOCKS if block.word == "not run"} == NOT_RUN


def test_pages_that_show_a_refusal_are_listed():
    assert {name for name, block in BLOCKS if block.word == "exit"} == FAILING


def test_every_block_says_its_language_and_every_comment_is_known():
    assert {block.language for _, block in BLOCKS} <= LANGUAGES
    assert {block.word for _, block in BLOCKS} <= {"", "file", "exit", "not run", "output"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_command_hides_from_the_tests(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^ {4,}quintile .*", text, re.MULTILINE) == []
    assert text.count("\n```") == 2 * len(blocks_of(text))
    shown = [block.text for block in blocks_of(text) if block.language == "text" and not block.word]
    usage = "" if page.parent.name == "reference" else "quintile "
    assert not usage or [one for one in shown if one.startswith(usage)] == []


@pytest.mark.parametrize("block", [block for _, block in BLOCKS if block.language == "toml"])
def test_every_piece_of_toml_can_be_read(block, tmp_path):
    content = tomllib.loads(block.text)
    groups = {*Settings.__dataclass_fields__, "returns", "customers", "merges", "rates"}
    if set(content) <= groups:
        (tmp_path / "quintile.toml").write_text(block.text, encoding="utf-8")
        read_settings(tmp_path / "quintile.toml", {})
