"""The ledger's rows: each source row with its customer key and its fate."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from quintile.domain.fate import DUPLICATE, ERASED, EXCLUDED, KEPT, QUARANTINED
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.ledger.rules import currency, identity, statuses
from quintile.ledger.rules.dedupe import mark
from quintile.ledger.rules.lines import grain_of

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

ROWS, LOCATED_ROWS = "ledger_rows", "ledger_rows_located"
# A row that the project's ledger holds already, whatever else may be the matter with it.
KNOWN_ROW = "known_row"
ROW_PROBLEMS = (
    "duplicate_row",
    "control_character",
    "field_too_long",
    "order_customer_conflict",
    "duplicate_order_conflict",
    ERASED,
)

# A row's columns are worked out in the inner query, its fate from them in the outer one: the first reason that fits
# wins.
_ROWS = """
SELECT {kept}, order_id, line, mark, customer_key, ordered_at, amount, refund, currency,
    CAST(CASE {known_row} {exclusions} {problems} ELSE {kept_fate} END AS UTINYINT) AS fate
FROM (
    SELECT {kept}, {order_id} AS order_id, {line} AS line, {mark} AS mark, {customer_key} AS customer_key, ordered_at,
        {amount} AS amount, {refund} AS refund, {currency} AS currency, {problem_columns}
    FROM {transactions}
)
"""
_SOUND = """
WHEN row_problem IS NULL AND customer_key IS NOT NULL AND amount_problem IS NULL AND time_problem IS NULL
    AND ordered_at < {limit} THEN {kept}
"""


def ledger_rows(
    engine: Engine,
    transactions: Transactions,
    settings: LedgerSettings,
    last_day: date,
    *,
    located: bool = False,
    also: tuple[str, ...] = (),
) -> Sql:
    """The view of single rows with their customer key and fate.

    ``located`` adds each row's place and raw values, which costs a numbering of all rows: only to list rows. ``also``
    names further columns of the transactions to keep; such a view stands beside the usual one.
    """
    roles = transactions.roles
    refund = Sql("refund") if "refund" in roles else Sql("CAST(NULL AS DECIMAL(18, 0))")
    by_status = statuses.refunded_by_status(transactions, settings)
    if by_status is not None:
        refund = render("CASE WHEN {test} THEN greatest(amount, 0) ELSE {refund} END", test=by_status, refund=refund)
    query = render(
        _ROWS,
        kept=joined(name(column) for column in ("file_no", *(transactions.located_columns if located else ()), *also)),
        order_id=Sql("order_id" if "order" in roles and settings.grain != "day" else "CAST(NULL AS VARCHAR)"),
        line=Sql("line" if "line" in roles else "CAST(NULL AS VARCHAR)"),
        mark=mark(line_key(transactions, settings)) or Sql("CAST(NULL AS UBIGINT)"),
        customer_key=identity.customer_key(transactions, settings),
        amount=statuses.signed_amount(transactions),
        refund=refund,
        currency=Sql("currency" if "currency" in roles else "CAST(NULL AS VARCHAR)"),
        problem_columns=joined(Sql(column) for column in _problem_columns(transactions)),
        known_row=render("WHEN row_problem = {known} THEN {code}", known=literal(KNOWN_ROW), code=literal(DUPLICATE)),
        exclusions=statuses.exclusions(transactions, settings),
        problems=_problems(transactions, last_day),
        kept_fate=literal(KEPT),
        transactions=identity.identified_rows(
            transactions, settings, name(transactions.located if located else transactions.table)
        ),
    )
    return engine.view(LOCATED_ROWS if located else "_with_".join((ROWS, *also)), query)


def _problem_columns(transactions: Transactions) -> list[str]:
    wanted = ["row_problem", "amount_problem", "time_problem"]
    return wanted + [role for role in ("status", "kind") if role in transactions.roles]


def _problems(transactions: Transactions, last_day: date) -> Sql:
    """``WHEN .. THEN fate`` branches, the first that fits wins."""
    limit = literal(last_day + timedelta(days=2))
    # Nearly all rows are sound, and one test of all that may be wrong with them is cheaper than one after the other.
    branches = [] if "currency" in transactions.roles else [render(_SOUND, limit=limit, kept=literal(KEPT))]
    branches.append(_coded("row_problem", ROW_PROBLEMS))
    branches.append(render("WHEN customer_key IS NULL THEN {code}", code=literal(QUARANTINED["null_customer"])))
    branches.append(_coded("amount_problem", ("bad_amount", "nonfinite_amount", "amount_out_of_range")))
    branches.append(_coded("time_problem", ("bad_date", "date_out_of_range")))
    branches.append(
        render(
            "WHEN ordered_at >= {limit} THEN {code}",
            limit=limit,
            code=literal(QUARANTINED["future_date"]),
        )
    )
    if "currency" in transactions.roles:
        branches.append(currency.currency_problem())
    return joined(branches, " ")


def _coded(column: str, reasons: tuple[str, ...]) -> Sql:
    codes = {**QUARANTINED, **EXCLUDED, "duplicate_row": DUPLICATE}
    inner = joined(
        (
            render("WHEN {reason} THEN {code}", reason=literal(reason), code=literal(codes[reason]))
            for reason in reasons
        ),
        " ",
    )
    return render("WHEN {column} IS NOT NULL THEN CASE {column} {inner} END", column=Sql(column), inner=inner)


def line_key(transactions: Transactions, settings: LedgerSettings) -> str:
    """What tells two rows of one order apart: ``order`` (nothing may), ``line`` (the line's own key), or ``none``."""
    grain = grain_of(transactions, settings)
    if settings.duplicates == "keep" or grain == "day":
        return "none"
    if grain == "order":
        return "order"
    return "line" if "line" in transactions.roles else "none"
