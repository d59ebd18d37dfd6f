"""Recognise: a source whose header is a shop system's export is read by that export's rules, without any setting.

The user's own mapping wins: a column they give for a role plays it, and the export's rules work on that column.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.transactions import ROLES
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.shops.contacts import with_international_phones
from quintile.sources.shops.derive import PREFIX, derived_columns
from quintile.sources.shops.export import first_column, shop_exports
from quintile.sources.shops.money import look_at_money
from quintile.sources.shops.refunds import money_of
from quintile.sources.shops.rows import ExportRows
from quintile.sources.shops.zones import zone_of
from quintile.sources.signs import refuse_other_refunds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from quintile.engine.base import Engine
    from quintile.sources.located import SourceTable
    from quintile.sources.shops.export import ShopExport

_WITH = "SELECT {columns} FROM ({query})"
_ZONE = PREFIX + "zone"
_MONEY = ("amount", "refund", "currency", "quantity", "unit_price")
_FACTORS = ("quantity", "unit_price")
_WHO = ("customer", "email", "account")
_CURRENCIES = """
SELECT DISTINCT lower(trim({currency})), lower(trim({settled}))
FROM ({query}) WHERE nullif(trim({settled}), '') IS NOT NULL AND {currency} IS NOT NULL
"""
_ZONES = """
SELECT zone, count(*) FROM (SELECT {text} AS zone FROM ({query})) WHERE zone IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1
"""
_ALL_MAIL = """
SELECT count("quintile customer") = count_if(contains("quintile customer", '@')) FROM ({query})
"""
_FEW = 3


@dataclass(frozen=True)
class Wanted:
    """How exports are to be read: the user's own ``role -> column``, the shop's zone, whether all columns are needed.

    ``place`` is the source's place among several, ``country`` where phones without a country code are. ``beside`` are
    all sources, whose money counts together.
    """

    chosen: Mapping[str, str]
    time_zone: str = "UTC"
    all_columns: bool = False
    place: int = 0
    country: str | None = None
    beside: Sequence[SourceTable] = ()


def as_export(engine: Engine, table: SourceTable, wanted: Wanted) -> SourceTable:
    """The source with one plain column for each role, if its header is a known export's; else the source as it is.

    Args:
        engine: Where the source can be queried.
        table: The opened source.
        wanted: How it is to be read; if the zone was left at UTC while the export is written in another, a warning
            says so.

    Returns:
        The table with ``roles`` set, and in ``assumed`` which export it is and what that decides. Its rows are read
        once: an export is looked at more often than it should be read.

    Raises:
        DataError: ``doubtful_columns``, the header fits two exports; ``missing_columns``, the export lacks what names
            customers.
    """
    header, chosen = list(table.columns), wanted.chosen
    fitting = [export for export in shop_exports() if export.fits(header)]
    if not fitting or not _can_be_followed(table, chosen):
        return table
    if len(fitting) > 1:
        return _undecided(table, fitting, chosen)
    export = fitting[0] if chosen.get("status", "-") else replace(fitting[0], status=())
    together = [other for other in wanted.beside if other is not table and export.fits(list(other.columns))]
    settled = _is_settled(engine, [table, *together], export, chosen)
    rows = ExportRows(export, table.columns, _roles(export, header, chosen, settled=settled), (), settled)
    if "customer" not in chosen:
        rows = replace(rows, customers=tuple(_customers(export, header)))
    if wanted.country is not None:
        for column in [column for kind, column in rows.customers if kind == "phone"]:
            table = with_international_phones(engine, table, column, wanted.country, wanted.place)
        rows = replace(rows, kinds=table.columns)
    _require_customer(rows, table.name)
    rows = replace(rows, money={column: look_at_money(engine, table, column) for column in money_of(rows)})
    _refuse_other_signs(rows, table.name)
    found = _derived(engine, table, rows, wanted)
    return replace(found, assumed={**table.assumed, **_assumed(export, settled=settled)})


def refuse_two_shapes(tables: Sequence[SourceTable], known: Iterable[tuple[str, str | None]] = ()) -> None:
    """Refuse exports of one shop that tell the same sales in different rows: each sale would count twice.

    Args:
        tables: The opened sources.
        known: Those of earlier runs, whose rows count with theirs: their names, and which exports they were.

    Raises:
        DataError: ``same_file_twice``.
    """
    exports = [export for export in shop_exports() if export.shape_of]
    shown = [(file, {export.name for export in exports if export.name == before}) for file, before in known]
    shown += [(table.name, {export.name for export in exports if export.fits(list(table.columns))}) for table in tables]
    seen: dict[str, tuple[ShopExport, str]] = {}
    for file, export in ((file, export) for file, fitting in shown for export in exports if export.name in fitting):
        other, before = seen.setdefault(export.shape_of, (export, file))
        if other is not export:
            raise DataError(
                "same_file_twice",
                f"{file} is an export of {export.title}, {before} one of {other.title}: they tell the same sales,"
                " which would count twice",
                fix="give one of the two exports",
                place=Place(file),
            )


def _can_be_followed(table: SourceTable, chosen: Mapping[str, str]) -> bool:
    """Whether the derived names are free and the user's mapping makes sense; if not, mapping says what is wrong."""
    taken = any(column.casefold().startswith(PREFIX) for column in table.columns)
    known = all(role in ROLES and column in {"", *table.columns} for role, column in chosen.items())
    return known and not taken


