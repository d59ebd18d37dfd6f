"""read: from any number of sources to one view of shape TRANSACTIONS.

Every column arrives as text or in the source's own type and is typed here by our own rules; a row that breaks a rule
stays in the view with its problem, so that the ledger can account for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.transactions import FileRead, Transactions
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError
from quintile.sources.identifiers import id_sql, look_at_ids
from quintile.sources.located import ROW_NUMBER
from quintile.sources.mapping import map_columns
from quintile.sources.typed import type_amount, type_refund, type_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable

TRANSACTIONS, LOCATED = "transactions", "transactions_located"
ID_ROLES = ("customer", "order", "line", "email", "account")
TEXT_ROLES = ("currency", "status", "kind")
RAW_ROLES = ("customer", "order", "time", "amount", "currency")
_COLUMN_OF = {"order": "order_id"}
_REPEATED = "SELECT *, row_number() OVER (PARTITION BY {columns}) > 1 AS quintile_repeated FROM ({query})"


@dataclass(frozen=True)
class Reading:
    """How the rows of all sources are to be read, beyond the settings of reading itself."""

    time_zone: str = "UTC"
    elapsed: bool = False
    drop_repeated_rows: bool = False


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
        absent = sorted({_COLUMN_OF.get(role, role) for role in roles} - set(self.expressions) - {"refund"})
        nothing = [_named(Sql("CAST(NULL AS VARCHAR)"), column) for column in absent]
        if "refund" in roles and "refund" not in self.expressions:
            nothing.append(_named(Sql("CAST(NULL AS DECIMAL(18, 0))"), "refund"))
        return render("SELECT {columns} FROM ({query})", columns=joined([*shown, *nothing, *more]), query=query)

    def located(self) -> list[Sql]:
        """The further columns of the located view: each row's place and its raw texts."""
        return [Sql(ROW_NUMBER), *(_named(self._raw(role), f"raw_{role}") for role in RAW_ROLES)]

    def _raw(self, role: str) -> Sql:
        if role == "amount" and role not in self.columns:
            return render(
                "concat({quantity}, ' x ', {price})",
                quantity=name(self.columns["quantity"]),
                price=name(self.columns["unit_price"]),
            )
        if role not in self.columns:
            return Sql("CAST(NULL AS VARCHAR)")
        return render("CAST({column} AS VARCHAR)", column=name(self.columns[role]))


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
        _type_table(engine, place, table, _meant(settings, table, everywhere), reading)
        for place, table in enumerate(tables)
    ]
    roles = _all_roles(typed)
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
            FileRead(table.name, table.sha256, table.rows, {**table.assumed, **part.assumed})
            for table, part in zip(tables, typed, strict=True)
        ),
        rejected=tuple(row for table in tables for row in table.rejected),
        columns=typed[0].columns,
        assumed={"customer_is_email": all(part.assumed.get("customer_is_email") for part in typed)},
    )


def _meant(settings: ReadingSettings, table: SourceTable, everywhere: set[str]) -> ReadingSettings:
    """The mapping as it concerns one of several sources: a column only others have says nothing about this one."""
    chosen = {
        role: column
        for role, column in settings.map.items()
        if column in table.columns or column not in everywhere or not column
    }
    return replace(settings, map=chosen)


def _type_table(
    engine: Engine, place: int, table: SourceTable, settings: ReadingSettings, reading: Reading
) -> TypedTable:
    try:
        return _typed(engine, place, table, settings, reading)
    except DataError as error:
        error.place = replace(error.place, file=error.place.file or table.name)
        raise


def _typed(engine: Engine, place: int, table: SourceTable, settings: ReadingSettings, reading: Reading) -> TypedTable:
    columns = map_columns(list(table.columns), settings.map, table.name)
    expressions: dict[str, Sql] = {"file_no": render("CAST({place} AS USMALLINT)", place=literal(place))}
    assumed: dict[str, Any] = {"columns": columns}
    for role in ID_ROLES:
        if role in columns:
            kind = table.columns[columns[role]]
            emails, whole = look_at_ids(engine, table.query, columns[role], kind)
            expressions[_COLUMN_OF.get(role, role)] = id_sql(columns[role], kind, whole=whole)
            assumed.update({f"{role}_is_whole_number": True} if whole else {})
            assumed.update({"customer_is_email": True} if emails and role == "customer" else {})
    for role in TEXT_ROLES:
        if role in columns:
            expressions[role] = _text(role, columns[role])
    for found in (
        type_amount(engine, table, columns, settings),
        type_refund(engine, table, columns, settings),
        type_time(engine, table, columns, settings, (reading.time_zone, "utc" if reading.elapsed else "local")),
    ):
        expressions.update(found.expressions)
        assumed.update(found.assumed)
    if "refund_problem" in expressions:
        both = (expressions["amount_problem"], expressions.pop("refund_problem"))
        expressions["amount_problem"] = render("coalesce({amount}, {refund})", amount=both[0], refund=both[1])
    repeated = "CASE WHEN quintile_repeated THEN 'duplicate_row' END"
    expressions["row_problem"] = Sql(repeated if reading.drop_repeated_rows else "CAST(NULL AS VARCHAR)")
    return TypedTable(table, columns, expressions, assumed)


def _repeats(table: SourceTable, query: Sql, reading: Reading) -> Sql:
    """The query, with each row told whether an equal one stands before it, if that is wanted."""
    if not reading.drop_repeated_rows:
        return query
    return render(_REPEATED, columns=joined(name(column) for column in table.columns), query=query)


def _text(role: str, column: str) -> Sql:
    text = render("CAST({column} AS VARCHAR)", column=name(column))
    if role == "currency":
        return render("nullif(upper(trim({text})), '')", text=text)
    return text


def _all_roles(typed: Sequence[TypedTable]) -> frozenset[str]:
    """All roles of all sources; an order id or a line in only some of them would make F count differently."""
    roles = frozenset(role for part in typed for role in part.columns if role in {*ID_ROLES, *TEXT_ROLES, "refund"})
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
