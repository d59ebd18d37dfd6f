"""The report: one result as one HTML file, for a board; from run.json, the scheme, the playbook and what was before.

Same result, same bytes. Nothing in it names a customer, and nothing in it is fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.words import REMEDIES, called
from quintile.export.assumed import of_model, of_money, of_reading, of_second, sources
from quintile.export.cards import BEFORE, cards, ranked
from quintile.export.embedding import page, placed
from quintile.export.figures import Figures
from quintile.export.headlines import best_tenth, day_text, findings, headline, lead, ordered_once
from quintile.export.method import LIMITATIONS, method
from quintile.export.past import past_pictures, past_words
from quintile.export.receipts import concentration, scores
from quintile.pictures.gallery import gallery
from quintile.pictures.palette import FALLBACK, segment_colours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markupsafe import Markup

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Scheme
    from quintile.export.cards import Card
    from quintile.export.past import Past
    from quintile.pictures.base import Picture

# In which section a picture stands, by the first word of its name.
_SECTIONS = {
    "treemap": "segments",
    "segment": "segments",
    "trend": "trend",
    "flow": "flow",
    "heat": "grid",
    "scheme": "grid",
    "distribution": "distributions",
    "lorenz": "concentration",
    "deciles": "concentration",
}
_CONTENTS = (
    ("summary", "In short"),
    ("source", "Read and assumed"),
    ("segments", "Segments"),
    ("history", "Over time"),
    ("grid", "The grid"),
    ("distributions", "Distributions"),
    ("concentration", "Concentration"),
    ("cards", "Segment by segment"),
    ("quality", "Data quality"),
    ("method", "Method and limits"),
)


def report_page(
    report: Mapping[str, Any],
    scheme: Scheme | None,
    playbook: Playbook | None,
    past: Past | None = None,
) -> str:
    """The page of a result.

    Args:
        report: The content of its run.json.
        scheme: The scheme that made the segments; without it they are not described.
        playbook: What to do with each segment; without it the cards say only what the scheme intends.
        past: What was before it, in a project.

    Returns:
        A whole HTML document.
    """
    figures = Figures({**report, BEFORE: past.before if past else None})
    shown = cards(figures, scheme, playbook)
    drawn = [*gallery(report), *(past_pictures(report, past) if past else [])]
    sayings = concentration(figures)
    optional = {"history": past, "concentration": sayings}
    return page(
        "report.html.j2",
        drawn,
        colours=_colours(report, shown),
        version=report["quintile"],
        title=f"Customer segments as of {day_text(report['as_of'])}",
        report=report,
        figures=figures,
        headline=headline(figures),
        lead=lead(figures),
        findings=findings(figures),
        tiles=_tiles(figures),
        contents=[(id_, name) for id_, name in _CONTENTS if optional.get(id_, True)],
        past=past_words(report, past) if past else None,
        bridge=_bridge(figures),
        assumed=_assumed(report),
        scheme_title=scheme.title if scheme else report["model"]["scheme"],
        cards=shown,
        pictures=_by_section(drawn),
        best_score=report["model"]["scale"] if report["model"]["best"] == "high" else 1,
        scores=scores(figures),
        concentration=sayings,
        quality=_quality(figures),
        method=method(report, scheme),
        limitations=LIMITATIONS,
    )


def _colours(report: Mapping[str, Any], shown: Sequence[Card]) -> str:
    """The colours of the segments as CSS, the same in both modes."""
    by_name = segment_colours(ranked(report))
    return "".join(
        f".segment-{card.colour} .dot{{background:{colour}}}.segment-{card.colour} .fill{{fill:{colour}}}"
        for card in shown
        for colour in [by_name.get(card.name, FALLBACK)]
    )


def _tiles(figures: Figures) -> list[dict[str, Markup | str]]:
    tiles: list[dict[str, Markup | str]] = [{"label": "Customers", "figure": figures.count("counts", "customers")}]
    if bridge := figures.raw("bridge"):
        tiles.append({"label": "Revenue", "figure": figures.roughly("bridge", len(bridge) - 1, "amount")})
    shares = (("Revenue from the best tenth", best_tenth(figures)), ("Ordered once", ordered_once(figures)))
    tiles += [{"label": label, "figure": figure} for label, figure in shares if figure is not None]
    return tiles


def _bridge(figures: Figures) -> list[dict[str, Any]]:
    """The bridge as one table: a line a step, a column a currency."""
    steps = figures.raw("bridge")
    currencies = sorted({currency for step in steps for currency in _places(step)})
    lines = []
    for place, step in enumerate(steps):
        shown = figures.count if step["total"] else figures.off
        money = figures.exact if step["total"] else figures.off
        places = _places(step)
        lines.append(
            {
                "label": called(step["step"]),
                "total": step["total"],
                "rows": shown("bridge", place, "rows"),
                "amounts": [
                    money("bridge", place, *places[currency]) if currency in places else "" for currency in currencies
                ],
            }
        )
    return [{"currencies": currencies, "lines": lines}] if lines else []


def _places(step: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Where in a step of the bridge the amount of each currency stands."""
    if step["amount"] is None:
        return {currency: ("amounts", currency) for currency in step["amounts"]}
    return {step["currency"] or "": ("amount",)}


def _assumed(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        ("Source", sources(report["inputs"]), ""),
        *of_reading(report["assumed"]),
        of_money(report),
        *of_second(report.get("second_tables", [])),
        *of_model(report),
    ]


def _by_section(drawn: Sequence[Picture]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {section: [] for section in _SECTIONS.values()}
    for picture, shown in zip(drawn, placed(drawn), strict=True):
        found[_SECTIONS[picture.name.split("-", maxsplit=1)[0]]].append(shown)
    return found


def _quality(figures: Figures) -> dict[str, Any]:
    """What was set aside or left out, by reason; no examples, because those may name people."""
    aside = [
        {
            "reason": called(line["reason"]),
            "rows": figures.count(key, place, "rows"),
            "remedy": REMEDIES.get(line["reason"], remedy),
        }
        for key, remedy in (("quarantine", ""), ("excluded", "--exclude says which statuses do not count"))
        for place, line in enumerate(figures.raw(key))
    ]
    return {"aside": aside}
