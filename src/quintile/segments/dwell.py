"""Dwell: keeps a customer's segment until the new one has proved to last, or lies well past the border.

It needs what was published before: the segment, the one that the scores gave, and for how many snapshots they gave it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.scheme import Cell
    from quintile.engine.base import Engine

DWELT = "dwelt"

# A join would lose the order of the rows.
_DWELT = """
WITH placed AS (SELECT *, row_number() OVER () AS place FROM {segmented}),
beside AS (
    SELECT placed.*, before.segment AS segment_before,
           CASE WHEN before.computed_segment = placed.segment THEN before.dwelling + 1 ELSE 1 END AS dwelt
    FROM placed LEFT JOIN {before} AS before USING (customer_key)
)
SELECT * EXCLUDE (place, segment, segment_before, dwelt),
       CASE WHEN segment_before IS NULL OR {moves} THEN segment ELSE segment_before END AS segment,
       segment AS computed_segment, CAST(dwelt AS INTEGER) AS dwelling
FROM beside ORDER BY place
"""
_FIRST = "SELECT *, segment AS computed_segment, CAST(1 AS INTEGER) AS dwelling FROM {segmented}"
_LASTED = "dwelt >= {snapshots}"
_FAR = """
NOT EXISTS (
    SELECT 1 FROM (VALUES {cells}) AS cell (r_of, f_of, m_of, segment_of)
    WHERE segment_of = segment_before AND r_of BETWEEN r_low AND r_high
      AND f_of BETWEEN f_low AND f_high AND m_of BETWEEN m_low AND m_high
)
"""
_HELD = "SELECT count_if(segment <> computed_segment) FROM {dwelt}"


def hold_back(
    engine: Engine,
    segmented: Sql,
    before: Sql | None,
    *,
    snapshots: int | None = None,
    cells: Mapping[Cell, str] | None = None,
) -> Sql:
    """The published segment of each customer beside the one that the scores give.

    A customer who was not there before gets the computed segment, and so does one whose old segment is the computed
    one; others keep the old one until a rule lets them go.

    Args:
        engine: Where the tables are.
        segmented: One row a customer: ``customer_key``, ``segment``; with ``cells`` also ``r_low``, ``r_high``, ...
        before: What was published: ``customer_key``, ``segment``, ``computed_segment``, ``dwelling``; None for nothing.
        snapshots: Go when the scores gave the same segment in so many snapshots, this one included.
        cells: Go when no cell of the old segment lies between the low and the high scores; the segment of each cell.

    Returns:
        The table ``dwelt``, rows in their order: ``segment`` is the published one; two more columns are
        ``computed_segment`` and ``dwelling``, the snapshots in which the scores gave it, this one included.
    """
    if before is None:
        return engine.table(DWELT, render(_FIRST, segmented=segmented))
    moves = [render(_LASTED, snapshots=literal(snapshots))] if snapshots is not None else []
    if cells is not None:
        rows = joined(
            render("({codes}, {segment})", codes=joined(map(literal, cell)), segment=literal(segment))
            for cell, segment in cells.items()
        )
        moves.append(render(_FAR, cells=rows))
    return engine.table(DWELT, render(_DWELT, segmented=segmented, before=before, moves=joined(moves, " OR ")))


def count_held(engine: Engine, dwelt: Sql) -> int:
    """How many customers wait in a segment that the scores no longer give."""
    return int(engine.rows(render(_HELD, dwelt=dwelt))[0][0])
