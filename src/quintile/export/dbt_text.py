"""dbt text: foreign text stays text in Jinja and in YAML, whatever stands in it."""

from __future__ import annotations

import re
from typing import Any

# Jinja also makes one kind of line end of all.
_JINJA = re.compile(r"\{(?=[{%#\r])|\r")
_PLAIN = re.compile(r"[a-z][a-z0-9_]*|[A-Z][A-Za-z0-9 ,'-]*[A-Za-z0-9.]")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})  # what YAML reads as something else
_ESCAPED = re.compile('["\\\\\\x00-\\x1f\\x7f-\\xa0\\u2028\\u2029\\ud800-\\udfff\\ufeff\\ufffe\\uffff]')


def jinja(text: str) -> str:
    """Text that Jinja gives back as it is."""
    return _JINJA.sub(lambda found: "{{ '\\r' }}" if found[0] == "\r" else "{{ '{' }}", text)


def yaml(value: Any, indent: int = 0) -> str:  # noqa: ANN401 - whatever YAML can hold
    """A mapping or a list as YAML, blocks indented by two, texts and lists of plain values each in one line."""
    margin = " " * indent
    if isinstance(value, dict):
        return "".join(f"{margin}{_scalar(key)}:{_nested(one, indent + 2)}" for key, one in value.items())
    items = (yaml(one, indent + 2) if isinstance(one, dict) else f"{margin}  {_scalar(one)}\n" for one in value)
    return "".join(f"{margin}- {item[indent + 2 :]}" for item in items)


def _nested(value: Any, indent: int) -> str:  # noqa: ANN401 - as above
    if isinstance(value, (dict, list)) and not _is_short(value):
        return "\n" + yaml(value, indent)
    return f" {_scalar(value)}\n"


def _is_short(value: Any) -> bool:  # noqa: ANN401 - as above
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def _scalar(value: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, list):
        return "[" + ", ".join(map(_scalar, value)) + "]"
    if not isinstance(value, str):
        return str(value).lower()
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return '"' + _ESCAPED.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}" if found[0] in '"\\' else f"\\u{ord(found[0]):04x}"
