"""The plan's segments: scores, behaviour, their share here and on typical bases, and what to do with each."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.export.cards import cells_of, ranking
from quintile.export.definitions import covering, definitions
from quintile.export.ranges import Ranges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Cell, Scheme
    from quintile.export.definitions import Box

TYPICAL = Path(__file__).parent / "typical_shares.toml"
FEWEST_SEGMENTS = 8
_NO_CUSTOMER = "With these cut points no customer can be here."


def segments(report: Mapping[str, Any], scheme: Scheme | None) -> list[dict[str, Any]]:
    """A line for each segment, best first: its scores, who is in it, typical shares and those of this result."""
    ranges = Ranges.of(report)
    cells = cells_of(scheme, ranges.scores)
    held: dict[str, set[Cell]] = {}
    for cell, name in cells.items():
        held.setdefault(name, set()).add(cell)
    said = definitions(cells, ranges) if cells else {}
    lines = {line["segment"]: line for line in report["segments"]}
    typical = _typical(report)
    return [
        {
            "segment": name,
            "scores": [_box(box, ranges) for box in covering(held.get(name, set()))],
            "behaviour": (said.get(name) or [_NO_CUSTOMER]) if cells else ["Everybody."],
            "typical": typical.get(name),
            **{key: lines[name][key] for key in _SHOWN},
        }
        for name in ranking(report)
        if name in lines
    ]


_SHOWN = (
    *("customers", "customers_share", "revenue", "revenue_share"),
    *("median_recency", "mean_frequency", "mean_monetary"),
)


def typical_note(report: Mapping[str, Any], scheme: Scheme | None) -> str:
    """Where the typical shares were counted, and what to keep in mind."""
    if not _typical(report):
        return "No typical shares are known: the scheme does not come with quintile."
    bases = ", ".join(f"{base['title']} (as of {base['as_of']})" for base in _file()["bases"].values())
    note = (
        f"Typical: the least and the most of the share that the segment has on these bases: {bases}; each over 12"
        " months, cut into equal parts. They are few, and no target."
    )
    if scheme is not None and scheme.scale != report["model"]["scale"]:
        note += f" They were counted at {scheme.scale} scores, this result has {report['model']['scale']}."
    return note


def few_note(report: Mapping[str, Any], scheme: Scheme | None) -> str | None:
    """Where a scheme has few segments: how to get more."""
    if scheme is None:
        return "No scheme made segments here. To name one: quintile run SOURCE --scale 5 --scheme rfm-9 --out DIR"
    count = len(scheme.segments)
    if count >= FEWEST_SEGMENTS:
        return None
    scale = report["model"]["scale"]
    finer = "--scheme grid-27" if scale == 3 else "--scale 5 --scheme rfm-9"  # noqa: PLR2004 - the scale of grid-27
    return f"This scheme has {count} segments. For finer ones: quintile run SOURCE {finer} --out DIR"


def actions(playbook: Playbook | None, report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What to do with each segment that the result has a line for, best first; nothing without a playbook."""
    names = [line["segment"] for line in report["segments"]]
    known = playbook.plays if playbook else {}
    plays = [known[name] for name in ranking(report) if name in names and name in known]
    told = ("segment", "intent", "actions", "offer", "channel", "tone", "contact", "avoid", "kpi", "target")
    return [{key: getattr(play, key) for key in told} | {"actions": list(play.actions)} for play in plays]


def typical_shares(base: str) -> dict[str, dict[str, str]]:
    """The shares of the segments of every shipped scheme on one base, by the scheme's name."""
    return {scheme: shares[base] for scheme, shares in _file()["shares"].items()}


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(TYPICAL.read_text(encoding="utf-8"))


def _typical(report: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The least and the most of each segment's shares; a base that lacks a segment has nobody in it."""
    model = report["model"]
    bases = _file()["shares"].get(model["scheme"], {}) if model["scheme_text"] is None else {}
    names = dict.fromkeys(name for shares in bases.values() for name in shares)
    found = {}
    for name in names:
        shares = sorted((shares.get(name, "0.0000") for shares in bases.values()), key=Decimal)
        found[name] = {"least": shares[0], "most": shares[-1]}
    return found


def _box(box: Box, ranges: Ranges) -> str:
    parts = []
    for metric, (low, high) in zip("RFM", box, strict=True):
        first, last = sorted((ranges.shown(low), ranges.shown(high)))
        if (first, last) != (1, ranges.scores):
            parts.append(f"{metric} {first}" if first == last else f"{metric} {first}-{last}")
    return ", ".join(parts) or "all scores"
