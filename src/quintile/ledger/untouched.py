"""Untouched: parts of orders that a project keeps from before, beside those that its new rows have a part in.

Whether an order counts, and for how much, its own rows decide. So only orders that new rows name are built anew, and
of months without such orders nothing is read but their sums.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.domain.fate import KEPT
from quintile.engine.render import Sql, literal, render
from quintile.ledger.month_sums import PART_MONTH
from quintile.ledger.rules.lines import replace_parts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date

    from quintile.domain.order_sums import MonthSums
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

_UNDER_NUMBERS = """
SELECT part.* REPLACE (names.customer_key AS customer_key)
FROM {parts} AS part LEFT JOIN {names} AS names ON names.customer_id = CAST(part.customer_key AS VARCHAR)
"""
_MONTHS = """
SELECT DISTINCT {month} FROM (SELECT first_us FROM {before} UNION ALL SELECT first_us FROM {touched})
"""
_TOGETHER = "SELECT * FROM ({untouched}) UNION ALL BY NAME SELECT * FROM {touched}"
_IDS = """
(SELECT names.customer_id AS customer_key FROM {names} AS names SEMI JOIN (
    SELECT customer_key, fate FROM ({untouched}) UNION ALL BY NAME SELECT customer_key, fate FROM {touched}
) AS part ON part.customer_key = names.customer_key AND fate = {kept})
"""
ALL_PARTS = "all_parts"


@dataclass(frozen=True)
class Untouched:
    """What is kept of the orders that no new row names, under numbers in place of ids.

    ``parts`` gives the query of their parts in some months, ``months`` the sums of each month as it was before.
    ``before`` is the table of the parts that new rows do have to do with, as they were; ``rows`` are all rows of those
    orders, ``names`` the view of customer_key and customer_id.
    """

    parts: Callable[[Collection[date]], Sql]
    months: Mapping[date, MonthSums]
    before: Sql
    rows: Transactions
    names: Sql

    def beside(self, engine: Engine, parts: Sql) -> tuple[Sql, list[MonthSums]]:
        """All parts of the months in which some were just made of rows or are gone, and the sums of the others."""
        touched = replace_parts(engine, render(_UNDER_NUMBERS, parts=parts, names=self.names))
        months = render(_MONTHS, month=PART_MONTH, before=self.before, touched=touched)
        changed = sorted(month for (month,) in engine.rows(months))
        there = self.parts([month for month in changed if month in self.months])
        together = engine.table(ALL_PARTS, render(_TOGETHER, untouched=there, touched=touched))
        return together, [sums for month, sums in self.months.items() if month not in changed]

    def ids(self, touched: Sql) -> Sql:
        """The ids of all who have an order, as ORDERS would hold them."""
        every = self.parts(list(self.months))
        return render(_IDS, names=self.names, untouched=every, touched=touched, kept=literal(KEPT))

    def every_id(self) -> Sql:
        """The ids of everybody who was ever named."""
        return render("(SELECT customer_id AS customer_key FROM {names})", names=self.names)
