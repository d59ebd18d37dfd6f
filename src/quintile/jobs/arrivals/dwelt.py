"""Dwelt: the dwell rule of a project's model, applied to what was just scored, beside the snapshot before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from quintile.domain.rfm_model import RfmModel
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import SettingsError
from quintile.jobs.project.project import MODEL_JSON
from quintile.jobs.project.stored import CUSTOMERS_FILE, customers_of, stored
from quintile.jobs.results.result import COMPUTED, DWELLING
from quintile.scoring.slack import with_slack
from quintile.segments.dwell import count_held, hold_back
from quintile.snapshots.series import dates_before

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from quintile.engine.base import Engine
    from quintile.pipeline import Scored

_BEFORE = """
(SELECT customer_key, segment, {computed} FROM ({customers}) WHERE segment IN ({segments}))
"""
_KEPT = f"{COMPUTED}, {DWELLING}"
# A snapshot from before there was a rule: nobody was held back.
_NOT_KEPT = f"segment AS {COMPUTED}, 1 AS {DWELLING}"
# A snapshot's own customers, with the count as it was before it.
_OWN = f"{COMPUTED}, {DWELLING} - 1 AS {DWELLING}"


@dataclass(frozen=True)
class Earlier:
    """The folder of the snapshot before; with ``is_own`` that is gone, and the folder is the one it stood before.

    ``name`` is the id of the snapshot before.
    """

    name: str
    folder: Path
    is_own: bool = False


def dwelt(engine: Engine, scored: Scored, store: Path, as_of: date, formats: Collection[str] = ("parquet",)) -> Scored:
    """Hold back, where the model says so, who would leave the segment that the last day before published.

    At most one snapshot a day counts, the one that is now known. Without an earlier one, or after another scheme or
    scale, nobody is held back.

    Raises:
        SettingsError: The snapshot would not keep what the rule needs next time, or the margin makes no sense.
    """
    if not scored.model.dwell.is_on:
        return scored
    if not {"parquet", "table"} & {*formats}:
        message = f"the dwell rule needs {CUSTOMERS_FILE} of the snapshot before, and none would be written"
        raise SettingsError("dwell", message, fix="write --formats parquet,csv")
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    found = dates_before(store, day.isoformat(), 1)
    return held_by(engine, scored, Earlier(found[0].id, found[0].folder) if found else None)


def held_by(engine: Engine, scored: Scored, earlier: Earlier | None) -> Scored:
    """The same, beside a snapshot that is named.

    Raises:
        SettingsError: The model's margin makes no sense with its method.
    """
    rule, scheme, segmented = scored.model.dwell, scored.scheme, scored.segmented
    if not rule.is_on or scheme is None:
        return scored
    before = _before(engine, scored, earlier)
    cells = {cell: name or scheme.fallback for cell, name in scheme.cells(scored.model.scale.scores).items()}
    if rule.margin is not None:
        segmented = render("({rows})", rows=with_slack(segmented, scored.model, rule.margin))
    table = hold_back(engine, segmented, before, snapshots=rule.snapshots, cells=None if rule.margin is None else cells)
    told = {
        **rule.as_dict(),
        "before": earlier.name if earlier is not None and before is not None else None,
        "held_back": count_held(engine, table),
    }
    return replace(scored, segmented=table, dwell=told)


def as_published(engine: Engine, scored: Scored, home: Path, report: Mapping[str, Any]) -> Scored:
    """The same, beside the snapshot that stood before when a folder was published.

    Where that one is gone, what the folder itself says of it must do.
    """
    name = report.get("dwell", {}).get("before")
    if name is None:
        return held_by(engine, scored, None)
    folder = home.with_name(name)
    is_gone = not folder.is_dir()
    return held_by(engine, scored, Earlier(name, home if is_gone else folder, is_own=is_gone))


def _before(engine: Engine, scored: Scored, earlier: Earlier | None) -> Sql | None:
    """What was published before, of segments that there still are."""
    file = None if earlier is None else customers_of(earlier.folder)
    if earlier is None or scored.scheme is None or file is None:
        return None
    model = RfmModel.from_json((earlier.folder / MODEL_JSON).read_text(encoding="utf-8"))
    if _segments(model) != _segments(scored.model):
        return None
    customers = stored(engine, [file])
    kept = COMPUTED in engine.columns(customers)
    computed = Sql(_OWN if earlier.is_own else _KEPT if kept else _NOT_KEPT)
    names = [*dict.fromkeys((*(segment.name for segment in scored.scheme.segments), scored.scheme.fallback))]
    return render(_BEFORE, computed=computed, customers=customers, segments=joined(map(literal, names)))


def _segments(model: RfmModel) -> tuple[str, int]:
    return model.scheme_text or model.scheme, model.scale.scores
