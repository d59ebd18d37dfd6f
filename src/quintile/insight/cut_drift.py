"""Cut drift: how far kept cut points have become those of other customers, and when learning anew is due."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from quintile.engine.render import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

MOST_MOVED = Fraction(5, 100)
MOST_SHIFTED = Fraction(5, 100)
FEWEST_CUSTOMERS = 100

# One pass; a bit a score is quicker than counting distinct ones.
_CHANGES = """
SELECT count(*), count(*) FILTER (r_now <> r OR f_now <> f OR m_now <> m), count(*) FILTER (segment_now <> segment),
       coalesce(bit_count(bit_or(1::INTEGER << f::INTEGER)), 0)
FROM ({both})
"""
_MOVES = """
SELECT segment_now, segment, count(*) FROM ({both}) WHERE segment_now <> segment GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Changes:
    """How many customers there are; how many get another score, or segment; how many scores of F anybody has then."""

    customers: int
    recoded: int
    moved: int
    f_reached: int


@dataclass(frozen=True)
class Cut:
    """One cut point: of which metric, from which score (as shown) on, its value, and that which a fit would give now.

    ``at_fit`` and ``share`` are the shares of customers strictly worse than it, at the fit (None: not known) and now.
    """

    metric: str
    score: int
    now: Decimal | None
    after: Decimal | None
    at_fit: Fraction | None
    share: Fraction

    @property
    def shift(self) -> Fraction:
        """By how much the share has moved since the fit; 0 where that is not known, or a fit would mend nothing."""
        if self.at_fit is None or self.now == self.after:
            return Fraction(0)
        return abs(self.share - self.at_fit)


def changes(engine: Engine, both: Sql) -> Changes:
    """Count what other cut points change.

    Args:
        engine: Where the customers are.
        both: Query with r, f, m and segment by the other cut points, and ``r_now``, ``f_now``, ``m_now`` and
            ``segment_now`` by those that are kept; one row a customer.
    """
    return Changes(*(int(count) for count in engine.rows(render(_CHANGES, both=both))[0]))


def moves(engine: Engine, both: Sql) -> list[tuple[str, str, int]]:
    """The segment now, the segment after, and how many customers change so; rows as for ``changes``."""
    return [(now, after, int(count)) for now, after, count in engine.rows(render(_MOVES, both=both))]


def shares_worse(customers: Sequence[int]) -> list[Fraction]:
    """Of customers counted by score, the worst first: the share strictly worse than each cut point."""
    everyone = max(sum(customers), 1)
    return [Fraction(below, everyone) for below in accumulate(customers[:-1])]


def reasons(found: Changes, cuts: Sequence[Cut], f_at_fit: int | None, f_now: int) -> list[str]:
    """Why a refit is due, in words; nothing while it is not, or with fewer customers than chance allows to judge.

    Args:
        found: What a refit would change.
        cuts: All cut points.
        f_at_fit: How many scores of F somebody had at the fit; None where that is not known.
        f_now: How many scores of F somebody has now.
    """
    if found.customers < FEWEST_CUSTOMERS:
        return []
    said = []
    moved = Fraction(found.moved, found.customers)
    if moved > MOST_MOVED:
        said.append(f"{found.moved:,} of {found.customers:,} customers ({float(moved):.1%}) would change segment")
    farthest = max(cuts, key=lambda cut: cut.shift)
    if farthest.shift > MOST_SHIFTED and farthest.at_fit is not None:
        shares = f"{float(farthest.share):.1%} of the customers, {float(farthest.at_fit):.1%} at the fit"
        said.append(f"below {farthest.metric.upper()} {farthest.score} are {shares}")
    if f_at_fit is not None and f_now < f_at_fit and f_now < found.f_reached:
        said.append(f"F reaches {f_now} scores, {f_at_fit} at the fit, and would reach {found.f_reached}")
    return said
