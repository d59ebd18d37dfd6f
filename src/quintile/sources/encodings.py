"""Encodings: which encoding a text file has; what its bytes cannot prove is asked for, never guessed.

UTF-8 proves itself, and so do wide encodings by their mark or their NULs. Of the many one-byte encodings only
Windows-1252 is ever assumed, and only where its letters stand as Western letters do: Cyrillic, Greek, Turkish, Polish,
Chinese or Japanese bytes read as Windows-1252 would give other people's names, so such a file is refused until its
encoding is named.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from quintile.errors import DataError, Place, SettingsError
from quintile.sources.chunks import is_text_in, raw_chunks

if TYPE_CHECKING:
    from pathlib import Path

# UTF-32's little-endian mark begins with that of UTF-16.
_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDE = ("utf-16", "utf-32")
_NUL_SHARE = 0.3
_FEW_NULS = 0.02
_FOREIGN_SHARE = 0.01
_BROKEN_SHARE = 0.2
_FIX = "save it as UTF-8, or name its encoding, for example --encoding cp1254"

_RUNS = re.compile(rb"[\x80-\xff]+")
# What Western text in Windows-1252 does not have: three accented letters in a row, signs or double quotes inside a
# word, a low quote or a capital S or Z with a hook after a letter, and the Icelandic letters whose places Turkish and
# Czech fill with common ones. Nor has it a capital letter with two dots or a hook before a small one inside a word,
# i and u with a grave accent before the end of a word, an o with a stroke before a vowel with an acute accent, or a
# capital A with a tilde beside a letter and before a sign, which is a letter of UTF-8.
_FOREIGN = re.compile(
    rb"[\xc0-\xff]{3}|[\xd0\xdd\xde\xf0\xfd\xfe]|[a-z][\x8a\x8c\x8e\x9f]|[A-Za-z][\x82\x84]"
    rb"|[a-z]\xc3[\x80-\xbf]|\xc3[\x80-\xbf][A-Za-z]|[A-Z]\xc3[\x80-\x84\x86-\x8f\x98-\x9f]"
    rb"|[A-Z][\x8a\x8c\x8e\x9f][a-z]|\x9f[a-z]|[A-Za-z][\xec\xf9][a-z\x9a\x9e]|\xf8[\xe1\xe9\xed]"
    rb"|[A-Za-z\xc0-\xff][\x82-\x87\x89\x8b\x93-\x95\x98\x99\x9b\xa1-\xa9\xab\xac\xae-\xb3\xb5\xb6\xb8\xb9\xbb-\xbf\xd7\xf7]"
    rb"[A-Za-z\xc0-\xff]"
)

# What Windows-1252 text has even less: the places without a letter, UTF-8 that is overlong or half a pair, an opened
# letter that another byte follows, the bytes that are nowhere in UTF-8 side by side, and letters beside a digit (but in
# 2ème and 12è).
_BROKEN = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d]|[\xc0\xc1][\x80-\xbf]|\xed[\xa0-\xbf][\x80-\xbf]|\xc3\x28|[\xfe\xff]{2}"
    rb"|[0-9][\xc0-\xd6\xd8-\xe7\xe9-\xf6\xf8-\xff]|[\xc0-\xd6\xd8-\xe7\xe9-\xf6\xf8-\xff][0-9]"
)


def find_encoding(path: Path, given: str | None = None, *, compressed: bool = False, chunks: int | None = None) -> str:
    """The encoding of a text file, as Python calls it.

    Args:
        path: A text file.
        given: What the user says; obeyed unless the file's own mark or its bytes rule it out.
        compressed: The bytes are gzip.
        chunks: Where so many pieces at the beginning are UTF-8, the rest is taken for it, too.

    Raises:
        SettingsError: ``given`` names no encoding of text.
        DataError: ``encoding``, the bytes contradict ``given``, or fit neither UTF-8, UTF-16, UTF-32 nor
            Windows-1252.
    """
    head = next(raw_chunks(path, compressed=compressed), b"")
    marked = next((name for mark, name in _BOMS.items() if head.startswith(mark)), None)
    if given is not None:
        return _obeyed(_known(given), marked, head, path)
    found = marked or _wide(head)
    if found:
        return found
    begins = chunks is not None and is_text_in(path, "utf-8", compressed=compressed, chunks=chunks)
    if begins or is_text_in(path, "utf-8", compressed=compressed) or _is_mostly_utf8(path, compressed=compressed):
        return "utf-8"
    if _is_broken_ascii(path, compressed=compressed):
        return "utf-8"
    if not is_text_in(path, "cp1252", compressed=compressed):
        if b"\0" in head:
            message = "the file is not text: it holds bytes that no text has"
            raise DataError("not_tabular", message, fix="export it as CSV, Excel or Parquet", place=Place(path.name))
        raise DataError("encoding", "the file is neither UTF-8 nor Windows-1252 text", fix=_FIX, place=Place(path.name))
    line = _foreign_line(path, compressed=compressed)
    if line is not None:
        message = f"the file is not UTF-8, and line {line} read as Windows-1252 would hold letters no one writes"
        raise DataError("encoding", message, fix=_FIX, place=Place(path.name, line))
    return "cp1252"


def _known(given: str) -> str:
    try:
        "".encode(given)  # some codecs turn bytes into bytes, and are no encodings of text
        return codecs.lookup(given).name.replace("_", "-")
    except (LookupError, ValueError) as error:
        message = f"'{given}' is no encoding"
        fix = "write for example utf-8, cp1252, cp1254 or utf-16"
        raise SettingsError("encoding", message, fix=fix) from error


def _obeyed(given: str, marked: str | None, head: bytes, path: Path) -> str:
    """The encoding the user named, unless the file's first bytes rule it out."""
    family = given[:6]
    if marked is not None:
        if marked.startswith(given[:5]) and (family not in _WIDE or family == marked):
            return marked
        message = f"the file begins with the mark of {marked.removesuffix('-sig')}, it is not {given} text"
        raise DataError("encoding", message, fix="leave --encoding away", place=Place(path.name, 1))
    if family in _WIDE and b"\0" not in head:
        message = f"the file is not {given} text: it holds no wide letters"
        raise DataError("encoding", message, fix="leave --encoding away, or name another", place=Place(path.name, 1))
    if given == "utf-16":
        return _wide(head) or given
    return given


