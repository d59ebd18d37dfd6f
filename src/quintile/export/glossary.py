"""Glossary: what stands in a workbook, in words: the result, every column, every score, every segment with its play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.score_ranges import NOBODY, TIED, best_first, value_ranges
from quintile.domain.words import METRICS
from quintile.export.assumed import currency_told
from quintile.export.cards import cells_of, play_lines, ranking
from quintile.export.definitions import covering, definitions
from quintile.export.method import method
from quintile.export.ranges import Ranges
from quintile.pictures.words import several

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Scheme
    from quintile.export.definitions import Box

Line = tuple[str, str, str]
SEGMENT_COLUMNS = (
    ("segment", "Segment", "The segments, best first; every customer is in exactly one."),
    ("customers", "Customers", "How many customers it has."),
    ("customers_share", "Share of customers", "Its part of all customers."),
    ("revenue", "Revenue", "What its customers spent in the window, net of refunds."),
    ("revenue_share", "Share of revenue", "Its part of the revenue of all."),
    ("median_recency", "Median days since last order", "Days since the last order of the customer in the middle."),
    ("mean_frequency", "Mean orders", "Orders a customer, to two decimals."),
    ("mean_monetary", "Mean revenue", "Revenue a customer, to two decimals."),
)
_CUSTOMER_COLUMNS = (
    ("customer_id", "The customer, as the source writes it; a text, so that 0007 keeps its zeros."),
    ("first_order", "Day of the first order in the window."),
    ("last_order", "Day of the last order in the window."),
    ("recency_days", "{recency}; empty without an order in the window."),
    ("frequency", "Distinct orders in the window."),
    ("monetary", "{monetary}."),
    ("r", "Score of recency; {best} is best."),
    ("f", "Score of frequency; {best} is best."),
    ("m", "Score of monetary; {best} is best."),
    ("rfm", "The three scores side by side; a text."),
    ("segment", "The segment, by the three scores."),
)
_GRID = "Customers, and below them their revenue, at every pair of R (down, best first) and F (across, best last)."
_UNITS = {"r": ("day", "days"), "f": ("order", "orders")}


def glossary(
    report: Mapping[str, Any], scheme: Scheme | None, playbook: Playbook | None, *, as_texts: int
) -> list[Line]:
    """The lines: what each is about, its name, its meaning.

    Args:
        report: The content of run.json.
        scheme: The scheme that made the segments; without it they are not described.
        playbook: What to do with each segment, if anything.
        as_texts: How many numbers are written as texts, because they have too many digits.
    """
    return [
        *_result(report, scheme),
        *_notes(as_texts),
        *_columns(report),
        *_scores(report),
        *_segments(report, scheme, playbook),
    ]


def _result(report: Mapping[str, Any], scheme: Scheme | None) -> list[Line]:
    told = [
        ("Snapshot", report["snapshot"]),
        ("Customers", f"{report['counts']['customers']:,}"),
        *method(report, scheme),
        ("Currency", currency_told(report)),
        ("Model", f"fingerprint {report['model']['fingerprint']}"),
        ("Made by", f"quintile {report['quintile']}"),
    ]
    return [("Result", what, meaning) for what, meaning in told]


def _notes(as_texts: int) -> list[Line]:
    notes = [("Texts", "A text that a spreadsheet would take for a formula has an apostrophe before it.")]
    if as_texts:
        count = several(as_texts, "number")
        text = f"More than the 15 digits that Excel keeps: {count}, written as text with all digits."
        notes.append(("Numbers", text))
    return [("Note", what, text) for what, text in notes]


def _columns(report: Mapping[str, Any]) -> list[Line]:
    model = report["model"]
    day = "Calendar days" if report["recency"] == "calendar" else "Full 24 hours"
    mean = "Mean value of an order in the window, net of refunds, to 15 digits"
    said = {
        "recency": f"{day} from the last order to the analysis date",
        "monetary": mean if model["monetary"] == "average" else "Sum of the orders in the window, net of refunds",
        "best": model["scale"] if model["best"] == "high" else 1,
    }
    return [
        *(("Column of Segments", name, meaning) for _, name, meaning in SEGMENT_COLUMNS),
        ("Sheet", "Grid", _GRID),
        *(("Column of Customers", name, meaning.format_map(said)) for name, meaning in _CUSTOMER_COLUMNS),
    ]


def _scores(report: Mapping[str, Any]) -> Iterator[Line]:
    """What earns each score, best first."""
    model = report["model"]
    best, fewest = model["best"], 1 if model["population"] == "buyers" else 0
    for receipt in report["tie_receipt"]:
        metric = receipt["metric"]
        values, people = value_ranges(receipt, fewest, best=best), best_first(receipt, best)
        for place, (value, count) in enumerate(zip(values, people, strict=True)):
            score = place + 1 if best == "low" else model["scale"] - place
            meaning = f"{_valued(value, metric, report['currency'])}: {several(count, 'customer')}"
            about = f"Score of {METRICS[metric].lower()}"
            yield about, f"{metric.upper()} {score}", "nobody" if value == NOBODY else meaning


def _valued(value: str, metric: str, currency: str | None) -> str:
    one, many = _UNITS.get(metric, (currency or "", currency or ""))
    return value if value == TIED else f"{value} {one if value == '1' else many}".strip()


def _segments(report: Mapping[str, Any], scheme: Scheme | None, playbook: Playbook | None) -> Iterator[Line]:
    """Each segment in words, in scores, and what to do with its customers."""
    ranges = Ranges.of(report)
    cells = cells_of(scheme, ranges.scores)
    words = definitions(cells, ranges) if cells else {}
    intents = {segment.name: segment.intent for segment in scheme.segments} if scheme else {}
    for name in ranking(report):
        said = words.get(name) or ["With these cut points no customer can be here." if cells else "All customers."]
        yield "Segment", name, " Or: ".join(said)
        if held := {cell for cell, segment in cells.items() if segment == name}:
            yield "Scores of the segment", name, "; or ".join(_scored(box, ranges) for box in covering(held))
        play = playbook.plays.get(name) if playbook else None
        if intent := (play.intent if play else intents.get(name, "")):
            yield "Intent", name, intent
        if play:
            yield "What to do", name, " ".join(play.actions)
            yield from ((label, name, text) for label, text in play_lines(play))


def _scored(box: Box, ranges: Ranges) -> str:
    """A box of scores as they are shown: ``R 4-5, F 4-5, M 1-5``."""
    parts = []
    for metric, (low, high) in zip("RFM", box, strict=True):
        first, last = sorted((ranges.shown(low), ranges.shown(high)))
        parts.append(f"{metric} {first}" if first == last else f"{metric} {first}-{last}")
    return ", ".join(parts)
