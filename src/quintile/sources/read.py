"""read: from any number of sources to one view of shape TRANSACTIONS.

Every column arrives as text or in the source's own type and is typed here by our own rules; a row that breaks a rule
stays in the view with its problem, so that the ledger can account for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.second_tables import SECOND_TABLES
from quintile.domain.transactions import FileRead, Transactions
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.examined import examine_ids
from quintile.sources.first_line import first_line
from quintile.sources.identifiers import NOTHING
from quintile.sources.located import ROW_NUMBER
from quintile.sources.mapping import map_columns
from quintile.sources.shops.recognise import Wanted, as_export
from quintile.sources.signs import refuse_contradicted_sign, refuse_different_signs, refuse_other_refunds
from quintile.sources.stored import stored
from quintile.sources.typed import TypedColumns, type_amount, type_refund, type_time, type_update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

TRANSACTIONS, LOCATED = "transactions", "transactions_located"
ID_ROLES = ("customer", "order", "line", "email", "account", "phone")
TEXT_ROLES = ("currency", "status", "kind")
RAW_ROLES = ("customer", "email", "phone", "account", "order", "time", "amount", "refund", "currency")
# What only a project keeps: who the people are.
KEPT_ROLES = ("name",)
_TITLED = ("text", "excel")  # formats in which a line names the columns
_COLUMN_OF = {"order": "order_id"}
_NOTHING_OF = {"refund": "DECIMAL(18, 0)", "updated_at": "TIMESTAMP"}
_CURRENCY = "CASE WHEN lower(trim({text})) NOT IN ({nothing}) THEN upper(trim({text})) END"
_REPEATED = "SELECT *, row_number() OVER (PARTITION BY {columns}) > 1 AS quintile_repeated FROM ({query})"
_REPEATED_ROW = "coalesce({problem}, CASE WHEN quintile_repeated THEN 'duplicate_row' END)"


@dataclass(frozen=True)
class Reading:
    """How the rows of all sources are to be read, beyond the settings of reading itself.

    ``to_keep`` adds what only a project keeps: names; and whatever cannot be kept is refused. ``base_currency`` is the
    one the user named, ``country`` where phones of a shop's export are that have no country code.
    """

    time_zone: str = "UTC"
    elapsed: bool = False
    drop_repeated_rows: bool = False
    to_keep: bool = False
    base_currency: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class TypedTable:
    """One source: which column plays which role, the SQL of each typed column, and what was assumed."""

    table: SourceTable
    columns: dict[str, str]
    expressions: dict[str, Sql]
    assumed: dict[str, Any]

    def select(self, roles: frozenset[str], query: Sql, more: Sequence[Sql] = ()) -> Sql:
        """The typed columns of a query over this source, and an empty one for each role only others have."""
        shown = [_named(expression, column) for column, expression in self.expressions.items()]
        absent = sorted({_COLUMN_OF.get(role, role) for role in roles} - set(self.expressions))
        nothing = [
            _named(render("CAST(NULL AS {kind})", kind=Sql(_NOTHING_OF.get(column, "VARCHAR"))), column)
            for column in absent
        ]
        return render("SELECT {columns} FROM ({query})", columns=joined([*shown, *nothing, *more]), query=query)

    def located(self) -> list[Sql]:
        """The further columns of the located view: each row's place and its raw texts."""
        return [Sql(ROW_NUMBER), *(_named(self._raw(role), f"raw_{role}") for role in RAW_ROLES)]

    def _raw(self, role: str) -> Sql:
        if role == "amount" and role not in self.columns:
            return render(
                "concat({quantity}, ' x ', {price})",
                quantity=self._raw("quantity"),
                price=self._raw("unit_price"),
            )
        if role not in self.columns:
            return Sql("CAST(NULL AS VARCHAR)")
        column = self.columns[role]
        return self.table.raws.get(column, render("CAST({column} AS VARCHAR)", column=name(column)))


