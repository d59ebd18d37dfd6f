"""Make docs/pictures/*: the terminal as it really looks, the report in a real browser, and two drawings.

Needs Chromium (scripts/install-test-services.sh) for the report. Run: make pictures.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import FloatRect, sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 100
WIDTH, HEIGHT = 1000, 900
TOP: FloatRect = {"x": 0, "y": 50, "width": WIDTH, "height": 470}
_THEME = TerminalTheme(
    (255, 255, 255),
    (36, 41, 47),
    [
        (36, 41, 47),
        (176, 32, 32),
        (26, 110, 50),
        (143, 92, 0),
        (9, 90, 190),
        (120, 60, 180),
        (20, 110, 120),
        (90, 96, 104),
    ],
)


@dataclass(frozen=True)
class Terminal:
    """A picture of what a command prints: the paragraphs that begin with these words, or all of it."""

    command: str
    begins: tuple[str, ...] = ()


TERMINALS = {
    "terminal-check.svg": Terminal("quintile check orders.csv", ("Accepted", "Every row", "Set aside", "Left out")),
    "terminal-lint.svg": Terminal("quintile lint rfm-9", ("rfm-9", "Segments by", "Legend")),
    "terminal-scores.svg": Terminal("quintile run orders.csv --out results", ("What earns", "  Recency", "How many")),
}
# Parts of the report: what of it is shown.
REPORT = {
    "report-top.png": None,
    "report-bridge.png": "table.bridge",
    "report-recency.png": "figure:has([aria-label^='Recency and'])",
    "report-frequency.png": "figure:has([aria-label^='Frequency and'])",
    "report-monetary.png": "figure:has([aria-label^='Monetary and'])",
    "report-lorenz.png": "figure:has([aria-label^='How the revenue lies'])",
    "report-card.png": "article.card >> nth=0",
}


def write() -> None:
    """Write every picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _told(["demo"], Path(folder))
        shop = Path(folder) / "quintile-demo"
        for name, shown in TERMINALS.items():
            (PICTURES / name).write_text(_terminal(shown, shop), encoding="utf-8")
        _photograph((shop / "results" / "report.html").as_uri())
    for name, drawing in DRAWINGS.items():
        (PICTURES / name).write_text(drawing, encoding="utf-8")


def _told(words: list[str], folder: Path) -> str:
    """What the command prints on a terminal with colours."""
    packages = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    colours = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    ended = subprocess.run(
        [sys.executable, "-m", "quintile", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": packages, **colours},
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


def _terminal(shown: Terminal, folder: Path) -> str:
    page = Text.from_ansi(_told(shown.command.split()[1:], folder))
    paragraphs = re.split(r"\n\s*\n", page.plain)
    wanted = [one for one in paragraphs if not shown.begins or one.lstrip("\n").startswith(shown.begins)]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for place, paragraph in enumerate(wanted):
        begin = page.plain.index(paragraph)
        console.print(page[begin : begin + len(paragraph)], end="\n" if place == len(wanted) - 1 else "\n\n")
    drawn = console.export_svg(title=shown.command, theme=_THEME, unique_id="terminal")
    drawn = re.sub(r"@font-face \{.*?\}\n", "", drawn, flags=re.DOTALL)  # the fonts would be loaded from elsewhere
    drawn = drawn.replace("Fira Code, monospace", "ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace")
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def _photograph(page_address: str) -> None:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        page.goto(page_address)
        page.wait_for_timeout(1500)
        for name, part in REPORT.items():
            if part is None:
                page.screenshot(path=PICTURES / name, clip=TOP)
            else:
                page.locator(part).screenshot(path=PICTURES / name)
        browser.close()


def _svg(width: int, height: int, shapes: Iterable[str]) -> str:
    body = "\n".join(f"  {shape}" for shape in shapes)
    size = f'width="{width}" height="{height}"'
    font = 'font-family="system-ui, sans-serif" font-size="14" fill="#24292f"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size} {font}>\n'
        f'  <rect width="{width}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _line(start: tuple[int, int], end: tuple[int, int], *, colour: str = "#57606a", arrow: bool = False) -> str:
    head = ' marker-end="url(#arrow)"' if arrow else ""
    ends = f'x1="{start[0]}" y1="{start[1]}" x2="{end[0]}" y2="{end[1]}"'
    return f'<line {ends} stroke="{colour}" stroke-width="1.5"{head}/>'


def _text(at: tuple[int, int], words: str, *, anchor: str = "middle", bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{at[0]}" y="{at[1]}" text-anchor="{anchor}"{weight}>{words}</text>'


_ARROW = (
    '<defs><marker id="arrow" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto">'
    '<path d="M0,0 L8,4 L0,8 z" fill="#57606a"/></marker></defs>'
)


def _window() -> str:
    """One customer's orders on a time line: the window, what counts, and the days of recency."""
    outside, inside = "#ffffff", "#0a5abe"
    orders = {60: outside, 250: inside, 470: inside, 640: inside, 800: outside}
    dots = [
        f'<circle cx="{x}" cy="110" r="7" fill="{fill}" stroke="#0a5abe" stroke-width="2"/>'
        for x, fill in orders.items()
    ]
    return _svg(
        860,
        210,
        [
            _ARROW,
            '<rect x="140" y="70" width="600" height="80" rx="4" fill="#ddf0ff"/>',
            _text((440, 58), "the window: 12 months", bold=True),
            _line((20, 110), (840, 110), arrow=True),
            _line((140, 62), (140, 160)),
            _line((740, 62), (740, 160), colour="#b02020"),
            *dots,
            _text((60, 140), "too old"),
            _text((800, 140), "too late"),
            _text((140, 180), "1 July 2024"),
            _text((140, 198), "first day inside"),
            _text((740, 180), "1 July 2025"),
            _text((740, 198), "as_of, outside"),
            _line((648, 90), (738, 90), arrow=True),
            _text((690, 84), "recency"),
            _text((360, 140), "frequency 3: the filled orders"),
        ],
    )


def _snapshots() -> str:
    """Three snapshots and the pointer that moves from one to the next."""
    days = ("2025-05-01", "2025-06-01", "2025-07-01")
    shapes = [_ARROW]
    for place, day in enumerate(days):
        left = 40 + place * 270
        colour = "#ddf0ff" if place == len(days) - 1 else "#f0f2f5"
        shapes += [
            f'<rect x="{left}" y="30" width="220" height="100" rx="6" fill="{colour}" stroke="#57606a"/>',
            _text((left + 110, 55), f"snapshot {day}", bold=True),
            _text((left + 110, 80), "customers, segments, report"),
            _text((left + 110, 102), "model and run.json"),
            _text((left + 110, 122), "never changed again"),
        ]
    shapes += [_text((690, 196), "current", bold=True), _line((690, 180), (690, 134), arrow=True)]
    shapes += [
        _line((420, 180), (420, 134), colour="#c5cad1"),
        _text((420, 196), "until then"),
        _line((455, 191), (655, 191), arrow=True),
    ]
    shapes += [_text((555, 182), "one rename")]
    return _svg(860, 215, shapes)


DRAWINGS = {"window.svg": _window(), "snapshots.svg": _snapshots()}

if __name__ == "__main__":
    write()
