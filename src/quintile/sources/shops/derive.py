"""Derived columns: what the rows of a shop's export say together, written as one plain column for each role.

They stand beside the user's own columns; nothing is dropped, so every physical record stays a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.domain.statuses import DECIDED_STATUSES, PENDING_COUNTS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.sources.shops.export import NO_WORDS, YES_WORDS
from quintile.sources.shops.money import either_sql, value_sql
from quintile.sources.shops.refunds import refund_sql
from quintile.sources.words import NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quintile.sources.shops.export import StatusRule
    from quintile.sources.shops.rows import ExportRows

PREFIX = "quintile "
"""Derived columns are called ``quintile customer``, ``quintile amount`` and so on."""
_NAMES_PEOPLE = ("customer", "email", "account", "phone")

# A data frame's ".0" is no part of a number; nor are a spreadsheet's apostrophe, blanks, marks and an extension of a
# phone's. A number in letters, one that a spreadsheet shortened (4.917E+11) and one of a few digits are many people's.
_CLEAN = {
    "id": "nullif(regexp_replace({text}, '^([0-9]+)\\.0+$', '\\1'), {nobody})",
    "email": "lower({text})",
    "phone": "CASE WHEN regexp_full_match({number}, '[^A-Za-z]*(?:[0-9][^A-Za-z]*){{7}}') THEN"
    " regexp_replace({number}, '[^+0-9]', '', 'g') END",
}
_NUMBER = "regexp_replace({text}, '(?i)(?:\\.0+|[\\s;,]*(?:ext|x|#)[.:=]?\\s*[0-9]+)$', '')"
_ANYTHING = "({text} NOT IN ({no}) AND {text} NOT LIKE '0000-00-00%')"
_KNOWN_BY_EMAIL = """
coalesce({id}, CASE WHEN {email} IS NOT NULL AND min({id}) OVER {same} = max({id}) OVER {same}
                    THEN min({id}) OVER {same} END, {email})
"""
_CONTINUED = """
CASE WHEN {own} IS NULL AND {head} IS NULL AND {order} IS NOT NULL
          AND count(CASE WHEN {readable} THEN 1 END) OVER (PARTITION BY {order}) > 0 THEN '0' ELSE {own} END
"""
_READABLE_REFUND = "{total} IS NOT NULL AND ({text} IS NULL OR {refund} IS NOT NULL)"
_OF_ORDER = "CASE WHEN {order} IS NULL THEN {test} ELSE bool_or({test}) OVER (PARTITION BY {order}) END"
# Lines are numbered by what they hold, not by where they stand, so that an order that comes again has the same lines;
# an order that stands in the file twice has each number twice.
_NUMBERED = """
concat({part}, ' ', (row_number() OVER (PARTITION BY {order}, {part} ORDER BY hash({columns})) - 1)
                    // greatest({heads}, 1))
"""
_HEADS = "count({own}) OVER (PARTITION BY {order})"
_PART = "CASE WHEN {own} IS NULL AND {head} IS NULL THEN 'line' ELSE 'order' END"


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


def derived_columns(rows: ExportRows) -> Iterator[Derived]:
    """The columns to add; a role that is not among them is played by the user's own column."""
    if rows.customers:
        raw = render("coalesce({texts}, '')", texts=joined(rows.text(column) for _, column in rows.customers))
        yield Derived("customer", rows.filled(_customer(rows)), rows.customers[0][1], raw)
    if rows.export.rows != "orders":
        for role in (*_NAMES_PEOPLE, *(("currency",) if rows.continued else ())):
            if role in rows.roles:
                yield _instead(rows, role, rows.filled(rows.best_of(role)))
    yield from _time(rows)
    if rows.continued and "amount" in rows.roles:
        parts = {"own": rows.text_of("amount"), "head": rows.head, "order": rows.text_of("order")}
        yield _instead(rows, "amount", render(_CONTINUED, **parts, readable=_readable(rows)))
    refund = refund_sql(rows)
    if refund is not None:
        yield _instead(rows, "refund", refund)
    yield from _status(rows)
    if rows.export.rows != "orders" and "order" in rows.roles and "line" not in rows.roles:
        yield Derived("line", _line(rows), "", Sql("CAST(NULL AS VARCHAR)"))


def _instead(rows: ExportRows, role: str, sql: Sql) -> Derived:
    column = rows.roles[role]
    return Derived(role, sql, column, render("CAST({column} AS VARCHAR)", column=name(column)))


def _customer(rows: ExportRows) -> Sql:
    """The best column that names the row's customer; the one id an e-mail has elsewhere names its guests too."""
    found = [_clean(kind, rows.text(column), rows.export.nobody) for kind, column in rows.customers]
    if [kind for kind, _ in rows.customers[:2]] == ["id", "email"]:
        same = render("(PARTITION BY {email})", email=found[1])
        found = [render(_KNOWN_BY_EMAIL, id=found[0], email=found[1], same=same), *found[2:]]
    return render("coalesce({found})", found=joined(found))


def _clean(kind: str, text: Sql, nobody: str) -> Sql:
    return render(_CLEAN[kind], text=text, nobody=literal(nobody), number=render(_NUMBER, text=text))


def _time(rows: ExportRows) -> Iterator[Derived]:
    own = rows.text_of("time")
    hours = rows.found(rows.export.time_of_day)
    if hours is not None and rows.is_own("time"):
        both = render("concat_ws(' ', {day}, {hours})", day=own, hours=rows.text(hours))
        yield Derived("time", both, rows.roles["time"], both)
    elif rows.continued:
        yield _instead(rows, "time", rows.filled(own))


def _readable(rows: ExportRows) -> Sql:
    """Whether the first row of an order has money that can be read, so that its lines are none of a bad row."""
    total = _any_value(rows, "amount")
    if "refund" not in rows.roles:
        return render("{total} IS NOT NULL", total=total)
    text, refund = rows.text_of("refund"), _any_value(rows, "refund")
    return render(_READABLE_REFUND, total=total, text=text, refund=refund)


def _any_value(rows: ExportRows, role: str) -> Sql:
    decimal = rows.money[rows.roles[role]].decimal
    return either_sql(rows.text_of(role)) if decimal is None else value_sql(rows.text_of(role), decimal)


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
    tests = (_fits_one(text, pattern) for pattern in patterns)
    return render("coalesce({tests}, false)", tests=joined(tests, " OR "))


def _fits_one(text: Sql, pattern: str) -> Sql:
    if pattern == "*":
        return render(_ANYTHING, text=text, no=joined(literal(word) for word in sorted(NO)))
    if pattern in {YES_WORDS, NO_WORDS}:
        words = sorted(YES if pattern == YES_WORDS else NO)
        return render("{text} IN ({words})", text=text, words=joined(literal(word) for word in words))
    return render("{text} LIKE {pattern}", text=text, pattern=literal(pattern.replace("*", "%")))


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
