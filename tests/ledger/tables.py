"""Transactions by hand: literal rows become the view that reading would have named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import DUPLICATE, REASON_OF
from quintile.domain.second_tables import SecondTable, SecondTables
from quintile.domain.settings import LedgerSettings
from quintile.domain.transactions import Transactions
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.ledger.build import build_ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from quintile.domain.ledger import Ledger
    from quintile.domain.transactions import RejectedRow
    from quintile.engine.base import Engine

TODAY = date(2025, 7, 1)
TEXTS = ("customer", "order_id", "line", "email", "account", "phone", "currency", "status", "kind")
PROBLEMS = ("row_problem", "amount_problem", "time_problem")
ROLE_OF = {"order_id": "order"}
ROLE_OF_COLUMN = {"order_id": "order", "returned_at": "time"}


@dataclass(frozen=True)
class Rates:
    """Rows of the table of rates: day, currency, rate."""

    rows: Sequence[tuple[str, str, str]]

    def table(self, engine: Engine) -> Sql:
        """The table ``rates``."""
        values = joined(
            render(
                "(DATE {day}, {currency}, CAST({rate} AS DECIMAL(18, 6)))",
                day=literal(day),
                currency=literal(currency),
                rate=literal(rate),
            )
            for day, currency, rate in self.rows
        )
        return engine.table(
            "rates", render("SELECT * FROM (VALUES {values}) AS t(date, currency, rate)", values=values)
        )


def transactions(
    engine: Engine,
    rows: Sequence[Mapping[str, Any]],
    *,
    money: str = "DECIMAL(18, 2)",
    rejected: tuple[RejectedRow, ...] = (),
    assumed: dict[str, Any] | None = None,
) -> Transactions:
    """Name the view ``transactions`` over literal rows; the roles are those that some row names.

    A row has ``day`` (or ``at``, with its time), ``amount`` as text, and what else it needs.
    """
    used = {key for row in rows for key in row}
    selects = [_row(row, money, used) for row in rows]
    engine.view("transactions", joined(selects, " UNION ALL BY NAME "))
    roles = {ROLE_OF.get(key, key) for key in used & {*TEXTS, "refund"}}
    return Transactions(
        table="transactions",
        located="transactions",
        raw_roles=(),
        roles=frozenset(roles),
        rows=len(rows) + len(rejected),
        files=(),
        rejected=rejected,
        columns={role: role for role in roles},
        assumed=assumed or {},
    )


def _row(row: Mapping[str, Any], money: str, used: set[str]) -> Sql:
    number = "CAST({value} AS {money})"
    at = row["at"] if "at" in row else row.get("day", "2025-06-01")
    columns = {
        "file_no": Sql("0"),
        "ordered_at": render("CAST({at} AS TIMESTAMP)", at=literal(at)),
        "amount": render(number, value=literal(row.get("amount", "1")), money=Sql(money)),
    }
    if "refund" in used:
        columns["refund"] = render(number, value=literal(row.get("refund", "0")), money=Sql(money))
    for text in (*(text for text in TEXTS if text in used), *PROBLEMS):
        value = row.get(text)
        whole = isinstance(value, int)
        kind = Sql("BIGINT" if whole else "VARCHAR")
        columns[text] = render("CAST({value} AS {kind})", value=literal(value), kind=kind)
    return render(
        "SELECT {columns}",
        columns=joined(render("{value} AS {column}", value=value, column=name(key)) for key, value in columns.items()),
    )


@dataclass(frozen=True)
class Built:
    """A ledger and its tables, small enough to look at."""

    engine: Engine
    ledger: Ledger

    @property
    def orders(self) -> list[tuple[Any, ...]]:
        """Customer, order, day, net, state; sorted."""
        found = self.engine.rows(
            Sql(f"SELECT customer_key, order_id, ordered_at, net, state FROM {self.ledger.orders} ORDER BY ALL")
        )
        return [(who, order, _day(at), net, state) for who, order, at, net, state in found]

    @property
    def fates(self) -> dict[str, tuple[int, dict[str, Decimal]]]:
        """Rows and money by fate."""
        names = {0: "kept", DUPLICATE: "duplicate", **REASON_OF}
        return {names[code]: (tally.rows, tally.amounts) for code, tally in self.ledger.fates.items()}

    @property
    def rows(self) -> dict[str, int]:
        """Rows by fate."""
        return {fate: rows for fate, (rows, _) in self.fates.items()}


def built(
    engine: Engine,
    rows: Sequence[Mapping[str, Any]],
    *,
    rates: Rates | None = None,
    money: str = "DECIMAL(18, 2)",
    assumed: dict[str, Any] | None = None,
    rejected: tuple[RejectedRow, ...] = (),
    second: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    **rules: Any,
) -> Built:
    """Build the ledger of literal rows, and of second tables by name."""
    found = transactions(engine, rows, money=money, rejected=rejected, assumed=assumed)
    beside = {kind: _second(engine, kind, listed) for kind, listed in (second or {}).items()}
    found = replace(found, second=SecondTables(**beside))
    table = None
    if rates is not None:
        rates.table(engine)
        table = _given
    return Built(engine, build_ledger(engine, found, LedgerSettings(**rules), last_day=TODAY, rates=table))


SECOND = {
    "returns": {
        "id": "VARCHAR", "order_id": "VARCHAR", "line": "VARCHAR", "amount": "DECIMAL(18, 4)", "currency": "VARCHAR",
        "returned_at": "TIMESTAMP",
    },
    "customers": dict.fromkeys(("customer", "email", "phone", "account"), "VARCHAR"),
    "merges": {"old_key": "VARCHAR", "new_key": "VARCHAR"},
    "phones": {"raw": "VARCHAR", "phone": "VARCHAR"},
}  # fmt: skip
TOLD = {"repeated": 0, "not_returned": 0, "unreadable": 0, "country": None}


def _second(engine: Engine, kind: str, rows: Sequence[Mapping[str, Any]]) -> SecondTable:
    columns = SECOND[kind]
    selects = [
        joined(
            render("CAST({v} AS {kind}) AS {c}", v=literal(row.get(column)), kind=Sql(of), c=name(column))
            for column, of in columns.items()
        )
        for row in (*rows, {})
    ]
    union = joined((render("SELECT {columns}", columns=select) for select in selects), " UNION ALL ")
    # The last row, of nothing, gives an empty table its columns.
    query = render("SELECT * FROM ({union}) LIMIT {rows}", union=union, rows=literal(len(rows)))
    engine.table(f"second_{kind}", query)
    roles = frozenset(ROLE_OF_COLUMN.get(key, key) for row in rows for key in row)
    return SecondTable(f"second_{kind}", roles, len(rows), {"table": kind, "rows": len(rows), **TOLD})


def _given(_currencies: list[str], _first: date, _last: date) -> SecondTable:
    return SecondTable("rates", frozenset(), 0, {"table": "rates"})


def _day(at: datetime) -> str:
    return at.isoformat(sep=" ").removesuffix(" 00:00:00")
