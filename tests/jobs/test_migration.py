"""Migration through the whole product: two times, merges, lists, all kinds of models, damaged snapshots."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date

import duckdb
import pytest

from quintile.errors import SettingsError, StoreError
from quintile.jobs.delta import delta
from quintile.jobs.migration import Between, migrated, migration, migration_series
from quintile.jobs.moves.movements import HEADER as LIST_HEADER
from quintile.jobs.moves.movements import Wanted
from quintile.jobs.run import run
from quintile.snapshots.series import series
from tests.golden.reference import records
from tests.golden.refreshes import HEADER, Refreshed

JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)
OLD = [
    ("O1", "A", "2025-06-01", "10.00"),
    ("O2", "A", "2025-06-20", "20.00"),
    ("O3", "B", "2025-03-01", "5.00"),
    ("O4", "C", "2025-02-24", "99.90"),
    ("O5", "D", "2024-07-02", "9.00"),
]
NEW = [("O6", "B", "2025-07-20", "50.00"), ("O7", "E", "2025-07-21", "50.00"), ("O4", "C", "2025-02-25", "-99.90")]


def text(rows, header=HEADER):
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def project_at(folder, **settings):
    return Refreshed(folder, **{"output": {"report": False}, **settings})


def both(project, old=OLD, new=NEW, **later):
    project.run(text(old), JULY)
    project.run(text(new), AUGUST, **later)
    return project


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project that is only looked at."""
    return both(project_at(tmp_path_factory.mktemp("shop")))


def ways(found):
    """(from, to) -> causes with their counts, of all who moved, came or went."""
    return {(one["from"], one["to"]): one["causes"] for one in found["matrix"] if one["from"] != one["to"]}


def test_time_purchases_and_refunds_are_told_apart(shop):
    found = migration(shop.home)
    assert (found["from"]["as_of"], found["to"]["as_of"]) == ("2025-07-01", "2025-08-01")
    assert ways(found) == {
        ("About to Sleep", "Loyal"): {"own_purchase": 1},
        ("About to Sleep", None): {"refunded": 1},
        ("Hibernating", None): {"left_window": 1},
        (None, "Promising"): {"first_purchase": 1},
    }
    assert found["totals"] == {
        "both": 2,
        "stay": 1,
        "held_by_purchase": 0,
        "moved": 1,
        "moved_share": "0.500000",
        "up": 1,
        "down": 0,
        "new": 1,
        "lost": 2,
        "merged": 0,
    }
    path = next(one for one in found["paths"] if one["to"] == "Loyal")
    assert path["steps"] == [{"cause": "passing_time", "to": "Lost"}, {"cause": "own_purchase", "to": "Loyal"}]
    line = next(one for one in found["matrix"] if one["to"] == "Loyal" and one["from"] != "Loyal")
    assert (line["customers"], line["share"]) == (1, "0.500000")
    assert (line["revenue_before"], line["revenue"]) == ("5.00", "55.00")
    assert json.loads(json.dumps(found)) == found


def test_who_bought_before_the_window_came_back(tmp_path):
    found = migration(both(project_at(tmp_path, model={"window": "3mo"}), new=[("O6", "B", "2025-07-20", "5.00")]).home)
    assert {one["cause"] for one in found["new"] if one["customers"]} == {"returned"}


def test_an_old_order_that_comes_late_brings_a_customer_of_then(tmp_path):
    found = migration(both(project_at(tmp_path), new=[("O9", "F", "2025-06-30", "50.00")]).home)
    assert [(one["cause"], one["customers"]) for one in found["new"] if one["customers"]] == [("late_data", 1)]


def test_a_purchase_may_only_keep_a_customer_where_they_are(tmp_path):
    new = [("O6", "A", "2025-10-20", "20.00"), ("O7", "B", "2025-10-20", "1.00")]
    project = project_at(tmp_path)
    project.run(text(OLD), JULY)
    project.run(text(new), date(2025, 11, 1))
    found = migration(project.home)
    held = [one for one in found["paths"] if one["from"] == one["to"]]
    assert [step["cause"] for one in held for step in one["steps"]] == ["passing_time", "own_purchase"] * len(held)
    assert {one["cause"] for one in held} == {None}
    assert found["totals"]["held_by_purchase"] == sum(one["customers"] for one in held) > 0


def test_merged_customers_are_neither_new_nor_lost(tmp_path):
    project = project_at(tmp_path)
    first = project.run(text(OLD), JULY)["snapshot"]
    merges = tmp_path / "merges.csv"
    merges.write_text("old,new\nC,A\n", encoding="utf-8")
    second = project.run(text(OLD), JULY, ledger={"merges": str(merges)})["snapshot"]
    out = tmp_path / "all.csv"
    found = migration(project.home, Between(first, second), wanted=Wanted(out))
    assert (found["totals"]["merged"], found["totals"]["lost"], found["totals"]["new"]) == (1, 0, 0)
    assert ("C", "merged") in {(row["customer_id"], row["cause"]) for row in records(out)}


