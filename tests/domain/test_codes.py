"""Every code that the source can tell has a name and a remedy."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import quintile
from quintile.domain.codes import ERRORS, WARNINGS
from quintile.domain.fate import EXCLUSION_REASONS, QUARANTINE_REASONS
from quintile.domain.words import REMEDIES, STEPS

CODE = re.compile("[a-z]+(_[a-z]+)*")
SOURCE = Path(quintile.__file__).parent
OF_ERRORS = {"DataError", "LostConnectionError", "refused", "lost"}
OF_WARNINGS = {"_warning", "Finding"}
# A warning of a drift that is not accepted is an error by the same code.
DRIFTS = {"schema_drift", "volume_drop", "distribution_shift", "identity_shift"}


def texts(node):
    """The codes an expression may have as its value: of ``a if b else c`` both."""
    if isinstance(node, ast.IfExp):
        return texts(node.body) | texts(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
        return {node.value}
    return set()


def told(node):
    """The codes that one node of the source tells, as errors and as warnings."""
    errors, warnings = set(), set()
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        first = texts(node.args[0]) if node.args else set()
        if called in OF_ERRORS:
            errors |= first or (texts(node.args[1]) if len(node.args) > 1 else set())
        elif called in OF_WARNINGS:
            warnings |= first
        elif called == "append" and isinstance(node.args[0], ast.Tuple) and len(node.args[0].elts) in {2, 3}:
            warnings |= texts(node.args[0].elts[0])
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            warnings |= texts(value) if key is not None and texts(key) == {"code"} else set()
    elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "code":
        errors |= texts(node.value)
    return errors, warnings


@cache
def codes():
    errors, warnings = set[str](), set[str]()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            wrong, odd = told(node)
            errors |= wrong
            # What is written down for others warns of no data.
            warnings |= odd if path.parent.name != "export" else set()
    return errors, warnings


def test_every_error_of_the_data_has_a_name_and_a_remedy():
    errors, _ = codes()
    assert len(errors) > 40
    assert errors - set(WARNINGS) - set(QUARANTINE_REASONS) <= set(ERRORS)


def test_every_warning_has_a_name_and_a_remedy():
    _, warnings = codes()
    assert len(warnings) > 25
    assert warnings - DRIFTS <= set(WARNINGS)


def test_no_word_is_kept_for_a_code_that_nobody_tells():
    errors, warnings = codes()
    assert set(ERRORS) <= errors | DRIFTS
    assert set(WARNINGS) <= warnings | errors


def test_every_reason_has_a_name_and_a_remedy():
    assert set(STEPS) > {*QUARANTINE_REASONS, *EXCLUSION_REASONS}
    assert set(REMEDIES) == set(QUARANTINE_REASONS)


@pytest.mark.parametrize("words", [*WARNINGS.values(), *ERRORS.values()], ids=lambda words: words.name)
def test_a_name_is_a_title_and_a_remedy_one_line(words):
    assert words.name[0].isupper()
    assert not words.name.endswith(".")
    assert words.remedy
    assert "\n" not in words.remedy


def test_the_contract_is_covered(shared):
    text = shared("spec/ingest.md").read_text("utf-8")
    named = {}
    for line in text.splitlines():
        kind, colon, listed = line.partition(": ")
        if colon and kind in {"quarantine reasons", "error codes", "warnings"}:
            named[kind] = set(listed.replace("`", "").split())
    assert named["quarantine reasons"] <= set(REMEDIES)
    assert named["error codes"] <= set(ERRORS)
    assert named["warnings"] <= set(WARNINGS)
