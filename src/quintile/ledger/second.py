"""Second: what the tables beside the orders did, counted both ways, and what is to be said of it.

Only what was named is looked at: without second tables none of this runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import KEPT
from quintile.domain.words import counted
from quintile.engine.render import Sql, literal, render
from quintile.ledger.rules import identity
from quintile.ledger.rules.returns import Netted, net_returns, refuse_other_currency, require_orders_named

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.ledger.rules.currency import Carried
    from quintile.ledger.rules.lines import Lines

# The rows with their final fates, also where a repetition was settled.
_SETTLED = """
SELECT order_id, line, amount, fate FROM {rows} ANTI JOIN suspects USING (order_id)
UNION ALL SELECT order_id, line, amount, fate FROM {rows} SEMI JOIN suspects USING (order_id) WHERE fate <> {kept}
UNION ALL SELECT order_id, line, amount, fate FROM judged_rows
"""
_BOTH_WAYS = """
SELECT count(listed.customer_key), count(*) - count(bought.customer_key), count(*) - count(listed.customer_key)
FROM {people} AS listed
FULL JOIN (SELECT DISTINCT customer_key FROM {orders} WHERE customer_key IS NOT NULL) AS bought USING (customer_key)
"""


@dataclass(frozen=True)
class Found:
    """What became of the second tables: the keys of the listed customers, a report a table, warnings."""

    people: str | None
    reports: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]


def with_returns(
    engine: Engine,
    transactions: Transactions,
    settings: LedgerSettings,
    lines: Lines,
    last_day: date,
    *,
    settled_rows: tuple[Sql, Sql, bool],
) -> Netted | None:
    """Net the table of returns against the order parts; None without one.

    ``settled_rows`` are the parts, the rows, and whether some of those were settled as repetitions.

    Raises:
        DataError: The orders have no ids to match, or other currencies.
    """
    returns = transactions.second.returns
    if returns is None:
        return None
    parts, rows, settled = settled_rows
    has_line = "line" in transactions.roles
    require_orders_named(returns, lines, has_line=has_line)
    if not lines.has_currency and "currency" in returns.roles:
        refuse_other_currency(engine, returns, settings.base_currency)
    sold = render(_SETTLED, rows=rows, kept=literal(KEPT)) if settled else render("SELECT * FROM {rows}", rows=rows)
    by_line = has_line and "line" in returns.roles
    return net_returns(engine, parts, sold if by_line else None, returns, lines, last_day)


def found_beside(
    engine: Engine,
    transactions: Transactions,
    settings: LedgerSettings,
    orders: Sql,
    returned: Netted | None,
    rates: tuple[dict[str, Any], Carried] | None,
) -> Found:
    """Count what the second tables met among the orders."""
    second = transactions.second
    reports = {report["table"]: report for report in second.reports}
    warnings = list(_of_phones(reports.get("phones")))
    if returned is not None:
        reports["returns"] = returned.report(reports["returns"])
        warnings += _of_returns(reports["returns"])
    merges = identity.merges_met(transactions, settings)
    if merges is not None:
        reports["merges"] = {**reports["merges"], "customers_merged": engine.rows(merges)[0][0]}
    people = _people(engine, transactions, settings, orders)
    if people is not None:
        listed, never_bought, unlisted = engine.rows(render(_BOTH_WAYS, people=people, orders=orders))[0]
        counts = {"customers": listed, "never_bought": never_bought, "bought_unlisted": unlisted}
        reports["customers"] = {**reports["customers"], **counts}
        warnings += _of_customers(reports["customers"])
    if rates is not None:
        carried = {"orders_carried": rates[1].orders, "most_days_carried": rates[1].most_days}
        reports["rates"] = {**rates[0], **carried}
    return Found(people, tuple(reports.values()), tuple(warnings))


def _people(engine: Engine, transactions: Transactions, settings: LedgerSettings, orders: Sql) -> Sql | None:
    if transactions.second.customers is None:
        return None
    key_type = engine.columns(render("SELECT customer_key FROM {orders}", orders=orders))["customer_key"]
    query = identity.people_query(transactions, settings, key_type)
    return None if query is None else engine.table(identity.PEOPLE, query)


def _of_returns(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    unreadable, early, twice = report["unreadable"], report["future_date"], report["told_twice"]
    yield from _warning(
        "bad_returns", unreadable, f"{counted(unreadable, 'row', 'rows')} of the table of returns cannot be read"
    )
    yield from _warning(
        "future_returns",
        early,
        counted(early, "return is dated in the future and does", "returns are dated in the future and do")
        + " not count yet",
    )
    yield from _warning(
        "refund_told_twice",
        twice,
        f"{counted(twice, 'order is', 'orders are')} paid back by the table of returns and by their own column or rows"
        " too: taken for the same money, the larger counts",
    )


def _of_customers(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if report["never_bought"] == report["customers"]:
        yield from _warning(
            "no_known_customers",
            report["rows"],
            f"none of the {report['customers']:,} customers of the table has ever bought; see whether both sides write"
            " their ids alike",
        )


def _of_phones(report: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    if report is None:
        return
    unreadable = report["unreadable"]
    hint = "" if report["country"] else "; numbers without a country code need the shop's: --country DE"
    yield from _warning(
        "unreadable_phones",
        unreadable,
        counted(unreadable, "spelling is no phone number and names", "spellings are no phone number and name")
        + f" nobody{hint}",
    )


def _warning(code: str, rows: int, message: str) -> Iterator[dict[str, Any]]:
    if rows:
        yield {"code": code, "rows": rows, "message": message}
