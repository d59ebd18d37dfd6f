"""The model as SQL and as Python: on the raw file both give every customer's row as the run gave it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.export.python import model_python
from quintile.export.recipe import Recipe
from quintile.export.sql import model_sql
from quintile.export.sql_columns import load_sql
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.fit import fit
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.export.parity import COLUMNS, LINES, MAP, programs, write_lines, written

READ = {"reading": {"map": MAP}}
MODELS = {
    "scale 3": {"scale": 3},
    "scale 5, rfm-9": {"scale": 5, "scheme": "rfm-9"},
    "scale 10": {"scale": 10},
    "six-27": {
        "scale": 3,
        "scheme": "six-27",
        "method": "percentile",
        "r_cuts": [33, 66],
        "f_cuts": [33, 66],
        "m_cuts": [33, 66],
    },
    "grid-27, 1 is best": {"scale": 3, "scheme": "grid-27", "best": "low"},
    "eleven-125": {"scheme": "eleven-125-a"},
    "own cut points": {"r_cuts": [14, 45, 90, 150], "f_cuts": [2, 3, 5, 7], "m_cuts": ["10", "30", "60.5", "100"]},
    "all time": {"window": "all"},
    "90 days": {"window": "90d"},
    "elapsed": {"recency": "elapsed"},
    "average": {"monetary": "average"},
    "everyone who ever bought": {"population": "ever", "window": "90d", "m_cuts": ["-5", "0", "60", "100"]},
    "nested": {"method": "nested"},
    "ntile": {"method": "ntile"},
    "kmeans": {"method": "kmeans", "scale": 4, "scheme": "pymc-5"},
    "no scheme": {"scale": 7},
    "r-rfm": {"method": "r-rfm"},
}
LEDGERS = {
    "refunds ignored": {"refunds": "gross"},
    "orders with a refund ignored": {"refunds": "exclude_order"},
    "gifts count": {"zero_orders": "count"},
    "gifts count, refunds ignored": {"zero_orders": "count", "refunds": "gross"},
    "gifts count, orders with a refund do not": {"zero_orders": "count", "refunds": "exclude_order"},
    "one order a day": {"grain": "day"},
    "repeated rows dropped": {"duplicates": "row"},
    "repeated rows kept": {"duplicates": "keep"},
    "cancelled orders count": {"exclude": ["test"]},
    "nothing is left out": {"exclude": []},
    "own words": {"statuses": {"cancelled": ["OK"], "refunded": ["cancelled"]}},
    "in a zone": {"time_zone": "America/New_York"},
}


def check(found):
    assert len(found.customers) > 20
    assert found.by_sql == found.customers
    assert found.by_python == found.customers


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_model_gives_the_same_rows(shop_of, model):
    check(shop_of(LINES, {"model": model}))


@pytest.mark.parametrize("ledger", LEDGERS.values(), ids=LEDGERS)
def test_every_rule_of_the_ledger_gives_the_same_rows(shop_of, ledger):
    check(shop_of(LINES, {"ledger": ledger}))


def test_full_days_in_a_zone_are_the_same(tmp_path):
    ledger = {"time_zone": "America/New_York"}
    settings: dict[str, dict[str, Any]] = {**READ, "ledger": ledger, "model": {"recency": "elapsed"}}
    check(written(write_lines(tmp_path / "orders.csv"), settings, as_of=datetime(2025, 6, 28, 15, 30)))  # noqa: DTZ001


@pytest.mark.parametrize("as_of", ["2025-04-21T15:30", None])
def test_a_window_up_to_a_moment_begins_at_that_time_of_day(tmp_path, as_of):
    """Every half hour of the first day and the last; without a date they are the moment after the latest order."""
    file = tmp_path / "orders.csv"
    times = [
        f"2025-0{month}-{day} {hour:02}:{minute:02}:00"
        for month, day in ((3, 21), (4, 20))
        for hour in range(24)
        for minute in (0, 30)
    ]
    rows = [f"C{n},{n},{at},{n + 1}.50" for n, at in enumerate(times)]
    file.write_text("\n".join(["customer,order,time,amount", *rows, ""]), encoding="utf-8")
    moment = datetime.fromisoformat(as_of) if as_of else None
    model = {"recency": "elapsed", "window": "1mo", "scale": 3}
    found = written(file, {"ledger": {"time_zone": "Europe/Berlin"}, "model": model}, as_of=moment)
    assert found.report["window"] == {
        "length": "1mo",
        "start": "2025-03-21T15:30:00" if as_of else "2025-03-21T23:30:00",
        "end": found.report["as_of"],
    }
    assert found.report["model"]["fitted"]["as_of"] == found.report["as_of"]
    late = [row for row, at in enumerate(times) if at >= found.report["window"]["start"].replace("T", " ")]
    assert sorted(customer[0] for customer in found.customers) == sorted(f"C{row}" for row in late)
    check(found)


def test_frozen_cut_points_score_a_later_month(tmp_path):
    file = write_lines(tmp_path / "orders.csv")
    model, _ = fit(Wish(sources=[file], settings=read_settings(None, READ), as_of=date(2025, 4, 1)))
    check(written(file, READ, model=model))


@pytest.mark.parametrize("dropped", [("pos",), ("state",), ("receipt", "pos", "state")], ids=str)
def test_columns_that_are_not_there_are_not_asked_for(tmp_path, dropped):
    columns = tuple(column for column in COLUMNS if column not in dropped)
    mapped = {role: column for role, column in MAP.items() if column in columns}
    file = write_lines(tmp_path / "orders.csv", columns, delimiter=";")
    check(written(file, {"reading": {"map": mapped}, "ledger": {"grain": "line"} if "receipt" in columns else {}}))


def shop_file(folder, text, name="orders.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def small(folder, header, rows, settings=None, name="orders.csv"):
    """A file of a few rows; everybody is in it, so equality is all there is to see."""
    found = written(shop_file(folder, "\n".join([header, *rows]) + "\n", name), settings or {})
    assert found.customers
    assert found.by_sql == found.customers == found.by_python
    return found


def test_quantity_times_price_is_exact(tmp_path):
    rows = [f"C{n},O{n},{n}.5,{n}.25,2025-06-{n + 1:02d}" for n in range(1, 20)]
    found = small(tmp_path, "customer_id,order_id,quantity,unit_price,order_date", rows)
    assert found.customers[0][5] == Decimal("1.875")


def test_a_refund_column_counts_against_its_own_row(tmp_path):
    rows = ["A,1,2025-06-01,50.00,", "A,2,2025-06-02,20.00,20.00", "B,3,2025-05-01,9.00,-4.50", "B,4,2025-05-01,1,1.5"]
    small(tmp_path, "customer_id,order_id,order_date,amount,refunded", rows)


def test_a_kind_says_what_is_a_refund_and_what_a_test(tmp_path):
    rows = [
        "A,1,2025-06-01,50.00,sale",
        "A,1,2025-06-09,20.00,Refund",
        "B,2,2025-05-01,9.00,test",
        "C,3,2025-05-01,9,sale",
    ]
    small(tmp_path, "customer_id,order_id,order_date,amount,kind", rows)


def test_addresses_are_the_same_in_upper_and_lower_case(tmp_path):
    rows = ["Ada@x.example,2025-06-01,5.00", "ada@X.example ,2025-05-01,7.00", "bo@x.example,2025-05-03,7.00"]
    assert len(small(tmp_path, "email,order_date,amount", rows).customers) == 2


def test_decimal_commas_and_days_first_are_read(tmp_path):
    rows = ["7;31.01.2025;1.234,50", "8;13.02.2025;5,00", "9;01.03.2025;0,99"]
    small(tmp_path, "Kundennummer;Bestelldatum;Umsatz", rows)


def test_times_with_a_zone_are_seen_in_the_shops(tmp_path):
    rows = ["A,2025-06-01T23:30:00-05:00,5.00", "B,2025-06-30T23:30:00Z,7.00", "C,2025-06-30T21:30:00+00:00,7.00"]
    for recency in ("calendar", "elapsed"):
        settings = {"ledger": {"time_zone": "Europe/Berlin"}, "model": {"recency": recency}}
        small(tmp_path, "customer_id,ordered_at,amount", rows, settings)


def test_rows_that_cannot_be_read_are_left_out_where_the_run_set_them_aside(tmp_path):
    rows = ["A,2025-06-01,5.00", "B,2025-06-02,oops", "C,never,7.00", "D,2025-06-05,8.00"]
    found = small(tmp_path, "customer_id,order_date,amount", rows)
    assert [customer[0] for customer in found.customers] == ["A", "D"]


def test_money_in_two_currencies_takes_the_rate_of_each_day(tmp_path):
    shop = make_sample_shop(tmp_path, customers=150, seed=3)
    run(sample_wish(shop), tmp_path / "results")
    found = programs(tmp_path, tmp_path / "results")
    assert found.recipe.before == ()
    assert found.by_sql == found.customers == found.by_python


def test_a_parquet_file_is_read_as_it_is(tmp_path):
    source = tmp_path / "sales.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT n % 7 AS customer_id, n AS order_id, DATE '2025-01-01' + n::INTEGER AS order_date,"
            " (n * 1.37)::DECIMAL(9, 2) AS amount FROM range(60) AS rows(n)) TO '" + str(source) + "'"
        )
    found = written(source, {})
    assert found.by_sql == found.customers == found.by_python


def test_names_of_strangers_are_values_and_identifiers(tmp_path):
    hostile = 'a"; DROP TABLE x; --'
    rows = ["A,2025-06-01,5.00", "B,2025-06-02,6.00"]
    header = 'customer_id,order_date,"' + hostile.replace('"', '""') + '"'
    scheme = tmp_path / "ours.toml"
    name = json.dumps('O\'Neil \\ """\n\'); import os #'.replace("\n", " "))
    scheme.write_text(
        f'title = "x"\nsource = "x"\nscale = 3\nbest = "high"\n[[segments]]\nname = {name}\nintent = "x"\n'
        "rules = [{ r = [1, 3] }]\n",
        encoding="utf-8",
    )
    settings = {"reading": {"map": {"amount": hostile}}, "model": {"scale": 3, "scheme": str(scheme)}}
    found = small(tmp_path, header, rows, settings)
    assert found.customers[0][-1] == json.loads(name)
    assert model_python(found.recipe).isascii()


