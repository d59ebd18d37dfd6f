"""Dialect SQL: a query in DuckDB's dialect, rewritten for another database from its parsed tree.

What sqlglot leaves wrong without a word (days between, whole quotients, exact decimals, time zones, collations) is put
in from the dialect's own templates before the text is made.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import Dialect, ErrorLevel, exp

from quintile.engine.render import Sql
from quintile.errors import SettingsError
from quintile.export.dialects import DUCKDB

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.export.dialects import SqlDialect

_WIDEST = 110
_WIDEST_LIST = 64
_TIMES = {exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPNTZ}
_ZONED = exp.DataType.Type.TIMESTAMPTZ
_CUSTOMER = "customer_id"


def in_dialect(query: Sql, dialect: SqlDialect, *, pretty: bool = True) -> Sql:
    """A query, or a condition, as another database writes it.

    Args:
        query: In DuckDB's dialect, of the constructs that the written-down model uses.
        dialect: The database's dialect.
        pretty: Over several lines.

    Raises:
        SettingsError: ``dialect``, it cannot say something of the query.
    """
    if dialect == DUCKDB:
        return query
    tree = sqlglot.parse_one(query, read="duckdb")
    for node in reversed(list(tree.walk())):
        rewrite = _REWRITES.get(type(node))
        if rewrite is not None:
            new = rewrite(node, dialect)
            if new is not node:
                tree = _replaced(tree, node, new)
    generator = _readable(dialect, pretty=pretty)
    try:
        return Sql(generator.generate(tree, copy=False))
    except sqlglot.errors.UnsupportedError as error:
        raise _cannot(dialect, str(error).splitlines()[0]) from error


def _replaced(tree: exp.Expr, node: exp.Expr, new: exp.Expr) -> exp.Expr:
    if node is tree:
        return new
    inside = isinstance(node.parent, exp.Binary) and isinstance(new, (exp.Binary, exp.Collate))
    node.replace(exp.paren(new, copy=False) if inside else new)
    return tree


def _cannot(dialect: SqlDialect, what: str) -> SettingsError:
    others = "another --dialect, or let quintile score and load its result: quintile run SOURCE --out DIR"
    return SettingsError("dialect", f"{dialect.name} cannot say this: {what}", fix=f"take {others}")


@lru_cache(maxsize=256)
def _template(text: str, dialect: str) -> exp.Expr:
    return sqlglot.parse_one(text, read=dialect)


def _filled(template: str, dialect: SqlDialect, **parts: exp.Expr) -> exp.Expr:
    """A template of the dialect with its names replaced."""
    tree = _template(template, dialect.name).copy()
    for column in list(tree.find_all(exp.Column)):
        part = parts.get(column.name)
        if part is not None:
            inside = isinstance(column.parent, exp.Binary) and isinstance(part, exp.Binary)
            column.replace(exp.paren(part) if inside else part.copy())
    return tree


def _cast(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - sqlglot's trees have no types of their own
    kind, value, tried = node.to, node.this, isinstance(node, exp.TryCast)
    if kind.this == _ZONED:
        return _same(node)
    if kind.this in _TIMES:
        template = dialect.tried_moment if tried else dialect.moment
    elif kind.this == exp.DataType.Type.DECIMAL:
        digits, scale = (part.name for part in kind.expressions)
        template = (dialect.tried_decimal if tried else dialect.decimal).format(digits=digits, scale=scale)
    elif kind.this == exp.DataType.Type.INT128:
        template = dialect.whole
    elif kind.this in exp.DataType.TEXT_TYPES and isinstance(value, exp.Column) and value.this.quoted:
        template = dialect.text
    else:
        return _same(node)
    return _filled(template, dialect, value=value)


def _zone(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    """The inner of two zones is what a wall time is of; a cast to a time with a zone has its own."""
    if isinstance(node.parent, exp.AtTimeZone):
        return _same(node)
    wanted, inner = node.args["zone"], node.this
    if isinstance(inner, exp.AtTimeZone):
        if dialect.moved is None:
            raise _cannot(dialect, f"the wall time of {inner.args['zone'].name} as that of {wanted.name}")
        return _filled(dialect.moved, dialect, value=inner.this, zone=inner.args["zone"], wanted=wanted)
    if dialect.seen is None:
        raise _cannot(dialect, f"a time with a zone of its own as the wall time of {wanted.name}")
    return _filled(dialect.seen, dialect, value=inner.this, wanted=wanted)


def _between(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    if isinstance(node.parent, exp.IntDiv):
        return _same(node)
    return _filled(dialect.days, dialect, later=node.this, earlier=node.expression)


def _quotient(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    if isinstance(node.this, exp.DateDiff):
        return _filled(dialect.full_days, dialect, later=node.this.this, earlier=node.this.expression)
    return _filled(dialect.quotient, dialect, whole=_bare(node.this), part=_bare(node.expression))


def _bare(node: exp.Expr) -> exp.Expr:
    return node.unnest()


def _literal(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    if node.is_string:
        return exp.National(this=node.this) if dialect.national and not node.this.isascii() else _same(node)
    if dialect.number is None or "." not in node.this or isinstance(node.parent, exp.DataTypeParam):
        return _same(node)
    return _filled(dialect.number, dialect, value=exp.Literal.string(node.this))


def _compared(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    """Who comes first among equal values is told by the bytes of the customer's id."""
    if dialect.bytewise is not None and node.this.name == _CUSTOMER:
        node.this.replace(_filled(dialect.bytewise, dialect, value=node.this))
    return _same(node)


