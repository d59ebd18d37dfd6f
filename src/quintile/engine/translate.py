"""translate: quintile's SQL, written once in DuckDB's dialect, as a tree that another database can be told.

What only DuckDB says is said here in words that all of them know; what remains different is a hook in the file of
that engine. Names of tables and views are quintile's own: here they become what the engine keeps them as.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from quintile.engine.strptime import parsed_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from quintile.engine.render import Sql

Tree = exp.Expr
"""A query, or a part of one."""

PLAIN_TYPES = {
    exp.DType.TINYINT: "SMALLINT",
    exp.DType.UTINYINT: "SMALLINT",
    exp.DType.USMALLINT: "INT",
    exp.DType.UINT: "BIGINT",
    exp.DType.UBIGINT: "BIGINT",
    exp.DType.INT128: "DECIMAL(38, 0)",
    exp.DType.UINT128: "DECIMAL(38, 0)",
}
"""Numbers that only DuckDB has, by those that hold them elsewhere."""


_BLANK, _BLANKS = re.compile(r"(\[\^?[^\]]*?)?\\s"), r" \t\n\f\r"


def parsed(query: Sql) -> Tree:
    """The tree of a query in DuckDB's dialect, without parentheses around the whole."""
    return sqlglot.parse_one(query, read="duckdb").unnest()


def translated(tree: Tree, kept: Mapping[str, Tree], columns: Callable[[Tree], list[str]]) -> Tree:
    """The same query in words that every database knows.

    Args:
        tree: A query in DuckDB's dialect; it is changed.
        kept: What stands for a name of ours: a table of the engine's, or the tree of a view.
        columns: Tells the columns of a translated query, for ``* EXCLUDE`` and ``UNION BY NAME``.
    """
    _name_tables(tree, kept)
    for part in list(tree.find_all(exp.Anonymous)):
        if part.name.lower() == "try_strptime":
            part.replace(parsed_time(part))
    for query in list(_innermost_first(tree)):
        if isinstance(query, exp.Union):
            _align(query, columns)
        elif isinstance(query, exp.Select):
            _expand_star(query, columns)
            _without_semi_joins(query)
            _number_columns(query)
    _name_subqueries(tree)
    return tree


def respelled(tree: Tree, hook: Callable[[Tree], Tree]) -> Tree:
    """The tree with each part replaced by what ``hook`` makes of it, the innermost first."""
    for part in reversed(list(tree.bfs())):
        outer, key, index = part.parent, part.arg_key, part.index  # as they were: what is told may stand around it
        told = hook(part)
        if part is tree or outer is None:
            return told
        outer.set(key or "", told, index=index)
    return tree


def call(function: str, *parts: Tree) -> Tree:
    """A call of a database's own function."""
    return exp.Anonymous(this=function, expressions=list(parts))


def text(value: str) -> Tree:
    """A text as a part of a query."""
    return exp.Literal.string(value)


def number(value: int) -> Tree:
    """A whole number as a part of a query."""
    return exp.Literal.number(value)


def quoted(identifier: str) -> exp.Identifier:
    """A name as a part of a query."""
    return exp.to_identifier(identifier, quoted=True)


def counted_where(node: exp.CountIf) -> Tree:
    """``count_if``: zero of nothing, where a sum would be nothing."""
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=node.this))


def bits_of(value: Tree, otherwise: Callable[[Tree], Tree]) -> Tree:
    """``bit_count``: over ``bitstring_agg``, which only DuckDB has, it is the number of different values."""
    if isinstance(value, exp.Anonymous) and value.name.lower() == "bitstring_agg":
        return exp.Count(this=exp.Distinct(expressions=[value.expressions[0]]))
    return otherwise(value)


def is_no_number(value: Tree) -> Tree:
    """Whether a float is none of the numbers: not one, or one of the two infinities."""
    return exp.In(this=value, expressions=[exp.cast(text(each), "DOUBLE") for each in ("NaN", "Infinity", "-Infinity")])


