"""Cleansing: one file of a project, whatever kind it is, without the person that somebody was asked to erase.

Rows, lines and objects about the person go; in other texts the word ``erased`` stands for them. What cannot be
rewritten (a workbook, an archive, a picture) is named, not touched.
"""

from __future__ import annotations

import csv
import html
import io
import json
import zipfile
from typing import TYPE_CHECKING

from quintile.domain.mentions import IDENTITY_COLUMNS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError
from quintile.jobs.erasing.rewriting import replace_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from quintile.domain.mentions import Mentions
    from quintile.jobs.erasing.rewriting import Rewriting

RAW = "quintile_raw"
_TABLES, _LINES, _PAGES = (".csv", ".tsv"), (".txt", ".log", ".jsonl", ".ndjson", ".md"), (".html", ".htm", ".svg")
_DELIMITERS = ",;\t|"
_HEAD = 4096
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Cleansing:
    """Rewrites files one by one; ``left`` names those that mention the person and could not be rewritten.

    Args:
        mentions: Who is to be erased.
        columns: What sources of the project call their columns of ids and contacts, beside the usual names.
    """

    def __init__(self, mentions: Mentions, columns: frozenset[str]) -> None:
        self._mentions = mentions
        self._columns = {column.lower() for column in columns} | IDENTITY_COLUMNS
        self.left: list[Path] = []
        self.files = 0

    def keep(self, columns: Mapping[str, str], _path: Path) -> Sql | None:
        """The test of the rows of a Parquet file that are not about the person; None if no column could tell."""
        tests = list(self._tests(columns))
        return render("NOT (coalesce({tests}, false))", tests=joined(tests, " OR ")) if tests else None

    def cleanse(self, path: Path, rewriting: Rewriting) -> bool:
        """Rewrite a file in place if it mentions the person; says whether it did."""
        content = self._new(path, rewriting)
        if content is None:
            return False
        replace_bytes(path, content)
        self.files += 1
        return True

    def _new(self, path: Path, rewriting: Rewriting) -> bytes | None:
        kind = path.suffix.lower()
        if kind == ".parquet":
            return self._parquet(path, rewriting)
        content = path.read_bytes()
        if kind not in {*_TABLES, *_LINES, *_PAGES, ".json"} or _is_binary(content):
            if _is_mentioned(path, content, self._mentions):
                self.left.append(path)
            return None
        encoding = _encoding(content)
        text = content.decode(encoding, errors="surrogateescape")
        new = self._text(kind, text)
        return None if new == text else new.encode(encoding, errors="surrogateescape")

    def _text(self, kind: str, text: str) -> str:
        if not _may_mention(text, self._mentions):
            return text
        if kind == ".json":
            return _json_without(text, self._mentions)
        if kind in _TABLES:
            return "".join(self._records(text))
        if kind in _PAGES:
            plain = html.unescape(text)
            return text if self._mentions.without(plain) == plain else _html_without(text, self._mentions)
        lines = text.splitlines(keepends=True)
        return "".join(line for line in lines if not (self._mentions.is_in(line) or self._mentions.has_name_in(line)))

    def _records(self, text: str) -> Iterator[str]:
        """The records of a table of text that stay; a field in quotes may hold line ends."""
        records = list(_records(text))
        header = records[0] if records else ""
        delimiter = max(_DELIMITERS, key=header.count)
        titles = [title.strip().lstrip("\ufeff").lower() for title in _cells(header, delimiter)]
        places = [place for place, title in enumerate(titles) if title in self._columns]
        yield header
        for record in records[1:]:
            if not self._is_about(record, _cells(record, delimiter), places):
                yield record

    def _is_about(self, record: str, cells: list[str], places: list[int]) -> bool:
        named = [cells[place] for place in places if place < len(cells) and cells[place]]
        if self._mentions.is_in(record) or any(self._mentions.is_cell(cell) for cell in named):
            return True
        # A name alone is the person's where nothing says that it is another's.
        others = [cell for cell in named if cell not in self._mentions.names]
        return not others and (
            self._mentions.has_name_in(record) or any(cell in self._mentions.names for cell in named)
        )

    def _tests(self, columns: Mapping[str, str]) -> Iterator[Sql]:
        numbers = {"customer_key", "person_key"} & columns.keys()
        if self._mentions.keys:
            keys = joined(literal(key) for key in sorted(self._mentions.keys))
            yield from (render("{column} IN ({keys})", column=name(one), keys=keys) for one in sorted(numbers))
        texts = [column for column, kind in columns.items() if kind == "VARCHAR"]
        if not texts:
            return
        told = render("lower(concat_ws(chr(31), {cells}))", cells=joined(map(name, texts)))
        if self._mentions.pattern:
            yield _matches(told, self._mentions.pattern)
        named = [column for column in texts if column.lower() in self._columns]
        yield from self._cell_tests(named)
        if self._mentions.name_pattern:
            nobody = joined((render("{column} IS NULL", column=name(one)) for one in named if one != "name"), " AND ")
            told_by_name = _matches(told, self._mentions.name_pattern)
            yield render("({named} AND {nobody})", named=told_by_name, nobody=nobody) if nobody else told_by_name
        if RAW in columns and self._mentions.field_pattern:
            yield _matches(render("lower({raw})", raw=name(RAW)), self._mentions.field_pattern)

    def _cell_tests(self, named: list[str]) -> Iterator[Sql]:
        for column in named:
            cell = render("trim({column})", column=name(column))
            for values, shown in ((self._mentions.ids, cell), (self._mentions.contacts, _lower(cell))):
                if values:
                    listed = joined(map(literal, sorted(values)))
                    yield render("coalesce({cell} IN ({listed}), false)", cell=shown, listed=listed)

    def _parquet(self, path: Path, rewriting: Rewriting) -> bytes | None:
        try:
            _, written = rewriting.rows_of(path, self.keep)
        except DataError:  # damaged: nobody can read the person in it but as bytes
            self.left += [path] if _is_mentioned(path, path.read_bytes(), self._mentions) else []
            return None
        return None if written is None else written.read_bytes()


