"""build_ledger: the cleaning rules in their order, from single rows to orders.

identity and statuses decide each row's fate; lines groups the rows; dedupe settles repeats; currency converts; refunds nets.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.fate import DUPLICATE, PURCHASE, QUARANTINED, REFUND
from quintile.domain.ledger import PURCHASE as STATE_PURCHASE
from quintile.domain.ledger import Ledger, Tally
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import ConservationError
from quintile.ledger.rules import currency, identity, statuses
from quintile.ledger.rules.dedupe import settle_repeats
from quintile.ledger.rules.lines import group_lines
from quintile.ledger.rules.refunds import net_refunds

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

ROWS, LOCATED_ROWS = "ledger_rows", "ledger_rows_located"
FEWEST_DECIMALS = 2

# A row's columns are worked out in the inner query, its fate from them in the outer one: the first reason that fits wins.
_ROWS = """
SELECT {kept}, order_id, line, mark, customer_key, ordered_at, amount, refund, currency,
    CAST(CASE {exclusions} {problems} WHEN amount < 0 THEN {refund_fate} ELSE {purchase_fate} END AS UTINYINT) AS fate
FROM (
    SELECT {kept}, {order_id} AS order_id, {line} AS line, {mark} AS mark, {customer_key} AS customer_key, ordered_at,
        {amount} AS amount, {refund} AS refund, {currency} AS currency, {problem_columns}
    FROM {transactions}
)
"""
_FATES = """
SELECT fate, currency, sum(lines), sum(amount) FROM {parts} GROUP BY ALL ORDER BY ALL
"""
_COLUMN_REFUNDS = "SELECT sum(refund) FROM {parts} WHERE fate = {purchase}"
_SPAN = "SELECT min(ordered_at), max(ordered_at) FROM {orders} WHERE state = {purchase}"
_EQUAL_ROWS = """
SELECT coalesce(sum(copies - 1), 0) FROM (
    SELECT count(*) AS copies FROM {rows} WHERE fate = {purchase} AND order_id IS NULL
    GROUP BY customer_key, ordered_at, amount HAVING count(*) > 1
)
"""


def build_ledger(
    engine: Engine, transactions: Transactions, settings: LedgerSettings, *, last_day: date, rates: Sql | None
) -> Ledger:
    """Turn TRANSACTIONS into ORDERS.

    Args:
        engine: Where the transactions are.
        transactions: What was read.
        settings: The ledger's rules.
        last_day: The later of ``as_of`` and the shop's today; rows more than a day after it are ``future_date``.
        rates: Table date, currency, rate; None when none was given.

    Returns:
        The ledger; its ``orders`` table has shape ORDERS.

    Raises:
        DataError: ``mixed_currency`` or ``missing_fx_rate``.
        SettingsError: A rule needs a column that is not there.
    """
    rows = ledger_rows(engine, transactions, settings, last_day)
    by_day = settings.grain == "day"
    has_order_id = "order" in transactions.roles
    parts = group_lines(engine, rows, has_order_id=has_order_id, by_day=by_day)
    if has_order_id and not by_day:
        settle_repeats(
            engine, rows, parts, key=_line_key(transactions, settings), has_currency="currency" in transactions.roles
        )
    fates = _tally(engine, parts, transactions)
    base, foreign = settings.base_currency, list[str]()
    if "currency" in transactions.roles:
        base, foreign = currency.choose_base(engine, parts, base)
    decimals = _decimals(engine, parts)
    if foreign:
        if rates is None:
            currency.raise_missing_rate(base or "", _waiting(engine, parts, foreign))
        else:
            parts = currency.convert(engine, parts, rates, base or "", max(decimals, FEWEST_DECIMALS))
    has_refund = _has_refund(transactions, settings)
    column_refunds = engine.rows(render(_COLUMN_REFUNDS, parts=parts, purchase=literal(PURCHASE)))[0][0] or Decimal(0)
    orders = net_refunds(engine, parts, settings, has_refund_column=has_refund)
    engine.drop("order_parts")
    first_at, last_at = engine.rows(render(_SPAN, orders=orders, purchase=literal(STATE_PURCHASE)))[0]
    return Ledger(
        orders=orders,
        key_type=engine.columns(render("SELECT customer_key FROM {orders}", orders=orders))["customer_key"],
        currency=base or "",
        decimals=decimals,
        rows=transactions.rows,
        fates=fates,
        column_refunds=column_refunds,
        converted=bool(foreign),
        first_at=first_at,
        last_at=last_at,
        warnings=_warnings(engine, rows, has_order_id=has_order_id or by_day),
    )


def ledger_rows(
    engine: Engine, transactions: Transactions, settings: LedgerSettings, last_day: date, *, located: bool = False
) -> Sql:
    """The view of single rows with their customer key and fate.

    ``located`` adds each row's place and raw values, which costs a numbering of all rows: only to list rows.
    """
    roles = transactions.roles
    refund = Sql("refund") if "refund" in roles else Sql("CAST(NULL AS DECIMAL(18, 2))")
    by_status = statuses.refunded_by_status(transactions, settings)
    if by_status is not None:
        refund = render("CASE WHEN {test} THEN amount ELSE {refund} END", test=by_status, refund=refund)
    query = render(
        _ROWS,
        kept=joined(name(column) for column in ("file_no", *(transactions.located_columns if located else ()))),
        order_id=Sql("order_id" if "order" in roles and settings.grain != "day" else "CAST(NULL AS VARCHAR)"),
        line=Sql("line" if "line" in roles else "CAST(NULL AS VARCHAR)"),
        mark=_mark(transactions, settings),
        customer_key=identity.customer_key(transactions, settings),
        amount=statuses.signed_amount(transactions),
        refund=refund,
        currency=Sql("currency" if "currency" in roles else "CAST(NULL AS VARCHAR)"),
        problem_columns=joined(Sql(column) for column in _problem_columns(transactions)),
        exclusions=statuses.exclusions(transactions, settings),
        problems=_problems(transactions, last_day),
        refund_fate=literal(REFUND),
        purchase_fate=literal(PURCHASE),
        transactions=name(transactions.located if located else transactions.table),
    )
    return engine.view(LOCATED_ROWS if located else ROWS, query)


def _problem_columns(transactions: Transactions) -> list[str]:
    wanted = ["row_problem", "amount_problem", "time_problem"]
    return wanted + [role for role in ("status", "kind") if role in transactions.roles]


def _problems(transactions: Transactions, last_day: date) -> Sql:
    """``WHEN .. THEN fate`` branches, the first that fits wins."""
    branches = [_coded("row_problem", ("duplicate_row", "control_character", "field_too_long"))]
    branches.append(render("WHEN customer_key IS NULL THEN {code}", code=literal(QUARANTINED["null_customer"])))
    branches.append(_coded("amount_problem", ("bad_amount", "nonfinite_amount", "amount_out_of_range")))
    branches.append(_coded("time_problem", ("bad_date", "date_out_of_range")))
    branches.append(
        render(
            "WHEN ordered_at >= {limit} THEN {code}",
            limit=literal(last_day + timedelta(days=2)),
            code=literal(QUARANTINED["future_date"]),
        )
    )
    if "currency" in transactions.roles:
        branches.append(currency.currency_problem())
    return joined(branches, " ")


def _coded(column: str, reasons: tuple[str, ...]) -> Sql:
    codes = {**QUARANTINED, "duplicate_row": DUPLICATE}
    inner = joined(
        (render("WHEN {reason} THEN {code}", reason=literal(reason), code=literal(codes[reason])) for reason in reasons),
        " ",
    )
    return render("WHEN {column} IS NOT NULL THEN CASE {column} {inner} END", column=Sql(column), inner=inner)


def _mark(transactions: Transactions, settings: LedgerSettings) -> Sql:
    if _line_key(transactions, settings) != "line":
        return Sql("CAST(NULL AS UBIGINT)")
    return Sql("CAST(1 AS UBIGINT) << (hash(line) & 63)")


def _line_key(transactions: Transactions, settings: LedgerSettings) -> str:
    if settings.duplicates == "keep":
        return "none"
    if settings.grain == "order":
        return "order"
    return "line" if "line" in transactions.roles else "none"


def _has_refund(transactions: Transactions, settings: LedgerSettings) -> bool:
    return "refund" in transactions.roles or statuses.refunded_by_status(transactions, settings) is not None


def _tally(engine: Engine, parts: Sql, transactions: Transactions) -> dict[int, Tally]:
    fates: dict[int, Tally] = {}
    for fate, code, rows, amount in engine.rows(render(_FATES, parts=parts)):
        before = fates.get(fate, Tally(0, {}))
        amounts = {**before.amounts, code or "": before.amounts.get(code or "", Decimal(0)) + (amount or 0)}
        fates[fate] = Tally(before.rows + rows, amounts)
    for row in transactions.rejected:
        code = QUARANTINED[row.reason]
        before = fates.get(code, Tally(0, {}))
        fates[code] = Tally(before.rows + 1, before.amounts)
    counted = sum(tally.rows for tally in fates.values())
    if counted != transactions.rows:
        message = f"{transactions.rows} records lie in the source, but {counted} rows are accounted for"
        raise ConservationError(message)
    return fates


def _decimals(engine: Engine, parts: Sql) -> int:
    kind = engine.columns(render("SELECT amount FROM {parts}", parts=parts))["amount"]
    return int(kind.rpartition(",")[2].rstrip(")")) if "," in kind else 0


def _waiting(engine: Engine, parts: Sql, foreign: list[str]) -> list[tuple[Any, ...]]:
    return engine.rows(
        render(
            "SELECT currency, min(CAST(ordered_at AS DATE)), count(*) FROM {parts} "
            "WHERE fate IN ({purchase}, {refund}) AND currency IN ({foreign}) GROUP BY currency ORDER BY currency",
            parts=parts,
            purchase=literal(PURCHASE),
            refund=literal(REFUND),
            foreign=joined(literal(code) for code in foreign),
        )
    )


def _warnings(engine: Engine, rows: Sql, *, has_order_id: bool) -> tuple[dict[str, Any], ...]:
    if has_order_id:
        return ()
    copies = engine.rows(render(_EQUAL_ROWS, rows=rows, purchase=literal(PURCHASE)))[0][0]
    if not copies:
        return ()
    return (
        {
            "code": "equal_rows",
            "rows": int(copies),
            "message": f"{int(copies):,} rows are equal to another row and carry no order id: kept, since they are often"
            " real purchases; write --duplicates row to drop them",
        },
    )
