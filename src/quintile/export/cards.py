"""Cards: one a segment, best first: its numbers, its customers in words, its play, its borders, its history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quintile.export.crossings import Crossing, crossings
from quintile.export.definitions import definitions
from quintile.export.headlines import day_text
from quintile.export.ranges import Ranges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quintile.domain.play import Play, Playbook
    from quintile.domain.scheme import Cell, Scheme
    from quintile.export.figures import Figures

BEFORE = "before"  # the key under which a page's report holds the snapshot before it
_MOST_CROSSINGS = 3
_PERCENT = 100
_UP, _DOWN = "\u2191", "\u2193"
_PLAY_LINES = (
    ("offer", "Offer"),
    ("channel", "Channel"),
    ("tone", "Tone"),
    ("contact", "How often"),
    ("avoid", "Avoid"),
    ("kpi", "Measure"),
)


@dataclass(frozen=True)
class Side:
    """One line at a border of a segment: what happens, with which segment beyond it, and for how many customers."""

    trigger: str
    other: Card
    customers: Markup


@dataclass(frozen=True)
class Card:
    """What is shown of one segment; every number is a marked figure, ``widths`` are percents for bars."""

    id: str
    name: str
    colour: int
    intent: str
    definition: tuple[str, ...]
    without_definition: str
    play: Mapping[str, Any] | None
    figures: Mapping[str, Markup]
    widths: Mapping[str, str]
    trend: Markup | None
    leaving: tuple[Side, ...] = ()
    entering: tuple[Side, ...] = ()


def cells_of(scheme: Scheme | None, scores: int) -> dict[Cell, str]:
    """The segment of every cell, what no segment takes under the scheme's own name for it; nothing without a scheme."""
    if scheme is None:
        return {}
    return {cell: name or scheme.fallback for cell, name in scheme.cells(scores).items()}


def ranking(report: Mapping[str, Any]) -> list[str]:
    """All segments from the best to the worst, and behind them what no segment takes."""
    return list(dict.fromkeys([*ranked(report), *(line["segment"] for line in report["segments"])]))


def ranked(report: Mapping[str, Any]) -> list[str]:
    """The scheme's own segments, best first, which have the colours; older reports list them in the scheme's order."""
    return list(report.get("ranking") or (line["segment"] for line in report["segments"]))


def cards(figures: Figures, scheme: Scheme | None, playbook: Playbook | None) -> list[Card]:
    """The cards, best segment first."""
    report = figures.raw()
    ranges = Ranges.of(report)
    cells = cells_of(scheme, ranges.scores)
    said = definitions(cells, ranges) if cells else {}
    intents = {segment.name: segment.intent for segment in scheme.segments} if scheme else {}
    places = {line["segment"]: place for place, line in enumerate(report["segments"])}
    found = {}
    for number, name in enumerate(name for name in ranking(report) if name in places):
        place = places[name]
        play = playbook.plays.get(name) if playbook else None
        found[name] = Card(
            id=f"segment-{number + 1}",
            name=name,
            colour=number,
            intent=play.intent if play else intents.get(name, ""),
            definition=tuple(said.get(name, ())),
            without_definition="With these cut points no customer can be here." if cells else "All customers.",
            play=_play(play) if play else None,
            figures=_figures(figures, place),
            widths=_widths(report["segments"][place]),
            trend=_trend(figures, place, name),
        )
    return _with_borders(found, crossings(report, cells, ranges) if cells else [], figures)


def _figures(figures: Figures, place: int) -> dict[str, Markup]:
    at = ("segments", place)
    return {
        "customers": figures.count(*at, "customers"),
        "customers_share": figures.share(*at, "customers_share"),
        "revenue": figures.exact(*at, "revenue"),
        "money": figures.money(*at, "revenue"),
        "revenue_share": figures.share(*at, "revenue_share"),
        "median_recency": figures.exact(*at, "median_recency"),
        "mean_frequency": figures.exact(*at, "mean_frequency"),
        "mean_monetary": figures.exact(*at, "mean_monetary"),
        "mean_money": figures.money(*at, "mean_monetary"),
    }


def _widths(line: Mapping[str, Any]) -> dict[str, str]:
    return {key: f"{max(Decimal(line[key]), Decimal(0)) * _PERCENT:f}" for key in ("customers_share", "revenue_share")}


def _play(play: Play) -> dict[str, Any]:
    return {"actions": play.actions, "lines": play_lines(play)}


def play_lines(play: Play) -> list[tuple[str, str]]:
    """What a play says beside its actions: a label and a text each."""
    lines = [(label, getattr(play, key)) for key, label in _PLAY_LINES]
    lines.append(("Target", play.target))
    return [(label, text) for label, text in lines if text]


def _with_borders(found: dict[str, Card], borders: Sequence[Crossing], figures: Figures) -> list[Card]:
    leaving: dict[str, list[Side]] = {name: [] for name in found}
    entering: dict[str, list[Side]] = {name: [] for name in found}
    for border in borders:
        if border.source not in found or border.target not in found:
            continue
        customers = figures.sum(*(("grid", place, "customers") for place in border.cells))
        leaving[border.source].append(Side(border.trigger, found[border.target], customers))
        entering[border.target].append(Side(border.trigger, found[border.source], customers))
    return [
        replace(card, leaving=tuple(leaving[name][:_MOST_CROSSINGS]), entering=tuple(entering[name][:_MOST_CROSSINGS]))
        for name, card in found.items()
    ]


def _trend(figures: Figures, place: int, name: str) -> Markup | None:
    """The customers of the snapshot before this one; None where there is none, or it had no such segment."""
    before = figures.raw(BEFORE)
    then = [line["segment"] for line in before["segments"]] if before else []
    if name not in then:
        return None
    at = (BEFORE, "segments", then.index(name), "customers")
    now, count = figures.raw("segments", place, "customers"), figures.raw(*at)
    day = day_text(before["as_of"])
    if now == count:
        return Markup("unchanged since {}").format(day)
    sign, word = (_UP, "up") if now > count else (_DOWN, "down")
    text = Markup('<span aria-hidden="true">{}</span> {} from {} on {}')
    return text.format(sign, word, figures.count(*at), day)
