"""Python: a fitted model as a program of its own, which needs nothing but Python and the user's transactions.

Names and words of strangers stand in it as Python literals in ASCII, so that none of them can become code.
"""

from __future__ import annotations

from decimal import Decimal
from string import Template
from typing import TYPE_CHECKING

from quintile.export import python_text as text
from quintile.sources.identifiers import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from quintile.export.ladders import Ladder, Step
    from quintile.export.recipe import Recipe

_WIDEST = 112
_NET = {"net": "gross - refunded", "gross": "gross", "exclude_order": "Decimal(0) if refunded else gross"}
_PURCHASE = {"net": "gross > refunded", "gross": "gross > 0", "exclude_order": "gross > 0 and not refunded"}


def model_python(recipe: Recipe) -> str:
    """The whole model as a Python program.

    Run beside the source's file it leaves the list ``customers``: one dict per customer with the columns of
    customers.csv, in the order of ids.
    """
    pieces = [
        _head(recipe),
        _reader(recipe),
        _typing(recipe),
        _lines(recipe),
        text.RATE if recipe.rates else "",
        _orders(recipe),
        _customers(recipe),
        text.RUN,
    ]
    return "\n\n".join(piece.strip("\n") + "\n" for piece in pieces if piece)


def _reader(recipe: Recipe) -> str:
    if known := text.READERS.get(_kind(recipe)):
        return known
    columns = ", ".join(recipe.read_columns)
    message = f"write read_rows(): it has to yield each row of the table as a dict with the keys {columns}"
    return _filled(text.NO_READER, message=_said(message))


def _kind(recipe: Recipe) -> str:
    return str(recipe.how.get("format"))


def _head(recipe: Recipe) -> str:
    imports = [
        "import csv" if _kind(recipe) == "text" or recipe.rates else "",
        "import json" if _kind(recipe) == "json" else "",
        "from collections import defaultdict",
        f"from datetime import {'UTC, ' if recipe.elapsed else ''}date, datetime, timedelta",
        f"from decimal import {'ROUND_HALF_UP, ' if recipe.rates else ''}Decimal, getcontext",
        "from zoneinfo import ZoneInfo" if _needs_zone(recipe) else "",
        "\nimport pyarrow.parquet" if _kind(recipe) == "parquet" else "",
    ]
    steps = (("R_STEPS", recipe.ladders[0]), ("F_STEPS", recipe.ladders[1]), ("M_STEPS", recipe.ladders[2]))
    constants = [
        f"FILES = {_listed(recipe.files)}",
        *_dialect(recipe),
        *([f"ZONE = ZoneInfo({_said(recipe.zone)})"] if _needs_zone(recipe) else []),
        "# Orders from START to before END count" + (", in UTC." if recipe.elapsed else "."),
        f"START, END = {_moment(recipe.start)}, {_moment(recipe.end)}",
        *([f"FORMATS = {_listed(recipe.formats)}  # of dates"] if recipe.formats else []),
        *([f"EXCLUDED = {_words(recipe.excluded_words)}"] if recipe.excluded_words else []),
        *([f"PAID_BACK = {_words(recipe.refunded_words)}"] if recipe.refunded_words else []),
        *([f"REFUND_KINDS = {_words(recipe.rules['refund_kinds'])}"] if recipe.has_kind else []),
        *_rates(recipe),
        f"NOTHING = {_words(NOTHING)}",
        "# From which value on a score is reached, the best score first; who reaches none has the WORST.",
        *(f"{name} = {_ladder(ladder, split=_is_split(recipe))}" for name, ladder in steps),
        f"WORST = {recipe.ladders[0].else_score}",
        f"SEGMENTS = {_segments(recipe)}",
        "",
        "getcontext().prec = 60  # money is exact",
    ]
    told = _filled(text.HEAD, imports="\n".join(line for line in imports if line))
    return told + "\n" + "\n".join(constants) + "\n"


def _needs_zone(recipe: Recipe) -> bool:
    return recipe.elapsed or bool(recipe.how.get("times_with_zone"))


def _dialect(recipe: Recipe) -> list[str]:
    if _kind(recipe) != "text":
        return []
    encoding = str(recipe.how.get("encoding", "utf-8"))
    marked = "utf-8-sig" if encoding.startswith("utf-8") else encoding
    return [f"ENCODING, DELIMITER = {_said(marked)}, {_said(str(recipe.how.get('delimiter', ',')))}"]


