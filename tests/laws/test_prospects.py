"""What is foreseen is what happens: scoring at the later dates with no new order gives the same segments."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from quintile.domain.engine_settings import EngineSettings
from quintile.engine.render import Sql
from quintile.jobs.forecast import Horizon, forecast
from quintile.jobs.moves.kept_scores import KeptScores, segmented
from quintile.jobs.profile.outlook import outlook_of, own_orders, prove, published_row
from quintile.jobs.project.kept_orders import CUSTOMER_NAMES
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.workplace.workplace import workplace
from quintile.metrics.measure import Clock, measure
from quintile.snapshots.series import series
from tests.golden.reference import records
from tests.laws.shop import few
from tests.laws.test_history import LEDGERS, SOLD, Shop, lines, settings_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = 100
MODELS: list[dict[str, Any]] = [
    {"window": "6mo"},
    {"window": "45d", "population": "customers"},
    {"window": "1mo", "monetary": "average", "population": "ever"},
    {"window": "3mo", "recency": "elapsed"},
    {"window": "2mo", "recency": "elapsed", "population": "ever", "monetary": "average"},
    {"window": "all", "method": "ntile", "scale": 3, "best": "low"},
    {"window": "4mo", "method": "ntile"},
    {"window": "100d", "method": "nested"},
    {"window": "5mo", "method": "r=threshold,f=quantile,m=kmeans", "r_cuts": [7.5, 30, 31, 90]},
    {"window": "2mo", "scheme": "pymc-5", "scale": 4},
    {"window": "3mo", "dwell": 2},
]
Segments = dict[str, str | None]


@contextmanager
def scored(home: Path) -> Iterator[tuple[Any, Any, KeptScores]]:
    """The current snapshot, and the engine in which its customers are scored again."""
    opened = open_snapshot(next(one for one in series(home / "store") if one.is_current))
    with workplace((), EngineSettings(), home / "store") as place:
        yield place, opened, KeptScores(place, home / "store")


def foreseen(now: Segments, moves: list[dict[str, str]], last: str) -> Segments:
    """The segments of a day by the moves up to it."""
    found = dict(now)
    for move in moves:
        if move["on"] <= last:
            assert found[move["customer_id"]] == (move["from"] or None)
            found[move["customer_id"]] = move["to"] or None
    return {customer: segment for customer, segment in found.items() if segment is not None}


def really(place, opened, scores, day) -> Segments:
    """The segments that a scoring at a later date gives by the orders before the analysis date and the same model."""
    ledger, zone = scores.ledger(opened), opened.report["time_zone"]
    clock = Clock.at(opened.as_of + timedelta(days=day), opened.model, zone)
    before = opened.clock(opened.model).before_end()
    until = place.engine.view("until_now", Sql(f"SELECT * FROM {ledger.orders} WHERE {before}"))
    ledger = replace(ledger, orders=until)
    people = None
    if opened.model.population == "customers":
        people = place.engine.table(
            "people_of_then", Sql(f"SELECT customer_key FROM read_parquet('{opened.customers}')")
        )
    rfm = measure(place.engine, ledger, opened.model, clock, population=people)
    found = segmented(place.engine, rfm, opened.model)
    return dict(
        place.engine.rows(Sql(f"SELECT customer_id, segment FROM {found} JOIN {CUSTOMER_NAMES} USING (customer_key)"))
    )


@pytest.mark.parametrize("model", MODELS, ids=str)
@given(st.lists(lines, min_size=3, max_size=25), st.sampled_from(LEDGERS))
@example([(2, 198 * 24, "120")], {"time_zone": "America/Santiago"})  # an order of the analysis date does not count
@few(2)
def test_the_forecast_is_what_a_scoring_of_that_day_finds(model, drawn, ledger):
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder), ledger, model, refit=False)
        shop = Shop(Path(folder), [text_of([*SOLD, *drawn])], settings)
        found = forecast(shop.home, settings.engine, Horizon(DAYS), out=Path(folder) / "coming.csv")
        moves = records(Path(folder) / "coming.csv")
        assert sum(line["customers"] for line in found["moves"]) == len(moves)
        with scored(shop.home) as (place, opened, scores):
            now = really(place, opened, scores, 0)
            assert len(now) == sum(line["customers"] for line in found["segments"])
            changes = {(moved - opened.snapshot.day).days for moved in dates_of(moves)}
            # From the first day on whose window holds no purchase nobody is scored, and nothing is foreseen.
            last = (date.fromisoformat(found["until"]) - opened.snapshot.day).days
            assert last == DAYS or found["empty_from"] is not None
            days = sorted({day + step for day in changes for step in (-1, 0)} | {min(1, last), last})[-14:]
            for day in days:
                on = opened.snapshot.day + timedelta(days=day)
                assert foreseen(now, moves, on.isoformat()) == really(place, opened, scores, day)
            check_ends(found, foreseen(now, moves, found["until"]))
            check_customers(place, opened, shop.home, moves, found["until"])


def dates_of(moves):
    return {date.fromisoformat(move["on"]) for move in moves}


def check_ends(found, end):
    counted = defaultdict(int)
    for segment in end.values():
        counted[segment] += 1
    assert {line["segment"]: line["customers_at_end"] for line in found["segments"] if line["customers_at_end"]} == (
        counted
    )


def check_customers(place, opened, home, moves, until):
    """Each customer's own outlook has the same moves."""
    names = place.engine.rows(Sql("SELECT customer_key, customer_id FROM customer_names ORDER BY ALL"))
    for number, name in names:
        own = KeptScores(place, home / "store", number)
        ledger = own.ledger(opened)
        outlook = outlook_of(
            opened, own_orders(place, ledger, opened.clock(opened.model)), number, Decimal(1).scaleb(-ledger.decimals)
        )
        published = published_row(place, opened, number)
        if published is None:
            assert name not in {move["customer_id"] for move in moves}
            continue
        prove(opened, outlook, published)
        before, expected = outlook.on(0), []
        for change in outlook.changes:
            on = opened.snapshot.day + timedelta(days=change.day)
            if change.segment != before.segment and on.isoformat() <= until:
                expected.append((on.isoformat(), before.segment, change.segment))
            before = change
        mine = [move for move in moves if move["customer_id"] == name]
        assert [(move["on"], move["from"], move["to"] or None) for move in mine] == expected
