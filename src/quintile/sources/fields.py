"""Fields: why a field of a text file cannot be used as it stands."""

from __future__ import annotations

import re

LONGEST_FIELD = 1 << 16

_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def fault_of(field: bytes, *, stray: bool) -> str | None:
    """The reason, or None; ``stray``: a CR in it is no part of a quoted text."""
    if not is_utf8(field):
        return "bad_encoding"
    if _CONTROL.search(field) or (stray and b"\r" in field):
        return "control_character"
    return "field_too_long" if len(field) > LONGEST_FIELD else None


def is_utf8(text: bytes) -> bool:
    """Whether bytes are UTF-8."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
