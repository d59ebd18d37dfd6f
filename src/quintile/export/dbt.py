"""dbt: a fitted model as a dbt project over the user's own table: its scheme a seed, its cut points variables.

What dbt itself reads is written with ``[[ ]]`` in the templates, as dbt's own Jinja has to stay.
"""

from __future__ import annotations

import csv
import io
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from quintile.domain.scale import SINGLE_DIGIT
from quintile.errors import SettingsError
from quintile.export.dbt_models import PLACES, RAW, RAW_RATES, models_of
from quintile.export.dbt_schema import schema_of, seed_of, sources_of
from quintile.export.dbt_text import jinja, yaml
from quintile.export.dbt_vars import Variables
from quintile.export.dialect_sql import in_dialect
from quintile.export.embedding import TEMPLATES
from quintile.export.headlines import day_text
from quintile.export.markdown import plain
from quintile.export.sql_document import written_otherwise
from quintile.export.sql_scores import code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.export.dialects import SqlDialect
    from quintile.export.recipe import Recipe

PROJECT_FILE = "dbt_project.yml"
FIRST_LINE = "# RFM scores and segments of customers, written by quintile"
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(TEMPLATES / "dbt"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    variable_start_string="[[",
    variable_end_string="]]",
    block_start_string="[%",
    block_end_string="%]",
    comment_start_string="[#",
    comment_end_string="#]",
)
_ENVIRONMENT.filters.update(md=plain, jinja=jinja)
_EXECUTED = frozenset({"duckdb", "postgres"})
_ADAPTERS = {"tsql": "dbt-sqlserver"}
_TEXT_TYPES = {
    "postgres": "text",
    "spark": "string",
    "databricks": "string",
    "bigquery": "string",
    "redshift": "varchar(1000)",
    "clickhouse": "String",
    "tsql": "nvarchar(400)",
    "mysql": "varchar(400)",
}
_PROFILES = {
    "duckdb": {"type": "duckdb", "path": "shop.duckdb"},
    "postgres": {
        "type": "postgres",
        "host": "localhost",
        "port": 5432,
        "user": "{{ env_var('PGUSER') }}",
        "password": "{{ env_var('PGPASSWORD') }}",
        "dbname": "shop",
        "schema": "public",
        "threads": 4,
    },
}
_AS_OF = "The day of the result, which is the end of the window: orders before it count."
_MOMENTS = "The day of the result. The window, in UTC: orders from its start to before its end count."
_TEMPLATES = (
    "README.md",
    PROJECT_FILE,
    "models/rfm.md",
    "models/exposures.yml",
    "tests/every_code_has_a_segment.sql",
    "tests/one_row_per_customer_and_day.sql",
    "tests/money_of_lines_is_in_orders.sql",
    "tests/money_of_orders_is_with_customers.sql",
)


def dbt_project(recipe: Recipe, dialect: SqlDialect, intents: Mapping[str, str], version: str) -> dict[str, str]:
    """The files of a dbt project, each under its path.

    ``dbt build`` makes a table ``segments`` of it that holds the rows and columns of customers.csv.

    Args:
        recipe: The model, over the user's own table if it is named.
        dialect: The database's dialect.
        intents: What the business wants of each segment.
        version: Quintile's.

    Raises:
        SettingsError: ``dialect``, it cannot say something the model needs; ``table``, dbt cannot
            read it so; ``scheme``, a name that a seed cannot hold.
    """
    _refuse_unfit(recipe)
    over = replace(recipe, table=(RAW,), rates=recipe.rates and replace(recipe.rates, file=f"{RAW_RATES}.csv"))
    marked, variables, as_of = Variables.of(over, dialect)
    models = models_of(marked, dialect, variables, as_of)
    facts = {
        **_variables(variables),
        **_conservation(recipe),
        "recipe": recipe,
        "dialect": dialect,
        "version": version,
        "as_of": day_text(recipe.as_of),
        "models": models,
        "executed": dialect.name in _EXECUTED,
        "before": [*recipe.before, *written_otherwise(recipe)],
        "adapter": _ADAPTERS.get(dialect.name, f"dbt-{dialect.name}"),
        "profile": _profile(dialect),
        "text_type": _TEXT_TYPES.get(dialect.name, "varchar"),
        "intents": {segment: intents.get(segment, "") for segment in dict.fromkeys(recipe.segments.values())},
        "scores": range(1, recipe.model.scale.scores + 1),
        "code": in_dialect(code(recipe), dialect, pretty=False),
    }
    written = {path: _ENVIRONMENT.get_template(path.removeprefix("models/")).render(facts) for path in _TEMPLATES}
    return {
        **written,
        "models/sources.yml": sources_of(recipe, dialect),
        **schema_of(models, recipe),
        **{model.path: model.text for model in models},
        "seeds/scheme.csv": _scheme(recipe),
        "seeds/schema.yml": seed_of(),
    }


