"""What Spark says in other words than DuckDB: a hook for each kind of part of a query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from quintile.engine.translate import (
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

_JAVA = "java_method"
_END = re.compile(r"(?<!\\)((?:\\\\)*)\$(?![^\[]*\])")  # not in brackets, where it is itself


def told(node: Tree) -> Tree:
    """What to say in place of a part of a query."""
    if _is_zone(node) and _is_zone(node.parent):
        return node  # said together with what stands around it
    return hooked(_WORDS, _CALLS, node)


def _is_zone(node: Tree | None) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == "timezone"


def _in_zone(zone: Tree, moment: Tree) -> Tree:
    """A clock's time in another zone, or the clock's time of an instant."""
    if _is_zone(moment):
        return call("convert_timezone", moment.expressions[0], zone, moment.expressions[1])
    instant = exp.cast(moment, "TIMESTAMPLTZ")
    return exp.cast(call("from_utc_timestamp", instant, zone), "TIMESTAMPNTZ")


def _composed(value: Tree) -> Tree:
    """Unicode's composed form, by the library of Unicode that Spark brings; it cannot take nothing."""
    done = call(_JAVA, text("com.ibm.icu.text.Normalizer"), text("compose"), value, exp.false())
    odd = exp.NEQ(this=call("octet_length", value.copy()), expression=call("char_length", value.copy()))
    return exp.Case(ifs=[exp.If(this=odd, true=done)], default=value.copy())


def _lifted(select: exp.Select) -> Tree:
    """A call of Java, which no aggregate may hold, stands in a query of its own below it."""
    calls = [
        part
        for part in select.find_all(exp.Anonymous)
        if part.name == _JAVA and part.find_ancestor(exp.AggFunc, exp.Filter)
    ]
    inner = exp.Select(expressions=[exp.Star()])
    for place, part in enumerate(calls):
        whole, called = part.find_ancestor(exp.Case), quoted(f"composed_{place}")
        if whole is not None and whole.find_ancestor(exp.Select) is select:
            inner.select(exp.alias_(whole.copy(), called), copy=False)
            whole.replace(exp.column(called.copy()))
    if len(inner.expressions) > 1 and not select.args.get("joins"):
        inner.set("from_", select.args["from_"])
        inner.set("where", select.args.pop("where", None))
        select.set("from_", exp.From(this=exp.Subquery(this=inner, alias=exp.TableAlias(this=quoted("composed")))))
    return select


def _pattern(pattern: Tree, around: str = "{}") -> Tree:
    """A regular expression as Java has it; ``$`` is the end, not the line end before it."""
    told = _END.sub(r"\1\\z", with_plain_blanks(pattern.name))
    option = "(?i)" if told.startswith("(?i)") else ""
    return text(option + around.format(told.removeprefix(option)))


def _replaced(node: exp.RegexpReplace) -> Tree:
    to = re.sub(r"\\([0-9])", r"$\1", (node.args.get("replacement") or text("")).name)
    return call("regexp_replace", node.this, _pattern(node.expression), text(to))


def _plain_number(node: exp.Format) -> Tree:
    """A float in digits alone, where it is a whole number."""
    value = node.expressions[0]
    whole = exp.cast(exp.cast(value.copy(), "DECIMAL(38, 0)"), "TEXT")
    is_whole = exp.EQ(this=value.copy(), expression=call("floor", value.copy()))
    return exp.Case(ifs=[exp.If(this=is_whole, true=whole)], default=exp.cast(value, "TEXT"))


def _numbered(node: exp.Window) -> Tree:
    """Rows are numbered in some order, even where any will do."""
    if isinstance(node.this, exp.RowNumber) and not node.args.get("order"):
        node.set("order", exp.Order(expressions=[exp.Ordered(this=number(1))]))
    return node


def _least(node: exp.Min) -> Tree:
    """The least values, in a list: ``min(x, 2)``; what there are too few of is nothing."""
    if node.args.get("count") is None:
        return node
    listed = call("array_sort", call("collect_list", node.this))
    many = node.args["count"]
    return call("slice", call("concat", listed, call("array_repeat", exp.Null(), many)), number(1), many.copy())


def _sum(amounts: exp.Transform) -> Tree:
    """The sum of the decimals that are made of a list's parts; nothing if there is none."""
    kind = f"DECIMAL(38, {amounts.expression.this.to.expressions[1].name})"
    total, part = exp.to_identifier("total"), exp.to_identifier("part")
    both = call("coalesce", exp.Add(this=total.copy(), expression=part.copy()), total.copy(), part.copy())
    added = exp.Lambda(this=exp.cast(both, kind), expressions=[total, part])
    return call("aggregate", amounts, exp.cast(exp.Null(), kind), added)


_CALLS: dict[str, Callable[..., Tree]] = {
    "bit_count": lambda value: bits_of(value, lambda bits: call("bit_count", bits)),
    "isfinite": lambda value: exp.not_(is_no_number(value)),
    "to_minutes": lambda many: call("make_dt_interval", number(0), number(0), exp.cast(many, "INT")),
    "epoch_ns": lambda moment: exp.Mul(
        this=call("unix_micros", exp.cast(moment, "TIMESTAMPLTZ")), expression=number(1000)
    ),
    "strlen": lambda value: call("octet_length", value),
    "nfc_normalize": _composed,
    "epoch_us": lambda moment: call("unix_micros", exp.cast(moment, "TIMESTAMPLTZ")),
    "timezone": _in_zone,
    "make_timestamptz": lambda micros: call("timestamp_micros", micros),
    "hash": lambda *parts: call("xxhash64", *parts),
    "list_sum": _sum,
    "list_extract": lambda listed, place: call("element_at", listed, exp.cast(place, "INT")),
}
_WORDS: dict[type, Any] = {
    exp.Contains: lambda node: call("contains", node.this, node.expression),
    exp.CountIf: counted_where,
    exp.IsInf: is_infinite,
    exp.Min: _least,
    exp.BitwiseLeftShift: lambda node: call("shiftleft", node.this, exp.cast(node.expression, "INT")),
    exp.RegexpFullMatch: lambda node: exp.RegexpLike(
        this=node.this, expression=_pattern(node.expression, "^(?:{})\\z")
    ),
    exp.RegexpLike: lambda node: exp.RegexpLike(this=node.this, expression=_pattern(node.expression)),
    exp.RegexpExtract: lambda node: call(
        "regexp_extract", node.this, _pattern(node.expression), number(int(node.args["group"].name))
    ),
    exp.Bracket: part_of_text,
    exp.Format: _plain_number,
    exp.Lower: lambda node: call("lower", letter_by_letter(node.this)),
    exp.RegexpExtractAll: lambda node: call(
        "regexp_extract_all", node.this, _pattern(node.expression), number(int(node.args["group"].name))
    ),
    exp.RegexpReplace: _replaced,
    exp.UnixToTime: lambda node: exp.cast(call("timestamp_micros", node.this), "TIMESTAMPNTZ"),
    exp.Window: _numbered,
    exp.Select: _lifted,
}
