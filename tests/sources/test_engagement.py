"""Engagement: columns and words are recognised as mail programmes write them."""

from __future__ import annotations

from datetime import date

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources.engagement import Shop, read_engagement


@pytest.fixture
def read(tmp_path):
    """``read(text)`` reads a file; ``left`` are the events of leaving."""

    def reading(text, **settings):
        file, staging = tmp_path / "events.csv", tmp_path / "staging"
        file.write_text(text, encoding="utf-8")
        staging.mkdir(exist_ok=True)
        engine = DuckDbEngine([tmp_path], threads=1)
        shop = Shop("Europe/Berlin", date(2024, 1, 1), date(2025, 7, 2))
        found = read_engagement(engine, file, staging, ReadingSettings(**settings), shop)
        left = sorted(engine.rows(render("SELECT customer_id, day FROM {left}", left=found.left)))
        engine.close()
        return found, left

    return reading


WORDS = ["unsubscribe", "Unsubscribed", "list_unsubscribe", "Opt-Out", "opted out", "Désabonné", "Abmeldung", "BAJA"]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_leaving_is_known_however_it_is_spelled(read, word):
    _, left = read(f"customer_id,event,time\n7,{word},2025-06-01\n7,open,2025-06-02\n")
    assert left == [("7", date(2025, 6, 1))]


@pytest.mark.parametrize("word", ["subscribe", "resubscribed", "click", "unsubscribe page viewed"])
def test_other_words_are_not(read, word):
    found, left = read(f"customer_id,event,time\n7,{word},2025-06-01\n")
    assert (left, found.report["events"], found.report["unsubscribed"]) == ([], {word: 1}, 0)
    assert not found.has_word


@pytest.mark.parametrize(
    "header", ["Customer ID;Event type;Event date", "kundennummer;Action;datum", "subscriber_id;activity;occurred_at"]
)
def test_columns_are_recognised(read, header):
    assert read(f"{header}\n007;unsubscribed;2025-06-01\n")[1] == [("007", date(2025, 6, 1))]


def test_columns_can_be_named(read):
    text = "a,b,c\n7,unsub,2025-06-01\n"
    roles = {"engagement.customer": "a", "engagement.event": "b", "engagement.time": "c"}
    assert read(text, map=roles)[1] == [("7", date(2025, 6, 1))]


def test_the_day_is_the_shops_day_and_addresses_are_small(read):
    _, left = read("email,event,time\nAnn@Example.com,unsubscribed,2025-06-01T22:30:00Z\n")
    assert left == [("ann@example.com", date(2025, 6, 2))]


def test_rows_without_a_day_or_a_customer_are_counted(read):
    text = "customer,event,time\n1,unsub,2025-06-01\n2,unsub,\n,unsub,2025-06-03\n"
    found, left = read(text)
    assert left == [("1", date(2025, 6, 1))]
    assert (found.report["unreadable"], found.report["without_customer"]) == (1, 1)
    assert (found.first, found.last) == (date(2025, 6, 1), date(2025, 6, 3))


def test_rows_that_are_set_aside_are_told_with_their_places_and_name_nobody(read):
    text = "customer,event,time\n1,unsub,2025-06-01\nann@x.com,unsub,never\n,unsub,2025-06-03\n4,unsub\n"
    found, _ = read(text)
    assert [(one["reason"], one["rows"]) for one in found.report["set_aside"]] == [
        *(("bad_date", 1), ("null_customer", 1), ("ragged_row", 1)),
    ]
    places = [(one["line"], one["column"]) for reason in found.report["set_aside"] for one in reason["examples"]]
    assert places == [(3, "time"), (4, "customer"), (5, None)]
    assert "ann" not in str(found.report)


@pytest.mark.parametrize("wild", ["2023-12-31", "2025-07-03", "2189-06-01"])
def test_a_day_outside_the_projects_time_is_set_aside_and_does_not_widen_the_span(read, wild):
    found, left = read(f"customer,event,time\n1,unsub,2025-06-01\n2,unsub,{wild}\n")
    assert left == [("1", date(2025, 6, 1))]
    assert (found.first, found.last, found.report["outside"]) == (date(2025, 6, 1), date(2025, 6, 1), 1)
    assert [one["reason"] for one in found.report["set_aside"]] == ["outside_project_dates"]


def test_a_file_of_another_time_is_refused(read):
    with pytest.raises(DataError, match="no row of the engagement file has a day of the project's time, 2024-01-01"):
        read("customer,event,time\n2,unsub,2019-06-01\n")


def test_a_missing_column_says_how_to_name_it(read):
    with pytest.raises(DataError) as caught:
        read("customer,event,what\n1,unsub,x\n")
    assert (caught.value.code, caught.value.fix) == ("missing_columns", "say which column it is: --map time=COLUMN")