@pytest.mark.parametrize(
    ("model", "causes"),
    [
        ({"scheme": "rf-10"}, {"changed_settings"}),
        ({"scale": 3}, {"changed_settings"}),
        ({"method": "kmeans"}, {"changed_settings"}),
        ({"window": "2mo"}, {"changed_settings"}),
        ({"monetary": "average"}, {"changed_settings"}),
        ({"population": "ever"}, {"changed_settings"}),
        ({"best": "low"}, set()),
    ],
    ids=str,
)
def test_another_model_is_a_changed_setting(tmp_path, model, causes):
    project = project_at(tmp_path)
    first, second = (project.run(text(OLD), AUGUST, model=one)["snapshot"] for one in ({}, model))
    found = migration(project.home, Between(first, second))
    assert {cause for line in found["matrix"] for cause in line["causes"]} <= causes
    assert first != second


@pytest.mark.parametrize(
    "settings",
    [
        {"model": {"monetary": "average"}},
        {"model": {"population": "ever"}},
        {"model": {"recency": "elapsed"}},
        {"model": {"recency": "elapsed"}, "ledger": {"time_zone": "Europe/Istanbul"}},
        {"model": {"best": "low", "scale": 10}},
        {"model": {"scale": 4}},
        {"model": {"method": "ntile"}},
        {"model": {"method": "nested"}},
        {"ledger": {"refunds": "exclude_order", "zero_orders": "count"}},
    ],
    ids=str,
)
def test_every_kind_of_model_can_be_followed(tmp_path, settings):
    found = migration(both(project_at(tmp_path, **settings)).home)
    assert found["totals"]["both"] + found["totals"]["new"] == found["to"]["customers"]
    assert {one["cause"] for one in found["causes"] if one["customers"]} <= {
        "own_purchase",
        "passing_time",
        "refund_or_late_data",
    }


def test_a_list_of_customers_may_grow_and_shrink(tmp_path):
    project = project_at(tmp_path)
    lists = []
    for place, people in enumerate(("A\nB\nC\nX\n", "A\nB\nY\n")):
        file = tmp_path / f"people{place}.csv"
        file.write_text("customer_id\n" + people, encoding="utf-8")
        lists.append({"population": str(file)})
    project.run(text(OLD), JULY, model=lists[0])
    project.run(text([*OLD, *NEW]), AUGUST, model=lists[1], ledger={"refunds": "gross"}, refresh={"mode": "full"})
    found = migration(project.home)
    assert [(one["cause"], one["customers"]) for one in found["new"] if one["customers"]] == [("listed", 1)]
    assert [(one["cause"], one["customers"]) for one in found["lost"] if one["customers"]] == [("unlisted", 2)]


def test_other_rules_of_the_ledger_are_changed_settings(tmp_path):
    project = project_at(tmp_path)
    rows = [*OLD, ("O2", "A", "2025-06-21", "-19.00")]
    first, second = (
        project.run(text(rows), JULY, ledger={"refunds": rule})["snapshot"] for rule in ("gross", "exclude_order")
    )
    found = migration(project.home, Between(first, second))
    assert {cause for line in found["matrix"] for cause in line["causes"]} == {"changed_settings"}


def test_money_of_another_currency_is_not_scored_by_the_old_cut_points(tmp_path):
    project = project_at(tmp_path)
    project.run(text(OLD), JULY, ledger={"base_currency": "EUR"})
    second = project.run(text(OLD), AUGUST, ledger={"base_currency": "USD"}, refresh={"mode": "full", "refit": True})
    found = migration(project.home, Between("first", second["snapshot"]))
    assert {cause for line in found["matrix"] for cause in line["causes"]} <= {"changed_settings"}


def test_a_series_goes_from_date_to_date(tmp_path):
    project = both(project_at(tmp_path))
    project.run(text([("O8", "A", "2025-08-20", "1.00")]), date(2025, 9, 1))
    found = migration_series(project.home)
    assert [one["as_of"] for one in found["snapshots"]] == ["2025-07-01", "2025-08-01", "2025-09-01"]
    assert found["steps"] == [
        migration(project.home, Between("2025-07-01", "2025-08-01")),
        migration(project.home, Between("2025-08-01", "2025-09-01")),
    ]
    assert len(migration_series(project.home, Between("2025-08-01"))["steps"]) == 1


def test_two_versions_of_a_date_show_what_was_restated(tmp_path):
    project = both(project_at(tmp_path))
    late = [("O6", "B", "2025-07-20", "45.00"), ("O9", "E", "2025-07-22", "9.00"), ("O10", "D", "2025-08-02", "9.00")]
    project.run(text(late), AUGUST)
    found = delta(project.home)
    assert (found["from"]["known"], found["to"]["known"], found["to"]["as_of"]) == (2, 3, "2025-08-01")
    assert found["orders"] == {
        "added": {"orders": {"before": 0, "after": 1}, "net": {"before": "0.00", "after": "9.00"}},
        "changed": {"orders": {"before": 1, "after": 1}, "net": {"before": "50.00", "after": "45.00"}},
        "gone": {"orders": {"before": 0, "after": 0}, "net": {"before": "0.00", "after": "0.00"}},
    }
    assert {cause for line in found["matrix"] for cause in line["causes"]} == {"refund_or_late_data"}
    assert (found["from"]["revenue"], found["to"]["revenue"]) == ("135.00", "139.00")
    assert delta(project.home, "2025-08-01", Between("2", "3")) == found


