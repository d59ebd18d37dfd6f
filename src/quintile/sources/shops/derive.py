"""Derived columns: what the rows of a shop's export say together, written as one plain column for each role.

They stand beside the user's own columns; nothing is dropped, so every physical record stays a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.domain.statuses import DECIDED_STATUSES, PENDING_COUNTS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.identifiers import FRACTIONS
from quintile.sources.shops.export import first_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.sources.shops.export import ShopExport, StatusRule

PREFIX = "quintile "
"""Derived columns are called ``quintile customer``, ``quintile amount`` and so on."""
_NAMES_PEOPLE = ("customer", "email", "account")

_TEXT = "nullif(trim(CAST({column} AS VARCHAR)), '')"
_WHOLE = "CASE WHEN isfinite({column}) THEN regexp_replace(CAST({column} AS VARCHAR), '\\.0$', '') END"
# A spreadsheet's apostrophe, blanks and marks are no part of a number.
_CLEAN = {
    "id": "nullif({text}, {nobody})",
    "email": "lower({text})",
    "phone": "nullif(regexp_replace({text}, '[^+0-9]', '', 'g'), '')",
}
_KNOWN_BY_EMAIL = """
coalesce({id}, CASE WHEN {email} IS NOT NULL AND min({id}) OVER {same} = max({id}) OVER {same}
                    THEN min({id}) OVER {same} END, {email})
"""
_FILLED = "CASE WHEN {order} IS NULL THEN {own} ELSE coalesce({own}, max({own}) OVER (PARTITION BY {order})) END"
_CONTINUED = """
CASE WHEN {own} IS NULL AND {head} IS NULL AND {order} IS NOT NULL
          AND count({own}) OVER (PARTITION BY {order}) > 0 THEN '0' ELSE {own} END
