"""dbt models: the steps of the written-down model, each model one or a few of them, joined by references."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from quintile.domain.columns import CUSTOMERS
from quintile.engine.render import Sql, joined, render
from quintile.export.dbt_text import jinja
from quintile.export.dialects import DUCKDB
from quintile.export.sql import model_steps
from quintile.export.sql_document import steps_in
from quintile.export.sql_step import Step, commented

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quintile.export.dbt_vars import Variables
    from quintile.export.dialects import SqlDialect
    from quintile.export.recipe import Recipe

_NOTHING = Sql("")
RAW, RAW_RATES = "raw_transactions", "raw_rates"  # what the steps call the user's own tables here
SOURCE = "shop"
# The model that each step is part of; the last one of a model is its result.
PLACES = {
    "unrepeated": "staging/stg_transactions",
    "transactions": "staging/stg_transactions",
    "dated_rates": "staging/stg_rates",
    "excluded": "ledger/excluded_orders",
    "order_lines": "ledger/order_lines",
    "by_currency": "ledger/order_parts",
    "placed": "ledger/order_parts",
    "converted": "ledger/order_parts",
    "orders": "ledger/orders",
    "counted": "rfm/orders_in_window",
    "totals": "rfm/customer_totals",
    "buyers": "rfm/rfm",
    "everyone": "rfm/rfm",
    "rfm": "rfm/rfm",
    "r_scored": "scores/scores",
    "rf_scored": "scores/scores",
    "scores": "scores/scores",
    "coded": "scores/scores",
}
PATHS = frozenset(f"models/{place}.sql" for place in PLACES.values())  # not every project has all
_SOURCES = {RAW: f"source('{SOURCE}', 'transactions')", RAW_RATES: f"source('{SOURCE}', 'rates')"}
_SEGMENTS_FROM = """\
    SELECT
        {columns},
        scheme.segment
    FROM scores
    LEFT JOIN scheme ON scheme.rfm = scores.rfm"""
_SNAPSHOTS_FROM = "    SELECT {as_of} AS as_of, segments.* FROM segments"
_SEGMENTS_TOLD = (
    "Every customer with scores and segment, as customers.csv has them: the seed names the segment of a code."
)
_SNAPSHOTS_TOLD = "The segments of every day they were made for: building a day again replaces that day."
_IMPORT = "    SELECT * FROM {{{{ {origin} }}}}"
_CTE = "{comment}{name} AS (\n{query}\n)"
_MODEL = "{head}WITH\n\n{steps}\n\nSELECT * FROM {result}{closing}\n"
_HISTORY = "{{{{ config(materialized='incremental', full_refresh=false, incremental_strategy={way}) }}}}\n\n"
_OVERWRITES = "'insert_overwrite', partition_by='as_of'"
_WAYS = {
    "spark": _OVERWRITES,
    "databricks": _OVERWRITES,
    "bigquery": "'insert_overwrite', partition_by={'field': 'as_of', 'data_type': 'date'}",
}


@dataclass(frozen=True)
class Model:
    """One model: its folder and name, what it is, the columns it has and its text."""

    folder: str
    name: str
    told: str
    columns: tuple[str, ...]
    text: str

    @property
    def path(self) -> str:
        """Its file in the project."""
        return f"models/{self.folder}/{self.name}.sql"


def models_of(recipe: Recipe, dialect: SqlDialect, variables: Variables, as_of: Sql) -> list[Model]:
    """All models, each after those it reads.

    Args:
        recipe: The model over the tables ``RAW`` and ``RAW_RATES``, with marks in place of the variables.
        dialect: The database's dialect.
        variables: The variables behind the marks.
        as_of: The day of the result, in the dialect, marked.

    Raises:
        SettingsError: ``dialect``, it cannot say something the model needs.
    """
    plain = {step.name: step for step in model_steps(recipe)}
    written = plain if dialect == DUCKDB else {step.name: step for step in steps_in(recipe, dialect)}
    members: dict[str, list[str]] = {}
    for step in plain:
        if step in PLACES:
            members.setdefault(PLACES[step], []).append(step)
    results = {steps[-1]: place.partition("/")[2] for place, steps in members.items()}
    columns = _columns(plain.values())
    models = []
    for place, steps in members.items():
        folder, _, name = place.partition("/")
        reads = [table for step in steps for table in _tables(plain[step]) if table not in steps]
        origins = {table: _SOURCES.get(table) or f"ref('{results[table]}')" for table in dict.fromkeys(reads)}
        pieces = [replace(written[step], query=variables.put_in(jinja(written[step].query))) for step in steps]
        told = " ".join(" ".join(plain[step].comment.splitlines()) for step in steps)
        models.append(Model(folder, name, told, columns[steps[-1]], _text(origins, pieces, dialect)))
    return [*models, _segments(dialect), _snapshots(dialect, variables.put_in(as_of))]


def _segments(dialect: SqlDialect) -> Model:
    columns = joined((Sql(f"scores.{column}") for column in CUSTOMERS[:-1]), ",\n        ")
    steps = [Step("segments", "The segment of each code.", render(_SEGMENTS_FROM, columns=columns))]
    text = _text({"scores": "ref('scores')", "scheme": "ref('scheme')"}, steps, dialect)
    return Model("segments", "segments", _SEGMENTS_TOLD, CUSTOMERS, text)


def _snapshots(dialect: SqlDialect, as_of: Sql) -> Model:
    """A day takes the place of the same day before; what was there is never rebuilt, as it cannot be."""
    steps = [Step("segment_snapshots", "A day's segments, under that day.", render(_SNAPSHOTS_FROM, as_of=as_of))]
    way = Sql(_WAYS.get(dialect.name, "'delete+insert', unique_key='as_of'"))
    text = _text({"segments": "ref('segments')"}, steps, dialect, head=render(_HISTORY, way=way))
    return Model("segments", "segment_snapshots", _SNAPSHOTS_TOLD, ("as_of", *CUSTOMERS), text)


def _text(origins: Mapping[str, str], steps: list[Step], dialect: SqlDialect, *, head: Sql = _NOTHING) -> Sql:
    imports = (_cte(name, render(_IMPORT, origin=Sql(origin))) for name, origin in origins.items())
    own = (_cte(step.name, step.query, step.comment) for step in steps)
    closing = Sql(f"\n{dialect.closing}" if dialect.closing else "")
    ctes = joined((*imports, *own), ",\n\n")
    return render(_MODEL, head=head, steps=ctes, result=Sql(steps[-1].name), closing=closing)


def _cte(name: str, query: Sql, comment: str = "") -> Sql:
    told = Sql(f"{commented(comment.splitlines())}\n" if comment else "")
    return render(_CTE, comment=told, name=Sql(name), query=query)


def _tables(step: Step) -> list[str]:
    """What a step reads."""
    return [table.name for table in _tree(step).find_all(exp.Table)]


def _tree(step: Step) -> Any:  # noqa: ANN401 - sqlglot's trees have no types of their own
    return sqlglot.parse_one(step.query, read="duckdb")


def _columns(steps: Iterable[Step]) -> dict[str, tuple[str, ...]]:
    """The columns of every step; those of a step that takes all of a table whose columns nobody told are none."""
    known: dict[str, tuple[str, ...]] = {}
    for step in steps:
        tree = _tree(step)
        found: list[str] = []
        for column in tree.selects:
            if column.is_star:
                found += known.get(_tables(step)[0], ())
            else:
                found.append(column.alias_or_name)
        known[step.name] = tuple(found)
    return known
