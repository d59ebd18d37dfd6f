"""Number forms: the patterns of written amounts, the same text for the database and for Python's ``re``."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from quintile.errors import DataError, Place
from quintile.sources.signs import currencies_of

if TYPE_CHECKING:
    from collections.abc import Hashable

Mark = Literal[".", ","]
Shape = tuple[str, int, str]
"""A shape (digits as 9, a whole part of zeros as Z), how many values have it, one of them."""

MOST_DECIMALS = 18
MINUS = "-\u2212\u2013\uff0d"
DASHES = "-\u2212\u2013\u2014\uff0d"
CURRENCY = (
    "[$\u00a2-\u00a5\u058f\u060b\u0e3f\u20a0-\u20c0\uffe5]|[A-Z]{1,3}[$]|[A-Z]{3}"
    "|[Kk]r\\.?|zł|Kč|Ft|TL|lei|Rs\\.?|S?Fr\\.?|\u0440\u0443\u0431\\.?|(?:EURO|[Ee]uro)s?|eur|usd|gbp|chf"
)
NONFINITE = r"(?i)\s*[-+]?(?:nan|inf|infinity|∞)\s*"

_SPACE = "[ \u00a0\u2007\u2009\u202f]"
_GAP = f"{_SPACE}*"
_FEW = 0.01
_LONGEST = 60
_SIGN = f"[{MINUS}+]"


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
    # 5.- is five and nothing, not minus five.
    tail = rf"(?:\{decimal}(?:[0-9]{places}|[{DASHES}]{{1,2}}))?"
    some = rf"\{decimal}" + ("[0-9]+" if scale is None else f"[0-9]{{1,{scale}}}0*" if scale else "0+")
    grouped = "|".join(
        f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{2,3}})*{mark}[0-9]{{3}}" for mark in (other, _SPACE, "['\u2019\u02bc]")
    )
    number = rf"(?:(?:{grouped}|[0-9]+){tail}|{some})"
    before_sign = rf"(?:(?:{grouped}|[0-9]+)(?:{some})?|{some})"
    before, after = f"(?:(?:{CURRENCY}){_GAP})?", f"(?:{_GAP}(?:{CURRENCY}))?"
    forms = (
        f"(?:{_SIGN}{_GAP})?{before}{number}{after}",
        f"(?:{CURRENCY}){_GAP}{_SIGN}{_GAP}{number}{after}",
        f"{before}{before_sign}{after}{_GAP}{_SIGN}{after}",
        f"{before}\\({_GAP}{before}{number}{after}{_GAP}\\){after}",
    )
    ends = "[\\s\u00a0\u2009\u202f]*"
    return f"{ends}(?:{'|'.join(forms)}){ends}"


def any_pattern(decimal: str) -> str:
    """Any amount or scientific notation."""
    return f"(?:{general_pattern(decimal, MOST_DECIMALS)})|(?:{scientific_pattern(decimal)})"


_WITH_COMMA = re.compile(any_pattern(","))
_WITHOUT_MARK = re.compile("-?[0-9]+e-[0-9]+")


class OwnNumbers:
    """Which columns hold numbers of the source's own kind, whose point is no mark of a writer's choice.

    Cells are told one after the other; columns go by any name.
    """

    def __init__(self) -> None:
        self._pointed: set[Hashable] = set()
        self._doubted: set[Hashable] = set()

    def number(self, column: Hashable, text: str) -> None:
        """A cell is a number, written like this."""
        if "." in text:
            self._pointed.add(column)

    def text(self, column: Hashable, text: str) -> None:
        """A cell is a text."""
        if column not in self._doubted and may_have_comma(text):
            self._doubted.add(column)

    @property
    def pointed(self) -> set[Hashable]:
        """The columns to be read with a point, whatever is said of others."""
        return self._pointed - self._doubted

    @property
    def torn(self) -> set[Hashable]:
        """The columns whose texts may be written with another mark: there numbers stand without one."""
        return self._pointed & self._doubted


def may_have_comma(text: str) -> bool:
    """Whether a text can be an amount whose decimal mark is a comma, so that nothing else settles its mark."""
    return len(text) < _LONGEST and ("," in text or "." in text) and bool(_WITH_COMMA.fullmatch(text))


def without_mark(number: str) -> str:
    """The same number as a whole one, times a power of ten: it reads alike whatever mark its neighbours have."""
    if "." not in number:
        return number
    sign, parts, power = Decimal(number).as_tuple()
    digits, exponent = "".join(map(str, parts)), int(power)
    while exponent < 0 and len(digits) > 1 and digits.endswith("0"):
        digits, exponent = digits[:-1], exponent + 1
    whole = f"{'-' if sign else ''}{digits}"
    return f"{whole}e{exponent}" if exponent else whole


def is_scientific(text: str, decimal: str) -> bool:
    """Whether somebody wrote scientific notation: not ``without_mark``."""
    return bool(re.fullmatch(scientific_pattern(decimal), text)) and not _WITHOUT_MARK.fullmatch(text)


def decide_mark(shapes: list[Shape], column: str, proven: Mark | None, marked: int) -> Mark:
    """The decimal mark that the column's shapes prove.

    A mark is proven where the value cannot be read with the other one. A few values against it are left to be
    quarantined, but not while other values could be read either way.

    Raises:
        DataError: ``ambiguous_decimal``.
    """
    patterns: dict[Mark, re.Pattern[str]] = {mark: re.compile(any_pattern(mark)) for mark in (".", ",")}
    proofs: dict[Mark, int] = {".": 0, ",": 0}
    if proven:
        proofs[proven] = marked
    doubtful: list[str] = []
    for shape, rows, example in shapes:
        text = shape.replace("Z", "0")
        reading = [mark for mark, pattern in patterns.items() if pattern.fullmatch(text)]
        if len(reading) == 1:
            proofs[reading[0]] += rows
        elif reading and ("." in text or "," in text):
            doubtful.append(example)
    mark = max(proofs, key=lambda one: proofs[one])
    against = min(proofs.values())
    if (doubtful and (not proofs[mark] or against)) or against > _FEW * proofs[mark]:
        examples = doubtful or [example for _, _, example in shapes]
        raise DataError(
            "ambiguous_decimal",
            f"the column '{column}' holds amounts such as '{examples[0][:40]}', and nothing settles whether"
            " the dot or the comma marks the decimals",
            fix="say which: --decimal . or --decimal ,",
            place=Place(column=column, like=examples[0][:40]),
        )
    return mark


def has_marks(shapes: list[Shape], decimal: str) -> bool:
    """Whether an amount is written with more than digits, a sign before them and a decimal mark."""
    pattern, bare = re.compile(general_pattern(decimal)), re.compile(rf"\s*[-+]?[0-9]*(?:\{decimal}[0-9]*)?\s*")
    texts = (shape.replace("Z", "0") for shape, _, _ in shapes)
    return any(pattern.fullmatch(text) and not bare.fullmatch(text) for text in texts)


def find_currency(shapes: list[Shape], decimal: str, column: str) -> str | None:
    """The one currency that stands beside the amounts, if any: what says it most exactly.

    A sign and a code beside one amount, ``$5.00 USD``, are one currency if the sign may stand for it; those of
    different amounts are one only if they say the same: ``€5`` and ``EUR 6``, but not ``$5`` and ``USD 6``.

    Raises:
        DataError: ``mixed_currency``.
    """
    pattern, sign = re.compile(general_pattern(decimal)), re.compile(CURRENCY)
    found: dict[frozenset[str], tuple[str, str]] = {}
    for shape, _, example in shapes:
        text = shape.replace("Z", "0")
        if pattern.fullmatch(text) and (signs := [one.rstrip(".") for one in sign.findall(text)]):
            meant = [currencies_of(one) or frozenset({one}) for one in signs]
            common = frozenset.intersection(*meant)
            exact = min(signs, key=lambda one: len(currencies_of(one)))
            told = [(common, exact)] if common else zip(meant, signs, strict=True)
            for currencies, one in told:
                found.setdefault(currencies, (one, example.strip()))
    if len(found) > 1:
        listed = [one for one, _ in found.values()]
        raise DataError(
            "mixed_currency",
            f"the column '{column}' holds amounts in {' and '.join(listed[:4])}",
            fix="write the currency in a column of its own",
            place=Place(column=column, like=list(found.values())[1][1]),
        )
    return next((one for one, _ in found.values()), None)