def test_what_the_programs_leave_to_quintile_is_told(tmp_path):
    rows = ["1,A,a@x.example,2025-06-01,5.00", "1,A,a@x.example,2025-06-01,6.00"]
    rows += [f"{n},B,b@x.example,2025-06-02,8.00" for n in range(2, 150)]
    source = shop_file(tmp_path, "order_id,customer_id,email,order_date,amount\n" + "\n".join(rows) + "\n")
    found = written(source, {"ledger": {"guests": "email"}})
    assert any("Order repeated with other content (2)" in text for text in found.recipe.before)
    assert any("Give guests a customer id by their email" in text for text in found.recipe.before)


def test_both_programs_are_the_same_every_time(tmp_path):
    found = written(write_lines(tmp_path / "orders.csv"), READ)
    again = written(write_lines(tmp_path / "orders.csv"), {**READ, "engine": {"threads": 1}})
    assert (model_sql(again.recipe), model_python(again.recipe)) == (
        model_sql(found.recipe),
        model_python(found.recipe),
    )
    assert str(tmp_path) not in model_sql(found.recipe) + model_python(found.recipe)


def test_a_result_of_an_older_version_is_named(tmp_path):
    found = written(write_lines(tmp_path / "orders.csv"), READ)
    del found.report["assumed"]["rules"]
    with pytest.raises(SettingsError, match="how orders were counted"):
        Recipe.of(found.report, None)


