"""Typed columns: amount, refund and time of one source as exact SQL expressions, each with its problem."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.words import counted
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError
from quintile.sources.date_forms import IN_NUMBERS
from quintile.sources.dates import suggest_dates, time_sql
from quintile.sources.identifiers import EMPTY, NOTHING
from quintile.sources.numbers import NumberFormat, amount_sql, suggest_numbers
from quintile.sources.signs import sign_of
from quintile.sources.wall_time import days_in_utc, wall_time_warnings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

# The source says in which zone its times are written; where it does not, they are the shop's.
_IN_ZONE = "timezone({wanted}, timezone(coalesce({zone}, {shop}), {time}))"
_SAID = "CASE WHEN lower(trim({column})) NOT IN ({nothing}) THEN {column} END"
_ABSENT = "CASE WHEN {column} IS NULL THEN CAST(0 AS {type}) ELSE {value} END"


@dataclass(frozen=True)
class TypedColumns:
    """Columns of TRANSACTIONS by name, what was assumed about them, and what a person should know of them."""

    expressions: dict[str, Sql] = field(default_factory=dict)
    assumed: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[dict[str, Any], ...] = ()


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
        warnings = _scientific(table, {columns["amount"]: form})
        return TypedColumns({"amount": value, "amount_problem": problem}, _assumed(form), warnings)
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
        _assumed(factors["quantity"]) | _assumed(factors["unit_price"]),
        _scientific(table, {columns[role]: form for role, form in factors.items()}),
    )


def type_refund(
    engine: Engine, table: SourceTable, columns: Mapping[str, str], settings: ReadingSettings
) -> TypedColumns:
    """``refund``: the money paid back that stands on the row itself, as a positive number."""
    if "refund" not in columns or table.columns[columns["refund"]] in EMPTY:
        return TypedColumns()
    column = columns["refund"]
    try:
        form = _form(engine, table, column, settings)
    except DataError as error:
        error.fix = f"{error.fix.replace('--map amount=', '--map refund=')}; or leave it out: --map refund="
        raise
    value, problem = amount_sql(name(column), form)
    written = name(column)
    if table.columns[column] == "VARCHAR":  # a blank, or a word for nothing, says no more than none
        written = render(_SAID, column=written, nothing=joined(map(literal, NOTHING)))
    amount = render(_ABSENT, column=written, value=value, type=Sql(form.sql_type))
    bad = render("CASE WHEN {column} IS NOT NULL THEN {problem} END", column=written, problem=problem)
    refund = {"refund": render("abs({amount})", amount=amount), "refund_problem": bad}
    # Until it is held against the amounts' own; nobody else asks for it.
    sign = {"refund_sign": form.currency} if form.currency else {}
    assumed = sign | ({"amounts_with_marks": True} if form.marked else {})
    return TypedColumns(refund, assumed, _scientific(table, {column: form}))


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
    own = _has_own_times(table, column)
    form = suggest_dates(
        engine,
        table.query,
        column,
        kind=table.columns[column],
        date_order="ymd" if own else settings.date_order,
        date_format=None if own else settings.date_format,
    )
    value, problem = time_sql(name(column), form, "UTC" if table.zone else clock[0], clock[1])
    if table.zone:
        wanted = literal(clock[0] if clock[1] == "local" else "UTC")
        value = render(_IN_ZONE, wanted=wanted, zone=table.zone, shop=literal(clock[0]), time=value)
    warnings = () if table.zone else wall_time_warnings(engine, table.query, column, form, clock[0])
    if table.columns[column] == "VARCHAR" and (table.zone or form.zoned):
        warnings += days_in_utc(engine, table.query, column, table.zone, clock[0])
    assumed: dict[str, Any] = {"date_order": form.order, "times_with_zone": form.zoned or table.zone is not None}
    if further := [one for one in form.forms if one not in IN_NUMBERS]:
        assumed["date_forms"] = further
    return TypedColumns({"ordered_at": value, "time_problem": problem}, assumed, warnings)


def type_update(
    engine: Engine, table: SourceTable, columns: Mapping[str, str], settings: ReadingSettings, time_zone: str
) -> TypedColumns:
    """``updated_at``: when a row was last changed; nothing where the text is no time.

    Raises:
        DataError: Times are written ambiguously, or the column holds none.
    """
    if "updated_at" not in columns or table.columns[columns["updated_at"]] in EMPTY:
        return TypedColumns()
    column = columns["updated_at"]
    order = None if _has_own_times(table, column) else settings.date_order
    try:
        form = suggest_dates(engine, table.query, column, kind=table.columns[column], date_order=order)
    except DataError as error:
        error.fix = f"{error.fix}; or leave it out: --map updated_at="
        raise
    return TypedColumns({"updated_at": time_sql(name(column), form, time_zone, "utc")[0]})


def _has_own_times(table: SourceTable, column: str) -> bool:
    """Whether the source writes a column's times in its own way, as a database does; of a file only numbers are."""
    return column in table.typed and table.keys is not None


def _form(engine: Engine, table: SourceTable, column: str, settings: ReadingSettings) -> NumberFormat:
    typed = table.shown.get(column, column) in table.typed
    decimal = "." if typed else settings.decimal
    kind = table.columns[column]
    form = suggest_numbers(engine, table.query, column, decimal, kind, as_written=column in table.raws)
    return replace(form, currency=sign_of(table.shown.get(column, column), form.currency))


def _assumed(form: NumberFormat) -> dict[str, Any]:
    assumed: dict[str, Any] = {"decimal": form.decimal} | ({"currency_sign": form.currency} if form.currency else {})
    return assumed | ({"amounts_with_marks": True} if form.marked else {})


def _scientific(table: SourceTable, forms: Mapping[str, NumberFormat]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "code": "scientific_notation",
            "rows": form.scientific,
            "message": f"{counted(form.scientific, 'amount', 'amounts')} in '{table.shown.get(column, column)}' in"
            " scientific notation (such as 1e3): they are read exactly as written, but a spreadsheet may have cut their"
            " digits before",
        }
        for column, form in forms.items()
        if form.scientific
    )
