"""Law of refreshes: what new rows do not touch stays as it is kept, and the result is that of building all anew."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.errors import DataError
from quintile.jobs.arrivals import arrival
from quintile.jobs.arrivals.carried import carried
from quintile.jobs.arrivals.touched import untouched
from tests.golden.refreshes import Refreshed
from tests.laws.shop import few

HEADER = "order_id,customer_id,order_date,amount,status"
FIRST_DAY = date(2025, 1, 1)
DAYS_A_BATCH = 35
# A key of its own per project, and when its runs were: no part of what a run computes.
NOT_COMPUTED = ("erasure.key", "state.sqlite")

new_orders = st.tuples(
    st.just("new"), st.integers(1, 9), st.integers(-70, 40), st.sampled_from(["5.00", "10.05", "99.90", "0.00", "x"]),
    st.sampled_from(["paid", "paid", "cancelled", "unheard of"]),
)  # fmt: skip
known_orders = st.tuples(
    st.sampled_from(["again", "corrected", "cancelled", "refund", "later", "stranger"]),
    st.integers(0, 99), st.integers(-70, 40), st.sampled_from(["1.00", "20.00"]), st.just("paid"),
)  # fmt: skip
batches = st.lists(
    st.lists(st.one_of(new_orders, new_orders, known_orders), min_size=1, max_size=14), min_size=2, max_size=4
)


def rows_of(batch, known, number):
    """The rows of a batch; ``known`` are the rows of those before, to which the new ones are added."""
    day, rows = FIRST_DAY + timedelta(days=DAYS_A_BATCH * number), []
    for place, (kind, who, days, amount, status) in enumerate(batch):
        if kind == "new" or not known:
            row = (f"O{number}-{place}", f"{'Cc'[who % 2]}{who % 7}", str(day + timedelta(days=days)), amount, status)
        else:
            order, customer, ordered, before, state = known[who % len(known)]
            changed = {
                "again": (customer, ordered, before, state),
                "corrected": (customer, ordered, amount, state),
                "cancelled": (customer, ordered, before, "cancelled"),
                "refund": (customer, str(day), "-" + amount, state),
                "later": (customer, str(day + timedelta(days=days)), before, state),
                "stranger": ("C99", ordered, before, state),
            }
            row = (order, *changed[kind])
        rows.append(row)
    known += [row for row in rows if row[3] != "x"]
    return "\n".join([HEADER, *(",".join(row) for row in rows)]) + "\n"


def published(texts, grain):
    """Everything a project holds after each batch, or what refused it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "ledger": {"grain": grain}, "reading": {"max_bad_share": 1, "decimal": "."}, "output": {"report": False},
            "model": {"window": "60d"},
        }  # fmt: skip
        project, told = Refreshed(Path(folder), **settings), []
        for number, text in enumerate(texts):
            try:
                project.run(text, FIRST_DAY + timedelta(days=DAYS_A_BATCH * (number + 1)))
                told.append("published")
            except DataError as error:
                told.append(error.code)
        files = (path for path in project.home.rglob("*") if path.is_file() and not path.name.startswith(NOT_COMPUTED))
        return told, {path.relative_to(project.home): path.read_bytes() for path in files}


@few(6)
@given(batches, st.sampled_from(["order", "line"]))
def test_a_refresh_gives_the_same_bytes_as_building_everything_anew(drawn, grain):
    known: list[tuple[str, ...]] = []
    texts = [rows_of(batch, known, number) for number, batch in enumerate(drawn)]
    told, files = published(texts, grain)
    with patch.object(arrival, "untouched", lambda *_parts, **_known: None):
        assert published(texts, grain) == (told, files)


@pytest.fixture
def used():
    """What the two short ways returned in a run."""
    found = {}

    def noted(way):
        def called(*parts, **known):
            found[way.__name__] = way(*parts, **known)
            return found[way.__name__]

        return called

    with patch.object(arrival, "untouched", noted(untouched)), patch("quintile.jobs.refresh.carried", noted(carried)):
        yield found


