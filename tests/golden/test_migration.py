"""A real shop, month by month: who moved and why, against scores, segments and causes reckoned by pandas alone."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from quintile.config.read import read_settings
from quintile.jobs.migration import Between, migration, migration_series
from quintile.jobs.moves.movements import Wanted
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.conftest import ROOT
from tests.golden.reference import records

if TYPE_CHECKING:
    from pathlib import Path

UCI = "data/uci_online_retail/online_retail.parquet"
MONTHS = 6  # the window: shorter than the data, so that customers are lost
DATES = [date(2011, month, 1) for month in range(2, 13)]
SCHEME = ROOT / "src" / "quintile" / "segments" / "schemes" / "rfm-9.toml"
SCORES = 5


@pytest.fixture(scope="module")
def rows(shared) -> pd.DataFrame:
    """All rows, each in thousandths of a pound, so that money is whole."""
    found = pd.read_parquet(shared(UCI))
    found["at"] = pd.to_datetime(found["InvoiceDate"])
    found["money"] = (found["Quantity"].astype(int) * (found["UnitPrice"].astype(float) * 1000).round()).astype("int64")
    return found


@pytest.fixture(scope="module")
def project(rows, tmp_path_factory) -> Path:
    """The shop as it grew: each month's rows came on the first day of the next, scored by the first cut points."""
    folder = tmp_path_factory.mktemp("shop")
    settings = read_settings(
        None,
        {
            "model": {"window": f"{MONTHS}mo"},
            "ledger": {"grain": "line", "base_currency": "GBP"},
            "refresh": {"accept": ["distribution_shift", "volume_drop", "identity_shift", "schema_drift"]},
            "output": {"formats": ["parquet"], "report": False},
        },
    )
    since = pd.Timestamp(0)
    for place, as_of in enumerate(DATES):
        until = pd.Timestamp(as_of)
        part = rows[(rows["at"] >= since) & (rows["at"] < until)].drop(columns=["at", "money"])
        part.to_parquet(folder / f"part{place}.parquet")
        wish = Wish([folder / f"part{place}.parquet"], settings, as_of, project=folder / "project")
        run(wish, folder / "project", in_project=True)
        since = until
    return folder / "project"


class Shop:
    """The same shop in pandas: orders, and the scores of any moment by the cut points of the first date."""

    def __init__(self, rows: pd.DataFrame) -> None:
        known = rows.dropna(subset="CustomerID")
        known = known.assign(customer=known["CustomerID"].astype(float).astype(int).astype(str))
        known = known.assign(sold=known["money"].clip(lower=0))
        orders = known.groupby(["customer", "InvoiceNo"]).agg(
            at=("at", "min"), money=("money", "sum"), sold=("sold", "sum")
        )
        self.orders = orders.reset_index()
        with SCHEME.open("rb") as file:
            self.scheme = tomllib.load(file)["segments"]
        first = self.measured(DATES[0], DATES[0])
        self.cuts = [self.learned(-first["recency"]), self.learned(first["frequency"]), self.learned(first["monetary"])]

    def measured(self, as_of: date, until: date) -> pd.DataFrame:
        """Recency, frequency and monetary as of a date, from the orders before another date."""
        start, end = pd.Timestamp(as_of) - pd.DateOffset(months=MONTHS), pd.Timestamp(min(as_of, until))
        inside = self.orders[(self.orders["at"] >= start) & (self.orders["at"] < end)]
        bought = inside[inside["money"] > 0].groupby("customer")
        found = pd.DataFrame({"frequency": bought["InvoiceNo"].nunique(), "last": bought["at"].max()})
        alone = inside[inside["money"] < 0].groupby("customer")["money"].sum()
        found["monetary"] = bought["money"].sum() + alone.reindex(found.index).fillna(0).astype("int64")
        found["recency"] = (pd.Timestamp(as_of) - found["last"].dt.normalize()).dt.days
        return found

    @staticmethod
    def learned(values: pd.Series) -> list[int]:
        """The smallest value than which at least the share j/5 of the customers is strictly worse, for j = 1 to 4."""
        worse = values.rank(method="min") - 1
        return [values[worse * SCORES >= share * len(values)].min() for share in range(1, SCORES)]

    def segments(self, as_of: date, until: date) -> dict[str, str]:
        """The segment of each customer."""
        found = self.measured(as_of, until)
        columns = (-found["recency"], found["frequency"], found["monetary"])
        scored = [
            1 + sum((values >= cut).astype(int) for cut in cuts if not pd.isna(cut))
            for values, cuts in zip(columns, self.cuts, strict=True)
        ]
        named = {cell: self.named(cell) for cell in set(zip(*scored, strict=True))}
        return {who: named[cell] for who, *cell_ in zip(found.index, *scored, strict=True) for cell in [tuple(cell_)]}

    def named(self, cell: tuple[int, int, int]) -> str:
        """The first segment of the scheme that takes three scores."""
        r, f, m = cell
        values = {"r": r, "f": f, "m": m, "fm": (f + m) / 2}
        return next(
            segment["name"]
            for segment in self.scheme
            if any(all(low <= values[key] <= high for key, (low, high) in rule.items()) for rule in segment["rules"])
        )


