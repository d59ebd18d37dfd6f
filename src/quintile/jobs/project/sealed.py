"""Sealed: run.json as text, and the digest by which its snapshot is named or, once rewritten, checked."""

from __future__ import annotations

import hashlib
import json
from typing import Any

CHECKSUM, SNAPSHOT, ERASED = "checksum", "snapshot", "erased"
_DIGITS = 12


def report_text(report: dict[str, Any]) -> str:
    """The content of run.json."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def digest_of(report: dict[str, Any]) -> str:
    """The digest of a report, without what is made from it."""
    told = {key: value for key, value in report.items() if key not in {CHECKSUM, SNAPSHOT}}
    return hashlib.sha256(report_text(told).encode()).hexdigest()[:_DIGITS]


def is_sealed(report: dict[str, Any]) -> bool:
    """Whether nobody changed the report since it was published, or since it was rewritten on purpose."""
    expected = report.get(CHECKSUM) or str(report.get(SNAPSHOT, ""))[-_DIGITS:]
    return digest_of(report) == expected
