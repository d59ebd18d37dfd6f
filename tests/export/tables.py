"""The tables under a page's pictures, as a screen reader finds them."""

from __future__ import annotations

from decimal import Decimal
from html.parser import HTMLParser


class _Tables(HTMLParser):
    """The rows of every table inside a figure, by the figure's title."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._title, self._cell, self._open = "", "", ""

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag == "figure":
            self._open = "figure"
        elif self._open and tag == "h3":
            self._open, self._title = "h3", ""
        elif self._open and tag == "tr":
            self.found.setdefault(self._title, []).append([])
        elif self._open and tag in {"th", "td"}:
            self._open, self._cell = "cell", ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self._open = ""
        elif self._open == "h3" and tag == "h3":
            self._open = "figure"
        elif self._open == "cell" and tag in {"th", "td"}:
            self.found[self._title][-1].append(self._cell)
            self._open = "figure"

    def handle_data(self, data: str) -> None:
        if self._open == "h3":
            self._title += data
        elif self._open == "cell":
            self._cell += data


def tables(page: str) -> dict[str, tuple[list[str], list[list[str]]]]:
    """For each picture's title the columns and the rows of its table."""
    reader = _Tables()
    reader.feed(page)
    return {title: (rows[0], rows[1:]) for title, rows in reader.found.items()}


def number(text: str) -> Decimal:
    """What a cell says as a number; a share as a part of one."""
    value = Decimal(text.rstrip("%").replace(",", ""))
    return value / 100 if text.endswith("%") else value
