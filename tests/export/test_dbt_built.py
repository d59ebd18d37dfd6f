"""dbt build of written projects: all its tests pass, and its tables hold every customer's row as quintile gave it."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.run import run
from tests.export.dbt_built import DuckDbFile, PostgreSqlSchema, Project, dbt, of_shop
from tests.export.parity import LINES, Shop, programs, written
from tests.export.test_sql_executed import IDS

SHOPS = {
    "net": {"ledger": {"refunds": "net"}},
    "average_elapsed": {
        "ledger": {"time_zone": "America/New_York"},
        "model": {"monetary": "average", "recency": "elapsed", "method": "nested"},
    },
}
NAMES = (
    '{{ 7 * 7 }} "best"',
    "{% raw %}{# 'no' #}",
    "; DROP TABLE scheme; --",
    "yes: [1, 2] # &a *a !!x",
    "back\\slash, %s {0} ${1}",
    "1e5",
    "\U0001f600 d\u00e9j\u00e0 \u2028 vu}}",
    "{" * 5 + "%",
)


def hostile_scheme(folder):
    """A scheme whose names are code to somebody: YAML, Jinja, CSV or SQL."""
    codes = [f"[{n}, {n}]" for n in range(1, 4)]
    boxes = [f"{{ r = {r}, f = {f} }}" for r in codes for f in codes]
    segments = [
        "[[segments]]\nname = {0}\nintent = {0}\nrules = [{1}]\n".format(
            '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"', ", ".join(boxes[place :: len(NAMES)])
        )
        for place, name in enumerate(NAMES)
    ]
    path = folder / "ours.toml"
    path.write_text('title = "Ours"\nsource = "us"\nscale = 3\nbest = "high"\n' + "".join(segments), encoding="utf-8")
    return str(path)


def hostile(folder):
    """A shop in which tables, columns and customers have such names as well."""
    columns = ('{{ target }} "id"', "{% when %}: #", "how\\much {#")
    ids = [*IDS, "{{ 1 }}", "{% x %}", "'{{ q }}'"]
    rows = tuple(
        (name, f"2025-0{1 + (n + again) % 6}-{1 + n % 27:02d} 00:30:00", f"{n % 5}.0{1 + again % 3}")
        for n, name in enumerate(ids)
        for again in range(1 + n % 3)
    )
    shop = Shop("{{ this }} \"'; --", columns, dict(zip(("customer", "time", "amount"), columns, strict=True)), rows)
    model = {"scale": 3, "method": "ntile", "window": "all", "scheme": hostile_scheme(folder)}
    read: dict[str, dict[str, Any]] = {"reading": {"map": shop.map}, "ledger": {"refunds": "gross"}, "model": model}
    return written(shop.write(folder), read), shop


def two_currencies(folder):
    """A shop with a table of rates beside its orders."""
    shop = make_sample_shop(folder, customers=150, seed=3)
    run(sample_wish(shop), folder / "results")
    found, tables = programs(folder, folder / "results"), {}
    assert found.recipe.rates is not None
    for file in (*found.recipe.files, found.recipe.rates.file):
        with (folder / file).open(encoding="utf-8", newline="") as opened:
            columns, *rows = csv.reader(opened)
        tables[file.removesuffix(".csv")] = (columns, rows)
    return found, tables


@pytest.mark.parametrize("name", ["duckdb", "postgres"])
def test_the_tables_hold_what_quintile_found(request, shop_of, tmp_path, name):
    shops = {shop: (shop_of(LINES, how), LINES) for shop, how in SHOPS.items()}
    shops["gross_all_hostile"] = hostile(tmp_path)
    found = {shop: (one, of_shop(one.recipe, raw.columns, raw.rows)) for shop, (one, raw) in shops.items()}
    if name == "postgres":
        found["two_currencies"] = two_currencies(tmp_path)
    projects = {}

    def made_in(shop: str) -> DuckDbFile | PostgreSqlSchema:
        if name == "duckdb":
            return DuckDbFile(tmp_path / f"{shop}.duckdb")
        return PostgreSqlSchema(request.getfixturevalue("postgres"), shop)

    for shop, (one, tables) in found.items():
        database = made_in(shop)
        table = (database.schema, next(iter(tables)))
        recipe = one.recipe if shop == "net" else replace(one.recipe, table=table)
        projects[shop] = Project.of(database, tmp_path / shop, recipe, tables)
    assert dict(zip(projects, dbt(*((one, "build") for one in projects.values())), strict=True)) == {
        shop: [] for shop in projects
    }
    for shop, project in projects.items():
        assert len(found[shop][0].customers) > 20
        assert project.table("segments") == sorted(found[shop][0].customers, key=repr)
    assert {segment for (segment,) in projects["gross_all_hostile"].table("scheme", "segment")} == {*NAMES}


def spoil(project, code):
    """Lose a code of the scheme, money that went back of orders, and let customers have more than their orders."""
    for path, old, new in (
        ("seeds/scheme.csv", f'"{code}"', '"666"'),
        (
            "models/ledger/orders.sql",
            "sum(CASE WHEN amount >= 0 THEN amount ELSE 0 END) AS gross",
            "sum(amount) AS gross",
        ),
        ("models/rfm/customer_totals.sql", "sum(net)", "0.01 + sum(net)"),
    ):
        file = project.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")


def test_days_are_kept_side_by_side_and_what_is_lost_is_found(tmp_path):
    read: dict[str, dict[str, Any]] = {"reading": {"map": LINES.map}, "model": {"monetary": "average"}}
    first = written(LINES.write(tmp_path), read)
    later = written(tmp_path / f"{LINES.name}.csv", read, model=first.recipe.model, as_of=date(2025, 8, 1))
    tables = of_shop(first.recipe, LINES.columns, LINES.rows)
    whole, spoilt = (
        Project.of(DuckDbFile(tmp_path / f"{name}.duckdb"), tmp_path / name, first.recipe, tables)
        for name in ("whole", "spoilt")
    )
    spoil(spoilt, first.customers[0][9])
    assert later.recipe.start is not None
    days = f'--vars {{"as_of":"2025-08-01","window_start":"{later.recipe.start:%Y-%m-%d}"}}'
    *passed, _, failed = dbt(
        (whole, "build --exclude-resource-type test"),
        (whole, f"build {days}"),
        (whole, f"run --full-refresh --select segment_snapshots {days}"),
        (spoilt, "build --exclude-resource-type test"),
        (spoilt, "test --select test_type:singular scores"),
    )
    assert passed == [[], [], []]
    assert first.customers != later.customers
    assert whole.table("segments") == sorted(later.customers, key=repr)
    kept = [
        (day, *customer) for day, one in (("2025-07-01", first), ("2025-08-01", later)) for customer in one.customers
    ]
    found = [(f"{day}", *customer) for day, *customer in whole.table("segment_snapshots")]
    assert sorted(found, key=repr) == sorted(kept, key=repr)
    assert sorted(told.partition(":")[0] for told in failed) == [
        "every_code_has_a_segment",
        "money_of_lines_is_in_orders",
        "money_of_orders_is_with_customers",
        "relationships_scores_rfm__rfm__ref_scheme_",
    ]
