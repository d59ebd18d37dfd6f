"""A project in a server or a cluster: its past, why people move, and its KPIs are those of the same one in files."""

from __future__ import annotations

import csv
import json
from datetime import date
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest

from quintile.config.read import read_settings
from quintile.domain.engine_table import EngineTable
from quintile.domain.rhythm import Rhythm
from quintile.errors import SettingsError
from quintile.jobs.erase import erase
from quintile.jobs.history import Dates, history
from quintile.jobs.kpis import kpis
from quintile.jobs.migration import Between, migration, migration_series
from quintile.jobs.moves.movements import Wanted
from quintile.jobs.run import run
from quintile.jobs.verify import verify
from quintile.jobs.workplace.wish import Wish
from tests.engines.cases import sample_shop
from tests.engines.test_conformance import EVERY, differences

FIRST, LAST = date(2025, 4, 1), date(2025, 7, 1)
# What differs from one project to the other: names of snapshots and files, and how the rows came.
NAMES = {"snapshot", "folder", "files", "stopped_runs", "known", "inputs", "refresh", "assumed", "warnings"}
BOTH = ["postgresql", "spark"]
# Since when there are orders, and the first date that is looked back at; a query takes a cluster its time.
SINCE = {"postgresql": ("2023-05-01", date(2025, 2, 1)), "spark": ("2025-03-01", date(2025, 6, 1))}
CUSTOMERS = "customer_id, first_order, last_order, recency_days, frequency, monetary, r, f, m, rfm, segment"


class Project:
    """A project whose orders come from one table that grows, or from files of the same rows."""

    def __init__(self, folder, url):
        self.folder = folder
        self.url = url
        folder.mkdir()
        (folder / "quintile.toml").write_text(f'[engine]\nurl = "{url}"\n', encoding="utf-8")

    def settings(self, **groups):
        ledger = {"base_currency": "EUR", "time_zone": "Europe/Berlin", "grain": "line", "rates": f"{self.rates}"}
        given = {"ledger": ledger, "model": {"window": "12mo"}, "engine": {"url": self.url}, **groups}
        return read_settings(None, given)

    @property
    def rates(self):
        return self.folder.parent / "shop" / "rates.csv"

    def run(self, rows, as_of):
        """Publish a snapshot of all rows; the first one is the columns' names."""
        settings = self.settings(refresh={"mode": "full"}) if self.url == "duckdb" else self.settings()
        return run(Wish([self.loaded(rows)], settings, as_of=as_of), self.folder, in_project=True)

    def loaded(self, rows):
        path = self.folder.parent / f"{self.folder.name}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        if self.url == "duckdb":
            return path
        if self.url.startswith("spark"):
            parquet = path.with_suffix(".parquet")
            duckdb.execute(f"COPY (FROM read_csv('{path}', all_varchar = true)) TO '{parquet}' (FORMAT parquet)")
            return EngineTable(str(parquet))
        columns = ", ".join(f'"{column}" text' for column in rows[0])
        with psycopg.connect(self.url) as connection:
            connection.execute("DROP TABLE IF EXISTS orders")
            connection.execute(f"CREATE TABLE orders ({columns})")
            with connection.cursor().copy("COPY orders FROM STDIN") as copy:
                for row in rows[1:]:
                    copy.write_row([cell or None for cell in row])
        return EngineTable("public.orders")

    def customers(self):
        """The customers of the published snapshot by their ids."""
        home = self.folder / "store"
        snapshot = (home / "current").resolve()
        names = [home / one["name"] for one in json.loads((snapshot / "orders.json").read_text())["names"]]
        if self.url == "duckdb":
            read = [f"read_parquet('{path}')" for path in (snapshot / "customers.parquet", *names)]
            return sorted(duckdb.execute(named(read)).fetchall())
        told = [json.loads(path.read_text()) for path in (snapshot / "customers.table", *names)]
        if self.url.startswith("spark"):
            read = [f"read_parquet('{urlsplit(one['folder']).path}/*.parquet')" for one in told]
            return sorted(duckdb.execute(named(read)).fetchall())
        with psycopg.connect(self.url) as connection:
            query = named([f'"{one["schema"]}"."{one["table"]}"' for one in told])
            return sorted(connection.execute(query.encode()).fetchall())


def named(tables):
    """The query of customers by their ids: the first table has the customers, the others whose number is whose."""
    found, *numbers = tables
    names = " UNION ALL ".join(f"SELECT * FROM {table}" for table in numbers)
    return f"SELECT {CUSTOMERS} FROM {found} AS found JOIN ({names}) AS names USING (customer_key)"


def shop_rows(folder, since="2025-06-01"):
    with sample_shop(folder / "shop").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return [header, *(row for row in rows if row[header.index("ordered_at")] >= since)]


