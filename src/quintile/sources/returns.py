"""Returns: what came back, as a table of order ids; with or without an amount, a line, a date.

Either sign of an amount means money back; an order without an amount came back as a whole, an order's line without an
amount for what that line cost. The same return told twice is one return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.second_tables import SecondTable
from quintile.engine.render import Sql, name, render
from quintile.errors import DataError, Place
from quintile.sources.dates import time_sql
from quintile.sources.identifiers import NOTHING
from quintile.sources.numbers import amount_sql
from quintile.sources.second import Form, Second, missing_columns, one_of, open_second
from quintile.sources.words import NO, YES

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine

RETURNS = "second_returns"
FORM = Form(
    "returns",
    {
        "order": "orderid orderno ordernumber ordernr invoiceno invoiceid invoicenumber transactionid receiptid "
        "receiptno bestellnummer siparisno originalorder originalorderid returnedorder | order invoice receipt "
        "transaction bestellung name",
        "line": "lineid lineno linenumber linenr orderline orderlineid lineitemid orderitemid positionsnr | rowid line "
        "position",
        "amount": "amount refund refundamount refundedamount amountrefunded returnamount returnedamount refunded "
        "refundtotal totalrefund totalrefunded | amt total value betrag erstattung montant importe tutar",
        "time": "returndate returnedat refunddate refundedat refundtime returntime rueckgabedatum erstattungsdatum | "
        "date datetime timestamp createdat processedat time datum fecha tarih",
        "currency": "currency currencycode refundcurrency | waehrung wahrung devise moneda parabirimi",
        "id": "refundid returnid rmaid rma creditnoteid creditnoteno creditmemo | id",
        "returned": "returned isreturned wasreturned isrefunded | ",
        "quantity": "quantity qty returnedquantity quantityreturned returnedqty qtyreturned returnquantity "
        "refundquantity quantityrefunded refundedquantity qtyrefunded refundedqty refundqty itemsreturned "
        "returneditems piecesreturned | units pieces pcs count menge anzahl stuck stueck stuckzahl stueckzahl "
        "retourenmenge quantite cantidad adet",
    },
    lone="order",
)
# A row without an order id stays: it is a return that belongs to no known order.
_TYPED = """
SELECT {id} AS id, {order} AS order_id, {line} AS line, abs({amount}) AS amount, {amount_problem} AS amount_problem,
       {time} AS returned_at, {time_problem} AS time_problem,
       nullif(upper(trim({currency})), '') AS currency, {is_none} AS is_none, {word_problem} AS word_problem
FROM ({query})
"""
_RETURNS = """
SELECT DISTINCT id, order_id, line, amount, currency, returned_at FROM {typed}
WHERE NOT is_none AND coalesce(amount_problem, time_problem, word_problem) IS NULL
"""
_COUNTS = """
SELECT count_if(is_none),
       count_if(NOT is_none AND coalesce(amount_problem, time_problem, word_problem) IS NOT NULL) FROM {typed}
"""
_IS_NONE = "({text} IS NULL OR {no})"
_WORD_PROBLEM = "CASE WHEN NOT {known} THEN 'bad_returned' END"
_TOLD = "CASE WHEN NOT ({is_none}) AND nullif(trim({text}), '') IS NOT NULL THEN {problem} END"
# Pieces without money, beside rows that say both: how much went back is missing.
_NO_MONEY = """
CASE WHEN NOT ({is_none}) AND nullif(trim({amount}), '') IS NULL AND nullif(trim({quantity}), '') IS NOT NULL
     THEN 'bad_amount' ELSE {problem} END
