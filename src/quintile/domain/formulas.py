"""Formulas: the first letters by which a spreadsheet takes a cell's text for something to be worked out."""

from __future__ import annotations

# The signs themselves, and their full-width twins.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
