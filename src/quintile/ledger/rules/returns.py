"""Returns: a table of returned orders, netted against the orders it names; never a purchase, never a row of its own.

What the table says of an order and what its own column or refund rows say is the same money told twice: the larger
counts (``refunds``), and how often that happened is told. A return of an order that does not count does not count.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import KEPT
from quintile.engine.render import Sql, literal, name, render
from quintile.errors import ConservationError, DataError
from quintile.ledger.rules.lines import WIDE, replace_parts

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.second_tables import SecondTable
    from quintile.engine.base import Engine
    from quintile.ledger.rules.lines import Lines

# Each return with what it is worth. Of two decimals with unlike digits the database keeps too few, so all are cast. An
# order in several currencies has its home in the one it cost most in.
_JUDGED = """
WITH home AS (
    SELECT CAST(order_id AS VARCHAR) AS order_id, bool_or(fate = {kept}) AS counts,
           max(struct_pack(worth := amount - paid_back, currency := CAST(currency AS VARCHAR)))
               FILTER (fate = {kept}) AS dearest
    FROM {parts} WHERE order_id IS NOT NULL GROUP BY ALL
), sold AS ({sold})
SELECT told.order_id, coalesce({own_currency}, home.dearest.currency) AS currency,
       told.amount IS NULL AND told.line IS NULL AS is_whole, told.line,
       told.amount IS NULL AND told.line IS NOT NULL AS is_whole_line,
       coalesce(CAST(told.amount AS {money}), CAST(sold.amount AS {money})) AS amount,
       CASE WHEN told.returned_at >= {limit} THEN 'future_date'
            WHEN home.order_id IS NULL THEN 'orphan'
            WHEN NOT home.counts THEN 'not_counted'
            WHEN told.amount IS NULL AND told.line IS NOT NULL AND sold.order_id IS NULL THEN 'orphan'
            WHEN told.amount IS NULL AND told.line IS NOT NULL AND sold.amount IS NULL THEN 'not_counted'
            ELSE 'netted' END AS fate
FROM {returns} AS told
LEFT JOIN home ON told.order_id = home.order_id
LEFT JOIN sold ON told.order_id = sold.order_id AND told.line = sold.line
"""
_NO_LINES = "SELECT CAST(NULL AS VARCHAR) AS order_id, CAST(NULL AS VARCHAR) AS line, 0 AS amount LIMIT 0"
# With a key for lines their repetitions are dropped already; without one, equal lines are real.
_SOLD = """
SELECT CAST(order_id AS VARCHAR) AS order_id, CAST(line AS VARCHAR) AS line,
       sum(amount) FILTER (fate = {kept} AND amount > 0) AS amount
FROM ({rows}) WHERE order_id IS NOT NULL AND line IS NOT NULL GROUP BY ALL
"""
_FATES = "SELECT fate, count(*), coalesce(sum(amount), 0) FROM {judged} GROUP BY fate ORDER BY fate"
# A line that came back as a whole came back once, and parts of it are parts of that.
_TOLD = """
SELECT order_id, currency, bool_or(is_whole) AS is_whole, sum(amount) AS amount FROM (
    SELECT order_id, currency, line, bool_or(is_whole) AS is_whole,
           greatest(sum(CASE WHEN NOT is_whole_line THEN amount END), max(CASE WHEN is_whole_line THEN amount END))
               AS amount
    FROM {judged} WHERE fate = 'netted' GROUP BY ALL
) GROUP BY ALL
"""
_NETTED = """
WITH told AS ({told}), whole AS (SELECT DISTINCT order_id FROM told WHERE is_whole)
SELECT part.* REPLACE (CAST(part.amount AS {money}) AS amount, CAST(part.paid_back AS {money}) AS paid_back,
                       CAST(part.refund AS {money}) AS refund),
       CASE WHEN fate = {kept} AND (whole.order_id IS NOT NULL OR told.amount IS NOT NULL)
            THEN greatest(
                CASE WHEN whole.order_id IS NOT NULL THEN CAST(part.amount - part.paid_back AS {money}) END,
                CAST(told.amount AS {money})) END AS returned
FROM {parts} AS part
LEFT JOIN whole ON CAST(part.order_id AS VARCHAR) = whole.order_id
LEFT JOIN told ON CAST(part.order_id AS VARCHAR) = told.order_id
              AND CAST(part.currency AS VARCHAR) IS NOT DISTINCT FROM told.currency
"""
# Money that came back in another currency than its order's is a part of that order, converted on the order's day.
_ABROAD = """
SELECT part.* REPLACE (told.currency AS currency, CAST(0 AS {money}) AS amount, CAST(0 AS {money}) AS paid_back,
                       CAST(NULL AS {money}) AS refund, CAST(0 AS INTEGER) AS lines),
       CAST(told.amount AS {money}) AS returned
FROM ({told}) AS told
JOIN (SELECT * FROM {parts} WHERE fate = {kept}
      QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY amount - paid_back DESC, currency DESC) = 1) AS part
  ON CAST(part.order_id AS VARCHAR) = told.order_id
