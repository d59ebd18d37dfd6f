"""A page in one file: nothing in it can end an element, and only its own scripts count."""

from __future__ import annotations

import json

import pytest

from quintile.export import embedding
from quintile.export.embedding import as_json, policy, static_text


def test_json_cannot_end_its_element():
    text = as_json({"</script>": "<!-- & >\u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"</script>": "<!-- & >\u2028"}


def test_the_policy_names_the_checksum_of_each_text():
    # sha256 of the empty text, in base64
    empty = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    assert policy(("",), "").split("; ") == [
        "default-src 'none'",
        f"script-src {empty}",
        f"style-src {empty}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_a_static_file_that_would_end_its_element_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(embedding, "STATIC", tmp_path)
    (tmp_path / "bad.js").write_text('"</SCRIPT>"', encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.js"):
        static_text("bad.js")
