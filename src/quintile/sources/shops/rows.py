"""ExportRows: the rows of one recognised export, and the SQL of what a column or a role of them says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.identifiers import FRACTIONS, NOTHING
from quintile.sources.shops.export import first_column
from quintile.sources.shops.money import value_sql

if TYPE_CHECKING:
    from quintile.sources.shops.export import ShopExport
    from quintile.sources.shops.money import Money

_TEXT = """
CASE WHEN lower(trim(CAST({column} AS VARCHAR))) NOT IN ({nothing}) THEN trim(CAST({column} AS VARCHAR)) END
"""
_WHOLE = "CASE WHEN isfinite({column}) THEN regexp_replace(CAST({column} AS VARCHAR), '\\.0$', '') END"
_FILLED = "CASE WHEN {order} IS NULL THEN {own} ELSE coalesce({own}, max({own}) OVER (PARTITION BY {order})) END"


@dataclass(frozen=True)
class ExportRows:
    """The rows of one export: the user's columns with their types, the role each plays, and those that name people.

    ``settled``: money is taken in the shop's own currency. ``money`` says how columns write it.
    """

    export: ShopExport
    kinds: dict[str, str]
    roles: dict[str, str]
    customers: tuple[tuple[str, str], ...]
    settled: bool = False
    money: dict[str, Money] = field(default_factory=dict)

    def text(self, column: str) -> Sql:
        """A column's text, NULL where there is none or a word for nothing."""
        if self.kinds[column] in FRACTIONS:
            return render(_WHOLE, column=name(column))
        return render(_TEXT, column=name(column), nothing=joined(map(literal, NOTHING)))

    def text_of(self, role: str) -> Sql:
        """The text of the column that plays a role, NULL without one."""
        return self.text(self.roles[role]) if role in self.roles else Sql("CAST(NULL AS VARCHAR)")

    def value(self, column: str) -> Sql:
        """A column's amount, NULL where its text says none."""
        amount = self.money.get(self.roles.get("amount", ""))
        return value_sql(self.text(column), self.money[column].decimal or (amount.decimal if amount else None))

    def found(self, spellings: str | list[str]) -> str | None:
        """The column with one of these names."""
        return first_column(spellings, list(self.kinds))

    def best_of(self, role: str) -> Sql:
        """The text of the best column a role has that holds one; of the user's own column, where they chose one."""
        columns = [self.found([one]) for one in self.export.columns.get(role, [])] if self.is_own(role) else []
        texts = [self.text(column) for column in dict.fromkeys(columns) if column is not None]
        return render("coalesce({texts})", texts=joined(texts)) if texts else self.text_of(role)

    def is_own(self, role: str) -> bool:
        """Whether a role is played by the column the export has for it, not by one the user chose instead."""
        return role in self.roles and self.roles[role] == self.found(self.export.columns.get(role, []))

    @property
    def continued(self) -> bool:
        """Whether only the first row of an order has its money."""
        return self.export.rows == "continued" and "order" in self.roles

    @property
    def head(self) -> Sql:
        """What beside its money only the first row of an order has."""
        column = self.found(self.export.columns.get("status", []))
        return self.text(column) if column else Sql("NULL")

    def filled(self, own: Sql) -> Sql:
        """A text that holds for all rows of an order, wherever it stands."""
        if self.export.rows == "orders" or "order" not in self.roles:
            return own
        return render(_FILLED, own=own, order=self.text_of("order"))
