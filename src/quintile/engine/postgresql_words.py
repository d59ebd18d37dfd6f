"""What PostgreSQL says in other words than DuckDB: a hook for each kind of part of a query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from quintile.engine.translate import (
    PLAIN_TYPES,
    Tree,
    bits_of,
    call,
    counted_where,
    hooked,
    is_infinite,
    is_no_number,
    letter_by_letter,
    number,
    part_of_text,
    quoted,
    text,
    with_plain_blanks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = re.compile(r"(?:\(\?[is]+\))?")
_DIGITS = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def column_type(kind: str) -> str:
    """The type of a column that takes values of one of DuckDB's types."""
    return "numeric" + kind.removeprefix("DECIMAL") if _DIGITS.fullmatch(kind) else _spelled_type(kind)


def _spelled_type(kind: str) -> str:
    told = exp.DataType.build(kind.strip('"'), dialect="duckdb", udt=True)
    spelled = PLAIN_TYPES.get(told.this) or told.sql("postgres")
    return f'{spelled} COLLATE "C"' if spelled == "TEXT" else spelled


def told(node: Tree) -> Tree:
    """What to say in place of a part of a query."""
    return hooked(_WORDS, _CALLS, node)


def _cast(node: exp.Cast) -> Tree:
    if isinstance(node, exp.TryCast):
        return _try(node)
    if node.to.is_type(*exp.DataType.INTEGER_TYPES) and _is_test(node.this):
        cases = [exp.If(this=node.this, true=number(1)), exp.If(this=exp.not_(node.this.copy()), true=number(0))]
        return exp.Cast(this=exp.Case(ifs=cases), to=node.to)
    if not node.to.is_type(*exp.DataType.TEXT_TYPES):
        return node
    return _by_bytes(call("pg_temp.as_text", node.this) if isinstance(node.this, exp.Column) else node)


def _case(node: exp.Case) -> Tree:
    """A choice between decimals of one type is of that type; PostgreSQL forgets it where there is no ELSE."""
    default = node.args.get("default")
    values = [each.args["true"] for each in node.args["ifs"]] + ([] if default is None else [default])
    kinds = {
        value.to.sql() if isinstance(value, exp.Cast) else "" for value in values if not isinstance(value, exp.Null)
    }
    if len(kinds) != 1 or not _DIGITS.fullmatch(kind := kinds.pop().replace(" ", "")):
        return node
    return exp.cast(node, kind)


def _is_test(part: Tree) -> bool:
    return isinstance(part.unnest(), exp.Predicate | exp.Connector | exp.Not | exp.LogicalOr | exp.LogicalAnd)


def _try(node: exp.TryCast) -> Tree:
    """A cast that makes nothing of what does not fit."""
    kind = node.to
    if kind.is_type(exp.DType.DECIMAL):
        precision, scale = (int(each.name) for each in kind.expressions)
        most = exp.Literal.number(10 ** (precision - scale))
        return exp.Cast(this=call("pg_temp.try_number", node.this, most, number(scale)), to=kind)
    for made, kinds in (
        ("try_double", (exp.DType.DOUBLE,)),
        ("try_date", (exp.DType.DATE,)),
        ("try_time", (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ)),
    ):
        if kind.is_type(*kinds):
            return call(f"pg_temp.{made}", node.this)
    if kind.is_type(*exp.DataType.INTEGER_TYPES):
        most = exp.Literal.number(2**63)
        return exp.Cast(this=call("pg_temp.try_number", node.this, most, number(0)), to=kind)
    return exp.Cast(this=node.this, to=kind)


def _by_bytes(part: Tree) -> Tree:
    return exp.Paren(this=exp.Collate(this=part, expression=quoted("C")))


def _folded(function: str) -> Any:  # noqa: ANN401 - a hook
    """Upper and lower case as Unicode has them, which needs a collation that knows Unicode."""

    def told(node: exp.Lower | exp.Upper) -> Tree:
        value = letter_by_letter(node.this) if function == "lower" else exp.Paren(this=node.this)
        return _by_bytes(call(function, exp.Collate(this=value, expression=quoted("und-x-icu"))))

    return told


def _pattern(pattern: Tree, around: str = "{}") -> Tree:
    """A regular expression as PostgreSQL writes it; a NUL, which no text there can hold, is left out."""
    told = with_plain_blanks(pattern.name).replace(r"\pL", "[[:alpha:]]")
    told = re.sub(r"\\x\{([0-9A-Fa-f]{4})\}", r"\\u\1", told)
    told = re.sub(r"\\x\{([0-9A-Fa-f]{5})\}", r"\\U000\1", told).replace(r"\x00", r"\x01")
    option = _OPTIONS.match(told)[0]  # type: ignore[index]  # matches nothing, too
    return text(option + around.format(told.removeprefix(option)))


def _searched(value: Tree, pattern: Tree) -> Tree:
    """A text in which a pattern is looked for: only a collation that knows Unicode knows its letters."""
    if r"\pL" not in pattern.name:
        return value
    return exp.Collate(this=exp.Paren(this=value), expression=quoted("und-x-icu"))


def _replaced(node: exp.RegexpReplace) -> Tree:
    to = node.args.get("replacement") or text("")
    every = [text("g")] if node.args.get("modifiers") else []
    value = _searched(node.this, node.expression)
    made = call("regexp_replace", value, _pattern(node.expression), to, *every)
    return made if value is node.this else _by_bytes(made)