def test_a_date_known_once_has_no_delta(shop):
    for as_of in (None, "2025-07-01"):
        with pytest.raises(SettingsError, match="one version only"):
            delta(shop.home, as_of)


def test_a_project_without_a_snapshot_has_no_delta(tmp_path):
    with pytest.raises(SettingsError, match="no snapshot yet"):
        delta(tmp_path)


def test_the_list_holds_one_pair_and_no_formula(tmp_path):
    project, out = project_at(tmp_path), tmp_path / "moved.csv"
    old = [(order, f"={who}", day, amount) for order, who, day, amount in OLD]
    new = [(order, f"={who}", day, amount) for order, who, day, amount in NEW]
    both(project, old, new)
    found = migration(project.home, wanted=Wanted(out, ("About to Sleep", "Loyal")))
    assert found["listed"] == {"file": str(out), "customers": 1}
    assert out.read_text(encoding="utf-8").splitlines() == [
        LIST_HEADER,
        "'=B,About to Sleep,Loyal,own_purchase,passing_time > own_purchase,311,343,5.00,55.00",
    ]
    for pair, who in ((("new", "Promising"), "'=E"), (("Hibernating", "lost"), "'=D")):
        migration(project.home, wanted=Wanted(out, pair))
        assert [row["customer_id"] for row in records(out)] == [who]


@pytest.mark.parametrize(
    ("pair", "name", "message"),
    [
        (("Loyl", "At Risk"), "a.csv", "no segment is called 'Loyl'"),
        (("lost", "At Risk"), "a.csv", "no segment is called 'lost'"),
        (None, "a.txt", "the list is a CSV file"),
        (None, "source1.csv", "no list of movements"),
    ],
)
def test_a_list_that_cannot_be_is_refused(shop, pair, name, message):
    with pytest.raises(SettingsError, match=message):
        migration(shop.home, wanted=Wanted(shop.folder / name, pair))


@pytest.mark.parametrize(
    ("between", "message"),
    [
        (Between("2025-08-01", "2025-07-01"), "later than"),
        (Between("last", "last"), "both are the snapshot 2025-08-01@2"),
        (Between("2025-09-01"), "no snapshot '2025-09-01'"),
        (Between(end="first"), "it takes two analysis dates"),
    ],
    ids=str,
)
def test_snapshots_that_cannot_be_compared_are_refused(shop, between, message):
    with pytest.raises(SettingsError, match=message):
        migration(shop.home, between)


def test_one_date_is_too_few(tmp_path):
    project = project_at(tmp_path)
    project.run(text(OLD), JULY)
    for job in (migration, migration_series):
        with pytest.raises(SettingsError, match="two analysis dates"):
            job(project.home)


def test_a_snapshot_that_does_not_follow_from_its_orders_is_an_error(tmp_path):
    project = both(project_at(tmp_path))
    store = project.home / "store"
    pair = series(store)
    for snapshot in pair:
        file = snapshot.folder / "customers.parquet"
        kept = tmp_path / "kept.parquet"
        shutil.copy(file, kept)
        duckdb.sql(f"COPY (SELECT * REPLACE ('Lost' AS segment) FROM '{kept}') TO '{file}' (FORMAT parquet)")
        with pytest.raises(StoreError, match=f"snapshot {snapshot.spoken} do not follow .*: [34] in other segments"):
            migrated(store, pair[0], pair[1])
        shutil.copy(kept, file)
    assert migrated(store, pair[0], pair[1])["totals"]["moved"] == 1


@pytest.mark.parametrize("gone", ["customers.parquet", "model.json", "orders.json"])
def test_a_snapshot_without_a_file_is_named(tmp_path, gone):
    project = both(project_at(tmp_path))
    first = series(project.home / "store")[0]
    (first.folder / gone).unlink()
    with pytest.raises(StoreError, match=f"the snapshot 2025-07-01@1 has no {gone}"):
        migration(project.home)


def test_orders_that_are_gone_are_named(tmp_path):
    project = both(project_at(tmp_path))
    next((project.home / "store" / "orders").glob("2025-06*")).unlink()
    with pytest.raises(StoreError, match="a file of the ledger is gone: 2025-06"):
        migration(project.home)


def test_who_is_not_known_yet_to_an_older_ledger_was_merged_with_nobody(tmp_path):
    project = project_at(tmp_path)
    project.run(text(OLD), JULY)
    project.run(text(OLD), AUGUST)
    late = [("O9", "LATE", "2025-06-10", "30.00")]
    run(replace(project.wish(text(late), JULY), backfill=True), project.home, in_project=True)
    found = migration(project.home, Between("2025-07-01", "2025-08-01"))
    assert (found["totals"]["lost"], found["totals"]["merged"]) == (2, 0)
    assert {one["cause"]: one["customers"] for one in found["lost"] if one["customers"]} == {
        "left_window": 1,
        "refunded": 1,
    }
