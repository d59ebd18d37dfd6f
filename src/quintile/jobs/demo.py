"""demo: make the sample shop, so that everything can be tried without data of one's own."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from quintile.domain.settings import LedgerSettings, Settings
from quintile.engine.duckdb import DuckDbEngine
from quintile.errors import Place, StoreError
from quintile.jobs.workplace.wish import Wish
from quintile.sources.sample_shop import write_sample_shop

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.sources.sample_shop import SampleShop

LAST_DAY = date(2025, 6, 30)
AS_OF = date(2025, 7, 1)

SETTINGS_TEXT = """\
# The sample shop's settings: what a shop of your own would write.
[ledger]
base_currency = "EUR"
rates = "rates.csv"
time_zone = "Europe/Berlin"

[model]
window = "12mo"
scale = 5
scheme = "rfm-9"
"""


def make_sample_shop(folder: Path, *, customers: int, seed: int) -> SampleShop:
    """Write the sample shop's orders, rates and settings into a folder; same arguments, same bytes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "quintile.toml").write_text(SETTINGS_TEXT, encoding="utf-8")
    except OSError as error:
        message = f"the shop's folder cannot be written to: {error.strerror}"
        raise StoreError("store", message, fix="choose another --out", place=Place(str(folder))) from error
    engine = DuckDbEngine([folder])
    try:
        return write_sample_shop(engine, folder, customers=customers, seed=seed, last_day=LAST_DAY)
    finally:
        engine.close()


def sample_wish(shop: SampleShop) -> Wish:
    """The main job on the sample shop."""
    ledger = LedgerSettings(base_currency="EUR", rates=str(shop.rates), time_zone="Europe/Berlin")
    return Wish(sources=[shop.orders], settings=Settings(ledger=ledger), as_of=AS_OF)
