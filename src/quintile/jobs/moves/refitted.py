"""Refitted: the customers of a project by the cut points it keeps and by those that a fit would give now.

Both scores come from the same values, so whoever changes does so because of the cut points alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.scheme import UNCLASSIFIED
from quintile.engine.render import Sql, literal, render
from quintile.insight.cut_drift import Changes, Cut, changes, reasons, shares_worse
from quintile.jobs.moves.migrated import share_of
from quintile.jobs.project.project import RUN_JSON
from quintile.metrics.measure import RFM
from quintile.scoring.score import fitted_cuts, scores_of
from quintile.segments.assign import segments_of
from quintile.segments.load import kept_scheme
from quintile.snapshots.series import report_of, series

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from quintile.domain.rfm_model import RfmModel
    from quintile.domain.settings import Settings
    from quintile.engine.base import Engine
    from quintile.jobs.project.project import Project
    from quintile.pipeline import Scored

    Counts = Mapping[str, list[int]]

_AS_NOW = """
SELECT * EXCLUDE (r, f, m, segment), r AS r_now, f AS f_now, m AS m_now, segment AS segment_now FROM ({segmented})
"""
_IN_BRACKETS = "({query})"
_NO_SCHEME = "SELECT *, {name} AS segment FROM {scores}"


@dataclass(frozen=True)
class Drift:
    """What a refit would change: of the customers, of the cut points, and why it is due, if it is."""

    changes: Changes
    cuts: tuple[Cut, ...]
    reached: dict[str, int | None]
    reasons: list[str]


def both_ways(rfm: Sql, now: RfmModel, after: RfmModel) -> Sql:
    """The query of customers by two models that differ in their cut points, as ``insight.cut_drift.changes`` takes it.

    Args:
        rfm: Shape RFM, without scores.
        now: The model with the cut points that are kept.
        after: The same with others; both are read in one pass.
    """
    return _segmented(_bracketed(render(_AS_NOW, segmented=_segmented(rfm, now))), after)


def _segmented(rfm: Sql, model: RfmModel) -> Sql:
    scores, scheme = _bracketed(scores_of(rfm, model)), kept_scheme(model.scheme, model.scheme_text)
    if scheme is None:
        return render(_NO_SCHEME, name=literal(UNCLASSIFIED), scores=scores)
    return segments_of(scores, scheme, model.scale)


def _bracketed(query: Sql) -> Sql:
    return render(_IN_BRACKETS, query=query)


def drift_of(engine: Engine, both: Sql, models: tuple[RfmModel, RfmModel], now: Counts, at_fit: Counts | None) -> Drift:
    """Measure the drift.

    Args:
        engine: Where the customers are.
        both: What ``both_ways`` made.
        models: The same two models.
        now: For each metric the customers at each score, the worst first, by the cut points that are kept.
        at_fit: The same when they were learned; None where that is not known.
    """
    found = changes(engine, both)
    cuts = tuple(_cuts(models, now, at_fit))
    reached = [None if counts is None else _reached(counts["f"]) for counts in (at_fit, now)]
    told = dict(zip(("at_fit", "now", "after"), (*reached, found.f_reached), strict=True))
    return Drift(found, cuts, told, reasons(found, cuts, reached[0], _reached(now["f"])))


def _cuts(models: tuple[RfmModel, RfmModel], now: Counts, at_fit: Counts | None) -> Iterator[Cut]:
    for metric, *pair in zip("rfm", *map(fitted_cuts, models), strict=True):
        # Of recency the first value is that of the best score.
        kept, learned = (one.values[::-1] if metric == "r" else one.values for one in pair)
        shares = shares_worse(now[metric])
        before = [None] * len(shares) if at_fit is None else shares_worse(at_fit[metric])
        lines = zip(kept, learned, before, shares, strict=True)
        for score, (value, after, was, share) in enumerate(lines, start=2):
            yield Cut(metric, models[0].scale.shown(score), value, after, was, share)


def _reached(customers: list[int]) -> int:
    return sum(count > 0 for count in customers)


def counts_of(report: Mapping[str, Any]) -> Counts:
    """For each metric the customers at each score, the worst first, as a run.json tells them."""
    step = 1 if report["model"]["best"] == "high" else -1
    return {line["metric"]: line["customers"][::step] for line in report["tie_receipt"]}


def counts_at_fit(report: Mapping[str, Any], store: Path) -> Counts | None:
    """The same of when the cut points of a run.json were learned: kept in it, or told by the snapshot of that day."""
    if "at_fit" in report.get("cut_drift", {}):
        kept: Counts | None = report["cut_drift"]["at_fit"]
        return kept
    for one in series(store):
        other = report_of(one)
        if _learned_in(other) and _same_cuts(other, report):
            return counts_of(other)
    return None


def _learned_in(report: Mapping[str, Any]) -> bool:
    fitted = report["model"]["fitted"]
    return bool(fitted["as_of"] == report["as_of"][: len(fitted["as_of"])]) and (
        fitted["customers"] == report["counts"]["customers"]
    )


def _same_cuts(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one["model"][key] == other["model"][key] for key in ("cuts", "fitted"))


def tell_drift(engine: Engine, scored: Scored, project: Project, settings: Settings, report: dict[str, Any]) -> None:
    """Write into a project's run.json what a refit would change, or what the one that was asked for did change.

    Adds ``cut_drift``, with ``refit`` in the settings also ``refit``, and the warning ``refit_due`` where it is.

    Args:
        engine: Where the customers were scored.
        scored: Their scores; its ``learned`` has the cut points of now.
        project: The project before this run.
        settings: Of this run.
        report: The content of run.json so far.
    """
    model, learned = scored.model, replace(scored.learned, scheme_text=scored.model.scheme_text)
    if settings.refresh.refit and model == learned:
        report.update(_refit(engine, project, model))
    now, at_fit = counts_of(report), None
    if model == learned:
        at_fit = now
    elif project.snapshot is not None:
        before = json.loads((project.snapshot / RUN_JSON).read_text(encoding="utf-8"))
        at_fit = counts_at_fit(before if _same_cuts(before, report) else report, project.store)
    if model.cuts == learned.cuts:
        told = {"share": share_of(0, 1), "due": False}
    else:
        drift = drift_of(engine, both_ways(Sql(RFM), model, learned), (model, learned), now, at_fit)
        told = {"share": share_of(drift.changes.moved, drift.changes.customers), "due": bool(drift.reasons)}
        if drift.reasons:
            message = f"the cut points of {fitted_on(model)} fit the customers no longer: {'; '.join(drift.reasons)}"
            report["warnings"].append({"code": "refit_due", "rows": None, "message": message})
    report["cut_drift"] = {**told, "at_fit": at_fit}


def _refit(engine: Engine, project: Project, model: RfmModel) -> dict[str, Any]:
    """How many customers are in another segment than by the cut points before; nothing where those cannot serve."""
    old = replace(project.frozen(replace(model, cuts=None, fitted=None)), scheme_text=model.scheme_text)
    if old.fitted is None or model.fitted is None or old.fitted.currency != model.fitted.currency:
        return {}
    found = changes(engine, both_ways(Sql(RFM), old, model))
    share = share_of(found.moved, found.customers)
    ends = {"from_model": old.fingerprint, "to_model": model.fingerprint}
    return {"refit": {"customers": found.moved, "share": share, **ends}}


def fitted_on(model: RfmModel) -> str:
    """The analysis date at which a model's cut points were learned."""
    return model.fitted.as_of if model.fitted is not None else "an unknown date"
