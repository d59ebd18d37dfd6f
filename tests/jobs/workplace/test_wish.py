from __future__ import annotations

from datetime import date

from quintile.domain.rfm_model import RfmModel
from quintile.domain.settings import LedgerSettings, ModelSettings, Settings
from quintile.jobs.workplace.wish import Wish, last_day
from tests.jobs.shop import AS_OF


def test_a_wish_reads_its_sources_and_second_tables_and_nothing_else(tmp_path):
    ledger = LedgerSettings(rates="rates.csv", returns="returns.csv", customers="p.csv", merges="merges.csv")
    wish = Wish(sources=[tmp_path / "a.csv", object()], settings=Settings(ledger=ledger))
    assert [path.name for path in wish.files] == ["a.csv", "rates.csv", "returns.csv", "p.csv", "merges.csv"]
    listed = Settings(model=ModelSettings(population="p.csv"))
    assert [path.name for path in Wish(sources=[], settings=listed).files] == ["p.csv"]
    words = Settings(ledger=LedgerSettings(rates="ecb"), model=ModelSettings(population="customers"))
    assert Wish(sources=[], settings=words).files == []


def test_the_last_day_is_the_later_of_today_and_the_analysis_date(monkeypatch):
    monkeypatch.setattr("quintile.jobs.workplace.wish.today", lambda _zone: AS_OF)
    assert [last_day(day, Settings()) for day in (None, date(2020, 1, 1), date(2030, 1, 1))] == [
        AS_OF, AS_OF, date(2030, 1, 1),
    ]  # fmt: skip


def test_a_kept_model_says_how_recency_is_counted():
    wish = Wish(sources=[], settings=Settings(model=ModelSettings(recency="calendar")))
    assert wish.clocked.model.recency == "calendar"
    assert Wish(sources=[], model=RfmModel(recency="elapsed")).clocked.model.recency == "elapsed"