def _rates(recipe: Recipe) -> list[str]:
    if recipe.rates is None:
        return []
    columns = ", ".join(_said(recipe.rates.columns[role]) for role in ("date", "currency", "rate"))
    return [f"RATES, RATE_COLUMNS, BASE = {_said(recipe.rates.file)}, ({columns}), {_said(recipe.rates.base)}"]


def _typing(recipe: Recipe) -> str:
    if recipe.how.get("times_with_zone"):
        zoned = text.ZONED_UTC if recipe.elapsed else text.ZONED_LOCAL
    else:
        zoned = text.NAIVE_UTC if recipe.elapsed else text.NAIVE_LOCAL
    typing = _filled(
        text.TYPING,
        parsed=text.BY_FORMATS if recipe.formats else text.BY_ISO,
        zoned=zoned,
        plain='.replace(".", "").replace(",", ".")' if recipe.how.get("decimal") == "," else "",
    )
    typing = text.PARSED + "\n" + typing if recipe.formats else typing
    return text.OF_DECIMALS + "\n" + typing if recipe.is_decimal(recipe.customer_role) else typing


def _filled(template: str, **parts: str) -> str:
    """A template whose places are filled; a place that stays empty takes its line with it."""
    kept = [line for line in template.splitlines() if parts.get(line.strip().removeprefix("$")) != ""]
    return Template("\n".join(kept) + "\n").substitute({key: part.strip("\n").lstrip() for key, part in parts.items()})


def _lines(recipe: Recipe) -> str:
    columns, exclusions = recipe.columns, []
    if recipe.excluded_words:
        exclusions.append(f"word_of(row[{_said(columns['status'])}]) in EXCLUDED")
    if recipe.has_kind and "test" in recipe.rules["exclude"]:
        exclusions.append(f"word_of(row[{_said(columns['kind'])}]) == 'test'")
    unlike = "None" if recipe.drops_repeats else "number"
    cell = f"row[{_said(recipe.customer)}]"
    customer = f"id_of(without_zeros({cell}))" if recipe.is_decimal(recipe.customer_role) else f"id_of({cell})"
    customer += '.removesuffix(".0")' if recipe.is_whole(recipe.customer_role) else ""
    by_row = recipe.rules["duplicates"] == "row"
    return _filled(
        text.LINES,
        seen="seen = set()" if by_row else "",
        unrepeated=text.UNREPEATED if by_row else "",
        order=_order(recipe),
        excluding=_filled(text.EXCLUDING, test=" or ".join(exclusions)) if exclusions else "",
        customer=f"{customer}.lower()" if recipe.by_email else customer,
        typed=_filled(
            text.LENIENT if recipe.lenient else text.STRICT, time=_said(columns["time"]), amount=_amount(recipe)
        ),
        signed=_filled(text.SIGNED, kind=_said(columns["kind"])) if recipe.has_kind else "",
        refund=_refund(recipe),
        currency=f"text_of(row[{_said(columns['currency'])}]).upper()" if recipe.rates else "None",
        line=f"id_of(row[{_said(columns['line'])}])" if recipe.has_line else unlike,
        day=text.BY_DAY if recipe.grain == "day" else "",
    )


def _order(recipe: Recipe) -> str:
    if recipe.grain != "order":
        return 'f" row {number}"'
    return f'id_of(row[{_said(recipe.columns["order"])}]) or f" row {{number}}"'


def _amount(recipe: Recipe) -> str:
    if "amount" in recipe.columns:
        return f"money_of(row[{_said(recipe.columns['amount'])}])"
    return " * ".join(f"money_of(row[{_said(recipe.columns[role])}])" for role in ("quantity", "unit_price"))


def _refund(recipe: Recipe) -> str:
    told = "Decimal(0)"
    if "refund" in recipe.columns:
        column = _said(recipe.columns["refund"])
        told = f"abs(money_of(row[{column}])) if text_of(row[{column}]) else Decimal(0)"
    if not recipe.refunded_words:
        return told
    return f"max(amount, Decimal(0)) if word_of(row[{_said(recipe.columns['status'])}]) in PAID_BACK else {told}"