def _refuse_unfit(recipe: Recipe) -> None:
    """Refuse a table that dbt cannot name, and one that a model would take the place of."""
    *home, table = recipe.table or ("",)
    if len(home) > len(("database", "schema")):
        message, fix = f"'{'.'.join(recipe.table)}' has too many parts", "write --table database.schema.table"
        raise SettingsError("table", message, fix=fix)
    made = {place.rpartition("/")[2] for place in PLACES.values()} | {"segments", "segment_snapshots", "scheme"}
    if home and home[-1].casefold().endswith("_rfm") and table.casefold() in made:
        message = f"dbt could make its own table '{table}' in the schema '{home[-1]}', over yours"
        raise SettingsError("table", message, fix="give your table another name, or put it into another schema")


def _variables(variables: Variables) -> dict[str, Any]:
    return {
        "days": _indented(variables.days),
        "later": variables.days,
        "cuts": _indented(variables.cuts),
        "ties": any("first_ids" in name for name in variables.cuts),
        "days_told": _MOMENTS if "window_end" in variables.days else _AS_OF,
    }


def _conservation(recipe: Recipe) -> dict[str, Any]:
    """Between which columns money has to be kept; where refunds are rows they are part of it."""
    bought = "CASE WHEN amount >= 0 THEN amount ELSE 0 END"
    by_customer = [] if recipe.compares_customers else ["customer_id"]
    if recipe.rates is not None:
        lines = {"orders": "order_parts", "in_lines": "amount", "in_orders": "total", "keys": ["order_id", "currency"]}
    elif recipe.has_refund:
        lines = {"orders": "orders", "in_lines": bought, "in_orders": "gross", "keys": ["order_id"]}
    else:
        lines = {"orders": "orders", "in_lines": "amount", "in_orders": "gross - refunded", "keys": ["order_id"]}
    averaged = recipe.model.monetary == "average"
    return {
        **lines,
        "keys": [*lines["keys"], *by_customer],
        "customers": "customer_totals" if averaged else "segments",
        "money": "total" if averaged else "monetary",
    }


def _scheme(recipe: Recipe) -> str:
    """The segment of every code, as it is shown."""
    apart = "" if recipe.model.scale.scores <= SINGLE_DIGIT else "-"
    for segment in recipe.segments.values():
        if segment.strip().lower() in {"null", ""}:
            message, fix = f"dbt reads a segment called '{segment}' as nothing", "rename it in the scheme"
            raise SettingsError("scheme", message, fix=fix)
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(("rfm", "segment"))
    writer.writerows((apart.join(map(str, cell)), segment) for cell, segment in recipe.segments.items())
    return file.getvalue()


def _profile(dialect: SqlDialect) -> str:
    target = _PROFILES.get(dialect.name)
    return yaml({"rfm": {"target": "shop", "outputs": {"shop": target}}}) if target else ""


def _indented(values: Mapping[str, Any]) -> str:
    return textwrap.indent(yaml(dict(values)), "  ").rstrip("\n")