def test_a_source_that_no_statement_loads_has_a_place_for_its_reader(tmp_path):
    found = written(write_lines(tmp_path / "orders.csv"), READ)
    sheet = replace(found.recipe, how={**found.recipe.how, "format": "xlsx"})
    assert load_sql(sheet) is None
    assert model_sql(sheet) == model_sql(found.recipe)
    columns = "buyer id, receipt, pos, bought at, net value, state"
    with pytest.raises(NotImplementedError, match=f"yield each row of the table as a dict with the keys {columns}"):
        exec(model_python(sheet), {})


NOTHINGS = ("", "null", "NULL", "None", "nan", "NaN", "n/a", "#N/A", "NA", "nil", "<NA>", "NaT", " nan ")


def test_words_for_nothing_name_no_customer_and_no_order(tmp_path):
    rows = [f"{word},{word},1,2025-06-01,5.00" for word in NOTHINGS]
    rows += [f"C{n},{word},1,2025-06-0{n % 9 + 1},{n + 1}.00" for n, word in enumerate(NOTHINGS)]
    rows += ["Nana,na1,1,2025-06-01,4.00", "nully,null2,2,2025-06-01,4.00", "row 1,row 2,1,2025-06-01,4.00"]
    found = small(tmp_path, "customer_id,order_id,line_id,order_date,amount", rows)
    assert {customer[0] for customer in found.customers} == {*(f"C{n}" for n in range(13)), "Nana", "nully", "row 1"}