def until(rows, day, *, without=()):
    """The rows before a day, as they were known then: some came late."""
    place = rows[0].index("ordered_at")
    known = [row for row in rows[1:] if row[place] < day.isoformat() and row[0] not in without]
    return [rows[0], *known]


def plain(told):
    """An answer without the names that differ."""
    if isinstance(told, dict):
        return {key: plain(value) for key, value in told.items() if key not in NAMES}
    return [plain(one) for one in told] if isinstance(told, list) else told


def lived(project, rows, back_to):
    """The answers to all that a project can be asked after two runs and a look back."""
    late = sorted({row[0] for row in rows[1:]})[::4]
    answers = {
        "first": project.run(until(rows, FIRST, without=late), FIRST),
        "last": project.run(rows, LAST),
        "customers": project.customers(),
        "migration": migration(project.folder),
        "kpis": kpis(project.folder, project.settings()),
    }
    if EVERY or not project.url.startswith("spark"):  # each step takes a cluster its time
        dates = Dates(Rhythm.parse("month"), back_to)
        answers["history"] = history(project.folder, project.settings(), dates)
        answers["series"] = migration_series(project.folder, Between(start=back_to.isoformat()))
        answers["kpis over time"] = kpis(project.folder, project.settings())
    return plain(answers)


@pytest.mark.parametrize("kind", BOTH)
def test_a_project_elsewhere_has_the_same_past(kind, tmp_path, url_of):
    since, back_to = SINCE[kind]
    rows = shop_rows(tmp_path, since)
    expected = lived(Project(tmp_path / "here", "duckdb"), rows, back_to)
    project = Project(tmp_path / "there", url_of(kind))
    found = lived(project, rows, back_to)
    unlike = list(differences(found, {key: expected[key] for key in found}))
    assert not unlike, "\n".join(unlike)
    moved, came = (
        {line["cause"] for line in found["migration"][kind] if line["customers"]} for kind in ("causes", "new")
    )
    assert moved >= {"passing_time", "own_purchase"}
    assert "late_data" in came


def test_the_same_orders_again_change_nothing_and_vanished_ones_are_told(tmp_path, url_of):
    rows, project = shop_rows(tmp_path), Project(tmp_path / "there", url_of("postgresql"))
    first, again = project.run(rows, LAST), project.run(rows[:1] + rows[:0:-1], LAST)
    assert (again["snapshot"], again["known"]) == (first["snapshot"], first["known"])
    fewer = project.run([row for row in rows if row[0] != rows[1][0]], LAST)
    assert fewer["known"]["ledger"] == 2
    assert fewer["warnings"][0]["code"] == "vanished_orders"
    assert fewer["warnings"][0]["rows"] == 1


def test_a_project_elsewhere_is_verified(tmp_path, url_of):
    rows, project = shop_rows(tmp_path), Project(tmp_path / "there", url_of("postgresql"))
    project.run(rows, LAST)
    found = verify(project.folder, project.settings())
    assert (found["problems"], found["rows"] > 0) == ([], True)
    table = json.loads(next((project.folder / "store" / "orders").glob("*.table")).read_text())
    with psycopg.connect(project.url) as connection:
        connection.execute(f'DROP TABLE "{table["schema"]}"."{table["table"]}"'.encode())
    assert [one["problem"] for one in verify(project.folder, project.settings())["problems"]] == [
        "its rows cannot be read"
    ]
    with pytest.raises(SettingsError, match="lie in postgresql"):
        verify(project.folder, project.settings(), recompute=True)


def test_what_cannot_be_done_there_is_refused(tmp_path, url_of):
    rows, project = shop_rows(tmp_path, "2025-03-01"), Project(tmp_path / "there", url_of("postgresql"))
    project.run(until(rows, FIRST), FIRST)
    project.run(rows, LAST)
    here = read_settings(None, {})
    file = tmp_path / "shop" / "orders.csv"
    for ask in (
        lambda: run(Wish([file], here), project.folder, in_project=True),
        lambda: run(Wish([file], project.settings()), project.folder, in_project=True),
        lambda: erase(project.folder, ["C100021"], here),
        lambda: kpis(project.folder, here),
        lambda: migration(project.folder, Between(str(FIRST), str(LAST)), wanted=Wanted(tmp_path / "moved.csv")),
    ):
        with pytest.raises(SettingsError):
            ask()


def test_a_project_of_files_is_not_carried_on_in_a_server(tmp_path, url_of):
    rows = shop_rows(tmp_path)
    project = Project(tmp_path / "here", "duckdb")
    project.run(rows, LAST)
    project.url = url_of("postgresql")
    with pytest.raises(SettingsError, match="in files on this machine"):
        project.run(rows, LAST)
