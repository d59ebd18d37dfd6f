"""Drift guards over whole shops: no false alarm on sound batches, and every injected drift found."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from quintile.domain.drift import Finding
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql
from quintile.errors import DataError, Place
from quintile.ledger import drift
from quintile.ledger.drift import find_drift, remembered, renamed, settle
from tests.ledger.shops import LAST_DAY, Project, rows, shop

BEGIN = date(2020, 1, 1)
WEEK = (date(2025, 3, 1), date(2025, 3, 8))
SEEDS = (1, 2)
CODES = ("schema_drift", "volume_drop", "distribution_shift", "identity_shift")

# What happens to a week's rows, and what must be said of it.
AMOUNT = "SELECT * REPLACE (CAST({value} AS VARCHAR) AS amount) FROM ({week})"
IDS = "SELECT * REPLACE ({value} AS customer_id) FROM ({week})"
INJECTED = {
    "cents": (AMOUNT, "CAST(CAST(amount AS DECIMAL(12, 2)) * 100 AS BIGINT)", "distribution_shift"),
    "thousands": (AMOUNT, "CAST(amount AS DECIMAL(12, 2)) * 1000", "distribution_shift"),
    "hundredths": (AMOUNT, "CAST(amount AS DECIMAL(12, 2)) * 0.01", "distribution_shift"),
    "turned signs": (AMOUNT, "-CAST(amount AS DECIMAL(12, 2))", "distribution_shift"),
    "nothing but zeros": (AMOUNT, "0", "distribution_shift"),
    "four times": (AMOUNT, "CAST(amount AS DECIMAL(12, 2)) * 4", "amount_scale_shift"),
    "decimal comma": (AMOUNT, "replace(amount, '.', ',')", "schema_drift"),
    "another currency": ("SELECT * REPLACE ({value} AS currency) FROM ({week})", "'GBP'", "distribution_shift"),
    "e-mails for ids": (IDS, "email", "identity_shift"),
    "numbers for ids": (IDS, "replace(customer_id, 'C', '')", "identity_shift"),
    "a prefix": (IDS, "'X-' || customer_id", "identity_shift"),
    "other people's ids": (IDS, "'C9' || customer_id[3:]", "identity_shift"),
    "ids lost": (IDS, "CASE WHEN hash(order_id) % 20 < 9 THEN NULL ELSE customer_id END", "identity_shift"),
    "ten years ago": (
        "SELECT * REPLACE (strftime({value}, '%Y-%m-%dT%H:%M:%S') AS ordered_at) FROM ({week})",
        "CAST(ordered_at AS TIMESTAMP) - INTERVAL 10 YEAR",
        "distribution_shift",
    ),
    "day first": (
        "SELECT * REPLACE (strftime({value}, '%d/%m/%Y') AS ordered_at) FROM ({week})",
        "CAST(ordered_at AS TIMESTAMP) + INTERVAL 14 DAY",
        "schema_drift",
    ),
    "a twentieth": ("SELECT * FROM ({week}) WHERE hash(order_id) % 20 = {value}", "0", "volume_drop"),
    "a renamed column": ("SELECT * RENAME (status AS {value}) FROM ({week})", "zustand", "schema_drift"),
    "a lost column": ("SELECT * EXCLUDE ({value}) FROM ({week})", "currency", "schema_drift"),
    "an unused column lost": ("SELECT * EXCLUDE ({value}) FROM ({week})", "sku", "removed_column"),
    "a new column": ("SELECT *, {value} AS coupon FROM ({week})", "'x'", "new_column"),
}


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed {seed}")
def sample(request, tmp_path_factory):
    """A shop's database; its table ``shop`` has the day each row came."""
    folder = tmp_path_factory.mktemp("shop")
    engine = DuckDbEngine([folder], threads=2)
    shop(engine, folder, customers=3_000, seed=request.param)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def project(sample):
    """A project that holds all rows up to the week."""
    begun = Project(sample)
    begun.add(rows(BEGIN, WEEK[0]))
    return begun


def test_a_usual_week_is_no_drift(project):
    assert project.compare(rows(*WEEK))[1] == []


@pytest.mark.parametrize("what", INJECTED)
def test_what_is_done_to_a_week_is_found(project, what):
    template, value, code = INJECTED[what]
    _, found = project.compare(Sql(template.format(week=rows(*WEEK), value=value)))
    assert code in {one.code for one in found}
    assert all(one.error == (one.code in CODES) for one in found)