def _wide(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: Western text has NULs in every place but one."""
    pairs = max(len(head) // 2, 1)
    even, odd = head[::2].count(0) / pairs, head[1::2].count(0) / pairs
    if even > _NUL_SHARE and odd > _NUL_SHARE:
        quarters = [head[place::4].count(0) / max(len(head) // 4, 1) for place in range(4)]
        letters = [place for place, share in enumerate(quarters) if share < _FEW_NULS]
        return {"0": "utf-32-le", "3": "utf-32-be"}.get("".join(map(str, letters)))
    if even < _FEW_NULS and odd > _NUL_SHARE:
        return "utf-16-le"
    return "utf-16-be" if odd < _FEW_NULS and even > _NUL_SHARE else None


def _is_mostly_utf8(path: Path, *, compressed: bool) -> bool:
    """Whether letters beyond ASCII are as often sound UTF-8 as not: then it is UTF-8 with a few damaged rows."""
    sound = damaged = 0
    for chunk in raw_chunks(path, compressed=compressed):
        if not chunk.isascii():
            for letters in _RUNS.findall(chunk):
                try:
                    letters.decode()
                    sound += 1
                except UnicodeDecodeError:
                    damaged += 1
    return sound > 0 and sound >= damaged


def _is_broken_ascii(path: Path, *, compressed: bool) -> bool:
    """Whether the bytes beyond ASCII are few and no letters of Western text: then it is UTF-8 with damaged rows."""
    lines = damaged = 0
    for chunk in raw_chunks(path, compressed=compressed):
        lines += chunk.count(b"\n")
        if not chunk.isascii():
            for line in chunk.split(b"\n"):
                if not line.isascii():
                    damaged += 1
                    if not _BROKEN.search(line):
                        return False
    return 0 < damaged <= _BROKEN_SHARE * lines


def _foreign_line(path: Path, *, compressed: bool) -> int | None:
    """The first line that is no Western text, if more than a stray word of the file is not."""
    runs = foreign = 0
    line, first = 1, None
    for chunk in raw_chunks(path, compressed=compressed):
        if not chunk.isascii():
            runs += len(_RUNS.findall(chunk))
            found = [match.start() for match in _FOREIGN.finditer(chunk)]
            foreign += len(found)
            if found and first is None:
                first = line + chunk.count(b"\n", 0, found[0])
        line += chunk.count(b"\n")
    return first if foreign > _FOREIGN_SHARE * runs else None