def read(engine: Engine, tables: Sequence[SourceTable], settings: ReadingSettings, reading: Reading) -> Transactions:
    """Name one view over all opened sources, typed and with each row's problem.

    Args:
        engine: Where the tables can be queried.
        tables: The opened sources; each may have its own columns and dialect.
        settings: Mapping, marks and formats the user fixed.
        reading: The shop's time zone and clock; whether whole-row repetitions are dropped.

    Returns:
        What was read; ``table`` names the view.

    Raises:
        DataError: A column is missing, doubtful, of a wrong type, or written ambiguously.
    """
    everywhere = {column for table in tables for column in table.columns}
    typed = [
        _type_table(engine, place, tables, _meant(settings, table, everywhere), reading)
        for place, table in enumerate(tables)
    ]
    roles = _all_roles(typed)
    signs = [
        (part.table.name, part.assumed.get("currency_sign", "")) for part in typed if "currency" not in part.columns
    ]
    refuse_different_signs(signs)
    plain = [part.select(roles, _repeats(part.table, part.table.query, reading)) for part in typed]
    located = [part.select(roles, _repeats(part.table, part.table.located, reading), part.located()) for part in typed]
    engine.view(TRANSACTIONS, _union(plain))
    engine.view(LOCATED, _union(located))
    return Transactions(
        table=TRANSACTIONS,
        located=LOCATED,
        raw_roles=RAW_ROLES,
        roles=roles,
        rows=sum(table.rows for table in tables),
        files=tuple(
            FileRead(table.name, table.sha256, table.rows, {**part.table.assumed, **part.assumed}, table.columns)
            for table, part in zip(tables, typed, strict=True)
        ),
        rejected=tuple(row for table in tables for row in table.rejected),
        columns=typed[0].columns,
        assumed={"customer_is_email": all(part.assumed.get("customer_is_email") for part in typed)},
        warnings=tuple(warning for part in typed for warning in part.table.warnings),
        on_utc=reading.elapsed,
    )


def _meant(settings: ReadingSettings, table: SourceTable, everywhere: set[str]) -> ReadingSettings:
    """The mapping as it concerns one of several sources: a column only others have says nothing about this one.

    A named source's own mapping comes first.
    """
    chosen = {
        role: column
        for role, column in settings.map.items()
        if (column in table.columns or column not in everywhere or not column) and not _is_of_second(role)
    }
    return replace(settings, map={**chosen, **table.map})


def _is_of_second(role: str) -> bool:
    """``returns.order`` is a role of the table of returns, not of the orders."""
    return role.partition(".")[0] in SECOND_TABLES and "." in role


def _type_table(
    engine: Engine, place: int, tables: Sequence[SourceTable], settings: ReadingSettings, reading: Reading
) -> TypedTable:
    table = tables[place]
    try:
        whole, country = reading.drop_repeated_rows, reading.country
        wanted = Wanted(settings.map, reading.time_zone, whole, place, country, tables)
        table = as_export(engine, table, wanted)
        return _typed(engine, place, table, settings, reading)
    except DataError as error:
        column = error.place.column
        error.place = replace(
            error.place,
            file=error.place.file or table.name,
            line=error.place.line or first_line(engine, table, error.place),
            column=table.shown.get(column or "", column),
        )
        for derived, shown in table.shown.items():
            error.message = error.message.replace(f"'{derived}'", f"'{shown}'")
        raise


