"""The sample shop: deterministic to the byte, exact to the cent, and full of what real shops do."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, render
from quintile.sources.sample_shop import share, spread, write_sample_shop

LAST_DAY = date(2025, 6, 30)


def make(folder, *, customers=2000, seed=1, last_day=LAST_DAY, threads=None):
    with closing(DuckDbEngine([folder], threads=threads)) as engine:
        return write_sample_shop(engine, folder, customers=customers, seed=seed, last_day=last_day)


def read(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def engine():
    with closing(DuckDbEngine()) as opened:
        yield opened


def digest(shop):
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (shop.orders, shop.rates)]


def refunded_orders(rows):
    """The rows of each order that has a negative row and a sale."""
    by_order = defaultdict(list)
    for row in rows:
        by_order[row["order_id"]].append(row)
    return {
        order: lines
        for order, lines in by_order.items()
        if any(row["amount"] < "0" for row in lines) and order[0] == "O"
    }


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return make(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def rows(shop):
    return read(shop.orders)


def test_the_same_arguments_give_the_same_bytes_on_any_number_of_threads(shop, tmp_path):
    assert digest(make(tmp_path, threads=1)) == digest(shop)


def test_the_bytes_of_a_tiny_shop_never_change(tmp_path):
    tiny = make(tmp_path, customers=50, seed=7, last_day=date(2024, 2, 29))
    assert [text[:16] for text in digest(tiny)] == ["26990cd0fd1ac8da", "761049e5d6381604"]


def test_another_seed_is_another_shop(shop, tmp_path):
    assert digest(make(tmp_path, seed=2))[0] != digest(shop)[0]


def test_the_row_counts_are_those_of_the_files(shop, rows):
    assert (shop.order_rows, shop.rate_rows) == (len(rows), len(read(shop.rates)))


def test_twenty_six_months_end_on_the_last_day(rows):
    days = {datetime.fromisoformat(row["ordered_at"]).date() for row in rows}
    assert date(2023, 5, 1) <= min(days) <= date(2023, 5, 31)
    assert max(days) == LAST_DAY


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_about_two_thirds_buy_once(tmp_path, seed):
    net: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    sold = {tuple(row.values()): row for row in read(make(tmp_path, customers=6000, seed=seed).orders)}
    for row in sold.values():
        if row["status"] == "completed" and row["customer_id"]:
            net[row["customer_id"], row["order_id"]] += Decimal(row["amount"])
    orders = Counter(customer for (customer, _), amount in net.items() if amount > 0)
    once = sum(count == 1 for count in orders.values()) / len(orders)
    assert 0.62 <= once <= 0.68


def test_every_amount_is_quantity_times_price_to_the_cent(rows):
    assert all(Decimal(row["amount"]) == int(row["quantity"]) * Decimal(row["unit_price"]) for row in rows)
    assert {len(row["amount"].partition(".")[2]) for row in rows} == {2}


def test_money_is_negative_on_return_rows_and_zero_on_gifts_only(rows):
    assert {row["sku"] == "GIFT" for row in rows if Decimal(row["amount"]) == 0} == {True}
    assert all(Decimal(row["amount"]) == 0 for row in rows if row["sku"] == "GIFT")
    assert all((int(row["quantity"]) < 0) == (Decimal(row["amount"]) < 0) for row in rows if row["sku"] != "GIFT")


def test_returns_come_after_the_sale_whole_and_in_part_and_never_exceed_it(rows):
    kinds: Counter[str] = Counter()
    for lines in refunded_orders(rows).values():
        distinct = {tuple(row.values()): row for row in lines}.values()
        assert {row["customer_id"] for row in lines} == {lines[0]["customer_id"]}
        sold = [row for row in distinct if int(row["quantity"]) > 0]
        back = [row for row in distinct if int(row["quantity"]) < 0]
        assert max(row["ordered_at"] for row in sold) < min(row["ordered_at"] for row in back)
        net = sum(Decimal(row["amount"]) for row in distinct)
        assert net >= 0
        kinds["whole" if net == 0 else "part"] += 1
    assert kinds["whole"] > 20
    assert kinds["part"] > 50


def test_some_refunds_belong_to_no_order(rows):
    sales = {row["order_id"] for row in rows if int(row["quantity"]) > 0}
    orphans = {row["order_id"] for row in rows} - sales
    assert len(orphans) >= 5
    assert all(order.startswith("R-") for order in orphans)


def test_a_line_that_comes_twice_is_the_same_to_the_byte(rows):
    by_key = defaultdict(set)
    for row in rows:
        by_key[row["order_id"], row["line"]].add(tuple(row.values()))
    assert {len(contents) for contents in by_key.values()} == {1}
    assert len(rows) - len(by_key) >= 10


def test_some_rows_come_later_than_newer_ones(rows):
    newest, late = "", 0
    for row in rows:
        late += row["ordered_at"] < newest
        newest = max(newest, row["ordered_at"])
    assert 0.01 < late / len(rows) < 0.4


def test_orders_have_one_customer_one_currency_and_one_status(rows):
    by_order = defaultdict(set)
    for row in rows:
        by_order[row["order_id"]].add((row["customer_id"], row["email"], row["currency"], row["status"]))
    assert {len(heads) for heads in by_order.values()} == {1}


def test_a_customer_buys_in_one_currency_and_some_in_dollars(rows):
    currencies = defaultdict(set)
    for row in rows:
        if row["customer_id"]:
            currencies[row["customer_id"]].add(row["currency"])
    assert {len(seen) for seen in currencies.values()} == {1}
    assert 0.12 < sum(seen == {"USD"} for seen in currencies.values()) / len(currencies) < 0.18


def test_every_day_of_the_file_has_a_positive_rate(shop, rows):
    rates = {date.fromisoformat(row["date"]): Decimal(row["rate"]) for row in read(shop.rates)}
    first, last = min(rates), max(rates)
    assert sorted(rates) == [first + timedelta(days=day) for day in range((last - first).days + 1)]
    assert {datetime.fromisoformat(row["ordered_at"]).date() for row in rows} <= set(rates)
    assert all(Decimal("0.5") < rate < Decimal("1.5") for rate in rates.values())


def test_cancelled_failed_and_test_orders_are_there_and_few(rows):
    shares = {status: count / len(rows) for status, count in Counter(row["status"] for row in rows).items()}
    assert set(shares) == {"completed", "cancelled", "failed", "test"}
    assert shares["completed"] > 0.9


def test_guests_come_with_and_without_an_address(rows):
    guests = Counter(bool(row["email"]) for row in rows if not row["customer_id"])
    assert guests[True] > 50
    assert guests[False] > 20
    assert sum(guests.values()) / len(rows) < 0.1


def test_every_address_is_evidently_invented(rows):
    assert {row["email"].lower().partition("@")[2] for row in rows if row["email"]} == {"example.com"}


def test_the_year_has_a_peak_before_christmas_and_the_shop_grows(rows):
    months = Counter(row["ordered_at"][:7] for row in rows)
    assert max(months, key=months.__getitem__) == "2024-12"
    assert months["2024-11"] > months["2024-09"]
    assert months["2025-05"] > months["2024-05"] > months["2023-05"]


def test_most_customers_have_stopped_buying_in_the_last_quarter(rows):
    last: dict[str, str] = {}
    for row in rows:
        last[row["customer_id"]] = max(last.get(row["customer_id"], ""), row["ordered_at"])
    assert 0.5 < sum(seen < "2025-04-01" for seen in last.values()) / len(last) < 0.9


def test_a_shop_of_one_customer_has_its_order(tmp_path):
    assert make(tmp_path, customers=1).order_rows >= 1


def test_a_share_is_even_and_depends_on_key_purpose_and_seed(engine):
    draw = render("SELECT {share} FROM range(20000) AS keys(key)", share=share(Sql("key"), "gift", 1))
    first = [row[0] for row in engine.rows(draw)]
    assert all(abs(count / 2000 - 1) < 0.1 for count in Counter(value // 100_000 for value in first).values())
    for purpose, seed in (("late", 1), ("gift", 2)):
        again = engine.rows(
            render("SELECT {share} FROM range(20000) AS keys(key)", share=share(Sql("key"), purpose, seed))
        )
        equal_tenths = sum(one // 100_000 == row[0] // 100_000 for one, row in zip(first, again, strict=True))
        assert abs(equal_tenths / 2000 - 1) < 0.15


@pytest.mark.parametrize(("share_of_whole", "value"), [(0, 10), (250_000, 15), (500_000, 20), (999_999, 99)])
def test_a_spread_lies_on_a_straight_line_between_its_values(engine, share_of_whole, value):
    drawn = render("SELECT {value}", value=spread(Sql(str(share_of_whole)), (10, 20, 100)))
    assert engine.rows(drawn) == [(value,)]