def _undecided(table: SourceTable, fitting: list[ShopExport], chosen: Mapping[str, str]) -> SourceTable:
    mapped = {role for role, column in chosen.items() if column}
    if mapped & set(_WHO) and "time" in mapped and ("amount" in mapped or set(_FACTORS) <= mapped):
        return table
    raise DataError(
        "doubtful_columns",
        f"the header fits several exports: {' and '.join(export.title for export in fitting)}",
        fix="keep the columns of one of them, or say what to read:"
        " --map customer=COLUMN --map time=COLUMN --map amount=COLUMN",
        place=Place(table.name),
    )


def _roles(export: ShopExport, header: list[str], chosen: Mapping[str, str], *, settled: bool) -> dict[str, str]:
    spelled = {**export.columns, **({role: [column] for role, column in export.settled.items()} if settled else {})}
    found = {role: first_column(names, header) for role, names in spelled.items()}
    if any(chosen.get(role) for role in _FACTORS):
        found.pop("amount", None)
    return {role: column for role, column in {**found, **chosen}.items() if column}


def _customers(export: ShopExport, header: list[str]) -> Iterator[tuple[str, str]]:
    for kind, names in export.customer.items():
        found = (first_column([one], header) for one in names)
        yield from ((kind, column) for column in dict.fromkeys(found) if column is not None)


def _require_customer(rows: ExportRows, file: str) -> None:
    if rows.customers or set(_WHO) & set(rows.roles):
        return
    raise DataError(
        "missing_columns",
        f"this is an export of {rows.export.title}, but no column of it names the customers",
        fix=rows.export.advice,
        place=Place(file),
    )


def _refuse_other_signs(rows: ExportRows, file: str) -> None:
    """A refund of a sign that the total it is a share of cannot have."""
    whole = rows.found(rows.export.refund_in)
    if whole is not None and rows.is_own("refund"):
        refund = rows.roles["refund"]
        refuse_other_refunds(rows.money[whole].sign, rows.money[refund].sign, Place(file, column=refund))


def _is_settled(engine: Engine, tables: Sequence[SourceTable], export: ShopExport, chosen: Mapping[str, str]) -> bool:
    """Whether money is taken in the shop's own currency: customers paid in several, or the user chose that amount.

    The first table is the one asked for; those beside it are exports of the same kind.
    """
    pairs = set[tuple[str, str]]()
    for table in tables:
        header = list(table.columns)
        settled = {role: first_column([column], header) for role, column in export.settled.items()}
        currency = first_column(export.columns.get("currency", []), header)
        if not settled or None in settled.values() or currency is None:
            return False
        if set(_MONEY) & set(chosen):
            return chosen.get("amount") == settled["amount"]
        text = {
            "currency": render("CAST({column} AS VARCHAR)", column=name(currency)),
            "settled": render("CAST({column} AS VARCHAR)", column=name(settled["currency"] or "")),
        }
        pairs.update(engine.rows(render(_CURRENCIES, **text, query=table.query)))
    return len({paid for paid, _ in pairs}) > 1 and len({into for _, into in pairs}) == 1


