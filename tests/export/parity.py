"""A shop with every nuisance that a written-down model has to repeat, and the two programs run on its raw file."""

from __future__ import annotations

import contextlib
import csv
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb

from quintile.config.read import read_settings
from quintile.domain.columns import CUSTOMERS
from quintile.export.python import model_python
from quintile.export.recipe import Recipe
from quintile.export.sql import model_sql
from quintile.export.sql_columns import load_sql
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from quintile.segments.load import kept_scheme

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.rfm_model import RfmModel

AS_OF = date(2025, 7, 1)
COLUMNS = ("buyer id", "receipt", "pos", "bought at", "net value", "state")


@dataclass(frozen=True)
class Written:
    """What quintile found, and what the SQL and the Python that it wrote down find in the same file."""

    report: dict[str, Any]
    recipe: Recipe
    customers: list[tuple[Any, ...]]
    by_sql: list[tuple[Any, ...]]
    by_python: list[tuple[Any, ...]]


def lines_of(customers: int = 90) -> list[tuple[str, ...]]:
    """Order lines: returns as negative rows, repeated and cancelled lines, gifts, guests, orders without an id."""
    rows: list[tuple[str, ...]] = []
    for customer in range(customers):
        for order in range(1 + (customer * customer) % 5 * (customer % 2)):
            seed = customer * 7919 + order * 104729
            moment = datetime(2025, 6, 30, 23, 30) - timedelta(days=seed % 500, minutes=seed % 1400)  # noqa: DTZ001
            name = "" if customer % 17 == 3 else f"C{customer:03d}"
            receipt = "" if seed % 23 == 0 else f"R{customer}-{order}"
            state = {0: "cancelled", 1: "Refunded", 2: "test"}.get(seed % 19, "shipped")
            for line in range(1 + seed % 3):
                cents = 0 if seed % 29 == 0 else 150 + seed * (line + 3) % 9000
                row = (name, receipt, str(line + 1), f"{moment:%Y-%m-%d %H:%M:%S}", f"{cents / 100:.2f}", state)
                rows += [row, row] if seed % 31 == 5 else [row]
                if receipt and (seed + line) % 7 == 0:
                    back = moment + timedelta(days=9)
                    money = cents if seed % 2 else cents // 3
                    rows.append(
                        (name, receipt, f"{line + 9}", f"{back:%Y-%m-%d %H:%M:%S}", f"-{money / 100:.2f}", "ok")
                    )
    return rows


MAP = {
    "customer": "buyer id",
    "order": "receipt",
    "line": "pos",
    "time": "bought at",
    "amount": "net value",
    "status": "state",
}


@dataclass(frozen=True)
class Shop:
    """Orders as rows of text, their columns, and which column plays which role."""

    name: str
    columns: tuple[str, ...]
    map: dict[str, str]
    rows: tuple[tuple[str, ...], ...]

    def write(self, folder: Path) -> Path:
        """The rows as a CSV file."""
        file = folder / f"{self.name}.csv"
        with file.open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows((self.columns, *self.rows))
        return file


def write_lines(path: Path, columns: tuple[str, ...] = COLUMNS, delimiter: str = ",") -> Path:
    """The lines as a text file with some of the columns."""
    places = [COLUMNS.index(column) for column in columns]
    text = [delimiter.join(columns), *(delimiter.join(row[place] for place in places) for row in lines_of())]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return path


LINES = Shop("shop_lines", COLUMNS, MAP, tuple(lines_of()))


def written(file: Path, settings: dict[str, dict[str, Any]], *, model: RfmModel | None = None, **more: Any) -> Written:
    """Run quintile on a file, then the two programs it writes down, in the file's folder."""
    out = file.parent / "results"
    wish = Wish(sources=[file], settings=read_settings(None, settings), model=model, **{"as_of": AS_OF, **more})
    run(wish, out)
    return programs(file.parent, out)


def programs(folder: Path, out: Path) -> Written:
    """The two programs of a result, run where its sources lie."""
    report = json.loads((out / "run.json").read_text(encoding="utf-8"))
    recipe = Recipe.of(report, kept_scheme(report["model"]["scheme"], report["model"]["scheme_text"]))
    with duckdb.connect() as connection:
        customers = connection.execute("FROM read_parquet(?) ORDER BY customer_id", [str(out / "customers.parquet")])
        found = customers.fetchall()
    return Written(report, recipe, found, by_sql(recipe, folder), by_python(recipe, folder))


def by_sql(recipe: Recipe, folder: Path) -> list[tuple[Any, ...]]:
    """What the query finds after its own statement has loaded the file."""
    with duckdb.connect(config={"file_search_path": str(folder)}) as connection:
        connection.execute(load_sql(recipe) or "")
        return connection.execute(model_sql(recipe)).fetchall()


def by_python(recipe: Recipe, folder: Path) -> list[tuple[Any, ...]]:
    """What the program finds when it is pasted where the files lie."""
    space: dict[str, Any] = {}
    with contextlib.chdir(folder):
        exec(model_python(recipe), space)
    return [tuple(customer[column] for column in CUSTOMERS) for customer in space["customers"]]