"""
_OF_ORDER = "CASE WHEN {order} IS NULL THEN {test} ELSE bool_or({test}) OVER (PARTITION BY {order}) END"
# Lines are numbered by what they hold, not by where they stand, so that an order that comes again has the same lines;
# an order that stands in the file twice has each number twice.
_NUMBERED = """
concat({part}, ' ', (row_number() OVER (PARTITION BY {order}, {part} ORDER BY hash({columns})) - 1)
                    // greatest({heads}, 1))
"""
_HEADS = "count({own}) OVER (PARTITION BY {order})"
_PART = "CASE WHEN {own} IS NULL AND {head} IS NULL THEN 'line' ELSE 'order' END"
_PARTS_OF_REFUND = """
regexp_replace(CAST(list_sum(list_transform(regexp_extract_all({text}, {pattern}, 1),
                                            lambda part: TRY_CAST(part AS DECIMAL(18, 6)))) AS VARCHAR), '[.]?0+$', '')
"""


@dataclass(frozen=True)
class Derived:
    """A derived column: its role, its SQL, and the user's column it is shown as, with its text as it was read."""

    role: str
    sql: Sql
    shown: str
    raw: Sql

    @property
    def column(self) -> str:
        """Its name in the query."""
        return PREFIX + self.role


@dataclass(frozen=True)
class ExportRows:
    """The rows of one export: the user's columns with their types, the role each plays, and those that name people."""

    export: ShopExport
    kinds: dict[str, str]
    roles: dict[str, str]
    customers: tuple[tuple[str, str], ...]

    def text(self, column: str) -> Sql:
        """A column's text, NULL where there is none."""
        return render(_WHOLE if self.kinds[column] in FRACTIONS else _TEXT, column=name(column))

    def text_of(self, role: str) -> Sql:
        """The text of the column that plays a role, NULL without one."""
        return self.text(self.roles[role]) if role in self.roles else Sql("CAST(NULL AS VARCHAR)")

    def found(self, spellings: str | list[str]) -> str | None:
        """The column with one of these names."""
        return first_column(spellings, list(self.kinds))

    def is_own(self, role: str) -> bool:
        """Whether a role is played by the column the export has for it, not by one the user chose instead."""
        return role in self.roles and self.roles[role] == self.found(self.export.columns.get(role, []))

    @property
    def continued(self) -> bool:
        """Whether only the first row of an order has its money."""
        return self.export.rows == "continued" and "order" in self.roles

    @property
    def head(self) -> Sql:
        """What beside its money only the first row of an order has."""
        column = self.found(self.export.columns.get("status", []))
        return self.text(column) if column else Sql("NULL")

    def filled(self, own: Sql) -> Sql:
        """A text that holds for all rows of an order, wherever it stands."""
        if self.export.rows == "orders" or "order" not in self.roles:
            return own
        return render(_FILLED, own=own, order=self.text_of("order"))


def derived_columns(rows: ExportRows) -> Iterator[Derived]:
    """The columns to add; a role that is not among them is played by the user's own column."""
    if rows.customers:
        raw = render("coalesce({texts}, '')", texts=joined(rows.text(column) for _, column in rows.customers))
        yield Derived("customer", rows.filled(_customer(rows)), rows.customers[0][1], raw)
    if rows.export.rows != "orders":
        for role in (*_NAMES_PEOPLE, *(("currency",) if rows.continued else ())):
            if role in rows.roles:
                yield _instead(rows, role, rows.filled(rows.text_of(role)))
    yield from _time(rows)
    if rows.continued and "amount" in rows.roles:
        parts = {"own": rows.text_of("amount"), "head": rows.head, "order": rows.text_of("order")}
        yield _instead(rows, "amount", render(_CONTINUED, **parts))
    yield from _refund(rows)
    yield from _status(rows)
    if rows.export.rows != "orders" and "order" in rows.roles and "line" not in rows.roles:
        yield Derived("line", _line(rows), "", Sql("CAST(NULL AS VARCHAR)"))


def _instead(rows: ExportRows, role: str, sql: Sql) -> Derived:
    column = rows.roles[role]
    return Derived(role, sql, column, render("CAST({column} AS VARCHAR)", column=name(column)))


def _customer(rows: ExportRows) -> Sql:
    """The best column that names the row's customer; the one id an e-mail has elsewhere names its guests too."""
    nobody = literal(rows.export.nobody)
    found = [render(_CLEAN[kind], text=rows.text(column), nobody=nobody) for kind, column in rows.customers]
    if [kind for kind, _ in rows.customers[:2]] == ["id", "email"]:
        same = render("(PARTITION BY {email})", email=found[1])
        found = [render(_KNOWN_BY_EMAIL, id=found[0], email=found[1], same=same), *found[2:]]
    return render("coalesce({found})", found=joined(found))


def _time(rows: ExportRows) -> Iterator[Derived]:
    own = rows.text_of("time")
    hours = rows.found(rows.export.time_of_day)
    if hours is not None and rows.is_own("time"):
        both = render("concat_ws(' ', {day}, {hours})", day=own, hours=rows.text(hours))
        yield Derived("time", both, rows.roles["time"], both)
    elif rows.continued:
        yield _instead(rows, "time", rows.filled(own))


def _refund(rows: ExportRows) -> Iterator[Derived]:
    if not rows.is_own("refund"):
        return
    own, total = rows.text_of("refund"), rows.found(rows.export.refund_in)
    if rows.export.refund_parts is not None:
        pattern = literal(rows.export.refund_parts)
        yield _instead(rows, "refund", render(_PARTS_OF_REFUND, text=own, pattern=pattern))
    elif total is not None:
        whole = "CASE WHEN {own} = {total} THEN {amount} ELSE {own} END"
        sql = render(whole, own=own, total=rows.text(total), amount=rows.text_of("amount"))
        yield _instead(rows, "refund", sql)


def _status(rows: ExportRows) -> Iterator[Derived]:
    tests = [(rule, _test(rows, rule)) for rule in rows.export.status if all(map(rows.found, rule.when))]
    written = rows.text_of("status")
    if rows.export.status_prefix:
        pattern = literal(f"(?i)^{rows.export.status_prefix}")
        written = render("regexp_replace({text}, {pattern}, '')", text=written, pattern=pattern)
    if rows.continued:
        written = rows.filled(written)
    if tests:
        decided = (render("WHEN {test} THEN {kind}", test=test, kind=_word(rule)) for rule, test in tests)
        written = render("CASE {decided} ELSE {written} END", decided=joined(decided, " "), written=written)
    if "status" in rows.roles:
        yield _instead(rows, "status", written)
    elif tests:
        column = rows.found(next(iter(tests[0][0].when))) or ""
        yield Derived("status", written, column, rows.text(column))


def _test(rows: ExportRows, rule: StatusRule) -> Sql:
    tests = [_fits(rows, names, patterns) for names, patterns in rule.when.items()]
    tests += [
        render("NOT {fits}", fits=_fits(rows, names, patterns))
        for names, patterns in rule.unless.items()
        if rows.found(names)
    ]
    test = render("({tests})", tests=joined(tests, " AND "))
    return render(_OF_ORDER, test=test, order=rows.text_of("order")) if rows.continued else test


def _fits(rows: ExportRows, names: str, patterns: list[str]) -> Sql:
    text = render("lower({text})", text=rows.text(rows.found(names) or ""))
    tests = (
        render("{text} LIKE {pattern}", text=text, pattern=literal(pattern.replace("*", "%"))) for pattern in patterns
    )
    return render("coalesce({tests}, false)", tests=joined(tests, " OR "))


def _word(rule: StatusRule) -> Sql:
    return literal(PENDING_COUNTS if rule.kind == "counts" else DECIDED_STATUSES[rule.kind])


def _line(rows: ExportRows) -> Sql:
    columns = joined(name(column) for column in sorted(rows.kinds))
    part, heads, order = Sql("''"), Sql("1"), rows.text_of("order")
    if rows.continued:
        part = render(_PART, own=rows.text_of("amount"), head=rows.head)
        heads = render(_HEADS, own=rows.text_of("amount"), order=order)
    elif "kind" in rows.roles:
        part = render("lower({kind})", kind=rows.text_of("kind"))
    return render(_NUMBERED, part=part, order=order, columns=columns, heads=heads)