"""
_NO_NUMBER, _NO_TIME = "CAST(NULL AS DECIMAL(18, 2))", "CAST(NULL AS TIMESTAMP)"


def read_returns(
    engine: Engine, path: Path, staging: Path, settings: ReadingSettings, clock: tuple[str, str]
) -> SecondTable:
    """Read a table of returns.

    Args:
        engine: Where the table is made.
        path: The file; a single column of order ids will do.
        staging: For copies.
        settings: Of the orders: mapping, and marks where the table's own are ambiguous.
        clock: The ledger's (time zone, ``local`` or ``utc``).

    Returns:
        Table ``second_returns``: each return once; unreadable rows are left out and told in the report.

    Raises:
        DataError: There is no order column, quantities stand in the place of money, or more rows are unreadable than
            the user allows.
    """
    second = open_second(engine, path, staging, FORM, settings)
    if "order" not in second.columns:
        raise missing_columns(second, "the order", "say which column it is: --map returns.order=COLUMN")
    _refuse_quantities(engine, second)
    amount, amount_problem = _amount(engine, second, settings)
    time, time_problem = _time(engine, second, settings, clock)
    is_none, word_problem = _word(engine, second)
    problems = {
        role: render(_TOLD, is_none=is_none, text=second.text(role), problem=problem)
        for role, problem in (("amount", amount_problem), ("time", time_problem), ("returned", word_problem))
        if role in second.columns
    }
    nothing = Sql("CAST(NULL AS VARCHAR)")
    if {"amount", "quantity"} <= second.columns.keys():
        shared = {"amount": second.text("amount"), "quantity": second.text("quantity")}
        problems["amount"] = render(_NO_MONEY, is_none=is_none, problem=problems["amount"], **shared)
    typed = engine.table(
        f"{RETURNS}_typed",
        render(
            _TYPED,
            id=second.id(engine, "id"),
            order=second.id(engine, "order"),
            line=second.id(engine, "line"),
            amount=amount,
            amount_problem=problems.get("amount", nothing),
            time=time,
            time_problem=problems.get("time", nothing),
            currency=second.text("currency"),
            is_none=is_none,
            word_problem=problems.get("returned", nothing),
            query=second.table.query,
        ),
    )
    not_returned, unreadable = engine.rows(render(_COUNTS, typed=typed))[0]
    unreadable += len(second.table.rejected)
    set_aside = second.bad_rows(engine, problems) if unreadable else []
    _refuse_mostly_bad(second, unreadable, settings.max_bad_share)
    returns = engine.table(RETURNS, render(_RETURNS, typed=typed))
    engine.drop(f"{RETURNS}_typed")
    kept = engine.rows(render("SELECT count(*) FROM {returns}", returns=returns))[0][0]
    repeated = second.table.rows - not_returned - unreadable - kept
    told = {"repeated": repeated, "not_returned": not_returned, "unreadable": unreadable, "quarantine": set_aside}
    return SecondTable(RETURNS, frozenset(second.columns), second.table.rows, second.report(**told))


def _amount(engine: Engine, second: Second, settings: ReadingSettings) -> tuple[Sql, Sql]:
    if "amount" not in second.columns or _is_empty(engine, second, "amount"):
        return Sql(_NO_NUMBER), Sql("NULL")
    return amount_sql(name(second.columns["amount"]), second.numbers(engine, "amount", settings))


def _time(engine: Engine, second: Second, settings: ReadingSettings, clock: tuple[str, str]) -> tuple[Sql, Sql]:
    if "time" not in second.columns or _is_empty(engine, second, "time"):
        return Sql(_NO_TIME), Sql("NULL")
    return time_sql(name(second.columns["time"]), second.dates(engine, "time", settings), *clock)


def _word(engine: Engine, second: Second) -> tuple[Sql, Sql]:
    """Whether a row says that nothing was returned, and what is wrong with a word that is neither yes nor no.

    An empty cell says no, beside cells that say something.
    """
    if "returned" not in second.columns or _is_empty(engine, second, "returned"):
        return Sql("false"), Sql("NULL")
    text = second.text("returned")
    is_none = render(_IS_NONE, text=text, no=one_of(text, NO | frozenset(NOTHING)))
    return is_none, render(_WORD_PROBLEM, known=one_of(text, YES))


def _refuse_quantities(engine: Engine, second: Second) -> None:
    """How many pieces came back says nothing of the money, and a whole order or line would be too much."""
    if "quantity" not in second.columns or _is_empty(engine, second, "quantity"):
        return
    if "amount" not in second.columns or _is_empty(engine, second, "amount"):
        raise DataError(
            "bad_returns",
            "the table of returns says how many pieces came back, but not how much money",
            fix="add a column of the money paid back; or, if whole orders or lines came back, leave the quantities out:"
            " --map returns.quantity=",
            place=Place(second.table.name, column=second.columns["quantity"]),
        )


def _is_empty(engine: Engine, second: Second, role: str) -> bool:
    """A column without a single value says nothing, and its form cannot be told."""
    query = render(
        "SELECT 1 FROM ({query}) WHERE nullif(trim({text}), '') IS NOT NULL LIMIT 1",
        query=second.table.query,
        text=second.text(role),
    )
    return not engine.rows(query)


def _refuse_mostly_bad(second: Second, unreadable: int, allowed: float) -> None:
    if unreadable > allowed * second.table.rows:
        raise DataError(
            "bad_returns",
            f"{unreadable:,} of {second.table.rows:,} rows of the table of returns cannot be read",
            fix="mend the table, name the right column with --map returns.amount=COLUMN, --map returns.time=COLUMN or"
            " --map returns.returned=COLUMN, or allow more with --max-bad-share",
            place=Place(second.table.name),
        )