@pytest.mark.parametrize(("step", "begin"), [(1, date(2025, 6, 5)), (7, date(2025, 1, 1)), (31, date(2023, 9, 1))])
def test_batches_of_any_length_give_no_false_alarm(sample, step, begin):
    batches = Project(sample)
    batches.add(rows(BEGIN, begin))
    compared = 0
    while begin < LAST_DAY:
        end = begin + timedelta(days=step)
        errors = [one for one in batches.add(rows(begin, end), accept=CODES) if one.error]
        assert errors == [], begin
        begin, compared = end, compared + 1
    assert compared > 20


@pytest.mark.parametrize("since", [BEGIN, None], ids=["all rows", "the last year"])
def test_full_extracts_give_no_false_alarm(sample, since):
    extracts = Project(sample)
    for day in (date(2024, 9, 1), date(2024, 12, 1), date(2025, 3, 1), date(2025, 6, 1)):
        first = since or day - timedelta(days=365)
        assert [one for one in extracts.add(rows(first, day), mode="full", accept=CODES) if one.error] == []


def test_half_of_a_full_extract_is_refused(project):
    _, found = project.compare(rows(date(2024, 9, 1), WEEK[0]), mode="full")
    assert "volume_drop" in {one.code for one in found}


def test_an_accepted_drift_is_the_new_usual(sample):
    template, value, _ = INJECTED["cents"]
    weeks = [Sql(template.format(week=rows(day, day + timedelta(days=7)), value=value)) for day in WEEK]
    begun = Project(sample)
    begun.add(rows(BEGIN, WEEK[0]))
    with pytest.raises(DataError, match="about 100 times as much") as refused:
        begun.add(weeks[0])
    assert refused.value.code == "distribution_shift"
    begun.add(weeks[0], accept=("distribution_shift",))
    assert begun.add(weeks[1]) == []


def test_what_is_remembered_is_plain_and_of_bounded_size(project, monkeypatch):
    now, _ = project.compare(rows(*WEEK))
    one = remembered(None, now, [])
    assert json.loads(json.dumps(one)) == one
    monkeypatch.setattr(drift, "MOST_ROWS", now["rows"])
    kept = one
    for _ in range(5):
        kept = remembered(kept, now, [])
        assert kept["rows"] <= now["rows"]
    assert find_drift(now, kept, project.settings) == []
    assert kept["days"] == one["days"]  # rows that are sent again are no new rows
    assert kept["shapes"] == one["shapes"]


def test_a_first_source_and_a_profile_of_another_version_say_nothing(project):
    now, _ = project.compare(rows(*WEEK))
    assert find_drift(now, None, project.settings) == []
    assert find_drift(now, {"version": 0}, project.settings) == []
    assert remembered({"version": 0}, now, []) == remembered(None, now, [])


def test_a_drift_is_published_only_if_all_its_codes_are_accepted():
    schema = Finding("schema_drift", "a column is gone", "map it or --accept schema_drift", column="total")
    shift = Finding("identity_shift", "other ids", "or --accept identity_shift")
    told = Finding("new_column", "a column is new", "nothing to do", error=False)
    assert settle([schema, shift, told], CODES) == ([schema, shift], [told])
    with pytest.raises(DataError) as refused:
        settle([schema, shift, told], [])
    error = refused.value
    assert (error.code, error.place) == ("schema_drift", Place(column="total"))
    assert error.message == "a column is gone; also identity_shift: other ids"
    assert error.fix == "map it or --accept schema_drift, and --accept identity_shift"
    with pytest.raises(DataError, match=r"^error\[identity_shift\]: other ids"):
        settle([schema, shift, told], ["schema_drift"])


def test_a_renamed_column_that_cannot_be_read_without_is_named_with_its_successor(project):
    columns = [*project.earlier["shapes"][-1]["columns"]]
    columns[columns.index("customer_id")] = "shopper"
    missing = DataError(
        "missing_columns", "no column was recognised for customer", fix="map it", place=Place("may.csv")
    )
    error = renamed(missing, columns, project.earlier)
    assert error.code == "schema_drift"
    assert error.message == (
        "the source lacks 'customer_id' (the customer), which earlier sources had; new is 'shopper'"
    )
    assert error.fix == "if the column was renamed: --map customer=shopper; otherwise export 'customer_id' again"
    assert error.place == Place("may.csv", column="customer_id")


def test_other_errors_stay_as_they_are(project):
    other = DataError("ambiguous_date", "which first?", fix="say it")
    assert renamed(other, [], project.earlier) is other
    missing = DataError("missing_columns", "no column", fix="map it")
    assert renamed(missing, [], None) is missing
    assert renamed(missing, project.earlier["shapes"][-1]["columns"], project.earlier) is missing
