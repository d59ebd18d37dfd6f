"""Keys of a TOML file that people write: which there are, what each holds, and the one error for all that is amiss."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Key:
    """What a key holds, and how it is written."""

    kind: type
    example: str
    required: bool = True


def checked(table: object, keys: Mapping[str, Key], owner: str, fail: Callable[[str, str], NoReturn]) -> dict[str, Any]:
    """The table, once its keys are known, present and of the right kind.

    Args:
        table: What stands in the file.
        keys: All keys it may have.
        owner: What the table is called in messages, such as ``segment 3``.
        fail: Raises the error of the file, from a message and a fix.
    """
    if not isinstance(table, dict):
        fail(f"{owner} is not a table", f"write one with the keys {', '.join(keys)}")
    for key in table:
        if key not in keys:
            fail(f"{owner} has an unknown key '{key}'", f"{near(key, keys)}Known keys: {', '.join(keys)}")
    for key, wanted in keys.items():
        if wanted.required and table.get(key) is None:
            fail(f"{owner} lacks '{key}'", f"write for example {wanted.example}")
        if key in table and type(table[key]) is not wanted.kind:
            fail(f"'{key}' of {owner} has the wrong type", f"write for example {wanted.example}")
    return table


def near(word: str, known: Iterable[str]) -> str:
    """The beginning of a fix that names the nearest known word, if one is near."""
    found = difflib.get_close_matches(word, list(known), n=1)
    return f"write '{found[0]}'. " if found else ""


def line_of(error: Exception) -> int | None:
    """The line that an error of the TOML parser names."""
    line = _LINE.search(str(error))
    return int(line[1]) if line else None
