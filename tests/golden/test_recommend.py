"""What is recommended for the public data, the figures behind it, and whether the window held those who came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import duckdb
import pytest

from quintile.config.read import read_settings
from quintile.insight.recommend import percent
from quintile.jobs.recommend import recommend
from quintile.jobs.workplace.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HALF_YEAR = timedelta(days=182)
WINDOWS = {"6mo": 182, "12mo": 365, "24mo": 730}
ENOUGH = Fraction(85, 100)


@dataclass(frozen=True)
class Shop:
    """One public set: how it is read, its purchase days as plain SQL, and what is recommended for it."""

    source: str
    days: str
    recommended: tuple[str, str, str, str]
    figures: tuple[int, str, int, int, int, int]
    season: str
    held: tuple[str, str, str]
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.source.partition("/")[0]


LINES = {"ledger": {"grain": "line"}}
# held: of those who came back in the last half year, who had bought in the 6, 12 and 24 months before it
# figures: customers, share that ordered once, days of history, half back by, nine in ten back by, buyers in the window
SHOPS = [
    Shop(
        "uci_online_retail/online_retail.parquet",
        "SELECT CustomerID AS customer, CAST(left(InvoiceDate, 10) AS DATE) AS day FROM '{file}'"
        " WHERE CustomerID <> '' AND InvoiceNo NOT LIKE 'C%' AND CAST(UnitPrice AS DOUBLE) > 0",
        ("6mo", "5", "--method quantile --f-cuts 2,3,5,7", "rfm-9"),
        (4338, "0.3442", 374, 36, 174, 3486),
        "unknown",
        ("95.9%", "100.0%", "100.0%"),
        LINES,
    ),
    Shop(
        "cdnow_master/cdnow_master.csv",
        "SELECT customer_id AS customer, date AS day FROM '{file}' WHERE amt > 0",
        ("12mo", "5", "--method quantile", "rfm-9"),
        (23502, "0.5039", 546, 38, 232, 8332),
        "unknown",
        ("64.2%", "100.0%", "100.0%"),
    ),
    Shop(
        "superstore/superstore.csv",
        'SELECT "Customer ID" AS customer, "Order Date" AS day FROM \'{file}\'',
        ("24mo", "5", "--method quantile", "rfm-9"),
        (793, "0.0151", 1458, 151, 494, 773),
        "seasonal",
        ("57.3%", "84.5%", "96.9%"),
        LINES,
    ),
    Shop(
        "retail_125k/Retail_Data_Transactions.csv",
        "SELECT customer_id AS customer, CAST(strptime(trans_date, '%d-%b-%y') AS DATE) AS day FROM '{file}'",
        ("6mo", "5", "--method quantile", "rfm-9"),
        (6889, "0.0000", 1401, 53, 179, 6155),
        "even",
        ("90.4%", "98.9%", "100.0%"),
        {"reading": {"date_format": "%d-%b-%y"}},
    ),
    Shop(
        "btydplus_grocery/groceryElog.csv",
        "SELECT cust AS customer, date AS day FROM '{file}'",
        ("6mo", "3", "--method quantile", "six-27"),
        (1525, "0.3639", 729, 22, 85, 361),
        "even",
        ("86.9%", "93.6%", "100.0%"),
    ),
    Shop(
        "clvtools_apparel/apparelTrans.csv",
        "SELECT Id AS customer, Date AS day FROM '{file}' WHERE Price > 0",
        ("24mo", "3", "--method quantile", "six-27"),
        (600, "0.2933", 2179, 107, 450, 160),
        "even",
        ("51.2%", "75.6%", "92.7%"),
        {"reading": {"map": {"customer": "Id", "time": "Date", "amount": "Price"}}},
    ),
    Shop(
        "rfm_r_orders/rfm_data_orders.csv",
        "SELECT customer_id AS customer, order_date AS day FROM '{file}'",
        ("24mo", "5", "--method quantile", "rfm-9"),
        (995, "0.0422", 1889, 129, 412, 981),
        "seasonal",
        ("40.8%", "80.7%", "99.0%"),
    ),
]


@pytest.fixture
def source_of(shared, tmp_path):
    """The file of a shop; the grocer's has no amounts, so that every order is given the same one."""

    def found(shop: Shop) -> Path:
        file = shared(f"data/{shop.source}")
        if "grocery" not in shop.source:
            return file
        priced = tmp_path / "grocery.parquet"
        with duckdb.connect() as connection:
            rows = connection.read_csv(str(file)).project("cust AS customer_id, date AS order_date, 1 AS amount")
            rows.write_parquet(str(priced))
        return priced

    return found


def recommended(file, shop, as_of=None):
    return recommend(Wish(sources=[file], settings=read_settings(None, shop.settings), as_of=as_of))


@pytest.mark.parametrize("shop", SHOPS, ids=str)
def test_each_public_set_gets_its_recommendation_from_its_figures(source_of, shop):
    found = recommended(source_of(shop), shop)
    values = {line["setting"]: line["value"] for line in found["recommended"]}
    method = next(" ".join(line["flags"]) for line in found["recommended"] if line["setting"] == "method")
    measured, gaps = found["measured"], found["measured"]["gaps"]
    assert (values["window"], values["scale"], method, values["scheme"]) == shop.recommended
    assert (
        measured["customers"],
        f"{float(measured['one_order_share']):.4f}",
        measured["history_days"],
        gaps["half_back_by"],
        gaps["nine_in_ten_back_by"],
        measured["buyers_in_window"],
    ) == shop.figures
    assert gaps["open"] == measured["customers"]
    assert {None: "unknown", True: "seasonal", False: "even"}[measured["season"]["seasonal"]] == shop.season


def held(file: Path, shop: Shop, cut: date) -> dict[str, Fraction]:
    """By plain SQL: the share of known customers who bought from ``cut`` on whose order before lay in each window."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"WITH days AS ({shop.days.format(file=file)})"
            " SELECT max(day) FILTER (day < $cut) FROM days GROUP BY customer"
            " HAVING min(day) < $cut AND max(day) >= $cut",
            {"cut": cut},
        ).fetchall()
    return {
        window: Fraction(sum(last >= cut - timedelta(days=days) for (last,) in rows), len(rows))
        for window, days in WINDOWS.items()
    }


@pytest.mark.parametrize("shop", SHOPS, ids=str)
def test_half_a_year_earlier_the_window_is_the_shortest_that_held_those_who_then_came_back(source_of, shared, shop):
    """Recommended without the last 182 days, judged by them; the one short history is given more than it needed."""
    file = source_of(shop)
    raw = shared(f"data/{shop.source}")
    with duckdb.connect() as connection:
        [(latest,)] = connection.execute(f"SELECT max(day) FROM ({shop.days.format(file=raw)})").fetchall()
    cut = latest + timedelta(days=1) - HALF_YEAR
    window = recommended(file, shop, as_of=cut)["recommended"][0]["value"]
    shares = held(raw, shop, cut)
    assert tuple(percent(share) for share in shares.values()) == shop.held
    assert shares[window] >= ENOUGH
    shorter = [shares[other] for other, days in WINDOWS.items() if days < WINDOWS[window]]
    if "uci" in shop.source:
        assert (window, shares["6mo"] > ENOUGH) == ("12mo", True)
    else:
        assert all(share < ENOUGH for share in shorter)
