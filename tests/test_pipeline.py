from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from quintile.domain.bridge import Bridge
from quintile.domain.rfm_model import RfmModel
from quintile.domain.settings import LedgerSettings, ModelSettings, ReadingSettings, Settings
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import render
from quintile.errors import DataError
from quintile.metrics.measure import Clock
from quintile.pipeline import account, day_after_latest, read_sources, require_orders, score_customers
from quintile.sources.open import open_source
from tests.jobs.shop import AS_OF, ORDERS, write_shop


@pytest.fixture
def engine(tmp_path):
    database = DuckDbEngine([tmp_path])
    yield database
    database.close()


@pytest.fixture
def accounted(engine, tmp_path):
    """``accounted(orders)`` reads the orders of a file and builds their ledger."""

    def of_orders(orders=ORDERS, settings=None):
        staging = tmp_path / f"staging-{len(list(tmp_path.iterdir()))}"
        staging.mkdir()
        table = open_source(engine, write_shop(tmp_path, orders), staging, ReadingSettings())
        chosen = settings or Settings()
        return account(engine, [table], read_sources(engine, [table], chosen), chosen, last_day=AS_OF)

    return of_orders


def scored(engine, found, model, on_step=lambda _step: None):
    clock = Clock.at(AS_OF, model, "UTC")
    return score_customers(engine, found, model, clock, population=None, on_step=on_step)


def test_the_steps_leave_customers_with_scores_and_segments(engine, accounted):
    result = scored(engine, accounted(), RfmModel())
    query = render("SELECT customer_key, r, f, m, segment FROM {table}", table=result.segmented)
    assert [row[0] for row in engine.rows(query)] == ["A", "B", "C"]
    assert result.scheme is not None
    assert {row[4] for row in engine.rows(query)} <= {
        *(segment.name for segment in result.scheme.segments),
        "Unclassified",
    }
    assert [receipt.metric for receipt in result.receipts] == ["r", "f", "m"]
    assert isinstance(result.bridge, Bridge)


def test_a_model_without_scheme_leaves_everybody_unclassified(engine, accounted):
    result = scored(engine, accounted(), RfmModel(scheme="none"))
    query = render("SELECT DISTINCT segment FROM {table}", table=result.segmented)
    assert (engine.rows(query), result.scheme) == ([("Unclassified",)], None)


def test_cut_points_a_model_brings_are_not_learned_anew(engine, accounted):
    model = scored(engine, accounted(), RfmModel()).model
    assert model.cuts is not None
    later = scored(engine, accounted(ORDERS + "O9,Z,2025-06-30,9999.00\n"), model).model
    assert later == model
    assert scored(engine, accounted(ORDERS + "O9,Z,2025-06-30,9999.00\n"), replace(model, cuts=None)).model != model


def test_without_a_date_it_is_the_shop_s_day_after_the_latest_purchase(accounted):
    late = "O1,A,2025-06-01T23:30:00Z,1.00\nO2,A,2025-06-20T23:30:00Z,-1.00\n"
    for zone, day in (("UTC", date(2025, 6, 2)), ("Europe/Berlin", date(2025, 6, 3))):
        found = accounted(late, Settings(ledger=LedgerSettings(time_zone=zone)))
        assert day_after_latest(found.ledger, RfmModel(), zone) == day


def test_with_elapsed_days_it_is_24_hours_after_it_on_the_shop_s_clock(accounted):
    settings = Settings(ledger=LedgerSettings(time_zone="Europe/Berlin"), model=ModelSettings(recency="elapsed"))
    found = accounted("O1,A,2025-03-29T12:00:00Z,1.00\n", settings)
    moment = day_after_latest(found.ledger, RfmModel(recency="elapsed"), "Europe/Berlin")
    assert moment == datetime(2025, 3, 30, 14)  # noqa: DTZ001 - 13:00 before, 14:00 after the clocks changed


def test_a_source_without_any_purchase_has_no_day(accounted):
    with pytest.raises(DataError) as caught:
        day_after_latest(accounted("O1,A,2025-06-01,-1.00\n").ledger, RfmModel(), "UTC")
    assert str(caught.value) == (
        "error[empty_window]: the source holds no purchase: every row was set aside, refunded or worth nothing\n"
        "  Fix: see why with: quintile check SOURCE"
    )


def test_a_window_without_purchases_is_refused_with_the_latest_one(engine, accounted):
    found = accounted("O1,A,2020-06-01,1.00\nO2,A,2025-06-01,-1.00\n")
    with pytest.raises(DataError) as caught:
        require_orders(engine, found.ledger, Clock.at(AS_OF, RfmModel(), "UTC"))
    assert caught.value.message == (
        "no order lies in the window [2024-07-01, 2025-07-01); the latest one is of 2020-06-01"
    )


def test_the_bridge_runs_from_raw_to_scored(engine, accounted):
    result = scored(engine, accounted(ORDERS + "O9,A,2019-01-01,1.00\nO10,,2025-06-01,2.00\n"), RfmModel())
    assert [(line["step"], line["rows"], line["amount"]) for line in result.bridge.as_list()] == [
        ("raw", 6, "137.95"),
        ("null_customer", 1, "2.00"),
        ("kept", 5, "135.95"),
        ("ledger", 5, "135.95"),
        ("before_window", 1, "1.00"),
        ("scored", 4, "134.95"),
    ]