def _typed(engine: Engine, place: int, table: SourceTable, settings: ReadingSettings, reading: Reading) -> TypedTable:
    chosen, titled = settings.map if table.roles is None else table.roles, table.assumed.get("format") in _TITLED
    columns = map_columns(list(table.columns), chosen, table.name, titled=titled)
    if not reading.drop_repeated_rows:  # that needs every column
        table = stored(engine, table, columns, settings)
    expressions: dict[str, Sql] = {"file_no": render("CAST({place} AS USMALLINT)", place=literal(place))}
    shown = {role: table.shown.get(column, column) for role, column in columns.items()}
    assumed: dict[str, Any] = {"columns": {role: column for role, column in shown.items() if column}}
    wanted = dict.fromkeys((*ID_ROLES, *(KEPT_ROLES if reading.to_keep else ())))
    ids = examine_ids(engine, table, {role: columns[role] for role in wanted if role in columns})
    expressions.update({_COLUMN_OF.get(role, role): expression for role, expression in ids.expressions.items()})
    assumed.update(ids.assumed)
    if table.mixed_customers:
        assumed.pop("customer_is_email", None)
    for role in TEXT_ROLES:
        if role in columns:
            expressions[role] = _text(role, columns[role])
    warnings = (*table.warnings, *ids.warnings)
    for found in (
        type_amount(engine, table, columns, settings),
        type_refund(engine, table, columns, settings),
        type_time(engine, table, columns, settings, (reading.time_zone, "utc" if reading.elapsed else "local")),
        _type_update(engine, table, columns, settings, reading),
    ):
        expressions.update(found.expressions)
        assumed.update(found.assumed)
        warnings += found.warnings
    sign, of_refunds = assumed.get("currency_sign", ""), assumed.pop("refund_sign", "")
    refuse_contradicted_sign(engine, table, sign, columns, reading.base_currency)
    refuse_other_refunds(sign, of_refunds, Place(table.name, column=shown.get("refund")))
    refuse_contradicted_sign(engine, table, of_refunds, columns, reading.base_currency, "refunds")
    if "refund_problem" in expressions:
        both = (expressions["amount_problem"], expressions.pop("refund_problem"))
        expressions["amount_problem"] = render("coalesce({amount}, {refund})", amount=both[0], refund=both[1])
    expressions["row_problem"] = ids.problem
    if reading.drop_repeated_rows:
        expressions["row_problem"] = render(_REPEATED_ROW, problem=ids.problem)
    return TypedTable(replace(table, warnings=warnings), columns, expressions, assumed)


def _type_update(
    engine: Engine, table: SourceTable, columns: dict[str, str], settings: ReadingSettings, reading: Reading
) -> TypedColumns:
    """Without a project an unreadable ``updated_at`` is left out: versions of an order are then a contradiction."""
    try:
        return type_update(engine, table, columns, settings, reading.time_zone)
    except DataError:
        if reading.to_keep:
            raise
        return TypedColumns()


def _repeats(table: SourceTable, query: Sql, reading: Reading) -> Sql:
    """The query, with each row told whether an equal one stands before it, if that is wanted."""
    if not reading.drop_repeated_rows:
        return query
    own = (name(column) for column in table.columns if column not in table.shown)
    return render(_REPEATED, columns=joined(own), query=query)


def _text(role: str, column: str) -> Sql:
    text = render("CAST({column} AS VARCHAR)", column=name(column))
    if role == "currency":
        return render(_CURRENCY, text=text, nothing=joined(literal(word) for word in NOTHING))
    return text


def _all_roles(typed: Sequence[TypedTable]) -> frozenset[str]:
    """All roles of all sources; an order id or a line in only some of them would make F count differently."""
    roles = frozenset(
        role for part in typed for role in part.columns if _COLUMN_OF.get(role, role) in part.expressions
    ) - {"amount"}
    for role in ("customer", "order", "line"):
        lacking = [part.table.name for part in typed if role not in part.columns]
        if role in roles and lacking:
            raise DataError(
                "missing_columns",
                f"{', '.join(lacking)} has no column for the {role}, the other sources have",
                fix=f"name it with --map {role}=COLUMN, or read the sources in separate runs",
            )
    return roles


def _union(selects: Sequence[Sql]) -> Sql:
    return joined((render("({select})", select=select) for select in selects), " UNION ALL BY NAME ")


def _named(expression: Sql, column: str) -> Sql:
    return render("{expression} AS {column}", expression=expression, column=name(column))
