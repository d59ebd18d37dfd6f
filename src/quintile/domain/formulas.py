"""Formulas: the first letters by which a spreadsheet takes a cell's text for something to be worked out."""

from __future__ import annotations

# The signs themselves, and their full-width twins.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Spaces of every width that may stand before them, those of no width too.
BLANKS = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000\ufeff"


def neutralised(text: str) -> str:
    """A cell that a spreadsheet would take for a formula, made plain text by an apostrophe before it."""
    return "'" + text if text.lstrip(BLANKS).startswith(FORMULA_STARTS) else text
