"""Second tables through the whole product: what they must agree with, by law and on public data."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs.check import check
from quintile.jobs.fit import fit
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.laws.shop import AS_OF, few, orders, write_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

RULES = {"model": {"window": "all", "scheme": "none"}, "ledger": {"grain": "line"}}


def wish_for(*files: Path, as_of: date = AS_OF, **ledger: Any) -> Wish:
    """A wish under the rules above, with more settings of the ledger."""
    model = {key: ledger.pop(key) for key in ("population",) if key in ledger}
    groups = {"model": {**RULES["model"], **model}, "ledger": {**RULES["ledger"], **ledger}}
    return Wish(sources=list(files), settings=read_settings(None, groups), as_of=as_of)


def scored(folder: Path, wish: Wish) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """The customers and the report of a published run."""
    report = run(wish, folder)
    with (folder / "customers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file)), report


def write(file: Path, header: str, rows: Sequence[Sequence[object]]) -> str:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return str(file)


def money(report: Mapping[str, Any]) -> list[tuple[str, Decimal]]:
    """The bridge from the ledger on: what comes before shows rows that only one of two sources has."""
    steps = [(step["step"], Decimal(step["amount"] or 0)) for step in report["bridge"]]
    return steps[[step for step, _ in steps].index("ledger") :]


@few(10)
@given(lines=orders(), data=st.data(), policy=st.sampled_from(["net", "gross", "exclude_order"]))
def test_refunds_in_a_table_equal_refunds_as_negative_rows(tmp_path_factory, lines, data, policy):
    folder = tmp_path_factory.mktemp("law")
    refunds = [
        replace(
            line,
            amount=-data.draw(st.sampled_from([line.amount, line.amount / 2, line.amount + 1])).quantize(line.amount),
        )
        for line in lines[1:]
        if data.draw(st.booleans())
    ]
    refunds = [line for line in refunds if line.amount]
    rows = wish_for(write_csv([*lines, *refunds], folder / "all.csv"), refunds=policy)
    if not refunds:
        return
    table = write(folder / "returns.csv", "order_id,amount", [(line.order, line.amount) for line in refunds])
    apart = wish_for(write_csv(lines, folder / "sold.csv"), refunds=policy, returns=table)
    one, told = scored(folder / "one", rows)
    two, told_apart = scored(folder / "two", apart)
    assert (one, money(told)) == (two, money(told_apart))


@few(5)
@given(lines=orders(), pairs=st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7)), max_size=5))
def test_renaming_and_merging_commute(tmp_path_factory, lines, pairs):
    folder = tmp_path_factory.mktemp("law")
    into = {f"C{old}": f"C{new}" for old, new in pairs if old < new}

    def new_name(who: str) -> str:
        return f"{900 - int(who[1:])}-x"

    def ran(place: str, name: Any) -> list[tuple[str, ...]]:
        merges = write(folder / f"{place}.merges.csv", "old,new", [(name(a), name(b)) for a, b in into.items()])
        renamed = [replace(line, customer=name(line.customer)) for line in lines]
        extra: dict[str, Any] = {"merges": merges} if into else {}
        found, _ = scored(folder / place, wish_for(write_csv(renamed, folder / f"{place}.csv"), **extra))
        return sorted((row["customer_id"], row["frequency"], row["monetary"], row["rfm"]) for row in found)

    plain = ran("plain", str)
    assert ran("renamed", new_name) == sorted((new_name(who), *rest) for who, *rest in plain)


@few(3)
@given(lines=orders())
def test_merging_equals_writing_the_new_id_and_a_map_that_maps_nothing_changes_nothing(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("law")
    file = write_csv(lines, folder / "orders.csv")
    idle = write(folder / "idle.csv", "old,new", [("C1", "C1"), ("nobody", "C2")])
    assert scored(folder / "a", wish_for(file))[0] == scored(folder / "b", wish_for(file, merges=idle))[0]
    written = [replace(line, customer="C9" if line.customer in {"C1", "C2"} else line.customer) for line in lines]
    chain = write(folder / "chain.csv", "old,new", [("C1", "C2"), ("C2", "C9")])
    merged = scored(folder / "c", wish_for(file, merges=chain))[0]
    assert merged == scored(folder / "d", wish_for(write_csv(written, folder / "written.csv")))[0]


def superstore(shared: Any) -> tuple[Path, list[dict[str, str]]]:
    file = shared("data/superstore/superstore.csv")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return file, list(csv.DictReader(lines))


@pytest.mark.parametrize("policy", ["net", "gross", "exclude_order"])
def test_returned_orders_of_the_superstore(shared, tmp_path, policy):
    """Every twelfth order came back whole, as the sheet beside the published orders lists them."""
    file, lines = superstore(shared)
    sold, who = defaultdict(Decimal), {}
    for line in lines:
        sold[line["Order ID"]] += Decimal(line["Sales"])
        who[line["Order ID"]] = line["Customer ID"]
    back = sorted(sold)[::12]
    table = write(
        tmp_path / "returns.csv", "Returned,Order ID", [("Yes", order) for order in [*back, *back[:3], "CA-0"]]
    )
    found, report = scored(tmp_path / "out", wish_for(file, as_of=date(2017, 12, 31), returns=table, refunds=policy))
    kept = [order for order in sold if policy == "gross" or order not in back]
    worth, count = defaultdict(Decimal), defaultdict(int)
    for order in kept:
        worth[who[order]] += sold[order]
        count[who[order]] += 1
    assert {row["customer_id"]: (Decimal(row["monetary"]), int(row["frequency"])) for row in found} == {
        customer: (worth[customer], count[customer]) for customer in worth
    }
    (told,) = report["second_tables"]
    assert {key: told[key] for key in ("rows", "netted", "repeated", "orphan")} == {
        "rows": len(back) + 4,
        "netted": len(back),
        "repeated": 3,
        "orphan": 1,
    }
    steps = {step["step"]: step for step in report["bridge"]}
    assert Decimal(steps["returns"]["amount"]) == sum(sold[order] for order in back)
    assert Decimal(steps["ledger"]["amount"]) == sum(sold[order] for order in kept)


ORDERS = "order_id,customer_id,order_date,amount,email,phone\n"
SHOP = [
    ("1", "A", "2025-06-01", "10", "secret-a@x.example", "0170 1234567"),
    ("2", None, "2025-06-02", "20", "SECRET-A@x.example", "+49 170 1234567"),
    ("3", "B", "2025-06-03", "30", "secret-b@x.example", "0171 7654321"),
    ("4", None, "2025-06-04", "40", "secret-c@x.example", "none"),
]
LISTED = [
    ("A", "secret-a@x.example", "0170 1234567", "Ann Secret", "yes", "Acme"),
    ("B", "secret-b@x.example", "0171/7654321", "Bob Secret", "no", "Acme"),
    ("Z", "secret-z@x.example", "030 1234567", "Zoe Secret", "", "Zed"),
]


@pytest.fixture
def shop(tmp_path):
    """``shop(guests="email")``: customers' orders and money, and the report, with a table of customers."""
    orders_file = tmp_path / "orders.csv"
    write(orders_file, ORDERS.strip(), SHOP)
    listed = write(tmp_path / "listed.csv", "customer_id,email,phone,name,consent,company", LISTED)

    def ran(**ledger: Any) -> tuple[dict[str, tuple[int, Decimal]], dict[str, Any]]:
        wish = wish_for(orders_file, **{"grain": "order", "customers": listed, "country": "DE", **ledger})
        rows, report = scored(tmp_path / "out", wish)
        return {row["customer_id"]: (int(row["frequency"]), Decimal(row["monetary"])) for row in rows}, report

    return ran


