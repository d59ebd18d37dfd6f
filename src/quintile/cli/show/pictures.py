"""Pictures: how the revenue lies on the customers, and the customers on the values, drawn with letters."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.text import Text

from quintile.cli.show.page import INDENT, bar, grid, said, section
from quintile.cli.show.palette import HEADING, QUIET
from quintile.cli.show.plain import number, percent
from quintile.domain.words import METRICS
from quintile.pictures.deciles import verdict
from quintile.pictures.distribution import drawn_cuts, place_of, short_label
from quintile.pictures.palette import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console, Group, RenderableType

_BEST = (10, 20, 40, 60, 80)
_WIDEST_BAR, _TEXT = 40, 36
_LEVELS, _PLAIN_LEVELS = "▁▂▃▄▅▆▇█", ".:-=+*%#"
_NAMES, _GAPS = max(map(len, METRICS.values())), 6
_FEWEST_LETTERS = 8
_NOUNS = {"r": "day", "f": "order"}
_ACCENT = ROLES["light"]["role:accent"]


def concentration(report: Mapping[str, Any], console: Console) -> Group | None:
    """The revenue of the best tenth, fifth and so on as bars, the Gini index, and the folk sayings put to the test.

    Nothing without revenue above zero.
    """
    found = report["concentration"]
    if not found["lorenz"] or found["lorenz"][0] is None:
        return None
    width = max(min(console.width - INDENT - _TEXT, _WIDEST_BAR), 1)
    table = grid("lrl")
    for place, best in enumerate(_BEST):
        share = 1 - Decimal(found["lorenz"][100 - best])
        drawn = bar(float(share), width, _ACCENT, console)
        table.add_row(said(f"Best {best}%" + ("" if place else " of customers")), said(percent(str(share))), drawn)
    says: list[RenderableType] = [said(verdict(claim)) for claim in found["claims"]]
    if found["gini"] is not None:
        says = [said(f"Gini index {found['gini']} (0: all bring the same, 1: one brings it all)"), *says]
    return section("What the best customers bring", table, said(""), *says)


def spread(report: Mapping[str, Any], console: Console) -> Group:
    """One line a metric: a letter for each stretch of values, as high as it has customers; below, the cut points.

    Where the page is too narrow for all letters, one stands for several stretches.
    """
    levels = _LEVELS if console.encoding.startswith("utf") else _PLAIN_LEVELS
    drawn = [(found, *_around(found, report)) for found in report["distributions"] if found["bins"]]
    beside = [max((len(words[place]) for words in drawn), default=0) for place in (1, 2, 3)]
    room = console.width - INDENT - _NAMES - beside[0] - max(beside[1:]) - _GAPS
    table = grid("lrll")
    for found, start, end, without in drawn:
        bins, metric = found["bins"], found["metric"]
        each = -(-len(bins) // max(room, _FEWEST_LETTERS))
        counts = [sum(line["customers"] for line in bins[first : first + each]) for first in range(0, len(bins), each)]
        heights = Text(_heights(counts, levels), style=_ACCENT)
        table.add_row(said(METRICS[metric], HEADING), said(start), heights, said(end))
        table.add_row("", "", said(_marks(metric, found["cuts"], bins, each)), said(without, QUIET))
    return section("How many customers have which value (^ is a cut point)", table)


def _around(found: Mapping[str, Any], report: Mapping[str, Any]) -> tuple[str, str, str]:
    """What stands before the letters, after them, and below that."""
    metric, bins = found["metric"], found["bins"]
    start, end = (short_label(metric, line["from"], line["to"]) for line in (bins[0], bins[-1]))
    without = f"without order: {number(found['without'])}" if found["without"] else ""
    return start, _with_unit(metric, end, report), without


def _with_unit(metric: str, label: str, report: Mapping[str, Any]) -> str:
    """A value, or a stretch of values, with its unit."""
    noun = _NOUNS.get(metric)
    unit = report["currency"] or "" if noun is None else noun if label == "1" else f"{noun}s"
    return f"{label} {unit}".rstrip()


def _heights(counts: Sequence[int], levels: str) -> str:
    """The most has the highest letter; a blank is nobody."""
    most = max(counts)
    return "".join(levels[(count * len(levels) - 1) // most] if count else " " for count in counts)


def _marks(metric: str, cuts: Sequence[str | None], bins: Sequence[Mapping[str, Any]], each: int) -> str:
    places = {min(int(place_of(cut, bins)), len(bins) - 1) // each for cut in drawn_cuts(metric, cuts)}
    return "".join("^" if place in places else " " for place in range(len(bins))).rstrip()