def _extracted(node: exp.RegexpExtract) -> Tree:
    """What a group matched; the first one is the whole."""
    place = number(int(node.args["group"].name) + 1)
    return call("pg_temp.regexp_extract", node.this, _pattern(node.expression, "({})"), place)


def _moment(node: exp.UnixToTime) -> Tree:
    micros = exp.Mul(
        this=exp.Paren(this=node.this), expression=exp.Interval(this=text("1"), unit=exp.var("MICROSECOND"))
    )
    return exp.Paren(this=exp.Add(this=exp.cast(text("1970-01-01"), "TIMESTAMP"), expression=micros))


def _instant(micros: Tree) -> Tree:
    """An instant, of whole microseconds since 1970."""
    return call("timezone", text("UTC"), _moment(exp.UnixToTime(this=micros)))


def _micros(moment: Tree) -> Tree:
    seconds = exp.Extract(this=exp.var("epoch"), expression=moment)
    return exp.cast(exp.Mul(this=seconds, expression=number(1_000_000)), "BIGINT")


def _least(node: exp.Min) -> Tree:
    """The least values, in a list: ``min(x, 2)``; the others behind them are not asked for."""
    if node.args.get("count") is None:
        return node
    in_order = exp.Order(this=node.this, expressions=[exp.Ordered(this=node.this.copy(), nulls_first=False)])
    return exp.ArrayAgg(this=in_order)


def _greatest(node: exp.Max) -> Tree:
    """The greatest row of several values, as the first of a list of them: what PostgreSQL finds has no names."""
    if not isinstance(node.this, exp.Struct):
        return node
    parts = {part.this.name: part.expression for part in node.this.expressions}
    told = call("json_build_object", *(each for key, value in parts.items() for each in (text(key), value)))
    order = [exp.Ordered(this=value.copy(), desc=True, nulls_first=True) for value in parts.values()]
    return exp.ArrayAgg(this=exp.Order(this=told, expressions=order))


def _part_of_row(node: exp.Column) -> Tree:
    """``step.row.part``, of the first of such a list; a text."""
    row, step = node.args.get("table"), node.args.get("db")
    if row is None or step is None:
        return node
    first = exp.Bracket(this=exp.column(row.copy(), table=step.copy()), expressions=[number(1)], offset=1)
    return _by_bytes(exp.Paren(this=exp.JSONExtractScalar(this=first, expression=text(node.name))))


def _sum(amounts: exp.Transform) -> Tree:
    """The sum of the decimals that are made of a list's parts; nothing if there is none."""
    (part,) = amounts.expression.expressions
    parts = exp.Unnest(expressions=[amounts.this], alias=exp.TableAlias(this=quoted("parts"), columns=[part]))
    return exp.select(exp.Sum(this=amounts.expression.this)).from_(parts).subquery()


_CALLS: dict[str, Callable[..., Tree]] = {
    "isfinite": lambda value: exp.not_(is_no_number(value)),
    "to_minutes": lambda many: exp.Mul(this=exp.Paren(this=many), expression=exp.Interval(this=text("1 minute"))),
    "epoch_ns": lambda moment: exp.Mul(this=_micros(moment), expression=number(1000)),
    "strlen": lambda value: call("octet_length", value),
    "nfc_normalize": lambda value: call("normalize", value),
    "epoch_us": _micros,
    "hash": lambda *parts: call("hashtextextended", call("concat_ws", text("|"), *parts), number(0)),
    "make_timestamptz": _instant,
    "bit_count": lambda value: bits_of(value, lambda bits: call("bit_count", exp.cast(bits, "BIT(64)"))),
    "list_sum": _sum,
    "list_extract": lambda listed, place: exp.Bracket(this=exp.Paren(this=listed), expressions=[place], offset=1),
}
_WORDS: dict[type, Any] = {
    exp.Case: _case,
    exp.Cast: _cast,
    exp.Column: _part_of_row,
    exp.TryCast: _cast,
    exp.Lower: _folded("lower"),
    exp.Upper: _folded("upper"),
    exp.CountIf: counted_where,
    exp.IsInf: is_infinite,
    exp.Max: _greatest,
    exp.Min: _least,
    exp.Contains: lambda node: exp.Paren(
        this=exp.GT(this=call("strpos", node.this, node.expression), expression=number(0))
    ),
    exp.RegexpFullMatch: lambda node: exp.RegexpLike(this=node.this, expression=_pattern(node.expression, "^(?:{})$")),
    exp.RegexpExtract: _extracted,
    exp.RegexpExtractAll: lambda node: call("pg_temp.matches", node.this, _pattern(node.expression)),
    exp.RegexpLike: lambda node: exp.RegexpLike(this=node.this, expression=_pattern(node.expression)),
    exp.RegexpReplace: _replaced,
    exp.Bracket: part_of_text,
    exp.Format: lambda node: exp.cast(exp.cast(exp.cast(node.expressions[0], "TEXT"), "DECIMAL"), "TEXT"),
    exp.BitwiseLeftShift: lambda node: exp.BitwiseLeftShift(
        this=node.this, expression=exp.cast(node.expression, "INT")
    ),
    exp.UnixToTime: _moment,
}
