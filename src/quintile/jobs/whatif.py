"""whatif: the model as it is beside a changed one, over the same ledger: who would be in another segment.

Nothing is published or kept; the list of movers is written only where it is asked for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.config.methods import with_changes
from quintile.config.read import read_settings
from quintile.domain.bridge import plain
from quintile.domain.scheme import UNCLASSIFIED
from quintile.domain.settings import DEFAULT_SCHEMES, NO_SCHEME, POPULATIONS
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import SettingsError
from quintile.insight.crosswalk import Together, exact_sum, sizes
from quintile.insight.whatif import movers, moves
from quintile.jobs.accounts.measured import measured
from quintile.jobs.accounts.own_ledger import accounted_for, own_store, with_own_date
from quintile.jobs.moves.movers import refuse_foreign, write_movers
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.scoring.fit import fit
from quintile.scoring.score import fitted_cuts, score
from quintile.segments.assign import assign
from quintile.segments.load import kept_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from quintile.domain.rfm_model import CutPoints, Method, RfmModel
    from quintile.domain.scale import Scale
    from quintile.domain.scheme import Scheme
    from quintile.domain.settings import ModelSettings, Settings
    from quintile.engine.base import Engine
    from quintile.insight.whatif import Move
    from quintile.jobs.accounts.measured import Measured
    from quintile.jobs.workplace.wish import Wish
    from quintile.jobs.workplace.workplace import Workplace
    from quintile.pipeline import Accounted

_MEASURES = ("window", "recency", "monetary", "population")

_SIDE = """
SELECT customer_key, segment, {revenue} AS revenue,
       list_extract([{codes}], ((r::INTEGER - 1) * {scores} + f::INTEGER - 1) * {scores} + m::INTEGER) AS code
FROM {segmented}
"""
_NO_SCHEME = "SELECT *, {name} AS segment FROM {scores}"


@dataclass(frozen=True)
class _Side:
    """One of the two models, fitted, its customers' table, and its segments, best first."""

    model: RfmModel
    found: Measured
    table: Sql
    ranking: tuple[str, ...]


