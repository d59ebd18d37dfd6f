"""The user's own columns in SQL: each typed under the name the steps use, and the statement that loads their file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.export.recipe import NARROW
from quintile.sources.identifiers import NOTHING

if TYPE_CHECKING:
    from quintile.export.recipe import Rates, Recipe

_TAKEN = frozenset(
    {
        *(
            "unrepeated",
            "transactions",
            "excluded",
            "order_lines",
            "orders",
            "counted",
            "totals",
            "buyers",
            "everyone",
            "rfm",
        ),
        *("dated_rates", "by_currency", "placed", "converted", "r_scored", "rf_scored", "scores", "coded", "segments"),
    }
)
_TEXT = "trim(CAST({column} AS VARCHAR))"
_ID = """\
CASE WHEN lower({text}) NOT IN (
                {nothing}
            ) AND NOT ({text} LIKE '#%!' OR {text} LIKE '#%?')
            THEN {text} END"""
_WHOLE = "replace({text}, '.0', '')"
# Some databases write no point where nothing follows it: 70 keeps its zero.
_DECIMAL = "CASE WHEN {text} LIKE '%.%' THEN rtrim(rtrim({text}, '0'), '.') ELSE {text} END"
_IS_ONE_OF = "lower(trim(CAST({column} AS VARCHAR))) IN (\n                {words}\n            )"
_FLAG = "CASE WHEN {tests}\n            THEN 1 ELSE 0 END"
_WORDS_A_LINE = 6
_ORDER = "coalesce(\n            {order},\n            {row}\n        )"
_ROW = "' row ' || CAST(row_number() OVER (ORDER BY {time}) AS VARCHAR)"
_LOAD = """\
CREATE OR REPLACE TABLE {table} AS
SELECT *{replaced} FROM {source};
"""
_PLAIN_NUMBER = "replace(replace({column}, '.', ''), ',', '.') AS {column}"
_PLAIN_TIME = "CAST(try_strptime(trim({column}), [{formats}]) AS VARCHAR) AS {column}"


def table_name(recipe: Recipe) -> str:
    """What the query calls the user's table: its own name, or its file without the ending, if no step has that name."""
    if recipe.table:
        return ".".join(recipe.table)
    stem = Path(recipe.files[0]).stem
    return f"shop_{stem}" if stem.casefold() in _TAKEN or not stem else stem


def table_sql(recipe: Recipe) -> Sql:
    """The user's table, with the schema it is in if one is named."""
    return joined(map(name, recipe.table or (table_name(recipe),)), ".")


def rates_sql(recipe: Recipe, rates: Rates) -> Sql:
    """The table of rates, in the same schema."""
    return joined(map(name, (*recipe.table[:-1], rates.table)), ".")


def columns_of(recipe: Recipe) -> list[Sql]:
    """The columns that the steps need, each with its type and its name there."""
    found = [("customer_id", _customer(recipe)), ("order_id", _order_id(recipe))]
    if recipe.has_line:
        found.append(("line", _id(recipe, "line")))
    found += [("ordered_at", _time(recipe)), ("amount", _amount(recipe))]
    if "refund" in recipe.columns:
        found.append(("refund", render("abs({refund})", refund=_money(recipe, "refund"))))
    if recipe.rates is not None:
        found.append(("currency", render("upper(trim({column}))", column=name(recipe.columns["currency"]))))
    found += [(flag, _flag(tests)) for flag, tests in _flags(recipe).items() if tests]
    return [render("{column} AS {word}", column=column, word=Sql(word)) for word, column in found]


def moment_of(time: Sql, zone: str, wanted: str) -> Sql:
    """A zone's wall time as the wall time of another."""
    if zone == wanted:
        return time
    moved = "{time} AT TIME ZONE {zone} AT TIME ZONE {wanted}"
    return render(moved, time=time, zone=literal(zone), wanted=literal(wanted))


def load_sql(recipe: Recipe) -> Sql | None:
    """The statement that makes the table of the files it came from, in DuckDB; None where they need other means."""
    kind = recipe.how.get("format")
    if kind not in {"text", "parquet", "json"}:
        return None
    listed = joined(literal(file) for file in recipe.files)
    files = listed if len(recipe.files) == 1 else render("[{files}]", files=listed)
    source = render(f"read_{kind}({{files}})", files=files) if kind != "text" else _csv(recipe, files)
    replaced = _replaced(recipe) if kind == "text" else Sql("")
    load = render(_LOAD, table=name(table_name(recipe)), replaced=replaced, source=source)
    if recipe.rates is None:
        return load
    rates = render("read_csv({file}, all_varchar = true)", file=literal(recipe.rates.file))
    return joined([load, render(_LOAD, table=name(recipe.rates.table), replaced=render(""), source=rates)], "")


