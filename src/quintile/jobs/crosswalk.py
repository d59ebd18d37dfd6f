"""crosswalk: the customers of the sources, or of a run's results, under several schemes at once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.rfm_model import Method
from quintile.domain.scale import Scale
from quintile.domain.scheme import HALVED, TWICE
from quintile.domain.share import share
from quintile.engine.render import Sql, joined, name, render
from quintile.errors import Place, SettingsError
from quintile.insight.crosswalk import Crossing, Together, crosswalk, sizes
from quintile.jobs.accounts.measured import measured
from quintile.jobs.accounts.scored import accounted_sources
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.scoring.fit import fit
from quintile.scoring.score import score
from quintile.segments.load import load_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quintile.domain.rfm_model import RfmModel
    from quintile.domain.scheme import Cell, Scheme
    from quintile.jobs.workplace.wish import Wish

FEWEST_SCHEMES = 2

_KEPT = "SELECT * EXCLUDE (r, f, m), r AS {r}, f AS {f}, m AS {m} FROM {scores}"
_TOGETHER = "SELECT {scores}, count(*), sum({revenue}) FROM {scored} GROUP BY ALL"


@dataclass(frozen=True)
class _Cells:
    """Customers and revenue by their (r, f, m) on each of ``scales``, and what else is told of them."""

    scales: tuple[int, ...]
    rows: list[tuple[tuple[Cell, ...], int, Decimal]]
    as_of: str
    currency: str | None


def crosswalk_sources(wish: Wish, schemes: Sequence[str], *, on_step: Callable[[str], None] = silent) -> dict[str, Any]:
    """Score the sources once a scale and lay the schemes over the scores; nothing is published.

    Args:
        wish: Sources, settings, analysis date, a kept model if any. A scheme that does not fit the model's scale is
            scored at its own, by the same methods; cut points of a person's own hold for the model's scale alone.
        schemes: Names or files, at least two.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``schemes`` with their scale and the size of each segment, ``pairs`` with the ``flow`` from each
        segment of the first to those of the second: customers, their share of the first, revenue.

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    loaded = _loaded(schemes)
    with workplace(wish.files, wish.settings.engine, on_step=on_step) as place:
        accounted = accounted_sources(place, wish)
        model = wish.model or wish.settings.model.model()
        model.require_currency(accounted.ledger.currency)
        on_step("scoring")
        found = measured(place, accounted, model, wish.as_of)
        scales = tuple(dict.fromkeys(_scale_for(scheme, model.scale.scores) for scheme in loaded))
        scored, columns = found.rfm, []
        for scores in scales:
            fitted = _at(model, scores)
            if fitted.cuts is None:
                fitted = fit(place.engine, found.rfm, fitted, found.clock.window.as_of)
            named = {metric: name(f"{metric}_{scores}") for metric in "rfm"}
            query = render(_KEPT, scores=score(place.engine, scored, fitted), **named)
            scored = place.engine.table(f"scored_{scores}", query)
            columns += list(named.values())
        revenue = Sql("revenue" if model.monetary == "average" else "monetary")
        query = render(_TOGETHER, scores=joined(columns), revenue=revenue, scored=scored)
        rows = [
            (tuple((row[at], row[at + 1], row[at + 2]) for at in range(0, len(columns), 3)), row[-2], row[-1])
            for row in place.engine.rows(query)
        ]
        cells = _Cells(scales, rows, found.as_of.isoformat(), accounted.ledger.currency or None)
    return _compared(cells, loaded, model.scale.scores)


