"""build_ledger: the cleaning rules in their order, from single rows to orders.

identity and statuses decide each row's fate; lines groups the rows; dedupe settles repeats; currency converts;
refunds nets.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import DUPLICATE, ERASED, EXCLUDED, KEPT, QUARANTINED
from quintile.domain.ledger import Ledger, Tally
from quintile.domain.order_sums import tallied
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import ConservationError, DataError
from quintile.ledger import warned
from quintile.ledger.month_sums import at_a_glance
from quintile.ledger.order_days import ORDER_DAYS, glance, sum_days
from quintile.ledger.rows import KNOWN_ROW, ledger_rows, line_key
from quintile.ledger.rules import currency, identity, statuses
from quintile.ledger.rules.dedupe import settle_repeats
from quintile.ledger.rules.lines import NARROW, SHIFT, WIDE, Lines, are_close, grain_of, group_lines
from quintile.ledger.rules.refunds import follow_excluded, net_refunds, table_refunds
from quintile.ledger.second import found_beside, with_returns

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.order_sums import MonthSums
    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine
    from quintile.ledger.rules.currency import RatesOf
    from quintile.ledger.untouched import Untouched

FEWEST_DECIMALS = 2
MOST_CONFLICTS = 0.01

_FATES = """
SELECT fate, currency, sum(lines), sum(amount), sum(paid_back), count_if(amount IS NULL OR paid_back IS NULL)
FROM {parts} GROUP BY ALL ORDER BY ALL
"""
_ROW_FATES = """
SELECT fate, currency, count(*), sum(amount), coalesce(sum(amount) FILTER (amount < 0), 0), 0 FROM {rows} GROUP BY ALL
ORDER BY ALL
"""
_CONFLICTS = "SELECT count(DISTINCT order_id) FILTER (fate = {code}), count(DISTINCT order_id) FROM {parts}"
_COLUMN_REFUNDS = "SELECT sum(greatest(coalesce(refund, 0), -paid_back) + paid_back) FROM {parts} WHERE fate = {kept}"
_FOREIGN_DAYS = """
SELECT CAST({first} AS DATE), CAST({last} AS DATE)
FROM {parts} WHERE fate = {kept} AND currency IN ({foreign})
"""
_AT = "make_timestamp({end}(first_us % {shift}))"


def build_ledger(
    engine: Engine,
    transactions: Transactions,
    settings: LedgerSettings,
    *,
    last_day: date,
    rates: RatesOf | None,
    untouched: Untouched | None = None,
) -> Ledger:
    """Turn TRANSACTIONS into ORDERS.

    Args:
        engine: Where the transactions are.
        transactions: What was read.
        settings: The ledger's rules.
        last_day: The later of ``as_of`` and the shop's today; rows more than a day after it are ``future_date``.
        rates: Gives the table date, currency, rate for the currencies and days that occur; None when none was given.
        untouched: The orders that stand as a project keeps them; the other ones alone are made of rows, unless the
            money outgrows the type of the kept ones: then ``digits`` of the ledger says so, and all are.

    Returns:
        The ledger; its ``orders`` table has shape ORDERS.

    Raises:
        DataError: ``mixed_currency`` or ``missing_fx_rate``.
        SettingsError: A rule needs a column that is not there.
    """
    read = transactions if untouched is None else untouched.rows
    rows = ledger_rows(engine, read, settings, last_day)
    lines = _lines(engine, rows, read, settings)
    parts, fates, settled, still = _grouped(engine, rows, transactions, settings, lines, untouched)
    if not _fits(fates, lines):
        if untouched is not None:
            return build_ledger(engine, transactions, settings, last_day=last_day, rates=rates)
        lines = replace(lines, digits=WIDE)
        parts, fates, settled, still = _grouped(engine, rows, transactions, settings, lines, None)
    of_rows = (parts, rows, settled)
    returned = with_returns(engine, transactions, settings, lines, last_day, settled_rows=of_rows)
    lines = lines if returned is None else returned.lines
    base, foreign = settings.base_currency, list[str]()
    if "currency" in transactions.roles:
        # Orders that are kept as they are all have one currency.
        found = (sums.currency for month in still for sums in month.fates if sums.fate == KEPT)
        base, foreign = currency.choose_base(engine, parts, base or next(found, None))
    used_rates = None
    if foreign:
        lines = replace(lines, decimals=max(lines.decimals, FEWEST_DECIMALS), digits=WIDE)
        used_rates = _converted(engine, parts, rates, base or "", foreign, lines)
    column_refunds = _column_refunds(engine, parts) if lines.has_refund else Decimal(0)
    column_refunds += sum((month.column_refunds for month in still), Decimal(0))
    by_table = table_refunds(engine, parts, lines)
    orders = net_refunds(engine, parts, settings, lines)
    days = sum_days(engine, orders, settings)
    first_at, last_at, lines_kept, after_refunds, net, alone, beyond = at_a_glance(glance(engine, days), still)
    beside = found_beside(engine, transactions, settings, orders, returned, used_rates)
    met = statuses.unknown_statuses(engine, transactions, settings)
    key = identity.kind_of_key(transactions, settings)
    key_type = engine.columns(render("SELECT customer_key FROM {rows}", rows=rows))["customer_key"]
    return Ledger(
        orders=orders,
        key=key,
        key_type=key_type,
        currency=base or "",
        decimals=lines.decimals,
        digits=lines.digits,
        rows=transactions.rows,
        fates=fates,
        column_refunds=column_refunds,
        converted=bool(foreign),
        first_at=first_at,
        last_at=last_at,
        lines=int(lines_kept or 0),
        after_refunds=after_refunds or Decimal(0),
        net=net or Decimal(0),
        grain=grain_of(transactions, settings),
        warnings=(
            *warned.equal_rows(engine, rows, lines),
            *warned.orphans(int(alone or 0), 0 if returned is None else returned.orphans, settings),
            *warned.beyond(beyond, settings),
            *warned.statuses_met(met, statuses.partly_refunded(engine, transactions, settings, orders, dict(met))),
            *warned.twins(engine, orders if untouched is None else parts, key, key_type, untouched),
            *beside.warnings,
        ),
        table_refunds=by_table,
        people=beside.people,
        second=beside.reports,
        days=ORDER_DAYS if untouched is None else None,
    )


def tally_rows(
    engine: Engine, transactions: Transactions, settings: LedgerSettings, *, last_day: date
) -> dict[int, Tally]:
    """Tally rows by fate without making orders of them: for rows that have no part in any order that counts."""
    rows = ledger_rows(engine, transactions, settings, last_day)
    label = "" if "currency" in transactions.roles else settings.base_currency or ""
    return _tally(engine.rows(render(_ROW_FATES, rows=rows)), transactions, label)


def _converted(
    engine: Engine, parts: Sql, rates: RatesOf | None, base: str, foreign: list[str], lines: Lines
) -> tuple[dict[str, Any], currency.Carried]:
    """Convert the parts; what is told of the rates, and how many were carried over."""
    if rates is None:
        currency.raise_missing_rate(base, _waiting(engine, parts, foreign))
    listed = joined(literal(code) for code in foreign)
    first, last = (lines.wall_time(render(_AT, end=Sql(end), shift=literal(SHIFT))) for end in ("min", "max"))
    days = render(_FOREIGN_DAYS, first=first, last=last, parts=parts, kept=literal(KEPT), foreign=listed)
    table = rates(foreign, *engine.rows(days)[0])
    return table.report, currency.convert(engine, parts, name(table.table), base, lines)


def _lines(engine: Engine, rows: Sql, transactions: Transactions, settings: LedgerSettings) -> Lines:
    kinds = engine.columns(render("SELECT amount, refund, customer_key, order_id FROM {rows}", rows=rows))
    has_currency = "currency" in transactions.roles
    are_numbers = not has_currency and kinds["customer_key"] == kinds["order_id"] == "BIGINT"
    has_refund = "refund" in transactions.roles or statuses.refunded_by_status(transactions, settings) is not None
    money = [kinds["amount"], *([kinds["refund"]] if has_refund else [])]
    decimals = max(int(kind.rpartition(",")[2].rstrip(")")) if "," in kind else 0 for kind in money)
    return Lines(
        by_day=grain_of(transactions, settings) == "day",
        has_order_id="order" in transactions.roles,
        has_currency=has_currency,
        has_refund=has_refund,
        has_close_ids=are_numbers and are_close(engine, transactions),
        has_marks=line_key(transactions, settings) != "none",
        zone=settings.time_zone if transactions.on_utc else None,
        decimals=decimals,
        digits=NARROW if decimals < NARROW else WIDE,
    )


def _grouped(
    engine: Engine,
    rows: Sql,
    transactions: Transactions,
    settings: LedgerSettings,
    lines: Lines,
    untouched: Untouched | None,
) -> tuple[Sql, dict[int, Tally], bool, list[MonthSums]]:
    read = transactions if untouched is None else untouched.rows
    parts = group_lines(engine, rows, lines, read.rows - len(read.rejected))
    settled = False
    if lines.has_order_id and not lines.by_day:
        settled = settle_repeats(engine, rows, parts, lines, key=line_key(transactions, settings))
        if settled and settings.grain is None and grain_of(transactions, settings) == "order":
            _require_clear_grain(engine, parts)
    if lines.has_order_id and not lines.by_day and {"status", "kind"} & transactions.roles:
        follow_excluded(engine, parts)
    still: list[MonthSums] = []
    if untouched is not None:
        parts, still = untouched.beside(engine, parts)
    # Without a currency column all money is taken for the base currency's.
    label = "" if lines.has_currency else settings.base_currency or ""
    counted = engine.rows(render(_FATES, parts=parts))
    return parts, _tally(tallied(counted, still), transactions, label), settled, still


def _require_clear_grain(engine: Engine, parts: Sql) -> None:
    """Refuse to guess whether repeated order ids are order lines or contradictions, when there are many.

    Raises:
        DataError: ``ambiguous_grain``.
    """
    code = literal(QUARANTINED["duplicate_order_conflict"])
    conflicts, orders = engine.rows(render(_CONFLICTS, parts=parts, code=code))[0]
    if conflicts > MOST_CONFLICTS * orders:
        raise DataError(
            "ambiguous_grain",
            f"{conflicts:,} of {orders:,} order ids stand on several rows with different content",
            fix="say what one row is: --grain line if each row is a line of an order (their amounts are added),"
            " --grain order if each row is a whole order (then those orders are quarantined)",
        )


def _column_refunds(engine: Engine, parts: Sql) -> Decimal:
    return engine.rows(render(_COLUMN_REFUNDS, parts=parts, kept=literal(KEPT)))[0][0] or Decimal(0)


def _fits(fates: dict[int, Tally], lines: Lines) -> bool:
    """Whether every later sum of money has room: none can exceed all purchases or all refunds together."""
    limit = Decimal(10) ** (lines.digits - lines.decimals)
    largest = fates[KEPT].largest if KEPT in fates else Decimal(0)
    return largest is not None and largest < limit


def _larger(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else max(one, other)


def _tally(counted: list[tuple[Any, ...]], transactions: Transactions, label: str) -> dict[int, Tally]:
    fates: dict[int, Tally] = {}
    for fate, code, rows, amount, paid_back, unknown in counted:
        before = fates.get(fate, Tally(0, {}))
        known = code or label
        amounts = {**before.amounts, known: before.amounts.get(known, Decimal(0)) + (amount or 0)}
        largest = None if unknown or amount is None else max(amount - paid_back, -paid_back)
        fates[fate] = Tally(before.rows + int(rows), amounts, _larger(before.largest, largest))
    for row in transactions.rejected:
        code = {**QUARANTINED, KNOWN_ROW: DUPLICATE, ERASED: EXCLUDED[ERASED]}[row.reason]
        before = fates.get(code, Tally(0, {}))
        fates[code] = Tally(before.rows + 1, before.amounts)
    found = sum(tally.rows for tally in fates.values())
    if found != transactions.rows:
        message = f"{transactions.rows} records lie in the source, but {found} rows are accounted for"
        raise ConservationError(message)
    return fates


def _waiting(engine: Engine, parts: Sql, foreign: list[str]) -> list[tuple[Any, ...]]:
    return engine.rows(
        render(
            "SELECT currency, min(CAST(make_timestamp(first_us % {shift}) AS DATE)), count(*) FROM {parts} "
            "WHERE fate = {kept} AND currency IN ({foreign}) GROUP BY currency ORDER BY currency",
            parts=parts,
            shift=literal(SHIFT),
            kept=literal(KEPT),
            foreign=joined(literal(code) for code in foreign),
        )
    )
