"""Mentions: how a person is found in texts: by what cannot be mistaken anywhere, by the rest in a column of ids alone.

The patterns mean the same to Python and to the database, and are matched against a text in small letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quintile.domain.tombstone import FEWEST_DIGITS, Tombstone, normal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.domain.tombstone import Key

INSTEAD = "erased"
_FEWEST_LETTERS = 6
_BESIDE = r"(?:^|[^\pL\pN_@.+-])", r"(?:$|[^\pL\pN_@-])"
_PYTHON = {r"\pL\pN_": r"\w"}
_BESIDE_DIGITS = r"(?:^|[^0-9])[+0-9 ()./-]{0,8}?", r"(?:$|[^0-9])"
_APART = r"[ ()./-]*"
_FIELD = r"(?:^|[,;|\t\"\x1f])\s*", r"\s*(?:$|[,;|\t\"\x1f])"


@dataclass(frozen=True)
class Mentions:
    """What names one person, or several: ids, e-mails, phones and names as they were written; and their numbers.

    ``keys`` are the numbers that stand for the person in the store.
    """

    ids: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    keys: frozenset[int] = frozenset()

    def with_more(self, other: Mentions) -> Mentions:
        """Both together."""
        return Mentions(*(getattr(self, one.name) | getattr(other, one.name) for one in fields(self)))

    @cached_property
    def contacts(self) -> frozenset[str]:
        """E-mails and phones in small letters, as a cell may hold them."""
        return frozenset(text.lower() for text in (*self.emails, *self.phones))

    def is_cell(self, cell: str) -> bool:
        """Whether a cell of a column that names customers is the person's."""
        text = " ".join(cell.split()).removeprefix("'")  # which guards a cell against being a formula
        return text in self.ids or text.lower() in self.contacts

    @cached_property
    def pattern(self) -> str | None:
        """Finds an id, e-mail or phone of the person anywhere in a text; None if each could be something else."""
        words = [*self.emails, *(one for one in self.ids if is_unmistakable(one))]
        digits = {normal("phone", one) for one in self.phones}
        parts = [_BESIDE[0] + _any(words) + _BESIDE[1]] if words else []
        parts += [
            _BESIDE_DIGITS[0] + _APART.join(one) + _BESIDE_DIGITS[1]
            for one in sorted(digits)
            if len(one) >= FEWEST_DIGITS
        ]
        return "|".join(parts) or None

    @cached_property
    def name_pattern(self) -> str | None:
        """Finds a name of the person, which may also be that of another."""
        names = [one for one in self.names if is_unmistakable(one)]
        return _BESIDE[0] + _any(names) + _BESIDE[1] if names else None

    @cached_property
    def field_pattern(self) -> str | None:
        """Finds any of it as a whole field of a row that could not be taken apart."""
        texts = [*self.ids, *self.emails, *self.phones, *self.names]
        return _FIELD[0] + _any(texts) + _FIELD[1] if texts else None

    def is_in(self, text: str) -> bool:
        """Whether a text names the person without doubt."""
        return _found(self.pattern, text)

    def has_name_in(self, text: str) -> bool:
        """Whether a text has the person's name."""
        return _found(self.name_pattern, text)

    def without(self, text: str) -> str:
        """A text in which the word ``erased`` stands for the person."""
        for pattern in filter(None, (self.pattern, self.name_pattern)):
            compiled = _compiled(pattern)
            while (found := compiled.search(text.lower())) is not None:
                text = text[: found.start()] + f" {INSTEAD} " + text[found.end() :]
        for weak in self.ids:
            text = text.replace(f"'{weak}'", f"'{INSTEAD}'")
        return text

    def pruned(self, value: Any) -> Any:  # noqa: ANN401 - JSON values
        """JSON values without the person: a list loses the objects about them, a text their names."""
        match value:
            case str():
                return self.without(value)
            case list():
                return [self.pruned(one) for one in value if not self._is_about(one)]
            case dict():
                return {self.pruned(key): self.pruned(one) for key, one in value.items()}
        return value

    def tombstones(self, key: Key, certificate: int, erased_at: str) -> list[Tombstone]:
        """The digests that stay of the person; of a name only if hardly anyone else bears it."""
        texts = [("id", one) for one in self.ids] + [("email", one) for one in self.emails]
        texts += [("phone", one) for one in self.phones if len(normal("phone", one)) >= FEWEST_DIGITS]
        texts += [("word", one) for one in self.ids if is_unmistakable(one)]
        texts += [("name", one) for one in self.names if is_unmistakable(one)]
        return sorted({Tombstone(certificate, kind, key.digest(kind, text), erased_at) for kind, text in texts})

    def _is_about(self, value: Any) -> bool:  # noqa: ANN401 - a JSON value
        if not isinstance(value, dict):
            return False
        return any(self.is_cell(str(one)) for key, one in value.items() if key in IDENTITY_COLUMNS)


# What columns that name people are called in what quintile writes.
IDENTITY_COLUMNS = frozenset({"customer_id", "customer", "email", "phone", "name", "id"})


def is_unmistakable(text: str) -> bool:
    """Whether a text can hardly mean anything else: an e-mail, a long number, or six signs with a letter."""
    if text.isdecimal():
        return len(text) >= FEWEST_DIGITS
    return "@" in text or (len(text) >= _FEWEST_LETTERS and any(sign.isalpha() for sign in text))


def _any(texts: Iterable[str]) -> str:
    quoted = sorted({re.sub(r"([^\w\s])", r"\\\1", text.lower()) for text in texts}, key=lambda one: (-len(one), one))
    return f"(?:{'|'.join(quoted)})"


def _found(pattern: str | None, text: str) -> bool:
    return pattern is not None and _compiled(pattern).search(text.lower()) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    for database, python in _PYTHON.items():
        pattern = pattern.replace(database, python)
    return re.compile(pattern)
