"""Schemes as a list and as a picture."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from quintile.cli.show.schemes import show_lint, show_schemes
from quintile.segments.lint import lint
from quintile.segments.load import load_scheme, parse_scheme, shipped_schemes

OURS = """
title = "Ours [bold]"
source = "here"
scale = 2
best = "high"
ranking = ["Top", "Low", "Never"]
[[segments]]
name = "Low"
intent = "wake"
rules = [{ r = [2, 2] }]
[[segments]]
name = "Top"
intent = "keep"
rules = [{ r = [1, 1], f = [2, 2] }]
[[segments]]
name = "Never"
intent = "do"
rules = [{ r = [2, 2], m = [1, 1] }]
"""
PAGE = """\
ours: Ours [bold]
Source: here

Segments by recency (R), frequency (F) and monetary (M)
      F 1 F 2
  R 2 BB  BB
  R 1 ..  AA
  In each cell M from 1 to 2

Legend, best first
       segment       codes  intent
   A   Top               2  keep
   B   Low               4  wake
   C   Never             0  do
   .   Unclassified      2  no segment

Incomplete: 8 codes
  Gaps           2 codes in no segment: 111, 112
  Never reached  Never: the segments before it take all its codes
  Overlaps       2 codes fit several segments; the first one has them:
                 Low before Never: 211, 221
  Demotions      2 steps to a better score lower the segment:
                 Top down to Low: 121 to 221, 122 to 222
"""


def paper(width=80, *, terminal=False):
    form: dict[str, Any] = {"force_terminal": terminal, "color_system": "truecolor" if terminal else None}
    return Console(file=io.StringIO(), width=width, highlight=False, **form)


def shown(scheme, **form):
    console = paper(**form)
    show_lint(scheme, lint(scheme), console)
    return console.file.getvalue()


def test_a_faulty_scheme_is_drawn_and_its_faults_are_told():
    assert shown(parse_scheme(OURS, name="ours", file="ours.toml")) == PAGE


def test_a_sound_scheme_is_told_to_be_sound():
    page = shown(load_scheme("grid-27"))
    assert "Complete: 27 codes" in page
    assert "No gap" in page
    assert "No overlap" in page
    assert "No demotion" in page


def test_the_scores_are_written_as_the_source_writes_them():
    page = shown(load_scheme("grid-27"))
    assert "F 3 F 2 F 1" in page
    assert "In each cell M from 3 to 1" in page
    assert "F 0  F 1  F 2  F 3" in shown(load_scheme("braze-10"))


def test_a_scheme_without_ranking_is_not_judged():
    assert "Not judged" in shown(load_scheme("braze-10"))


def test_letter_and_colour_of_a_segment_are_those_of_its_legend():
    page = shown(load_scheme("rfm-9"), terminal=True)
    champions = "\x1b[1;38;2;0;0;0;48;2;3;157;66m"
    assert f"{champions} A \x1b[0m" in page
    assert page.count(f"{champions}A\x1b[0m") == len("AA") * 4


@pytest.mark.parametrize("width", [60, 80])
def test_ten_scores_fit_the_page(width):
    segments = '[[segments]]\nname = "Low"\nintent = "do"\nrules = [{ m = [1, 5] }]\n'
    segments += '[[segments]]\nname = "High"\nintent = "do"\nrules = [{ m = [6, 10] }]\n'
    scheme = parse_scheme(f'title = "T"\nsource = "s"\nscale = 10\nbest = "high"\n{segments}', name="ten", file="t")
    page = shown(scheme, width=width)
    assert max(len(line) for line in page.splitlines()) <= width
    assert page.count("BA") == 100  # M rises to the right, and the best segment is A
    assert "only its changes" in page


@pytest.mark.parametrize("name", shipped_schemes())
def test_every_shipped_scheme_fits_80_columns(name):
    assert max(len(line) for line in shown(load_scheme(name)).splitlines()) <= 80


def test_names_of_schemes_are_listed_whole():
    console = paper()
    schemes = [load_scheme(name) for name in shipped_schemes()]
    show_schemes(schemes, console)
    lines = console.file.getvalue().splitlines()
    assert set(shipped_schemes()) <= {line.split()[0] for line in lines if line.strip()}
    assert next(line.split() for line in lines if " rfm-9 " in line)[:4] == ["rfm-9", "5", "9", "Nine"]
    assert max(len(line) for line in lines) <= 80