def test_whole_numbers_with_a_point_lose_it(tmp_path):
    found = small(tmp_path, "customer_id,order_date,amount", ["17850.0,2025-06-01,5.00", "12.0,2025-06-02,5.00"])
    assert [customer[0] for customer in found.customers] == ["12", "17850"]


def test_ids_that_a_data_frame_made_floats_are_whole_numbers(tmp_path):
    source = tmp_path / "sales.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT CASE WHEN n % 7 = 0 THEN 'nan'::DOUBLE ELSE n % 7 END AS customer_id, n AS order_id,"
            " DATE '2025-01-01' + n::INTEGER AS order_date, n::DECIMAL(9, 2) AS amount FROM range(1, 60) AS rows(n))"
            " TO '" + str(source) + "'"
        )
    found = written(source, {})
    assert [customer[0] for customer in found.customers] == ["1", "2", "3", "4", "5", "6"]
    assert found.by_sql == found.customers == found.by_python


@pytest.mark.parametrize("amount", ['"1,234.50"', "$5.00", "(5.00)", "5.00-", "5 EUR"])
def test_amounts_that_no_cast_reads_are_told(tmp_path, amount):
    rows = [f"A,2025-06-01,{amount}", "B,2025-06-02,7.00", "C,2025-06-03,8.50"]
    file = shop_file(tmp_path, "\n".join(["customer_id,order_date,amount", *rows]) + "\n")
    run(Wish(sources=[file], settings=read_settings(None, {}), as_of=date(2025, 7, 1)), tmp_path / "out")
    assert any(text.startswith("Write amounts as plain numbers") for text in _recipe(tmp_path / "out").before)


@pytest.mark.parametrize("amount", ["1e3", "+5", "-5.00", ".5", "oops"])
def test_amounts_that_a_cast_reads_or_nobody_are_not_told(tmp_path, amount):
    rows = [f"A,2025-06-01,{amount}", "B,2025-06-02,7.00", "C,2025-06-03,8.50"]
    found = small(tmp_path, "customer_id,order_date,amount", rows)
    assert not any(text.startswith("Write amounts") for text in found.recipe.before)


def test_dates_in_words_and_ids_in_two_forms_are_told(tmp_path):
    rows = ["Ame\u0301lie,5 Jun 2025,5.00", "Am\u00e9lie,6 Jun 2025,7.00"]
    file = shop_file(tmp_path, "\n".join(["customer_id,order_date,amount", *rows]) + "\n")
    run(Wish(sources=[file], settings=read_settings(None, {}), as_of=date(2025, 7, 1)), tmp_path / "out")
    dates, ids = _recipe(tmp_path / "out").before
    assert dates == "Write dates as 2025-01-31: some stand with day and month name."
    assert ids.startswith("Clean the ids, and write them in one Unicode form (NFC)")


def _recipe(out):
    return Recipe.of(json.loads((out / "run.json").read_text(encoding="utf-8")), None)