def _zone(
    engine: Engine, table: SourceTable, rows: ExportRows, time_zone: str
) -> tuple[Sql | None, list[dict[str, Any]]]:
    """The time zone of the times without one, as SQL; NULL where the export names one nobody knows, which is told."""
    if not rows.is_own("time"):
        return None, []
    if rows.export.zone is not None:
        return literal(rows.export.zone), []
    column = rows.found(rows.export.zone_column or "")
    if column is None:
        return None, []
    text = rows.text(column)
    shown: dict[str, int] = dict(engine.rows(render(_ZONES, text=text, query=table.query)))
    known = {zone: meant for zone in shown if (meant := zone_of(zone))}
    unknown = {zone: count for zone, count in shown.items() if zone not in known}
    told = [_zones_unknown(column, unknown, time_zone)] if unknown else []
    cases = [render("WHEN {shown} THEN {zone}", shown=literal(a), zone=literal(b)) for a, b in known.items()]
    return render("CASE {text} {cases} END", text=text, cases=joined(cases, " ")) if cases else None, told


def _zones_unknown(column: str, unknown: dict[str, int], time_zone: str) -> dict[str, Any]:
    rows, named = sum(unknown.values()), [f"'{zone}'" for zone in unknown]
    further = [f"{len(named) - _FEW:,} more"] if len(named) > _FEW else []
    message = (
        f"{rows:,} times are written in a time zone that nobody knows by the name in '{column}'"
        f" ({', '.join([*named[:_FEW], *further])}): they are taken as wall time in {time_zone}; name the shop's own"
        " zone with --time-zone, or write zones such as America/New_York"
    )
    return {"code": "naive_timestamp_assumed", "rows": rows, "message": message}


def _derived(engine: Engine, table: SourceTable, rows: ExportRows, wanted: Wanted) -> SourceTable:
    derived = list(derived_columns(rows))
    zone, told = _zone(engine, table, rows, wanted.time_zone)
    added = {one.column: one.sql for one in derived} | ({} if zone is None else {_ZONE: zone})
    new = [_named(sql, column) for column, sql in added.items()]
    roles = {**rows.roles, **{one.role: one.column for one in derived}}
    kept = [column for column in table.columns if wanted.all_columns or column in roles.values()]
    query = render(_WITH, columns=joined([*map(name, kept), *new]), query=table.query)
    found = replace(
        table,
        query=render("SELECT * FROM {rows}", rows=engine.table(f"export_{wanted.place}", query)),
        located=render(_WITH, columns=joined([Sql("*"), *new]), query=table.located),
        columns={**{column: table.columns[column] for column in kept}, **dict.fromkeys(added, "VARCHAR")},
        roles={**dict.fromkeys(ROLES, ""), **roles},
        shown={**dict.fromkeys(added, ""), **{one.column: one.shown for one in derived}},
        raws={one.column: one.raw for one in derived},
        # Its text is our own: no setting of the user's for the marks of the file is meant for it.
        typed=table.typed | {one.shown for one in derived if one.role == "refund"},
        zone=None if zone is None else name(_ZONE),
    )
    return replace(
        found,
        mixed_customers=bool(rows.customers) and not all(engine.rows(render(_ALL_MAIL, query=found.query))[0]),
        warnings=tuple(told),
    )


def _named(sql: Sql, column: str) -> Sql:
    return render("{sql} AS {column}", sql=sql, column=name(column))


def _assumed(export: ShopExport, *, settled: bool) -> dict[str, Any]:
    says = list(export.says)
    if settled:
        says.append(f"customers paid in several currencies: money is {export.settled['amount']}, as settled")
    elif export.settled:
        says.append("money is what the customer paid, in the currency they paid in")
    if export.walk_ins:
        return {"export": export.name, "export_evidence": export.evidence, "export_rules": says, "walk_ins": True}
    return {"export": export.name, "export_evidence": export.evidence, "export_rules": says}
