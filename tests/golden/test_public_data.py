"""Recency, frequency and monetary of every customer of the public data: by settings alone, exact to the last digit."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

import quintile
from tests.golden.reference import published_rfm, quintile_command, records, rfm_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.golden.reference import Settings

UCI = "uci_online_retail/online_retail.parquet"
CDNOW = "cdnow_master/cdnow_master.csv"
CDNOW_SAMPLE = "cdnow_sample/cdnow_sample.csv"
R_ORDERS = "rfm_r_orders/rfm_data_orders.csv"
SUPERSTORE = "superstore/superstore.csv"
RETAIL = "retail_125k/Retail_Data_Transactions.csv"

EVERYTHING = {"window": "all"}
# The sample has two ids side by side, and short names for its columns.
SAMPLE_COLUMNS = {"map": {"customer": "cid", "time": "d", "amount": "amt"}}
RETAIL_DATES = {"date_format": "%d-%b-%y"}


@dataclass(frozen=True)
class Variant:
    """One reference table and the settings that make it out of the raw file."""

    source: str
    reference: str
    as_of: str
    ledger: Mapping[str, object] = field(default_factory=dict)
    reading: Mapping[str, object] = field(default_factory=dict)
    window: str = "all"

    @property
    def settings(self) -> Settings:
        return {"ledger": self.ledger, "reading": self.reading, "model": {"window": self.window}}

    def __str__(self) -> str:
        return f"{self.source.partition('/')[0]} {self.reference.removeprefix('customers_').removesuffix('.csv')}"


GROSS_LINES = {"grain": "line", "refunds": "gross"}
VARIANTS = [
    Variant(UCI, "customers_v1_purchases.csv", "2011-12-10", GROSS_LINES),
    Variant(UCI, "customers_v2_purchases_dedup.csv", "2011-12-10", {**GROSS_LINES, "duplicates": "row"}),
    Variant(UCI, "customers_v3_net_of_returns.csv", "2011-12-10", {"grain": "line", "refunds": "net"}),
    Variant(UCI, "customers_v4_net_dedup.csv", "2011-12-10", {"grain": "line", "refunds": "net", "duplicates": "row"}),
    Variant(UCI, "customers_v6_window_365d.csv", "2011-12-10", GROSS_LINES, window="365d"),
    Variant(UCI, "customers_v7_asof_2011_09_01.csv", "2011-09-01", GROSS_LINES),
    Variant(CDNOW, "customers_v1_rows.csv", "1998-07-01", {"zero_orders": "count"}),
    Variant(CDNOW, "customers_v2_days.csv", "1998-07-01", {"zero_orders": "count", "grain": "day"}),
    Variant(CDNOW, "customers_v3_calibration_1997_09_30.csv", "1997-10-01", {"zero_orders": "count", "grain": "day"}),
    Variant(CDNOW, "customers_v4_positive_amount.csv", "1998-07-01", {"zero_orders": "ignore"}),
    Variant("cdnow_master/CDNOW_master.txt", "customers_v1_rows.csv", "1998-07-01", {"zero_orders": "count"}),
    Variant(CDNOW_SAMPLE, "customers_v1_rows.csv", "1998-07-01", {"zero_orders": "count"}, SAMPLE_COLUMNS),
    Variant(
        CDNOW_SAMPLE, "customers_v2_days.csv", "1998-07-01", {"zero_orders": "count", "grain": "day"}, SAMPLE_COLUMNS
    ),
    Variant(R_ORDERS, "customers_v1_rows.csv", "2006-12-31"),
    Variant(R_ORDERS, "customers_v2_days.csv", "2006-12-31", {"grain": "day"}),
    Variant(SUPERSTORE, "customers_v1_orders.csv", "2017-12-31", {"grain": "line"}),
    Variant(RETAIL, "customers_v1_rows.csv", "2015-03-17", reading=RETAIL_DATES),
    Variant(RETAIL, "customers_v2_last_24_months.csv", "2015-03-17", reading=RETAIL_DATES, window="24mo"),
]


def reference_of(shared, variant):
    return published_rfm(shared(f"data/{variant.source}").parent / variant.reference)


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_every_customer_is_exactly_as_published(shared, variant):
    result = quintile.run(shared(f"data/{variant.source}"), as_of=variant.as_of, settings=variant.settings)
    assert rfm_of(result) == reference_of(shared, variant)


def test_uk_customers_of_a_filtered_file_are_exactly_as_published(shared, tmp_path):
    """There is no setting that filters rows: the file is filtered before, as a user would have to."""
    filtered = tmp_path / "uk.parquet"
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(shared(f"data/{UCI}")))
        rows.filter("Country = 'United Kingdom'").write_parquet(str(filtered))
    settings = {"ledger": GROSS_LINES, "model": EVERYTHING}
    result = quintile.run(filtered, as_of="2011-12-10", settings=settings)
    assert rfm_of(result) == published_rfm(shared("data/uci_online_retail/customers_v5_uk_purchases.csv"))


THROUGH_THE_COMMAND_LINE = [
    (SUPERSTORE, "customers_v1_orders.csv", ["--as-of", "2017-12-31", "--window", "all", "--grain", "line"]),
    (
        RETAIL,
        "customers_v2_last_24_months.csv",
        ["--as-of", "2015-03-17", "--window", "24mo", "--date-format", "%d-%b-%y"],
    ),
    (
        CDNOW,
        "customers_v3_calibration_1997_09_30.csv",
        ["--as-of", "1997-10-01", "--window", "all", "--grain", "day", "--zero-orders", "count"],
    ),
    (
        UCI,
        "customers_v7_asof_2011_09_01.csv",
        ["--as-of", "2011-09-01", "--window", "all", "--grain", "line", "--refunds", "gross"],
    ),
]


@pytest.mark.parametrize(("source", "reference", "flags"), THROUGH_THE_COMMAND_LINE, ids=lambda part: str(part)[:30])
def test_the_command_line_publishes_the_same_customers(shared, tmp_path, source, reference, flags):
    path = shared(f"data/{source}")
    ended = quintile_command(tmp_path, "run", path, "--out", "results", "--quiet", *flags)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    expected = published_rfm(path.parent / reference)
    written = records(tmp_path / "results" / "customers.csv")
    assert {
        row["customer_id"]: (int(row["recency_days"]), int(row["frequency"]), Decimal(row["monetary"]))
        for row in written
    } == expected
    columns = ["customer_id", "recency_days", "frequency", "monetary"]
    table = pq.read_table(tmp_path / "results" / "customers.parquet", columns=columns)
    assert {row[0]: row[1:] for row in zip(*table.to_pydict().values(), strict=True)} == expected


def test_lines_counted_as_orders_would_be_seen(shared):
    """The negative control: the reference that makes the classic mistake must not be met."""
    settings = {"model": EVERYTHING, "ledger": {"grain": "line"}}
    found = rfm_of(quintile.run(shared(f"data/{SUPERSTORE}"), as_of="2017-12-31", settings=settings))
    wrong = published_rfm(shared("data/superstore/customers_v2_lines_wrong.csv"))
    assert found.keys() == wrong.keys()
    assert sum(found[customer] != wrong[customer] for customer in found) == 769


@pytest.mark.parametrize(
    ("source", "settings"),
    [
        (CDNOW, {}),
        (CDNOW_SAMPLE, {"reading": SAMPLE_COLUMNS}),
        (R_ORDERS, {}),
        (SUPERSTORE, {}),
        (RETAIL, {"reading": RETAIL_DATES}),
        (UCI, {"ledger": {"grain": "line"}}),
    ],
    ids=lambda part: part.partition("/")[0] if isinstance(part, str) else "",
)
def test_every_row_and_cent_of_the_file_is_accounted_for_up_to_the_day_after_the_latest(shared, source, settings):
    path = shared(f"data/{source}")
    facts = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))
    report = quintile.run(path, settings=settings).report
    raw = report["bridge"][0]
    total = facts["quality"].get("total", facts["quality"].get("total_amt"))
    assert (raw["rows"], Decimal(raw["amount"])) == (facts["quality"]["rows"], Decimal(str(total)))
    assert report["as_of"] == facts["as_of"]
    counts = report["counts"]
    assert counts["rows_in"] == counts["rows_kept"] + counts["rows_quarantined"]
    assert counts["rows_quarantined"] == facts["quality"].get("null_customer_rows", 0)


@pytest.mark.parametrize(
    ("source", "reading", "copies"),
    [(CDNOW, {}, 255), (CDNOW_SAMPLE, SAMPLE_COLUMNS, 21), (RETAIL, RETAIL_DATES, 6)],
    ids=["cdnow_master", "cdnow_sample", "retail_125k"],
)
def test_equal_rows_without_an_order_id_can_be_dropped_by_wish_alone(shared, source, reading, copies):
    settings = {"reading": reading, "model": EVERYTHING, "ledger": {"zero_orders": "count", "duplicates": "row"}}
    dropped = quintile.run(shared(f"data/{source}"), settings=settings).report
    assert dropped["counts"]["rows_deduplicated"] == copies


def test_equal_lines_of_a_shop_are_dropped_by_wish_wherever_they_stand(shared):
    settings = {"ledger": {**GROSS_LINES, "duplicates": "row"}, "model": EVERYTHING}
    assert quintile.run(shared(f"data/{UCI}"), settings=settings).report["counts"]["rows_deduplicated"] == 5268


def test_elapsed_days_are_one_less_for_half_of_the_customers(shared):
    """The two published units of recency; the moment of elapsed days is 24 hours after the latest purchase."""
    calendar = published_rfm(shared("data/uci_online_retail/customers_v1_purchases.csv"))
    model = {**EVERYTHING, "recency": "elapsed"}
    result = quintile.run(shared(f"data/{UCI}"), settings={"ledger": GROSS_LINES, "model": model})
    elapsed = rfm_of(result)
    assert result.report["as_of"] == "2011-12-10T12:50:00"
    assert result.report["recency"] == "elapsed"
    assert {customer: rfm[1:] for customer, rfm in elapsed.items()} == {
        customer: rfm[1:] for customer, rfm in calendar.items()
    }
    differences = [calendar[customer][0] - elapsed[customer][0] for customer in calendar]
    assert (differences.count(0), differences.count(1)) == (2069, 2269)
