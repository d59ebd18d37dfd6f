"""Every single-file case of the corpus of damaged files: class, counts, totals, reasons, places and words."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from quintile.config.read import read_settings
from quintile.jobs.isolated import check_apart
from quintile.jobs.workplace.wish import Wish
from tests.conftest import SHARED, find_shared

MANIFEST = SHARED / "bad_inputs" / "manifest.json"
CORPUS: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.is_file() else {"cases": []}
SINGLE = [case for case in CORPUS["cases"] if "first" not in case]
OUTCOMES = {"accept": "accept", "quarantine": "quarantine_rows", "reject": "reject_with_message"}


def settings_of(case):
    ledger = {"grain": "order", "base_currency": "EUR"}
    model = {}
    for key, value in case.get("config", {}).items():
        if key == "window_days":
            model["window"] = f"{value}d"
        else:
            ledger[key] = value
    reading = {"max_bad_share": case["max_bad_share"]} if "max_bad_share" in case else {}
    return {"ledger": ledger, "model": model, "reading": {**reading, "map": case.get("mapping", {})}}


def test_the_corpus_is_there():
    find_shared("bad_inputs/manifest.json")
    assert len(SINGLE) >= 60


@pytest.mark.parametrize("case", SINGLE, ids=[case["id"] for case in SINGLE])
def test_a_damaged_file_is_never_silently_wrong(case, child):
    as_of = datetime.fromisoformat(CORPUS["as_of"]).date()
    wish = Wish([MANIFEST.parent / case["file"]], read_settings(None, settings_of(case)), as_of)
    found = check_apart(wish, child=child)
    outcome = OUTCOMES[found["outcome"]]
    assert outcome in {case["expected"], *case.get("also_ok", [])}, found["error"]
    if outcome != case["expected"]:
        return
    if outcome == "reject_with_message":
        expect_rejection(found["error"], case)
    else:
        expect_counts(found, case)


def expect_rejection(error, case):
    assert error["code"] == case["error_code"]
    assert all(word in json.dumps(error) for word in case.get("mention", []))
    assert all(error["line"] == place["line"] for place in case.get("locate", []))


def expect_counts(found, case):
    assert {key: found[key] for key in case["key"]} == case["key"]
    assert found["orders"] == case.get("orders", found["orders"])
    reasons = {line["reason"]: line["rows"] for line in found["quarantine"]}
    assert reasons == case.get("reasons", {})
    assert set(case.get("warn", [])) <= {warning["code"] for warning in found["warnings"]}
    examples = [example for line in found["quarantine"] for example in line["examples"]]
    for place in case.get("locate", []):
        assert [
            example
            for example in examples
            if example["line"] == place["line"] and example["column"] == place.get("column", example["column"])
        ]
