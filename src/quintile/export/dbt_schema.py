"""dbt schema: what every model and column is, and the tests that have to hold of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.engine.render import name
from quintile.export.dbt_models import SOURCE
from quintile.export.dbt_text import jinja, yaml
from quintile.export.dialect_sql import in_dialect
from quintile.export.sql_columns import table_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quintile.export.dbt_models import Model
    from quintile.export.dialects import SqlDialect
    from quintile.export.recipe import Recipe

_Properties = dict[str, Any]
_TOLD = {
    "amount": "What was paid; negative where it went back.",
    "as_of": "The day the scores are of; orders before it count.",
    "currency": "The currency of the amount.",
    "customer_id": "The customer.",
    "f": "Score of frequency.",
    "first_day": "The first day the rate holds.",
    "first_order": "The day of the first purchase in the window.",
    "frequency": "Purchases in the window.",
    "gross": "What was paid for the order.",
    "is_bought": "1 if something was bought, 0 if money only went back.",
    "is_excluded": "1 if the row does not count, by its status or kind.",
    "is_paid_back": "1 if the status says that the row was paid back.",
    "is_purchase": "1 if the order counts as a purchase, 0 if it only lowers what was paid.",
    "is_refund": "1 if the kind says that money went back.",
    "last_order": "The day of the last purchase in the window.",
    "line": "Tells the lines of an order apart.",
    "m": "Score of monetary.",
    "monetary": "What the customer's orders of the window are worth, by the model's rule for refunds.",
    "net": "What the order is worth, by the model's rule for refunds.",
    "next_day": "The first day the rate no longer holds.",
    "order_day": "The day of the order.",
    "order_id": "The order.",
    "ordered_at": "When it was ordered.",
    "placed_at": "When its order was bought, or went back if nothing of it was.",
    "other_customer_id": "Another customer of the order, if two are named.",
    "r": "Score of recency.",
    "rate": "What one unit of the currency is worth.",
    "recency_days": "Days since the last purchase; smaller is better.",
    "refund": "What went back, as the row tells it.",
    "refunded": "What went back of the order.",
    "rfm": "The three scores side by side: the code.",
    "segment": "{{ doc('segments') }}",
    "total": "The sum of the amounts.",
    "went_back": "The sum of what went back as rows of their own.",
}
_ROLES = {
    "amount": "What was paid.",
    "currency": "The currency of the amount.",
    "date": "The day of the rate.",
    "kind": "What kind of row it is.",
    "line": "Tells the lines of an order apart.",
    "order": "The order.",
    "quantity": "How many were bought.",
    "rate": "What one unit of the currency is worth.",
    "refund": "What went back.",
    "status": "The status of the order.",
    "time": "When it was ordered.",
    "unit_price": "What one costs.",
}
_WHO = "Who bought."
_ALWAYS = {  # what is never NULL, by model
    "stg_rates": ("currency", "first_day", "rate"),
    "excluded_orders": ("order_id",),
    "order_lines": ("customer_id", "order_id", "ordered_at", "amount"),
    "order_parts": ("customer_id", "order_id", "ordered_at", "rate"),
    "orders": ("customer_id", "order_id", "ordered_at", "gross", "refunded"),
    "orders_in_window": ("customer_id", "order_day", "net", "is_purchase"),
    "customer_totals": ("customer_id", "frequency", "total"),
    "rfm": ("customer_id", "frequency", "monetary"),
    "scores": ("customer_id", "r", "f", "m", "rfm"),
    "segments": ("customer_id", "segment"),
    "segment_snapshots": ("as_of", "customer_id", "segment"),
}
_ONCE = {"customer_totals": "customer_id", "rfm": "customer_id", "scores": "customer_id", "segments": "customer_id"}
_POINTS_TO = {  # (model, column): the model and the column where the value has to be
    ("rfm", "customer_id"): ("orders", "customer_id"),
    ("scores", "customer_id"): ("rfm", "customer_id"),
    ("scores", "rfm"): ("scheme", "rfm"),
    ("segments", "customer_id"): ("scores", "customer_id"),
    ("segments", "segment"): ("scheme", "segment"),
}


def schema_of(models: Iterable[Model], recipe: Recipe) -> dict[str, str]:
    """For each folder of models their properties: descriptions and tests."""
    folders: dict[str, list[_Properties]] = {}
    for model in models:
        columns = [_column(model.name, column, recipe) for column in model.columns]
        folders.setdefault(model.folder, []).append({"name": model.name, "description": model.told, "columns": columns})
    return {f"models/{folder}/schema.yml": yaml({"version": 2, "models": found}) for folder, found in folders.items()}


def sources_of(recipe: Recipe, dialect: SqlDialect) -> str:
    """The user's own tables, each with the columns that the model reads.

    Args:
        recipe: The model over the user's own table; without a name of it the file's is taken.
        dialect: How names are quoted.
    """
    *home, table = recipe.table or (table_name(recipe),)
    columns = {column: _ROLES.get(role, _WHO) for role, column in recipe.columns.items()}
    read = {column: columns[column] for column in recipe.read_columns} or {recipe.customer: _WHO}
    tables = [_source("transactions", table, "Your transactions, as they are.", read, dialect)]
    if recipe.rates is not None:
        read = {column: _ROLES[role] for role, column in recipe.rates.columns.items()}
        tables.append(_source("rates", recipe.rates.table, "Your exchange rates.", read, dialect))
    place = {part: _name(given, dialect) for part, given in zip(("schema", "database"), reversed(home), strict=False)}
    quoting = dict.fromkeys(place, True)
    if not place:
        place = {"schema": "{{ target.schema }}"}
    source = {"name": SOURCE, "description": "Your own tables.", **place, "quoting": {**quoting, "identifier": True}}
    return yaml({"version": 2, "sources": [{**source, "tables": tables}]})


def _source(called: str, table: str, told: str, columns: Mapping[str, str], dialect: SqlDialect) -> _Properties:
    described = [{"name": jinja(column), "description": meant} for column, meant in columns.items()]
    return {"name": called, "identifier": _name(table, dialect), "description": told, "columns": described}


def _name(given: str, dialect: SqlDialect) -> str:
    """A name the way it stands between the quotes that dbt puts around it."""
    quoted = in_dialect(name(given), dialect, pretty=False)
    return jinja((name(given) if quoted.startswith("[") else quoted)[1:-1])


def _column(model: str, column: str, recipe: Recipe) -> _Properties:
    tests: list[Any] = []
    never = [*_ALWAYS.get(model, ())]
    if model == "rfm" and recipe.model.population != "ever":
        never += ["first_order", "last_order", "recency_days"]
    tests += ["not_null"] if column in never else []
    if _ONCE.get(model) == column or ((model, column) == ("orders", "order_id") and recipe.compares_customers):
        tests.append("unique")
    if column.startswith("is_"):
        tests.append({"accepted_values": {"arguments": {"values": [0, 1], "quote": False}}})
    if model == "scores" and column in ("r", "f", "m"):
        values = list(range(1, recipe.model.scale.scores + 1))
        tests.append({"accepted_values": {"arguments": {"values": values, "quote": False}}})
    if (model, column) in _POINTS_TO:
        other, field = _POINTS_TO[model, column]
        tests.append({"relationships": {"arguments": {"to": f"ref('{other}')", "field": field}}})
    return {"name": column, "description": _TOLD[column], **({"data_tests": tests} if tests else {})}


def seed_of() -> str:
    """The properties of the scheme."""
    columns = [
        {"name": "rfm", "description": _TOLD["rfm"], "data_tests": ["not_null", "unique"]},
        {"name": "segment", "description": _TOLD["segment"], "data_tests": ["not_null"]},
    ]
    told = "The segment of every code. Another scheme is another file of the same form."
    return yaml({"version": 2, "seeds": [{"name": "scheme", "description": told, "columns": columns}]})