def part_of_text(node: exp.Bracket) -> Tree:
    """``text[1:3]``, in a function's words."""
    if not isinstance(node.expressions[0], exp.Slice):
        return node
    first, last = (int(node.expressions[0].args[side].name) for side in ("this", "expression"))
    return call("substr", node.this, number(first), number(last - first + 1))


def with_plain_blanks(pattern: str) -> str:
    r"""A regular expression whose ``\s`` means the blanks of ASCII, as to DuckDB; within brackets or alone."""
    return _BLANK.sub(lambda found: f"{found[1]}{_BLANKS}" if found[1] else f"[{_BLANKS}]", pattern)


def letter_by_letter(value: Tree) -> Tree:
    """A text whose small letters do not depend on the letters beside them, nor become two, as DuckDB has them."""
    return call("translate", value, text("\u0130\u03a3"), text("i\u03c3"))


def is_infinite(node: exp.IsInf) -> Tree:
    """Whether a number is one of the two infinities."""
    return exp.In(this=node.this, expressions=[exp.cast(text(each), "DOUBLE") for each in ("Infinity", "-Infinity")])


def _name_tables(tree: Tree, kept: Mapping[str, Tree]) -> None:
    for table in list(tree.find_all(exp.Table)):
        known = kept.get(table.name)
        if known is None or table.args.get("db") or _is_step(table):
            continue
        alias = table.args.get("alias") or exp.TableAlias(this=quoted(table.name))
        standing = known.copy()
        if isinstance(known, exp.Table):
            standing.set("alias", alias)
        else:
            standing = exp.Subquery(this=standing, alias=alias)
            _name_tables(standing, kept)
        table.replace(standing)


def _around(part: Tree) -> Iterator[Tree]:
    """Everything that a part stands in, the nearest first."""
    outer = part.parent
    while outer is not None:
        yield outer
        outer = outer.parent


def _steps_of(query: Tree) -> list[Tree]:
    steps = query.args.get("with_")
    return steps.expressions if steps is not None else []


def _is_step(table: exp.Table) -> bool:
    """Whether it is the name of a WITH around it."""
    return any(step.alias == table.name for outer in _around(table) for step in _steps_of(outer))


def _innermost_first(tree: Tree) -> Iterator[Tree]:
    """All queries; each after those that it stands on."""
    steps = tree.args.get("with_")
    parts = [part for part in tree.iter_expressions() if part is not steps]
    for part in parts if steps is None else [steps, *parts]:
        yield from _innermost_first(part)
    if isinstance(tree, exp.Select | exp.Union):
        yield tree


def _columns_of(query: Tree, at: Tree, columns: Callable[[Tree], list[str]]) -> list[str]:
    """The columns of a query that stands at some place: asked together with the WITHs before that place."""
    outer = [at, *_around(at)]
    places = {id(each) for each in outer}
    before: list[Tree] = []
    for each in reversed(outer):
        for step in _steps_of(each):
            if id(step) in places:
                break
            before.append(step.copy())
    probe = exp.select("*").from_(exp.Subquery(this=query.copy(), alias=exp.TableAlias(this=quoted("asked"))))
    if before:
        probe.set("with_", exp.With(expressions=before))
    _name_subqueries(probe)
    return columns(probe)


def _shown(columns: Sequence[str]) -> list[Tree]:
    return [exp.column(quoted(column)) for column in columns]


def _expand_star(select: exp.Select, columns: Callable[[Tree], list[str]]) -> None:
    """``* EXCLUDE (a) REPLACE (b + 1 AS b)`` by all columns that are meant."""
    shown: list[Tree] = []
    for part in select.expressions:
        star = part.this if isinstance(part, exp.Column) else part
        left_out, replaced = (star.args.get(kind) or [] for kind in ("except_", "replace"))
        if not isinstance(star, exp.Star) or not (left_out or replaced):
            shown.append(part)
            continue
        source = exp.Select(expressions=[exp.Star()])
        if star is not part:  # of one table among several
            source = exp.Select(expressions=[exp.column(exp.Star(), table=part.args["table"].copy())])
        source.set("from_", select.args["from_"].copy())
        source.set("joins", [join.copy() for join in select.args.get("joins") or []])
        absent = {each.name for each in left_out}
        written = {each.alias: each for each in replaced}
        of = part.args.get("table") if star is not part else None
        for column in _columns_of(source, select, columns):
            if column not in absent:
                plain = exp.column(quoted(column), table=of.copy() if of is not None else None)
                shown.append(written.get(column) or plain)
    select.set("expressions", shown)


