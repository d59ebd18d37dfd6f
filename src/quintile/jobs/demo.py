"""demo: make the sample shop, so that everything can be tried without data of one's own."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import TYPE_CHECKING

from quintile.domain.settings import LedgerSettings, Settings
from quintile.engine.duckdb import DuckDbEngine
from quintile.errors import Place, SettingsError, StoreError
from quintile.jobs.workplace.replacing import replacing
from quintile.jobs.workplace.wish import Wish
from quintile.snapshots.disk import full_disk
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
SETTINGS_NAME = "quintile.toml"
_ORDERS = "order_id,line,customer_id,email,ordered_at,sku,quantity,unit_price,amount,currency,status\n"
_RATES = "date,currency,rate\n2023-05-01,USD,0."  # every sample shop opens on that day
_BEGINS = {SETTINGS_NAME: SETTINGS_TEXT, "orders.csv": _ORDERS, "rates.csv": _RATES}


def make_sample_shop(folder: Path, *, customers: int, seed: int) -> SampleShop:
    """Write the sample shop's orders, rates and settings into a folder; same arguments, same bytes.

    Raises:
        SettingsError: A file of the user's own has the name of one of them.
        StoreError: The folder cannot be written to.
    """
    _refuse_foreign(folder)
    try:
        with full_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the shop's folder cannot be written to: {error.strerror}"
        raise StoreError("store", message, fix="choose another --out", place=Place(str(folder))) from error
    with replacing(folder / SETTINGS_NAME, "the settings file") as draft:
        draft.write_text(SETTINGS_TEXT, encoding="utf-8")
    engine = DuckDbEngine([folder])
    try:
        with full_disk(folder):
            return write_sample_shop(engine, folder, customers=customers, seed=seed, last_day=LAST_DAY)
    finally:
        engine.close()


def sample_wish(shop: SampleShop) -> Wish:
    """The main job on the sample shop."""
    ledger = LedgerSettings(base_currency="EUR", rates=str(shop.rates), time_zone="Europe/Berlin")
    return Wish(sources=[shop.orders], settings=Settings(ledger=ledger), as_of=AS_OF)


def _refuse_foreign(folder: Path) -> None:
    """Never write over what an earlier demo did not leave, nor over its settings once a person changed them."""
    foreign = next((name for name in _BEGINS if (folder / name).exists() and not _is_of_demo(folder / name)), None)
    if foreign is not None:
        message = f"'{foreign}' is already there and was not made by quintile demo, so it is not overwritten"
        fix = "choose another folder: --out DIR, or move the file away"
        raise SettingsError("out", message, fix=fix, place=Place(str(folder / foreign)))


def _is_of_demo(file: Path) -> bool:
    begins = _BEGINS[file.name]
    with contextlib.suppress(OSError, UnicodeDecodeError), file.open(encoding="utf-8") as opened:
        said = opened.read(len(begins) + 1)
        return said == begins if file.name == SETTINGS_NAME else said.startswith(begins)
    return False