def _is_binary(content: bytes) -> bool:
    return b"\0" in content[:_HEAD] and not content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _is_mentioned(path: Path, content: bytes, mentions: Mentions) -> bool:
    """Whether the bytes of a file, or of what is packed in it, name the person."""
    texts = [content.decode("utf-8", errors="replace")]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            texts = [archive.read(one).decode("utf-8", errors="replace") for one in archive.namelist()]
    shown = [html.unescape(text) for text in texts]
    return any(mentions.is_in(text) or mentions.has_name_in(text) for text in shown)


def _may_mention(text: str, mentions: Mentions) -> bool:
    """A quick look, right for nearly all files: none of the words occurs at all."""
    small = text.lower()
    words = (*mentions.ids, *mentions.contacts, *mentions.names)
    escaped = "\\u" in small or "&" in small
    return bool(mentions.phones) or escaped or any(word.lower() in small for word in words)


def _json_without(text: str, mentions: Mentions) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return mentions.without(text)
    pruned = mentions.pruned(value)
    indent = 2 if "\n" in text.strip() else None
    return text if pruned == value else json.dumps(pruned, indent=indent, ensure_ascii=False) + "\n"


def _html_without(text: str, mentions: Mentions) -> str:
    """A page without the person, also where its letters are written as entities."""
    return ">".join(part if _is_clean(part, mentions) else _clean(part, mentions) for part in text.split(">"))


def _is_clean(part: str, mentions: Mentions) -> bool:
    plain = html.unescape(part)
    return mentions.without(plain) == plain


def _clean(part: str, mentions: Mentions) -> str:
    text, mark, tag = part.partition("<")
    return html.escape(mentions.without(html.unescape(text)), quote=False) + mark + mentions.without(html.unescape(tag))


def _records(text: str) -> Iterator[str]:
    open_record: list[str] = []
    quotes = 0
    for line in text.splitlines(keepends=True):
        open_record.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield "".join(open_record)
            open_record = []
    yield from open_record  # a quote that nobody closed: each line stands for itself


def _cells(record: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(record), delimiter=delimiter), [])


def _encoding(content: bytes) -> str:
    for mark, encoding in _ENCODINGS.items():
        if content.startswith(mark):
            return encoding
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _matches(text: Sql, pattern: str) -> Sql:
    return render("regexp_matches({text}, {pattern})", text=text, pattern=literal(pattern))


def _lower(text: Sql) -> Sql:
    return render("lower({text})", text=text)
