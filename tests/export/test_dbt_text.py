"""Text for dbt: Jinja and YAML give back what was put in."""

from __future__ import annotations

import jinja2
import pytest
import yaml as reader
from hypothesis import given
from hypothesis import strategies as st

from quintile.export.dbt_text import jinja, yaml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MARKED = st.text(st.sampled_from("{}%#-'\"\\\r a"), max_size=12)
VALUES = st.one_of(TEXTS, MARKED, st.integers(), st.booleans())


@given(st.one_of(MARKED, TEXTS))
def test_jinja_gives_text_back(text):
    environment = jinja2.Environment(keep_trailing_newline=True, autoescape=False)
    assert environment.from_string(jinja(f"<{text}>")).render() == f"<{text}>"


@given(st.dictionaries(MARKED, VALUES, min_size=1), st.lists(VALUES, min_size=1))
def test_yaml_gives_values_back(mapping, values):
    nested = {"vars": {**mapping, "list": values, "deep": [mapping, {"a": {"b": values}}]}}
    assert reader.safe_load(yaml(nested)) == nested


@pytest.mark.parametrize("word", ["yes", "No", "NULL", "1e5", "0x1", "2025-01-31", "~", "a: b", "- a", "A "])
def test_a_text_that_looks_like_something_else_stays_text(word):
    assert reader.safe_load(yaml({"a": word})) == {"a": word}
