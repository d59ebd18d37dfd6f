"""Number forms: the patterns of written amounts, the same text for the database and for Python's ``re``."""

from __future__ import annotations

CURRENCY = "[$¢-¥֏؋৲৳฿₠-⃀]|[A-Z]{1,3}[$]|[A-Z]{3}|kr|Kr|zł|Kč|Ft|TL|lei|лв|руб"
NONFINITE = r"(?i)\s*[-+]?(?:nan|inf|infinity|∞)\s*"

_SPACE = "[ \u00a0\u2009\u202f]"
_GAP = f"{_SPACE}*"
_SIGN = "[-+−–]"


def plain_pattern(decimal: str, scale: int, *, needs_mark: bool = False) -> str:
    """Digits with at most a minus before them and so many decimals after the mark."""
    return rf"-?[0-9]+(?:\{decimal}[0-9]{{1,{max(scale, 1)}}}){'' if needs_mark else '?'}"


def scientific_pattern(decimal: str) -> str:
    """``1e3``, ``-1.5E+03``."""
    return rf"\s*[-+]?(?:[0-9]+(?:\{decimal}[0-9]*)?|\{decimal}[0-9]+)[eE][-+]?[0-9]{{1,4}}\s*"


def general_pattern(decimal: str, scale: int | None = None) -> str:
    """Any amount: thousands in groups of one kind, signs before, after or as brackets, a currency on either side.

    With a scale, decimals beyond it must be zeros.
    """
    other = "," if decimal == "." else r"\."
    places = "*" if scale is None else f"{{0,{scale}}}0*"
    tail = rf"(?:\{decimal}[0-9]{places})?"
    grouped = "|".join(
        f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{2,3}})*{mark}[0-9]{{3}}" for mark in (other, _SPACE, "['’]")
    )
    number = rf"(?:(?:{grouped}|[0-9]+){tail}|\{decimal}[0-9]{places.replace('0,', '1,', 1) if scale else '+'})"
    before, after = f"(?:(?:{CURRENCY}){_GAP})?", f"(?:{_GAP}(?:{CURRENCY}))?"
    forms = (
        f"(?:{_SIGN}{_GAP})?{before}{number}{after}",
        f"(?:{CURRENCY}){_GAP}{_SIGN}{_GAP}{number}{after}",
        f"{before}{number}{after}{_GAP}{_SIGN}{after}",
        f"{before}\\({_GAP}{before}{number}{after}{_GAP}\\){after}",
    )
    ends = "[\\s\u00a0\u2009\u202f]*"
    return f"{ends}(?:{'|'.join(forms)}){ends}"