def crosswalk_results(folder: Path, schemes: Sequence[str]) -> dict[str, Any]:
    """Lay the schemes over the scores of a run's results; returns what ``crosswalk_sources`` returns.

    Args:
        folder: The results folder of a run.
        schemes: Names or files, at least two, that fit the scale of the run.

    Raises:
        SettingsError: The results cannot be read, or a scheme does not fit their scale.
    """
    loaded = _loaded(schemes)
    place = Place(str(folder / "run.json"))
    try:
        report = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        scale = Scale(report["model"]["scale"], report["model"]["best"])
        cells: list[tuple[tuple[Cell, ...], int, Decimal]] = [
            (
                ((scale.shown(line["r"]), scale.shown(line["f"]), scale.shown(line["m"])),),
                line["customers"],
                Decimal(line["revenue"]),
            )
            for line in report["grid"]
        ]  # ``shown`` is its own inverse
        found = _Cells((scale.scores,), cells, report["as_of"], report["currency"])
    except (OSError, ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        fix = "name the folder that a run wrote: quintile run SOURCE --out DIR"
        raise SettingsError("results", "the results cannot be read", fix=fix, place=place) from error
    misfit = next((scheme for scheme in loaded if _scale_for(scheme, scale.scores) != scale.scores), None)
    if misfit is not None:
        message = f"the results have {scale.scores} scores, the scheme '{misfit.name}' is written for {misfit.scale}"
        fix = f"name the sources, to have each scale scored: quintile crosswalk SOURCE --schemes {','.join(schemes)}"
        raise SettingsError("schemes", message, fix=fix, place=place)
    return _compared(found, loaded, scale.scores)


def _loaded(names: Sequence[str]) -> list[Scheme]:
    twice = next((one for one in names if list(names).count(one) > 1), None)
    if twice is not None:
        raise SettingsError("schemes", f"the scheme '{twice}' is named twice", fix="name each scheme once")
    if len(names) < FEWEST_SCHEMES:
        fix = "name two or more: --schemes rfm-9,rf-10. All schemes: quintile schemes"
        raise SettingsError("schemes", "a crosswalk needs at least two schemes", fix=fix)
    loaded = [load_scheme(one) for one in names]
    same = next((one.name for one in loaded if [other.name for other in loaded].count(one.name) > 1), None)
    if same is not None:
        message = f"two schemes are called '{same}'"
        raise SettingsError("schemes", message, fix="give one of the files another name")
    return loaded


def _scale_for(scheme: Scheme, scores: int) -> int:
    """The model's scale if the scheme serves it, else the scheme's own."""
    return scores if scheme.scale == scores or (scheme.scale, scores) == (HALVED, TWICE) else scheme.scale


def _at(model: RfmModel, scores: int) -> RfmModel:
    """The model at another scale: a person's own cut points, and those learned, hold for their own scale alone."""
    if scores == model.scale.scores:
        return model
    r, f, m = (Method() if method.given else method for method in (model.r, model.f, model.m))
    return replace(model, scale=Scale(scores, model.scale.best), r=r, f=f, m=m, cuts=None, fitted=None)


def _compared(cells: _Cells, schemes: list[Scheme], scores: int) -> dict[str, Any]:
    segment_of = []
    for scheme in schemes:
        scale = _scale_for(scheme, scores)
        named = {cell: segment or scheme.fallback for cell, segment in scheme.cells(scale).items()}
        segment_of.append((cells.scales.index(scale), named))
    groups = [
        Together(tuple(named[row[place]] for place, named in segment_of), customers, revenue)
        for row, customers, revenue in cells.rows
    ]
    rankings = {scheme.name: scheme.best_first for scheme in schemes}
    pairs = crosswalk(groups, rankings)
    return {
        "as_of": cells.as_of,
        "currency": cells.currency,
        "customers": sum(group.customers for group in groups),
        "schemes": [
            {
                "scheme": scheme.name,
                "title": scheme.title,
                "scale": cells.scales[segment_of[place][0]],
                "ranking": list(scheme.best_first),
                "segments": [
                    {"segment": segment, "customers": customers, "revenue": plain(revenue)}
                    for segment, customers, revenue in sizes(groups, place, rankings[scheme.name])
                ],
            }
            for place, scheme in enumerate(schemes)
        ],
        "pairs": [
            {"from": first, "to": second, "flow": _flow(crossings)} for (first, second), crossings in pairs.items()
        ],
    }


def _flow(crossings: list[Crossing]) -> list[dict[str, Any]]:
    """The crossings as lines that ``pictures.flow`` draws, with the share of the first segment's customers."""
    return [
        {
            "from": crossing.first,
            "to": crossing.second,
            "customers": crossing.customers,
            "customers_share": share(
                crossing.customers, sum(other.customers for other in crossings if other.first == crossing.first)
            ),
            "revenue": plain(crossing.revenue),
        }
        for crossing in crossings
    ]