def _orders(recipe: Recipe) -> str:
    purchase = _PURCHASE[recipe.rules["refunds"]]
    if recipe.rules["zero_orders"] == "count":
        purchase = f"({purchase}) or (not gross and not refunded)"
    cent = format(Decimal(1).scaleb(-recipe.decimals), "f")
    return _filled(
        text.ORDERS,
        whose="None" if recipe.compares_customers else "customer",
        rates=text.RATES if recipe.rates else "",
        follows=text.FOLLOWS if recipe.follows_excluded else "",
        converted=_filled(text.CONVERTED, cent=cent) if recipe.rates else "",
        net=_NET[recipe.rules["refunds"]],
        purchase=purchase,
    )


def _customers(recipe: Recipe) -> str:
    nested = any(ladder.cells for ladder in recipe.ladders)
    reaches = text.SPLIT if _is_split(recipe) else text.TIED
    window = "moment < END" if recipe.start is None else "START <= moment < END"
    average = recipe.model.monetary == "average"
    filled = _filled(
        text.CUSTOMERS,
        who="moment < END" if recipe.model.population == "ever" else window,
        window=window,
        recency="(END - max(moments[customer])) // timedelta(days=1)" if recipe.elapsed else "(END.date() - last).days",
        monetary="average(money[customer], frequency)" if average else "money[customer]",
        r=reaches.format(step="days", value="recency", better="<"),
        f=reaches.format(step="orders", value="frequency", better=">"),
        m=reaches.format(step="amount", value="monetary", better=">"),
        f_steps="F_STEPS.get((r,), [])" if nested else "F_STEPS",
        m_steps="M_STEPS.get((r, f), [])" if nested else "M_STEPS",
        apart='"-"' if recipe.model.scale.scores > text.SINGLE_DIGIT else '""',
    )
    before = [text.DAY_IN_ZONE if recipe.elapsed else text.DAY_LOCAL, text.AVERAGE if average else ""]
    return "\n\n".join([*(piece.strip("\n") + "\n" for piece in before if piece), filled.lstrip("\n")])


def _is_split(recipe: Recipe) -> bool:
    """Whether some method parts equal values by the customer's id."""
    return any(step.first_id is not None for ladder in recipe.ladders for step in ladder.steps)


def _ladder(ladder: Ladder, *, split: bool) -> str:
    if ladder.cells:
        inner = ",\n".join(f"    {cell}: {_steps(below.steps, split=split)}" for cell, below in ladder.cells)
        return f"{{\n{inner},\n}}"
    return _steps(ladder.steps, split=split)


def _steps(steps: Iterable[Step], *, split: bool) -> str:
    return "[" + ", ".join(_step(step, split=split) for step in steps) + "]"


def _step(step: Step, *, split: bool) -> str:
    value = f'Decimal("{step.value:f}")'
    return f"(({value}, {_said(step.first_id or '')}), {step.score})" if split else f"({value}, {step.score})"


def _segments(recipe: Recipe) -> str:
    apart = "-" if recipe.model.scale.scores > text.SINGLE_DIGIT else ""
    held: dict[str, list[str]] = {}
    for cell in sorted(recipe.segments, reverse=recipe.model.scale.best == "high"):
        held.setdefault(recipe.segments[cell], []).append(apart.join(map(str, cell)))
    lines = (f"    {_said(segment)}: {_words(codes, indent=8)}" for segment, codes in held.items())
    return "{\n" + ",\n".join(lines) + ",\n}"


def _words(words: Iterable[str], *, indent: int = 4) -> str:
    """A list of words, several a line."""
    lines, line = [], ""
    for word in map(_said, words):
        if len(line) + len(word) > _WIDEST:
            lines.append(line.rstrip())
            line = ""
        line += f"{word}, "
    pad = " " * indent
    body = "".join(f"{pad}{one}\n" for one in [*lines, line.rstrip()])
    return f"{{\n{body}{pad[4:]}}}"


def _listed(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_said, texts)) + "]"


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return "None"
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond]
    while len(parts) > 3 and not parts[-1]:  # noqa: PLR2004 - a day has three parts
        parts.pop()
    return f"datetime({', '.join(map(str, parts))})"


def _said(value: str) -> str:
    """A text as a literal; no letter beyond ASCII, so that what is shown is what is there."""
    return ascii(value)