@pytest.mark.parametrize(
    ("rules", "customers"),
    [
        ({}, {"A": (1, 10), "B": (1, 30)}),
        ({"population": "customers"}, {"A": (1, 10), "B": (1, 30), "Z": (0, 0)}),
        ({"guests": "email"}, {"A": (2, 30), "B": (1, 30), "secret-c@x.example": (1, 40)}),
        ({"guests": "phone"}, {"A": (2, 30), "B": (1, 30)}),
        ({"customer_key": "phone"}, {"'+491701234567": (2, 30), "'+491717654321": (1, 30)}),
        ({"customer_key": "account"}, {"Acme": (2, 40)}),
        ({"customer_key": "account", "population": "customers"}, {"Acme": (2, 40), "Zed": (0, 0)}),
    ],
)
def test_customers_are_known_by_what_is_wished(shop, rules, customers):
    found, report = shop(**rules)
    assert found == customers
    told = json.dumps(report).casefold()
    assert not [secret for secret in ("secret", "1234567", "7654321") if secret in told]


def test_a_list_of_customers_given_as_the_population_is_the_same_table(shop, tmp_path):
    listed = str(tmp_path / "listed.csv")
    assert shop(population=listed, customers=None)[0] == shop(population="customers")[0]


def test_two_lists_of_customers_are_one_too_many(shop, tmp_path):
    (tmp_path / "other.csv").write_text("customer_id\nA\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        shop(population=str(tmp_path / "other.csv"))
    assert caught.value.fix == "name one table: --customers FILE --population customers"


def test_a_population_of_customers_needs_their_table(shop):
    with pytest.raises(SettingsError) as caught:
        shop(population="customers", customers=None)
    assert caught.value.fix == "name it: --customers FILE"


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_a_table_of_rates_may_have_any_form(tmp_path, ending, write_table):
    rates = [("2025-05-30", "USD", "0.50")]
    file = write_table(tmp_path / f"rates.{ending}", ("date", "currency", "rate"), rates)
    sold = [("1", "A", "2025-06-01", "10", "USD"), ("2", "A", "2025-06-01", "10", "EUR")]
    write(tmp_path / "orders.csv", "order_id,customer_id,order_date,amount,currency", sold)
    found = check(wish_for(tmp_path / "orders.csv", rates=str(file), base_currency="EUR"))
    assert found["net_total"] == "15.00"
    assert {key: found["second_tables"][0][key] for key in ("name", "orders_carried", "most_days_carried")} == {
        "name": f"rates.{ending}",
        "orders_carried": 1,
        "most_days_carried": 2,
    }


@pytest.fixture
def write_table():
    """Writes text cells as CSV, Parquet or Excel."""

    def written(file: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
        if file.suffix == ".csv":
            write(file, ";".join(header), [[";".join(row)] for row in rows])
        elif file.suffix == ".parquet":
            pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
            columns = {name: list(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
            parquet.write_table(pa.table(columns), file)
        else:
            book = pytest.importorskip("xlsxwriter").Workbook(file)
            sheet = book.add_worksheet()
            for place, row in enumerate([header, *rows]):
                sheet.write_row(place, 0, row)
            book.close()
        return file

    return written


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_every_second_table_may_stand_beside_orders_of_the_same_form(tmp_path, ending, write_table):
    """All of one form, so that no two take the same place in the staging folder."""
    sold = [("1", "A", "2025-06-01", "10.00"), ("2", "B", "2025-06-02", "20.00"), ("3", "C", "2025-06-03", "30.00")]
    source = write_table(tmp_path / f"orders.{ending}", ("order_id", "customer_id", "order_date", "amount"), sold)
    tables = {
        "returns": (("order_id", "amount"), [("1", "4.00"), ("3", "5.00")]),
        "customers": (("customer_id", "email"), [("B", "b@x.example"), ("Z", "z@x.example")]),
        "merges": (("old", "new"), [("A", "B"), ("X", "Y")]),
    }
    named: dict[str, Any] = {
        kind: str(write_table(tmp_path / f"{kind}.{ending}", *table)) for kind, table in tables.items()
    }
    found = check(wish_for(source, **named))
    assert (found["error"], found["customers"], found["net_total"]) == (None, 2, "51.00")
    assert [table["table"] for table in found["second_tables"]] == ["returns", "customers", "merges"]


def test_a_model_fitted_in_one_currency_scores_no_other(tmp_path):
    header = "order_id,customer_id,order_date,amount,currency"
    euros = [(str(place), f"C{place}", "2025-06-01", str(10 + place), "EUR") for place in range(6)]
    write(tmp_path / "euros.csv", header, euros)
    write(tmp_path / "yen.csv", header, [(*row[:4], "JPY") for row in euros])
    model, _ = fit(wish_for(tmp_path / "euros.csv"))
    run(replace(wish_for(tmp_path / "euros.csv"), model=model), tmp_path / "out")
    with pytest.raises(SettingsError) as caught:
        run(replace(wish_for(tmp_path / "yen.csv"), model=model), tmp_path / "out")
    assert (caught.value.code, "fitted in EUR" in caught.value.message) == ("model", True)


def test_where_one_is_the_best_score_the_report_and_the_customers_agree(tmp_path):
    file = tmp_path / "orders.csv"
    sold = [(str(place), f"C{place}", "2025-06-01", str(10 + place)) for place in range(7)]
    write(file, "order_id,customer_id,order_date,amount", sold)
    settings = read_settings(None, {"model": {"best": "low", "scheme": "none"}})
    rows, report = scored(tmp_path / "out", Wish(sources=[file], settings=settings, as_of=AS_OF))
    for receipt in report["tie_receipt"]:
        shown = [int(row[receipt["metric"]]) for row in rows]
        assert receipt["customers"] == [shown.count(score) for score in range(1, 6)]
        assert receipt["reached"] == sorted(set(shown))


@pytest.mark.parametrize("decimals", [0, 1, 2, 3])
@pytest.mark.parametrize("with_returns", [False, True], ids=["alone", "with returns"])
def test_converted_money_keeps_its_digits_whatever_the_amounts_have(tmp_path, decimals, with_returns):
    amounts = [Decimal(whole).scaleb(-decimals) for whole in (10, 20, 30, 41)]
    currencies = ("EUR", "USD", "EUR", "USD")
    rows = [
        (name, place, f"2025-05-0{place}", f"{amount:f}", currency)
        for place, (name, amount, currency) in enumerate(zip("abcd", amounts, currencies, strict=True), start=1)
    ]
    orders_file = tmp_path / "orders.csv"
    write(orders_file, "customer,order,time,amount,currency", rows)
    rate = Decimal("0.913337")
    more = {"rates": write(tmp_path / "rates.csv", "date,currency,rate", [("2025-05-01", "USD", rate)])}
    if with_returns:
        more["returns"] = write(tmp_path / "returns.csv", "order,amount", [(2, f"{amounts[1] / 4:f}")])
    wish = wish_for(orders_file, as_of=date(2025, 7, 1), base_currency="EUR", grain="order", **more)
    _, report = scored(tmp_path / "out", wish)
    digit = Decimal(1).scaleb(-max(decimals, 2))

    def converted(amount):
        return (amount * rate).quantize(digit, "ROUND_HALF_UP")

    came_back = converted(amounts[1] / 4) if with_returns else 0
    assert dict(money(report))["ledger"] == (
        amounts[0] + converted(amounts[1]) + amounts[2] + converted(amounts[3]) - came_back
    )
