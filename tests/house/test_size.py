"""Nothing grows without bounds: files, classes, the first page."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MOST_LINES = 300
MOST_METHODS = 12
MOST_README_LINES = 120
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def source_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=source_name)
def test_a_source_file_has_at_most_300_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", SOURCES, ids=source_name)
def test_a_class_has_at_most_12_methods(path: Path) -> None:
    methods = {
        node.name: sum(isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) for member in node.body)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    assert {name: count for name, count in methods.items() if count > MOST_METHODS} == {}


def test_the_readme_has_under_120_lines() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < MOST_README_LINES
