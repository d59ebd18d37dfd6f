"""One customer's page through the whole product: what it says, whom it finds, and that nobody else is in it."""

from __future__ import annotations

import json
from datetime import date

import duckdb
import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError, StoreError
from quintile.jobs.customer import customer
from quintile.snapshots.series import series
from tests.golden.refreshes import HEADER, Refreshed

JULY, AUGUST = date(2025, 7, 1), date(2025, 8, 1)
# The fashion shop of the worked example, whose cut points are a person's own.
FASHION = {
    "method": "threshold",
    "r_cuts": [14, 45, 90, 150],
    "f_cuts": [2, 3, 5, 7],
    "m_cuts": [100, 300, 600, 1000],
}
ANNA = [
    ("A1", "ANNA", "2025-06-21", "150.00"),
    ("A2", "ANNA", "2025-06-01", "69.00"),
    ("A3", "ANNA", "2025-05-02", "350.00"),
    ("A4", "ANNA", "2024-12-01", "150.00"),
    ("A5", "ANNA", "2024-09-01", "340.00"),
    ("A6", "ANNA", "2024-06-01", "11.00"),
]
OTHERS = [("B1", "BERT", "2025-06-01", "10.00"), ("C1", "CARA", "2025-03-01", "700.00")]


def text(rows, header=HEADER):
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


def made(folder, rows=(*ANNA, *OTHERS), header=HEADER, **settings):
    project = Refreshed(folder, **{"output": {"report": False}, "model": FASHION, **settings})
    project.run(text(rows, header), JULY)
    return project


def page_of(project, asked="ANNA", as_of="last"):
    return customer(project.home, asked, read_settings(None, project.settings), as_of=as_of)


@pytest.fixture(scope="module")
def anna(tmp_path_factory):
    project = made(tmp_path_factory.mktemp("anna"))
    return project, page_of(project)


def test_the_worked_example_is_told(anna):
    page = anna[1]
    assert (page["now"]["rfm"], page["now"]["segment"], page["now"]["monetary"]) == ("545", "Champions", "1059.00")
    assert [(one["date"], one["net"], one["state"], one["place"]) for one in page["orders"]][:2] == [
        ("2024-06-01", "11.00", "purchase", "before"),
        ("2024-09-01", "340.00", "purchase", "window"),
    ]
    assert page["borders"] == {
        "r": {"better": None, "worse": {"score": 4, "at": 15, "distance": 5}},
        "f": {
            "better": {"score": 5, "at": 7, "distance": 2},
            "worse": {"score": 3, "at": 4, "distance": 1},
        },
        "m": {"better": None, "worse": {"score": 4, "at": "999.99", "distance": "59.01"}},
    }
    assert page["rhythm"] == {
        "gaps": 5,
        "median_days": "91.0",
        "shortest_days": 20,
        "longest_days": 152,
        "pause_days": 10,
        "ratio": "0.11",
        "longer_gaps": 5,
    }
    assert json.loads(json.dumps(page)) == page


def test_the_day_of_the_fall_and_what_one_order_does(anna):
    page = anna[1]
    assert page["falls"] == {"on": "2025-08-06", "days": 36, "from": "Champions", "to": "Loyal"}
    assert [(one["on"], one["rfm"], one["because"]) for one in page["changes"]][:3] == [
        ("2025-07-06", "445", ["recency"]),
        ("2025-08-06", "345", ["recency"]),
        ("2025-09-02", "334", ["orders_left"]),
    ]
    assert page["leaves"] == "2026-06-22"
    keeps = {"amount": "0.01", "any": True, "segment": "Champions"}
    # By then recency is that of the order, 45 days; the day after it is too long.
    assert page["order"]["keeps"] == {**keeps, "falls": {"on": "2025-08-16", "days": 46, "to": "Loyal"}}
    assert page["order"]["raises"] is None
    assert page["statements"][:3] == [
        "Champions (545) as of 1 July 2025: 5 orders, monetary 1,059.00, the last one 10 days ago.",
        "If nothing is bought, Champions becomes Loyal on 6 August 2025, in 36 days.",
        "An order of any value placed now keeps Champions until 16 August 2025.",
    ]


def test_an_order_must_be_large_enough(tmp_path):
    # When the order of 340 leaves the window on 6 July, 262.50 stay; with 600 the score of monetary stays too.
    rows = [("A1", "A", "2025-06-25", "100"), ("A2", "A", "2025-06-24", "100"), ("A3", "A", "2025-06-23", "62")]
    rows += [("A4", "A", "2025-06-22", "0.50"), ("A5", "A", "2024-07-05", "340.00")]
    page = page_of(made(tmp_path, rows), "A")
    assert page["falls"] == {"on": "2025-07-06", "days": 5, "from": "Champions", "to": "Potential Loyalists"}
    assert page["order"]["keeps"]["amount"] == "337.50"
    assert "An order of 337.50 placed now keeps Champions until" in page["statements"][2]


def test_the_way_through_the_snapshots_has_causes(tmp_path):
    project = made(tmp_path)
    project.run(text([("B2", "BERT", "2025-07-20", "95.00"), ("B3", "BERT", "2025-07-21", "500.00")]), AUGUST)
    history = page_of(project, "BERT")["history"]
    assert [(one["as_of"], one["rfm"], one["segment"], one["cause"]) for one in history] == [
        ("2025-07-01", "411", "Promising", None),
        ("2025-08-01", "534", "Big Spenders", "own_purchase"),
    ]
    cara = page_of(project, "CARA")
    assert [one["cause"] for one in cara["history"]] == [None, "passing_time"]
    assert page_of(project, "CARA", "2025-07-01")["snapshot"]["as_of"] == "2025-07-01"


