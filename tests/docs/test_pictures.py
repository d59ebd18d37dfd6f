"""Pictures: each one that a page shows is there, made by the script, and small."""

from __future__ import annotations

import re

from scripts.docs_pages import PAGES, ROOT
from scripts.make_pictures import DRAWINGS, PICTURES, REPORT, TERMINALS

MOST_BYTES = 1_500_000
SHOWN = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def test_every_picture_is_shown_made_and_described():
    shown = [(page, words, link) for page in PAGES for words, link in SHOWN.findall(page.read_text(encoding="utf-8"))]
    assert [link for page, _, link in shown if not (page.parent / link).is_file()] == []
    assert [link for _, words, link in shown if not words] == []
    made = {*TERMINALS, *REPORT, *DRAWINGS}
    assert {(page.parent / link).name for page, _, link in shown} == made
    assert {file.name for file in PICTURES.iterdir()} == made


def test_all_pictures_together_are_small():
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < MOST_BYTES


def test_the_drawings_are_as_the_script_draws_them():
    assert {name: (PICTURES / name).read_text(encoding="utf-8") for name in DRAWINGS} == DRAWINGS


def test_a_terminal_picture_shows_what_its_command_prints_and_names_no_machine():
    for name, shown in TERMINALS.items():
        text = (PICTURES / name).read_text(encoding="utf-8")
        assert "<svg" in text, name
        assert all(begin.strip().split()[0] in text for begin in shown.begins), name
        assert str(ROOT) not in text, name