def _ordered(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    """Nothing that is ordered here can be NULL, so that nothing needs to be said of it."""
    node.set("nulls_first", Dialect.get_or_raise(dialect.name).NULL_ORDERING == "nulls_are_small")
    return _compared(node, dialect)


def _lowered(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    return _filled(dialect.lower, dialect, value=node.this)


def _identifier(node: Any, dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    """A name that was stored without quotes is written as the database stores it."""
    if node.quoted and dialect.name_case == "upper" and node.this.islower() and node.this.isidentifier():
        node.set("this", node.this.upper())
    return _same(node)


def _largest(node: Any, _dialect: SqlDialect) -> exp.Expr:  # noqa: ANN401 - as above
    node.set("ignore_nulls", value=False)  # none of the values is NULL
    return _same(node)


def _same(node: Any) -> exp.Expr:  # noqa: ANN401 - as above
    found: exp.Expr = node
    return found


_REWRITES: dict[type, Callable[[Any, SqlDialect], exp.Expr]] = {
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.AtTimeZone: _zone,
    exp.DateDiff: _between,
    exp.IntDiv: _quotient,
    exp.Literal: _literal,
    exp.GTE: _compared,
    exp.Ordered: _ordered,
    exp.Lower: _lowered,
    exp.Identifier: _identifier,
    exp.Greatest: _largest,
    exp.Least: _largest,
}


def _lines(values: list[str]) -> list[str]:
    """Values of a list, several a line."""
    lines = [values[0]]
    for value in values[1:]:
        if len(lines[-1]) + len(value) < _WIDEST_LIST:
            lines[-1] += f", {value}"
        else:
            lines.append(value)
    return lines


def _readable(dialect: SqlDialect, *, pretty: bool) -> Any:  # noqa: ANN401 - as above
    """The dialect's generator, with long lists a few values a line."""
    found = Dialect.get_or_raise(dialect.name)
    maker: Any = found.generator_class

    class Readable(maker):  # type: ignore[misc] # each dialect has a generator of its own
        def in_sql(self, expression: Any) -> str:  # noqa: ANN401 - as above
            values = [self.sql(value) for value in expression.expressions]
            if not values:
                return str(super().in_sql(expression))
            lines = _lines(values)
            inside = lines[0] if len(lines) == 1 else "\n" + self.indent(",\n".join(lines)) + "\n"
            return f"{self.sql(expression, 'this')} IN ({inside})"

    return Readable(
        dialect=found,
        pretty=pretty,
        pad=4,
        indent=4,
        max_text_width=_WIDEST,
        unsupported_level=ErrorLevel.RAISE,
    )
