"""cut_drift: what a project's kept cut points would be if they were learned today, and whom that would move.

Everything comes from the values of the current snapshot's customers; no row is read again, and nothing is published.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.engine.render import Sql, joined, literal, render
from quintile.insight.cut_drift import FEWEST_CUSTOMERS, moves
from quintile.jobs.moves.migrated import share_of
from quintile.jobs.moves.movers import refuse_foreign, write_movers
from quintile.jobs.moves.refitted import both_ways, counts_at_fit, counts_of, drift_of, fitted_on
from quintile.jobs.project.one_result import result_home
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.project.stored import files_of
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.scoring.fit import fit
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction
    from pathlib import Path

    from quintile.domain.engine_settings import EngineSettings
    from quintile.domain.scale import Scale
    from quintile.insight.cut_drift import Cut
    from quintile.jobs.moves.refitted import Drift
    from quintile.jobs.project.opened import Opened

VALUES = "values_of_customers"

_VALUES = "SELECT customer_key, recency_days, frequency, monetary FROM read_parquet({file})"
_MOVERS = """
SELECT customer_id, segment_now AS "from", segment AS "to", {code_now} AS code_before, {code} AS code_after
FROM ({both}) JOIN ({names}) USING (customer_key)
WHERE segment_now <> segment
ORDER BY length(customer_id), customer_id
"""
_CODE = "list_extract([{codes}], (({r}::INTEGER - 1) * {scores} + {f}::INTEGER - 1) * {scores} + {m}::INTEGER)"


def cut_drift(
    project: Path,
    engine: EngineSettings,
    *,
    out: Path | None = None,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Hold the cut points of a project against those that a fit to its current snapshot would give.

    Args:
        project: The project's folder.
        engine: What the database may take.
        out: Also write the customers whose segment would change to this CSV file.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values: ``cuts`` (each with its value now and after a refit, and the share of customers strictly worse than
        it at the fit and now), ``reached`` (scores of F), how many customers would change a score (``recoded``) and the
        segment (``moved``), ``moves`` from segment to segment, and whether a refit is ``due``, with the ``reasons``.
        Segments are those of the scores, whatever a dwell rule holds back.

    Raises:
        SettingsError: The project has no snapshot, or ``out`` is no list of movers.
        StoreError: The current snapshot lacks its customers or its orders, or a file is damaged.
    """
    if out is not None:
        refuse_foreign(out)
    result_home(None, project)  # refuses a folder without a snapshot
    opened = open_snapshot(next(one for one in series(project / STORE) if one.is_current))
    now, at_fit = counts_of(opened.report), counts_at_fit(opened.report, project / STORE)
    with workplace((), engine, project / STORE, on_step=on_step) as place:
        on_step("learning the cut points of today")
        file = literal(str(opened.customers))
        values = place.engine.table(VALUES, render(_VALUES, file=file))
        after = fit(place.engine, values, opened.model, opened.clock(opened.model).window.as_of)
        both = both_ways(values, opened.model, after)
        drift = drift_of(place.engine, both, (opened.model, after), now, at_fit)
        found = moves(place.engine, both)
        if out is not None:
            on_step("writing the list")
            write_movers(place, _movers(opened, both, project / STORE), out)
    told = _told(opened, drift, found)
    return told if out is None else {**told, "listed": {"file": str(out), "customers": drift.changes.moved}}


def _movers(opened: Opened, both: Sql, store: Path) -> Sql:
    """The query of the list, in the order of ids."""
    code_now, code = (_code(opened.model.scale, end) for end in ("_now", ""))
    return render(
        _MOVERS,
        code_now=code_now,
        code=code,
        both=both,
        names=files_of(opened.orders.name_paths(store)),
    )


def _code(scale: Scale, end: str) -> Sql:
    """The code of the scores in the columns of such an ending."""
    every = range(1, scale.scores + 1)
    codes = joined(literal(scale.code(*cell)) for cell in product(every, repeat=3))
    return render(_CODE, codes=codes, scores=literal(scale.scores), **{metric: Sql(metric + end) for metric in "rfm"})


def _told(opened: Opened, drift: Drift, found: list[tuple[str, str, int]]) -> dict[str, Any]:
    changes, model = drift.changes, opened.model
    best_first = {segment: place for place, segment in enumerate(opened.ranking)}
    ordered = sorted(found, key=lambda move: [best_first.get(end, len(best_first)) for end in move[:2]])
    return {
        "snapshot": opened.snapshot.id,
        "as_of": opened.snapshot.as_of,
        "fitted_on": fitted_on(model),
        "currency": opened.report["currency"],
        "customers": changes.customers,
        "recoded": changes.recoded,
        "recoded_share": share_of(changes.recoded, changes.customers),
        "moved": changes.moved,
        "moved_share": share_of(changes.moved, changes.customers),
        "due": bool(drift.reasons),
        "reasons": drift.reasons,
        "fewest_customers": FEWEST_CUSTOMERS,
        "cuts": [_cut(cut) for cut in drift.cuts],
        "reached": drift.reached,
        "moves": [{"from": now, "to": after, "customers": count} for now, after, count in ordered],
    }


def _cut(cut: Cut) -> dict[str, Any]:
    return {
        "metric": cut.metric,
        "score": cut.score,
        "now": None if cut.now is None else plain(cut.now),
        "after": None if cut.after is None else plain(cut.after),
        "share_at_fit": None if cut.at_fit is None else _share(cut.at_fit),
        "share": _share(cut.share),
    }


def _share(share: Fraction) -> str | None:
    return share_of(share.numerator, share.denominator)
