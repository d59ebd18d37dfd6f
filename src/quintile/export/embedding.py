"""Embedding: a page in one file, under a content security policy that lets nothing in and nothing out.

Only the scripts and the style whose checksums stand in the policy count; no address may be loaded or called.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

STATIC, TEMPLATES = Path(__file__).parents[1] / "static", Path(__file__).parent / "templates"
ECHARTS = "vendor/echarts/echarts.min.js"


def static_text(name: str) -> Markup:
    """One of quintile's own static files, to stand inside its element as it is.

    Raises:
        ValueError: It would end its element; a bug, because these files come with quintile.
    """
    text = (STATIC / name).read_text(encoding="utf-8")
    if any(end in text.lower() for end in ("</script", "</style", "<!--")):
        message = f"{name} cannot stand inside a page"
        raise ValueError(message)
    return Markup(text)  # noqa: S704 - a file of quintile's own, looked through above


def policy(scripts: Iterable[str], style: str) -> str:
    """The content security policy of a page with these inline scripts and this inline style."""
    allowed = " ".join(_checksum(script) for script in scripts)
    rules = (
        "default-src 'none'",
        f"script-src {allowed}",
        f"style-src {_checksum(style)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def as_json(content: Any) -> Markup:  # noqa: ANN401 - any JSON
    """A value to stand inside ``<script type="application/json">``; nothing in it can end the element."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - no sign that HTML knows is left in it


def _checksum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