def test_a_plain_refresh_builds_only_what_is_touched_and_measures_only_who_moved(tmp_path, used):
    project = Refreshed(tmp_path, model={"window": "60d"})
    project.run("order_id,customer_id,order_date,amount\nO1,A,2025-05-20,10.00\nO2,B,2025-06-01,2.00\n")
    months = {path: path.stat().st_ino for path in (project.home / "store" / "orders").iterdir()}
    project.run("order_id,customer_id,order_date,amount\nO3,C,2025-07-01,5.00\n", date(2025, 7, 2))
    assert used["untouched"].rows.rows == 1
    assert used["carried"] is not None
    assert project.customers() == {"A": (43, 1, "10.00"), "B": (31, 1, "2.00"), "C": (1, 1, "5.00")}
    after = {path: path.stat().st_ino for path in (project.home / "store" / "orders").iterdir()}
    assert months.items() < after.items()


def test_customers_that_differ_only_by_case_are_told_in_a_refresh_too(tmp_path, used):
    project = Refreshed(tmp_path, model={"window": "60d"})
    project.run("order_id,customer_id,order_date,amount\nO1,cus_Na,2025-05-20,10.00\nO2,B,2025-06-01,2.00\n")
    found = project.run("order_id,customer_id,order_date,amount\nO3,cus_NA,2025-07-01,5.00\n", date(2025, 7, 2))
    assert used["untouched"].rows.rows == 1
    assert [(one["code"], one["rows"]) for one in found["warnings"] if "case" in one["code"]] == [
        ("ids_differ_only_by_case", 2)
    ]


def test_an_order_that_leaves_the_window_is_noticed_without_a_new_one(tmp_path, used):
    project = Refreshed(tmp_path, model={"window": "60d"})
    project.run("order_id,customer_id,order_date,amount\nO1,A,2025-05-03,10.00\nO2,A,2025-06-01,2.00\n")
    project.run("order_id,customer_id,order_date,amount\nO3,C,2025-07-01,5.00\n", date(2025, 7, 3))
    assert used["carried"] is not None
    assert project.customers() == {"A": (32, 1, "2.00"), "C": (2, 1, "5.00")}


@pytest.mark.parametrize(
    "settings",
    [{"model": {"recency": "elapsed"}}, {"model": {"monetary": "average"}}, {"model": {"population": "ever"}}],
    ids=str,
)
def test_what_cannot_be_aged_is_measured_anew(tmp_path, used, settings):
    project = Refreshed(tmp_path, **settings)
    project.run("order_id,customer_id,order_date,amount\nO1,A,2025-05-20,10.00\nO2,B,2025-06-01,2.00\n")
    project.run("order_id,customer_id,order_date,amount\nO3,C,2025-07-01,5.00\n", date(2025, 7, 2))
    assert used["untouched"] is not None
    assert used["carried"] is None


def test_a_list_of_customers_builds_everything_anew(tmp_path, used):
    listed = tmp_path / "listed.csv"
    listed.write_text("customer_id\nA\nX\n", encoding="utf-8")
    project = Refreshed(tmp_path, model={"population": str(listed)})
    project.run("order_id,customer_id,order_date,amount\nO1,A,2025-05-20,10.00\n")
    project.run("order_id,customer_id,order_date,amount\nO3,C,2025-07-01,5.00\n", date(2025, 7, 2))
    assert used == {"untouched": None}
    kept = (project.current / "customers.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[:6] for row in kept] == [
        ["A", "2025-05-20", "2025-05-20", "43", "1", "10.00"],
        ["X", "", "", "", "0", "0.00"],
    ]


def test_changed_rules_build_everything_anew(tmp_path, used):
    project = Refreshed(tmp_path)
    project.run(
        "order_id,customer_id,order_date,amount\nO1,A,2025-05-20,10.00\nO1,A,2025-06-20,-10.00\nO2,B,2025-06-20,3.00\n"
    )
    project.run("order_id,customer_id,order_date,amount\nO3,C,2025-06-30,5.00\n", ledger={"refunds": "gross"})
    assert used == {"untouched": None}
    assert project.customers() == {"A": (42, 1, "10.00"), "B": (11, 1, "3.00"), "C": (1, 1, "5.00")}
