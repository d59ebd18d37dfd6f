"""Schemes: the list of them, and one as a picture with what is the matter with it."""

from __future__ import annotations

import itertools
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from rich.text import Text

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import BAD, DOUBTFUL, GOOD, HEADING, QUIET, on_ground, segment_colours
from quintile.cli.show.plain import listed, number, several
from quintile.segments.lint import grid as cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, Group
    from rich.table import Table

    from quintile.domain.scheme import Scheme
    from quintile.segments.lint import LintReport

GAP = "."
_MOST_CODES = 60
_LABEL = 6


def show_schemes(schemes: list[Scheme], console: Console | None = None) -> None:
    """List schemes: the name to write, the scores they are written for, their segments."""
    table = grid("lrrl")
    table.columns[0].no_wrap = True  # it is to be copied
    table.add_row(*quiet("name", "scores", "segments", ""))
    for scheme in schemes:
        cells = (number(scheme.scale), number(len(scheme.segments)), scheme.title)
        table.add_row(said(scheme.name, HEADING), *(said(cell) for cell in cells))
    hint = said("See one: quintile lint NAME. Use one: quintile run SOURCE --scheme NAME --out DIR", QUIET)
    put(console or stdout(), [section("Segment schemes", table), hint])


def show_lint(scheme: Scheme, report: LintReport, console: Console | None = None) -> None:
    """Show a scheme: its segments over R and F as a grid, its legend, and what is the matter with it."""
    console = console or stdout()
    keys = _keys(scheme)
    title = f"{scheme.name}: {scheme.title}"
    verdict = "Complete" if report.complete else "Incomplete"
    style = GOOD if report.complete else BAD
    put(
        console,
        [
            Text.assemble(said(title, HEADING), "\n", said(f"Source: {scheme.source}", QUIET)),
            _picture(scheme, keys, console.width),
            section("Legend" if scheme.ranking is None else "Legend, best first", _legend(scheme, report, keys)),
            section(f"{verdict}: {several(report.cells, 'code')}", _findings(report), style=style),
        ],
    )


def _keys(scheme: Scheme) -> dict[str, tuple[str, str]]:
    """A letter and a colour for each segment, best first."""
    names = scheme.best_first
    letters = itertools.cycle(ascii_uppercase + ascii_lowercase)
    colours = segment_colours(names)
    keys = {name: (letter, f"bold {on_ground(colours[name])}") for name, letter in zip(names, letters, strict=False)}
    return {**keys, scheme.fallback: (GAP, BAD)}


def _picture(scheme: Scheme, keys: dict[str, tuple[str, str]], width: int) -> Group:
    rows = cells_of(scheme)
    room = (width - _LABEL) // scheme.scale - 1
    table = grid("l" * (scheme.scale + 1))
    table.padding = (0, 1, 0, 0)
    shown = [_published(scheme, score) for score in range(1, scheme.scale + 1)]
    table.add_row(said(""), *quiet(*(f"F {f}" for f in shown)))
    for r, row in zip(reversed(shown), rows, strict=True):
        table.add_row(said(f"R {r}", HEADING), *(_cell(names, keys, room) for names in row))
    note = f"In each cell M from {shown[0]} to {shown[-1]}" + ("" if room >= scheme.scale else ", only its changes")
    return section("Segments by recency (R), frequency (F) and monetary (M)", table, said(note, QUIET))


def _published(scheme: Scheme, score: int) -> int:
    return score + scheme.lowest - 1 if scheme.best == "high" else scheme.highest + 1 - score


def _cell(names: tuple[str, ...], keys: dict[str, tuple[str, str]], room: int) -> Text:
    """A letter for each M; where there is no room for all, one for each change."""
    changes = [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]
    return Text.assemble(*(keys[name] for name in (names if len(names) <= room else changes[:room])))


def _legend(scheme: Scheme, report: LintReport, keys: dict[str, tuple[str, str]]) -> Table:
    intents = {segment.name: segment.intent for segment in scheme.segments}
    table = grid("llrl")
    table.add_row(*quiet("", "segment", "codes", "intent"))
    for name, (letter, style) in keys.items():
        if name in intents:
            codes = said(number(report.cells_per_segment[name]))
            table.add_row(Text(f" {letter} ", style), said(name, HEADING), codes, said(intents[name]))
    if report.gaps:
        gaps = said(number(len(report.gaps)))
        table.add_row(Text(f" {GAP} ", BAD), said(scheme.fallback, BAD), gaps, said("no segment"))
    return table


def _findings(report: LintReport) -> Table:
    table = grid("ll")
    before = ""
    for style, found, detail in (*_gaps(report), *_unreachable(report), *_overlaps(report), *_demotions(report)):
        table.add_row(said("" if found == before else found, style), said(detail))
        before = found
    return table


def _gaps(report: LintReport) -> Iterator[tuple[str, str, str]]:
    if report.gaps:
        codes = listed(list(report.gaps), _MOST_CODES)
        yield BAD, "Gaps", f"{several(len(report.gaps), 'code')} in no segment: {codes}"
    else:
        yield GOOD, "No gap", "every code has a segment"


def _unreachable(report: LintReport) -> Iterator[tuple[str, str, str]]:
    for name in report.unreachable:
        yield BAD, "Never reached", f"{name}: the segments before it take all its codes"


def _overlaps(report: LintReport) -> Iterator[tuple[str, str, str]]:
    codes: dict[tuple[str, ...], list[str]] = {}
    for code, names in report.overlaps.items():
        codes.setdefault(names, []).append(code)
    if not codes:
        yield GOOD, "No overlap", "the order of the segments does not matter"
        return
    yield QUIET, "Overlaps", f"{several(len(report.overlaps), 'code')} fit several segments; the first one has them:"
    for (first, *others), found in codes.items():
        yield QUIET, "Overlaps", f"{first} before {', '.join(others)}: {listed(found, _MOST_CODES)}"


def _demotions(report: LintReport) -> Iterator[tuple[str, str, str]]:
    if report.demotions is None:
        yield QUIET, "Not judged", "whether a better score can demote: the scheme does not rank its segments"
        return
    if not report.demotions:
        yield GOOD, "No demotion", "a better score never lowers the segment"
        return
    steps: dict[tuple[str, str], list[str]] = {}
    for found in report.demotions:
        steps.setdefault((found.segment, found.worse_segment), []).append(f"{found.code} to {found.better_code}")
    yield DOUBTFUL, "Demotions", f"{several(len(report.demotions), 'step')} to a better score lower the segment:"
    for (segment, worse), codes in steps.items():
        yield DOUBTFUL, "Demotions", f"{segment} down to {worse}: {listed(codes, _MOST_CODES)}"
