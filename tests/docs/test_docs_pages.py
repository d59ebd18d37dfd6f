"""The runner of pages: what differs from the page is found."""

from __future__ import annotations

import pytest

from scripts.docs_pages import blocks_of, run_page

LINT = "```bash\nquintile lint {scheme}\n```\n"


@pytest.mark.parametrize(
    ("page", "faults"),
    [
        (LINT.format(scheme="rfm-9"), 0),
        (LINT.format(scheme="rfm-9-as-published"), 1),
        ("<!-- exit 2 -->\n" + LINT.format(scheme="rfm-9-as-published"), 0),
        ("<!-- exit 2 -->\n" + LINT.format(scheme="rfm-9"), 1),
        ("<!-- not run: needs a server -->\n" + LINT.format(scheme="nothing"), 0),
        ("```bash\npip install nothing  # an installer\nfalse\n```\n", 1),
        ("```python\nassert 1 == 2\n```\n", 1),
    ],
)
def test_a_block_that_ends_otherwise_is_a_fault(page, faults, tmp_path):
    assert len(run_page(page, tmp_path)[1]) == faults


def test_what_is_shown_becomes_what_is_printed(tmp_path):
    page = "```python\nprint('a')\nprint()\nprint('  b 1')\n```\n<!-- output{begin} -->\n```text\nold\n```\nEnd\n"
    assert run_page(page.format(begin=""), tmp_path)[0].endswith("```text\na\n\n  b 1\n```\nEnd\n")
    assert run_page(page.format(begin=": b"), tmp_path)[0].endswith("```text\n  b 1\n```\nEnd\n")
    assert run_page(page.format(begin=": c"), tmp_path)[0].endswith("```text\n```\nEnd\n")


def test_a_paragraph_that_begins_at_the_margin_goes_before_an_indented_one(tmp_path):
    page = "```python\nprint('  b 1')\nprint('b 2')\n```\n<!-- output: b -->\n```text\n```\n"
    assert run_page(page, tmp_path)[0].endswith("```text\nb 2\n```\n")


def test_a_file_is_written_and_a_folder_is_entered(tmp_path):
    (tmp_path / "inner").mkdir()
    page = "```bash\ncd inner\n```\n\n<!-- file: a/b.txt -->\n```text\nhello\n```\n\n```bash\ncat a/b.txt\n```\n"
    page += "<!-- output -->\n```text\n```\n"
    real, faults = run_page(page, tmp_path)
    assert faults == []
    assert real.endswith("```text\nhello\n```\n")
    assert (tmp_path / "inner" / "a" / "b.txt").read_text() == "hello\n"


def test_commands_are_lines_without_comments():
    page = "```bash\n# a comment\nquintile run x \\\n  --quiet   # why\n```\n"
    assert blocks_of(page)[0].commands == ["quintile run x    --quiet"]