WHERE told.amount > 0 AND told.currency NOT IN (
    SELECT same.currency FROM {parts} AS same WHERE same.order_id = part.order_id AND same.fate = {kept})
"""
_CURRENCIES = """
SELECT DISTINCT currency FROM {returns} WHERE currency IS NOT NULL AND currency IS DISTINCT FROM {base} ORDER BY ALL
"""
_TOLD_TWICE = """
SELECT count(*) FROM {parts} WHERE fate = {kept} AND returned > 0 AND (coalesce(refund, 0) > 0 OR paid_back < 0)
"""


@dataclass(frozen=True)
class Netted:
    """What became of the returns: how they change the lines' columns, and how many had which fate."""

    lines: Lines
    fates: dict[str, int]
    told_twice: int

    @property
    def orphans(self) -> int:
        """Returns of an order, or of an order's line, that the source does not have."""
        return self.fates.get("orphan", 0)

    def report(self, told: dict[str, Any]) -> dict[str, Any]:
        """The table's report with the fates of its rows; they add up to its rows.

        Raises:
            ConservationError: They do not.
        """
        fates = {fate: self.fates.get(fate, 0) for fate in ("netted", "orphan", "not_counted", "future_date")}
        full = {**told, **fates, "told_twice": self.told_twice}
        counted = sum(fates.values()) + sum(told[key] for key in ("repeated", "not_returned", "unreadable"))
        if counted != told["rows"]:
            message = f"the table of returns has {told['rows']} rows, but {counted} are accounted for"
            raise ConservationError(message)
        return full


def require_orders_named(returns: SecondTable, lines: Lines, *, has_line: bool) -> None:
    """Refuse returns that the orders cannot be matched with.

    Raises:
        DataError: ``missing_columns``, the orders have no ids, or no lines where the returns name lines alone.
    """
    if lines.by_day or not lines.has_order_id:
        raise DataError(
            "missing_columns",
            "returns name orders by their ids, but the orders have none"
            + (" (grain day makes one order a day)" if lines.by_day else ""),
            fix="say which column holds the order id: --map order=COLUMN",
        )
    if "line" in returns.roles and "amount" not in returns.roles and not has_line:
        raise DataError(
            "missing_columns",
            "the returns name lines of orders, but the orders have no column for the line",
            fix="say which column it is: --map line=COLUMN; or, if whole orders came back: --map returns.line=",
        )


def net_returns(
    engine: Engine, parts: Sql, sold_rows: Sql | None, returns: SecondTable, lines: Lines, last_day: date
) -> Netted:
    """Write what the table of returns says of each order into ``order_parts``, as the column ``returned``.

    Args:
        engine: Where the tables are.
        parts: ``order_parts`` before any conversion.
        sold_rows: The rows with their final fates, if the orders have lines.
        returns: The table of returns.
        lines: How the rows were grouped.
        last_day: Returns dated more than a day after it are in the future and do not count yet.

    Returns:
        The lines as they are now, with room for the digits of both tables; and the fates of the returns.
    """
    kept, table = literal(KEPT), name(returns.table)
    sold = Sql(_NO_LINES) if sold_rows is None else render(_SOLD, rows=sold_rows, kept=kept)
    scale = engine.columns(render("SELECT amount FROM {returns}", returns=table))["amount"]
    decimals = max(lines.decimals, int(scale.rpartition(",")[2].rstrip(")")))
    wider = replace(lines, digits=WIDE, decimals=decimals, has_returns=True)
    judged = engine.table(
        "judged_returns",
        render(
            _JUDGED,
            parts=parts,
            sold=sold,
            kept=kept,
            money=wider.money,
            returns=table,
            own_currency=Sql("told.currency" if lines.has_currency else "CAST(NULL AS VARCHAR)"),
            limit=literal(last_day + timedelta(days=2)),
        ),
    )
    told = render(_TOLD, judged=judged)
    shared = {"told": told, "parts": parts, "kept": kept, "money": wider.money}
    query = render(_NETTED, **shared)
    if lines.has_currency:
        query = render("{own} UNION ALL BY NAME {abroad}", own=query, abroad=render(_ABROAD, **shared))
    replace_parts(engine, query)
    fates = {fate: rows for fate, rows, _ in engine.rows(render(_FATES, judged=judged))}
    twice = engine.rows(render(_TOLD_TWICE, parts=parts, kept=kept))[0][0]
    return Netted(wider, fates, twice)


def refuse_other_currency(engine: Engine, returns: SecondTable, base: str | None) -> None:
    """Orders without a currency can only be paid back in the base currency, or in one unnamed.

    Raises:
        DataError: ``mixed_currency``.
    """
    found = [row[0] for row in engine.rows(render(_CURRENCIES, returns=name(returns.table), base=literal(base)))]
    if len(found) > 1 or (found and base is not None):
        raise DataError(
            "mixed_currency",
            f"the returns are in {', '.join(found)}, but the orders name no currency"
            + (f" and are taken for {base}" if base else ""),
            fix="give the orders a column of currencies: --map currency=COLUMN",
        )
