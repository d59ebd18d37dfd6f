"""Untouched: parts of orders that a project keeps from before, beside those that its new rows have a part in.

Whether an order counts, and for how much, its own rows decide. So only orders that new rows name are built anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, render
from quintile.ledger.rules.lines import replace_parts

if TYPE_CHECKING:
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

_UNDER_NUMBERS = """
SELECT part.* REPLACE (names.customer_key AS customer_key)
FROM {parts} AS part LEFT JOIN {names} AS names ON names.customer_id = CAST(part.customer_key AS VARCHAR)
"""
_TOGETHER = "SELECT * FROM ({untouched}) UNION ALL BY NAME SELECT * FROM {touched}"
_NAMES = "(SELECT customer_id AS customer_key FROM {names} SEMI JOIN {orders} USING (customer_key))"
ALL_PARTS = "all_parts"


@dataclass(frozen=True)
class Untouched:
    """What is kept: the query of the parts of all orders that no new row names, under numbers in place of ids.

    ``rows`` are all rows of the other orders, ``names`` the view of customer_key and customer_id.
    """

    parts: Sql
    rows: Transactions
    names: Sql

    def beside(self, engine: Engine, parts: Sql) -> Sql:
        """All parts: those just made of rows, and the kept ones."""
        touched = replace_parts(engine, render(_UNDER_NUMBERS, parts=parts, names=self.names))
        return engine.table(ALL_PARTS, render(_TOGETHER, untouched=self.parts, touched=touched))

    def ids(self, orders: Sql) -> Sql:
        """The ids of all who have an order, as ORDERS would hold them."""
        return render(_NAMES, names=self.names, orders=orders)

    def every_id(self) -> Sql:
        """The ids of everybody who was ever named."""
        return render("(SELECT customer_id AS customer_key FROM {names})", names=self.names)