@pytest.fixture(scope="module")
def shop(rows) -> Shop:
    return Shop(rows)


def pairs_of(before: dict[str, str], after: dict[str, str]) -> Counter[tuple[str | None, str | None]]:
    return Counter((before.get(who), after.get(who)) for who in before.keys() | after.keys())


def cause_of(states: list[str | None], *, came_before: bool) -> str | None:
    """The cause of a customer who is in three states: before, later without new orders, later with them."""
    first, waited, last = states
    if first is None:
        return "returned" if came_before else "first_purchase"
    if last is None:
        return "left_window"
    if first == last:
        return None
    return "passing_time" if waited == last else "own_purchase"


@pytest.fixture(scope="module")
def series(project):
    return migration_series(project)["steps"]


@pytest.mark.parametrize("place", range(1, len(DATES)), ids=lambda place: f"{DATES[place]:%B}")
def test_matrix_and_causes_are_those_of_pandas(series, shop, place):
    before, after = DATES[place - 1], DATES[place]
    step = series[place - 1]
    assert (step["from"]["as_of"], step["to"]["as_of"]) == (before.isoformat(), after.isoformat())
    states = [shop.segments(before, before), shop.segments(after, before), shop.segments(after, after)]
    found = {(line["from"], line["to"]): line["customers"] for line in step["matrix"]}
    assert found == dict(pairs_of(states[0], states[2]))
    old = shop.orders[(shop.orders["at"] < pd.Timestamp(before)) & (shop.orders["money"] > 0)]
    earlier = set(old["customer"])
    causes: Counter[tuple[str | None, str | None, str]] = Counter()
    for who in states[0].keys() | states[2].keys():
        way = [state.get(who) for state in states]
        cause = cause_of(way, came_before=who in earlier)
        if cause is not None:
            causes[way[0], way[2], cause] += 1
    told = {
        (line["from"], line["to"], cause): count for line in step["matrix"] for cause, count in line["causes"].items()
    }
    assert told == dict(causes)
    moved = sum(count for (first, last), count in found.items() if None not in {first, last} and first != last)
    assert sum(line["customers"] for line in step["causes"]) == step["totals"]["moved"] == moved > 0


def test_revenue_is_that_of_pandas_to_the_last_digit(series, shop):
    for place, step in enumerate(series):
        total = int(shop.measured(DATES[place + 1], DATES[place + 1])["monetary"].sum())
        assert Decimal(step["to"]["revenue"]) == Decimal(total).scaleb(-3)


def test_the_revenue_of_both_snapshots_is_spread_over_the_matrix(series):
    for step in series:
        assert sum(Decimal(line["revenue"]) for line in step["matrix"]) == Decimal(step["to"]["revenue"])
        assert sum(Decimal(line["revenue_before"]) for line in step["matrix"]) == Decimal(step["from"]["revenue"])


def test_any_two_dates_may_be_compared_and_the_list_names_those_who_moved(project, shop, tmp_path):
    before, after = DATES[3], DATES[-1]
    out = tmp_path / "at_risk.csv"
    wanted = Wanted(out, ("Loyal", "At Risk"))
    found = migration(project, Between(before.isoformat(), "last"), wanted=wanted)
    then, now = shop.segments(before, before), shop.segments(after, after)
    expected = sorted((who for who in then if (then[who], now.get(who)) == wanted.pair), key=int)
    listed = records(out)
    assert [row["customer_id"] for row in listed] == expected
    assert found["listed"]["customers"] == len(expected) > 0
    line = next(one for one in found["matrix"] if (one["from"], one["to"]) == wanted.pair)
    assert dict(Counter(row["cause"] for row in listed)) == line["causes"]