def _align(union: exp.Union, columns: Callable[[Tree], list[str]]) -> None:
    """``UNION ALL BY NAME`` by columns in one order, NULL where one side has none."""
    if not union.args.pop("by_name", False):
        return
    sides = {side: _columns_of(union.args[side].unnest(), union, columns) for side in ("this", "expression")}
    order = list(dict.fromkeys([*sides["this"], *sides["expression"]]))
    for side, known in sides.items():
        shown = [
            exp.column(quoted(column)) if column in known else exp.alias_(exp.Null(), column, quoted=True)
            for column in order
        ]
        inner = exp.Subquery(this=union.args[side].unnest(), alias=exp.TableAlias(this=quoted(side)))
        union.set(side, exp.Select(expressions=shown).from_(inner))


def _without_semi_joins(select: exp.Select) -> None:
    """``a SEMI JOIN b`` and ``a ANTI JOIN b`` by EXISTS."""
    for join in list(select.args.get("joins") or []):
        kind, using = join.args.get("kind"), join.args.get("using") or []
        if kind not in {"SEMI", "ANTI"}:
            continue
        first, other = select.args["from_"].this, join.this
        for place, side in enumerate((first, other)):
            if not side.alias_or_name:
                side.set("alias", exp.TableAlias(this=quoted(f"side_{place}")))
        inner = exp.select("1").from_(other)
        for key in using:
            left, right = (exp.column(key.copy(), table=quoted(side.alias_or_name)) for side in (first, other))
            inner.where(exp.EQ(this=left, expression=right), copy=False)
        if join.args.get("on") is not None:
            inner.where(join.args["on"], copy=False)
        select.args["joins"].remove(join)
        found: Tree = exp.Exists(this=inner)
        select.where(exp.not_(found) if kind == "ANTI" else found, copy=False)


def _number_columns(select: exp.Select) -> None:
    """``GROUP BY ALL`` and ``ORDER BY ALL`` by the places of the columns."""
    group, order = select.args.get("group"), select.args.get("order")
    if group is not None and group.args.get("all"):
        places = [
            number(place)
            for place, part in enumerate(select.expressions, 1)
            if part.find(exp.Column) is not None and not _aggregates(part, select)
        ]
        select.set("group", exp.Group(expressions=places) if places else None)
    elif group is not None:  # a constant parts nothing
        parting = [part for part in group.expressions if not isinstance(part, exp.Boolean | exp.Null)]
        group.set("expressions", parting or group.expressions)
    if order is not None and [each.this.name.upper() for each in order.expressions] == ["ALL"]:
        places = [number(place) for place in range(1, len(select.expressions) + 1)]
        select.set("order", exp.Order(expressions=[exp.Ordered(this=place, nulls_first=False) for place in places]))


def _aggregates(part: Tree, select: exp.Select) -> bool:
    """Whether a column is an aggregate of this query itself, not of one within it."""
    return any(found.find_ancestor(exp.Select) is select for found in part.find_all(exp.AggFunc))


def _name_subqueries(tree: Tree) -> None:
    for place, query in enumerate(tree.find_all(exp.Subquery)):
        if isinstance(query.parent, exp.From | exp.Join) and not query.alias:
            query.set("alias", exp.TableAlias(this=quoted(f"part_{place}")))


def hooked(words: Mapping[type, Callable[[Any], Tree]], calls: Mapping[str, Callable[..., Tree]], node: Tree) -> Tree:
    """What an engine says in place of one part of a query: by the part's kind, or by the name of its function."""
    if isinstance(node, exp.DataType):
        return exp.DataType.build(PLAIN_TYPES[node.this]) if node.this in PLAIN_TYPES else node
    if isinstance(node, exp.Anonymous):
        called = calls.get(node.name.lower())
        return called(*node.expressions) if called else node
    word = words.get(type(node))
    return word(node) if word else node
