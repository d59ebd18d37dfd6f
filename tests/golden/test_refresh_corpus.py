"""Every case of the corpus of damaged files that comes second into a project: class, counts, totals, warnings."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from quintile.config.read import read_settings
from quintile.jobs.check import check
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.conftest import SHARED

MANIFEST = SHARED / "bad_inputs" / "manifest.json"
CORPUS: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.is_file() else {"cases": []}
LATER = [case for case in CORPUS["cases"] if "first" in case]
OUTCOMES = {"accept": "accept", "quarantine": "quarantine_rows", "reject": "reject_with_message"}
SETTINGS = {"ledger": {"grain": "order", "base_currency": "EUR"}}


@pytest.mark.parametrize("case", LATER, ids=[case["id"] for case in LATER])
def test_a_later_source_is_never_silently_wrong(case, tmp_path):
    def wish(key):
        settings = read_settings(None, SETTINGS)
        return Wish([MANIFEST.parent / case[key]], settings, date.fromisoformat(CORPUS["as_of"][:10]), project=tmp_path)

    run(wish("first"), tmp_path, in_project=True)
    found = check(wish("file"))
    assert OUTCOMES[found["outcome"]] == case["expected"], found["error"]
    if found["error"] is not None:
        assert found["error"]["code"] == case["error_code"]
        assert all(word in json.dumps(found["error"]) for word in case.get("mention", []))
        return
    assert {key: found[key] for key in case["key"]} == case["key"]
    assert set(case.get("warn", [])) <= {warning["code"] for warning in found["warnings"]}
    run(wish("file"), tmp_path, in_project=True)
    assert check(wish("file"))["rows_deduplicated"] == found["rows_in"]
