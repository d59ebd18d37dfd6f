"""What Spark says in other words than DuckDB: a hook for each kind of part of a query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from quintile.engine.translate import Tree, bits_of, call, counted_where, hooked, is_infinite, number, text

if TYPE_CHECKING:
    from collections.abc import Callable


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
    done = call("java_method", text("com.ibm.icu.text.Normalizer"), text("compose"), value, exp.false())
    odd = exp.NEQ(this=call("octet_length", value.copy()), expression=call("char_length", value.copy()))
    return exp.Case(ifs=[exp.If(this=odd, true=done)], default=value.copy())


def _replaced(node: exp.RegexpReplace) -> Tree:
    to = (node.args.get("replacement") or text("")).name.replace("\\1", "$1")
    return call("regexp_replace", node.this, node.expression, text(to))


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


_CALLS: dict[str, Callable[..., Tree]] = {
    "bit_count": lambda value: bits_of(value, lambda bits: call("bit_count", bits)),
    "strlen": lambda value: call("octet_length", value),
    "nfc_normalize": _composed,
    "epoch_us": lambda moment: call("unix_micros", exp.cast(moment, "TIMESTAMPLTZ")),
    "timezone": _in_zone,
    "make_timestamptz": lambda micros: call("timestamp_micros", micros),
    "hash": lambda *parts: call("xxhash64", *parts),
    "list_extract": lambda listed, place: call("element_at", listed, exp.cast(place, "INT")),
}
_WORDS: dict[type, Any] = {
    exp.Contains: lambda node: call("contains", node.this, node.expression),
    exp.CountIf: counted_where,
    exp.IsInf: is_infinite,
    exp.Min: _least,
    exp.BitwiseLeftShift: lambda node: call("shiftleft", node.this, exp.cast(node.expression, "INT")),
    exp.RegexpFullMatch: lambda node: exp.RegexpLike(
        this=node.this, expression=text(f"^(?:{node.expression.name})\\z")
    ),
    exp.RegexpReplace: _replaced,
    exp.UnixToTime: lambda node: exp.cast(call("timestamp_micros", node.this), "TIMESTAMPNTZ"),
    exp.Window: _numbered,
}