def test_orders_of_the_date_and_later_are_shown_and_do_not_count(tmp_path):
    page = page_of(made(tmp_path, [*OTHERS, ("B2", "BERT", "2025-07-01", "95.00")]), "BERT")
    assert [one["place"] for one in page["orders"]] == ["window", "after"]
    assert (page["now"]["frequency"], page["rhythm"]) == (1, None)


def test_a_dwell_rule_holds_back_what_is_published_not_what_is_foreseen(tmp_path):
    project = made(tmp_path, model={**FASHION, "dwell": 2})
    project.run(text([("B2", "BERT", "2025-07-20", "95.00"), ("B3", "BERT", "2025-07-21", "500.00")]), AUGUST)
    page = page_of(project, "BERT")
    assert (page["now"]["segment"], page["now"]["computed_segment"]) == ("Promising", page["falls"]["from"])
    assert "which the dwell rule does not publish yet" in page["statements"][0]


def test_who_is_no_longer_scored_still_has_a_page(tmp_path):
    project = made(tmp_path, [*OTHERS, ("D1", "DORA", "2024-01-01", "5.00")])
    page = page_of(project, "DORA")
    assert (page["now"], page["statements"]) == (
        None,
        ["Not scored as of 1 July 2025: no order of the window counts."],
    )
    assert [one["place"] for one in page["orders"]] == ["before"]


def test_a_list_of_customers_has_people_without_orders(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("customer_id\nANNA\nDORA\n", encoding="utf-8")
    model = {**FASHION, "population": "customers"}
    rows = [*ANNA, ("D1", "DORA", "2024-01-01", "5.00")]
    page = page_of(made(tmp_path, rows, model=model, ledger={"customers": str(people)}), "DORA")
    assert (page["now"]["rfm"], page["borders"], page["falls"], page["leaves"]) == ("111", None, None, None)
    assert page["order"]["raises"] == {"amount": "0.01", "any": True, "segment": "Promising"}


def test_a_scheme_without_a_ranking_has_no_falls(tmp_path):
    page = page_of(made(tmp_path, model={**FASHION, "scheme": "putler-11"}))
    assert (page["snapshot"]["ranked"], page["falls"], page["order"]) == (False, None, {"keeps": None, "raises": None})
    assert [one["segment"] for one in page["changes"]][-1] is None
    assert "does not say which segment is the better one" in page["statements"][1]


def test_an_unknown_id_is_answered_with_similar_ones(anna):
    with pytest.raises(SettingsError, match="knows no customer 'ANA'") as caught:
        page_of(anna[0], "ANA")
    assert caught.value.fix == "did you mean 'ANNA'?"
    with pytest.raises(SettingsError) as caught:
        page_of(anna[0], "somebody else")
    assert "customers.csv" in caught.value.fix


EMAILS = "order_id,email,order_date,amount"
BOTH = "order_id,customer_id,email,order_date,amount"


def test_where_people_are_known_by_email_any_spelling_does_and_nobodys_is_told(tmp_path):
    rows = [("O1", "anna@x.com", "2025-06-01", "5"), ("O2", "bert@x.com", "2025-06-01", "5")]
    project = made(tmp_path, rows, EMAILS)
    assert page_of(project, " Anna@X.com ")["customer_id"] == "anna@x.com"
    with pytest.raises(SettingsError) as caught:
        page_of(project, "ana@x.com")
    assert "anna@" not in str(caught.value)


def test_an_email_names_the_one_customer_who_has_it(tmp_path):
    rows = [
        ("O1", "A", "anna@x.com", "2025-06-01", "5"),
        ("O2", "B", "both@x.com", "2025-06-01", "5"),
        ("O3", "C", "both@x.com", "2025-06-01", "5"),
    ]
    project = made(tmp_path, rows, BOTH)
    assert page_of(project, "anna@x.com")["customer_id"] == "A"
    with pytest.raises(SettingsError, match="2 customers share"):
        page_of(project, "both@x.com")


def test_a_merged_id_leads_to_the_customer(tmp_path):
    merges = tmp_path / "merges.csv"
    merges.write_text("old,new\nBERT,ANNA\n", encoding="utf-8")
    project = made(tmp_path, ledger={"merges": str(merges)})
    page = page_of(project, "BERT")
    assert (page["customer_id"], page["now"]["frequency"]) == ("ANNA", 6)


def test_nobody_else_is_on_the_page(tmp_path):
    project = made(tmp_path)
    project.run(text([("B2", "BERT", "2025-07-20", "95.00")]), AUGUST)
    told = json.dumps(page_of(project))
    assert not any(word in told for word in ("BERT", "CARA", "B1", "B2", "C1", "700.00"))


def test_a_page_that_would_not_be_true_is_refused(tmp_path):
    project = made(tmp_path)
    folder = next(one.folder for one in series(project.home / "store"))
    file = folder / "customers.parquet"
    query = f"SELECT * REPLACE (frequency + 1 AS frequency) FROM '{file}'"
    duckdb.connect().execute(f"COPY ({query}) TO '{tmp_path}/other.parquet'")
    (tmp_path / "other.parquet").replace(file)
    with pytest.raises(StoreError, match="does not follow from the orders"):
        page_of(project)
