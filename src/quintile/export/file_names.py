"""File names made of the names of segments: readable, safe on every system, each only once."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_KEPT = "LNM"  # letters, numbers and the marks that letters bear, of every script
_MOST_BYTES = 100  # a name may have 255, its ending and a number among them
_NAMELESS = "segment"
# What Windows takes for a device, whatever its ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}


def file_names(names: Iterable[str], *, taken: Iterable[str] = ()) -> dict[str, str]:
    """A stem for each name, such as ``at-risk`` for ``At Risk``; equal ones are numbered in the order of the names.

    Args:
        names: Any texts; signs, directions and controls become hyphens, letters of all scripts stay.
        taken: Stems that must not be used.
    """
    used, found = set(taken), {}
    for name in names:
        stem = first = _stem(name)
        number = 1
        while stem in used:
            number += 1
            stem = f"{first}-{number}"
        used.add(stem)
        found[name] = stem
    return found


def _stem(name: str) -> str:
    """One spelling of all that systems may take for the same name: small letters, composed, without signs."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    letters = "".join(letter if unicodedata.category(letter)[0] in _KEPT else " " for letter in plain)
    stem = "-".join(letters.split()).encode()[:_MOST_BYTES].decode(errors="ignore").rstrip("-")
    if not any(unicodedata.category(letter)[0] in "LN" for letter in stem):
        return _NAMELESS
    return f"{_NAMELESS}-{stem}" if stem in _DEVICES else stem
