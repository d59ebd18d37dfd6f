"""Typed columns: amount, refund and time of one source as exact SQL expressions, each with its problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, literal, name, render
from quintile.sources.dates import suggest_dates, time_sql
from quintile.sources.identifiers import EMPTY
from quintile.sources.numbers import NumberFormat, amount_sql, suggest_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

_ABSENT = "CASE WHEN {column} IS NULL THEN CAST(0 AS {type}) ELSE {value} END"


@dataclass(frozen=True)
class TypedColumns:
    """Columns of TRANSACTIONS by name, and what was assumed about them."""

    expressions: dict[str, Sql] = field(default_factory=dict)
    assumed: dict[str, Any] = field(default_factory=dict)


def type_amount(
    engine: Engine, table: SourceTable, columns: Mapping[str, str], settings: ReadingSettings
) -> TypedColumns:
    """``amount`` and ``amount_problem``: the amount's own column, or quantity times unit price, exactly.

    Raises:
        DataError: The numbers are written ambiguously, or the column holds none.
    """
    if "amount" in columns:
        form = _form(engine, table, columns["amount"], settings)
        value, problem = amount_sql(name(columns["amount"]), form)
        return TypedColumns({"amount": value, "amount_problem": problem}, _assumed(form))
    factors = {role: _form(engine, table, columns[role], settings) for role in ("quantity", "unit_price")}
    (quantity, quantity_problem), (price, price_problem) = (
        amount_sql(name(columns[role]), form) for role, form in factors.items()
    )
    return TypedColumns(
        {
            # 18 digits times 18 digits would be cut to 18.
            "amount": render(
                "CAST({quantity} AS DECIMAL(38, {scale})) * {price}",
                quantity=quantity,
                scale=literal(factors["quantity"].scale),
                price=price,
            ),
            "amount_problem": render("coalesce({a}, {b})", a=quantity_problem, b=price_problem),
        },
        _assumed(factors["unit_price"]),
    )


def type_refund(
    engine: Engine, table: SourceTable, columns: Mapping[str, str], settings: ReadingSettings
) -> TypedColumns:
    """``refund``: the money paid back that stands on the row itself, as a positive number."""
    if "refund" not in columns or table.columns[columns["refund"]] in EMPTY:
        return TypedColumns()
    column = columns["refund"]
    form = _form(engine, table, column, settings)
    value, problem = amount_sql(name(column), form)
    amount = render(_ABSENT, column=name(column), value=value, type=Sql(form.sql_type))
    bad = render("CASE WHEN {column} IS NOT NULL THEN {problem} END", column=name(column), problem=problem)
    return TypedColumns({"refund": render("abs({amount})", amount=amount), "refund_problem": bad})


def type_time(
    engine: Engine,
    table: SourceTable,
    columns: Mapping[str, str],
    settings: ReadingSettings,
    clock: tuple[str, str],
) -> TypedColumns:
    """``ordered_at`` and ``time_problem``, on the ledger's clock (time zone, ``local`` or ``utc``).

    Raises:
        DataError: Dates are written ambiguously, or the column holds none.
    """
    column = columns["time"]
    form = suggest_dates(
        engine,
        table.query,
        column,
        kind=table.columns[column],
        date_order=settings.date_order,
        date_format=settings.date_format,
    )
    value, problem = time_sql(name(column), form, clock[0], clock[1])
    return TypedColumns({"ordered_at": value, "time_problem": problem}, {"date_order": form.order})


def _form(engine: Engine, table: SourceTable, column: str, settings: ReadingSettings) -> NumberFormat:
    return suggest_numbers(engine, table.query, column, settings.decimal, table.columns[column])


def _assumed(form: NumberFormat) -> dict[str, Any]:
    return {"decimal": form.decimal} | ({"currency_sign": form.currency} if form.currency else {})