def whatif(
    wish: Wish,
    changes: Mapping[str, Any],
    *,
    out: Path | None = None,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Score the sources by the model as it is and by the changed one, and compare.

    Args:
        wish: Sources, or a project whose own ledger is taken; analysis date; and the model as it is: the settings', or
            a kept one.
        changes: Keys of ``[model]`` in quintile.toml and their new values. Of a kept model the cut points that no
            change touches stay as they are; the others are learned anew.
        out: Also write the customers whose segment changes to this file, CSV or Parquet.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``changes`` setting by setting, ``cuts`` by metric, ``before`` and ``after`` with their segments,
        ``moves`` from segment to segment (None: not scored by that model), and how many customers stay or move. Those
        of ``renamed`` segments do neither.

    Raises:
        SettingsError: Nothing is changed, or a change makes no sense.
        QuintileError: The data or a setting is not as it must be.
    """
    if not changes:
        fix = "say what to change, such as --f-cuts 2,3,5,7, --window 24mo or --scheme rf-10"
        raise SettingsError("whatif", "nothing is changed: there is nothing to compare", fix=fix)
    if out is not None:
        refuse_foreign(out)
    before = wish.model or wish.settings.model.model()
    old = _as_settings(before, wish.settings) if wish.model else asdict(wish.settings.model)
    changed = read_settings(None, {"model": with_changes(old, changes)}).model
    after = changed.model()
    if after.scheme == before.scheme:
        after = replace(after, scheme_text=before.scheme_text)
    wish = with_own_date(wish)
    reading = replace(wish, model=None, settings=_to_read(wish.settings, before, changed))
    with workplace(reading.files, reading.settings.engine, own_store(wish), on_step=on_step) as place:
        accounted = accounted_for(place, reading)
        on_step("scoring by the model as it is")
        left = _side(place, accounted, before, wish.as_of, table="before")
        on_step("scoring by the changed model")
        same = all(getattr(before, key) == getattr(after, key) for key in _MEASURES)
        right = _side(
            place, accounted, after, wish.as_of, left.found if same else None, _kept_cuts(before, after), table="after"
        )
        found = moves(place.engine, left.table, right.table)
        if out is not None:
            numbered = accounted.ledger.key_type == "BIGINT"
            order = Sql("customer_key" if numbered else "length(customer_key), customer_key")
            write_movers(place, movers(left.table, right.table, order), out)
        currency = accounted.ledger.currency or None
    return {
        "currency": currency,
        "changes": _changes(before, after),
        "cuts": [
            {"metric": metric, "before": _values(left.model, at), "after": _values(right.model, at)}
            for at, metric in enumerate("rfm")
        ],
        "before": _told(left, [(move.before, move.customers, move.revenue) for move in found]),
        "after": _told(right, [(move.after, move.customers, move.revenue_after) for move in found]),
        **_counted(found, _renamed(found)),
        "moves": [_move(move) for move in _ordered(found, left.ranking, right.ranking)],
    }


def _as_settings(model: RfmModel, settings: Settings) -> dict[str, Any]:
    """A kept model in the words of the settings."""
    usual = model.scheme == DEFAULT_SCHEMES.get(model.scale.scores, NO_SCHEME)
    population = settings.customers if model.population == "customers" and settings.customers else model.population
    return {
        "window": str(model.window),
        "recency": model.recency,
        "monetary": model.monetary,
        "population": population,
        "scale": model.scale.scores,
        "best": model.scale.best,
        "method": ",".join(f"{metric}={getattr(model, metric).name}" for metric in "rfm"),
        **{f"{metric}_cuts": getattr(model, metric).given for metric in "rfm"},
        "scheme": None if usual else model.scheme,
    }


def _kept_cuts(before: RfmModel, after: RfmModel) -> tuple[CutPoints | None, ...]:
    """For R, F and M the learned cut points that stay: of a metric measured and scored as before, on the same scale."""
    same = [getattr(before, metric) == getattr(after, metric) for metric in "rfm"]
    if any(method.name == "nested" for method in (after.r, after.f, after.m)):
        same = [all(same)] * len(same)  # F lies within R, and M within both
    measured_alike = all(getattr(before, key) == getattr(after, key) for key in _MEASURES)
    if before.cuts is None or not measured_alike or before.scale.scores != after.scale.scores:
        return (None,) * len(same)
    return tuple(cuts if stays else None for cuts, stays in zip(before.cuts, same, strict=True))


def _to_read(settings: Settings, before: RfmModel, changed: ModelSettings) -> Settings:
    """The settings for one reading that serves both models: on UTC if one of them counts elapsed days."""
    model = replace(settings.model, recency="elapsed" if "elapsed" in {before.recency, changed.recency} else "calendar")
    customers = settings.customers
    if changed.population not in POPULATIONS:
        customers = replace(settings, model=replace(settings.model, population=changed.population)).customers
    return replace(settings, model=model, ledger=replace(settings.ledger, customers=customers))


def _side(  # noqa: PLR0913 - one comparison, two sides
    place: Workplace,
    accounted: Accounted,
    model: RfmModel,
    as_of: date | None,
    found: Measured | None = None,
    kept: tuple[CutPoints | None, ...] = (None, None, None),
    *,
    table: str,
) -> _Side:
    """Score by one model; ``found`` is what was measured already, ``kept`` the cut points that are not learned anew."""
    engine = place.engine
    model.require_currency(accounted.ledger.currency)
    found = found or measured(place, accounted, model, as_of)
    if model.cuts is None:
        model = fit(engine, found.rfm, model, found.clock.window.as_of)
        r, f, m = (old or new for old, new in zip(kept, fitted_cuts(model), strict=True))
        model = replace(model, cuts=(r, f, m)).in_currency(accounted.ledger.currency)
    scheme = kept_scheme(model.scheme, model.scheme_text)
    every = range(1, model.scale.scores + 1)
    side = render(
        _SIDE,
        revenue=Sql("revenue" if model.monetary == "average" else "monetary"),
        codes=joined(literal(model.scale.code(r, f, m)) for r in every for f in every for m in every),
        scores=literal(model.scale.scores),
        segmented=_segmented(engine, score(engine, found.rfm, model), scheme, model.scale),
    )
    return _Side(model, found, engine.table(table, side), () if scheme is None else scheme.best_first)


def _segmented(engine: Engine, scores: Sql, scheme: Scheme | None, scale: Scale) -> Sql:
    if scheme is None:
        return engine.view("segmented", render(_NO_SCHEME, scores=scores, name=literal(UNCLASSIFIED)))
    return assign(engine, scores, scheme, scale)


def _told(side: _Side, parts: list[tuple[str | None, int, Decimal]]) -> dict[str, Any]:
    """One side: what was measured and the size of each of its segments, best first."""
    groups = [Together((segment,), customers, revenue) for segment, customers, revenue in parts if segment is not None]
    window = side.found.clock.window
    return {
        "as_of": side.found.as_of.isoformat(),
        "window": {"start": window.start.isoformat() if window.start else None, "end": window.as_of.isoformat()},
        "customers": sum(group.customers for group in groups),
        "revenue": plain(exact_sum(group.revenue for group in groups)),
        "segments": [
            {"segment": segment, "customers": customers, "revenue": plain(revenue)}
            for segment, customers, revenue in sizes(groups, 0, side.ranking)
        ],
        "model": side.model.as_dict(),
    }


def _changes(before: RfmModel, after: RfmModel) -> list[dict[str, str]]:
    """The settings in which the two models differ, in words."""
    old, new = _in_words(before), _in_words(after)
    return [{"setting": key, "before": old[key], "after": new[key]} for key in old if old[key] != new[key]]


def _in_words(model: RfmModel) -> dict[str, str]:
    methods = {metric: getattr(model, metric) for metric in "rfm"}
    return {
        "window": str(model.window),
        "recency": model.recency,
        "monetary": model.monetary,
        "population": model.population,
        "scale": str(model.scale.scores),
        "best": model.scale.best,
        **{f"method of {metric.upper()}": _method_in_words(method) for metric, method in methods.items()},
        "scheme": model.scheme,
    }


def _method_in_words(method: Method) -> str:
    return f"{method.name} {', '.join(plain(value) for value in method.given)}".strip()


def _values(model: RfmModel, metric: int) -> list[str | None]:
    return [None if value is None else plain(value) for value in fitted_cuts(model)[metric].values]


def _renamed(found: list[Move]) -> list[Move]:
    """Segments that another scheme calls by another name: the same customers, and each name in one scheme alone."""
    both = [move for move in found if None not in {move.before, move.after}]
    before, after = (Counter(getattr(move, end) for move in both) for end in ("before", "after"))
    return [
        move
        for move in both
        if before[move.before] == after[move.after] == 1 and move.before not in after and move.after not in before
    ]


def _counted(found: list[Move], renamed: list[Move]) -> dict[str, Any]:
    """How many stay, move, come or go; only who is scored by both models can stay or move."""
    both = [move for move in found if None not in {move.before, move.after} and move not in renamed]
    moved = [move for move in both if move.before != move.after]
    return {
        "renamed": [_move(move) for move in renamed],
        "stay": sum(move.customers for move in found if move.before == move.after),
        "recoded": sum(move.recoded for move in found if move.before == move.after),
        "move": sum(move.customers for move in moved),
        "moved_revenue": plain(exact_sum(move.revenue for move in moved)),
        "come": sum(move.customers for move in found if move.before is None),
        "go": sum(move.customers for move in found if move.after is None),
    }


def _ordered(found: list[Move], before: tuple[str, ...], after: tuple[str, ...]) -> list[Move]:
    """Best segments first; a scheme does not rank its fallback, and who is not scored comes last."""
    old, new = ({name: place for place, name in enumerate(ranking)} for ranking in (before, after))
    return sorted(
        found,
        key=lambda move: (
            old.get(move.before or "", len(old) + (move.before is None)),
            new.get(move.after or "", len(new) + (move.after is None)),
        ),
    )


def _move(move: Move) -> dict[str, Any]:
    """A move as a line that ``pictures.flow`` draws."""
    return {
        "from": move.before,
        "to": move.after,
        "customers": move.customers,
        "recoded": move.recoded,
        "revenue": plain(move.revenue),
        "revenue_after": plain(move.revenue_after),
    }