def _flags(recipe: Recipe) -> dict[str, list[Sql]]:
    """The flags that words of the status and the kind of a row raise, each with its tests."""
    excluded = [_is_one_of(recipe, "status", recipe.excluded_words)] if recipe.excluded_words else []
    if recipe.has_kind and "test" in recipe.rules["exclude"]:
        excluded.append(_is_one_of(recipe, "kind", ["test"]))
    return {
        "is_excluded": excluded,
        "is_paid_back": [_is_one_of(recipe, "status", recipe.refunded_words)] if recipe.refunded_words else [],
        "is_refund": [_is_one_of(recipe, "kind", recipe.rules["refund_kinds"])] if recipe.has_kind else [],
    }


def _flag(tests: list[Sql]) -> Sql:
    return render(_FLAG, tests=joined(tests, "\n            OR "))


def _is_one_of(recipe: Recipe, role: str, words: list[str]) -> Sql:
    return render(_IS_ONE_OF, column=name(recipe.columns[role]), words=_listed(words))


def _listed(words: list[str]) -> Sql:
    lines = [words[place : place + _WORDS_A_LINE] for place in range(0, len(words), _WORDS_A_LINE)]
    return joined((joined(literal(word) for word in line) for line in lines), ",\n                ")


def _customer(recipe: Recipe) -> Sql:
    customer = _id(recipe, recipe.customer_role)
    return render("lower({customer})", customer=customer) if recipe.by_email else customer


def _id(recipe: Recipe, role: str) -> Sql:
    """An id as text; words for nothing are nothing."""
    text = render(_TEXT, column=name(recipe.columns.get(role, recipe.customer)))
    nothing = _listed(list(NOTHING))
    if recipe.is_decimal(role):
        text = render(_DECIMAL, text=text)
    return render(_ID, text=render(_WHOLE, text=text) if recipe.is_whole(role) else text, nothing=nothing)


def _order_id(recipe: Recipe) -> Sql:
    if recipe.grain == "day":
        time = moment_of(_time(recipe), "UTC", recipe.zone) if recipe.elapsed else _time(recipe)
        return render("CAST({time} AS DATE)", time=time)
    row = render(_ROW, time=name(recipe.columns["time"]))
    if recipe.grain == "row":
        return row
    return render(_ORDER, order=_id(recipe, "order"), row=row)


def _time(recipe: Recipe) -> Sql:
    """The shop's wall time, or UTC where days are full 24 hours."""
    column, wanted = name(recipe.columns["time"]), "UTC" if recipe.elapsed else recipe.zone
    if recipe.how.get("times_with_zone"):
        zoned = render("{cast}({column} AS TIMESTAMPTZ)", cast=_cast(recipe), column=column)
        return render("{time} AT TIME ZONE {wanted}", time=zoned, wanted=literal(wanted))
    return moment_of(render("{cast}({column} AS TIMESTAMP)", cast=_cast(recipe), column=column), recipe.zone, wanted)


def _amount(recipe: Recipe) -> Sql:
    if "amount" in recipe.columns:
        return _money(recipe, "amount")
    factors = (_money(recipe, role, NARROW) for role in ("quantity", "unit_price"))
    money = Sql(f"DECIMAL({recipe.digits}, {recipe.decimals})")
    return render("CAST({product} AS {money})", product=joined(factors, " * "), money=money)


def _money(recipe: Recipe, role: str, digits: int | None = None) -> Sql:
    money = Sql(f"DECIMAL({digits or recipe.digits}, {recipe.decimals})")
    return render("{cast}({column} AS {money})", cast=_cast(recipe), column=name(recipe.columns[role]), money=money)


def _cast(recipe: Recipe) -> Sql:
    """Where this run had to set rows aside because they cannot be read, the query leaves them out too."""
    return Sql("TRY_CAST" if recipe.lenient else "CAST")


def _csv(recipe: Recipe, files: Sql) -> Sql:
    encoding = str(recipe.how.get("encoding", "utf-8"))
    said = render("")
    if not encoding.startswith(("utf-8", "ascii")):
        said = render(", encoding = {encoding}", encoding=literal(encoding))
    return render(
        "read_csv({files}, delim = {delimiter}, header = true, all_varchar = true{said})",
        files=files,
        delimiter=literal(recipe.how.get("delimiter", ",")),
        said=said,
    )


def _replaced(recipe: Recipe) -> Sql:
    """Numbers and dates that are written as no database reads them."""
    columns = []
    if recipe.how.get("decimal") == ",":
        money = (role for role in ("amount", "quantity", "unit_price", "refund") if role in recipe.columns)
        columns += [render(_PLAIN_NUMBER, column=name(recipe.columns[role])) for role in money]
    if recipe.formats:
        formats = joined(literal(one) for one in recipe.formats)
        columns.append(render(_PLAIN_TIME, column=name(recipe.columns["time"]), formats=formats))
    return render(" REPLACE (\n    {columns}\n)", columns=joined(columns, ",\n    ")) if columns else render("")
