"""Faults of reading where a file was taken for something else without a word: each kept as the rule that mended it."""

from __future__ import annotations

import csv

import pandas as pd
import pyarrow as pa
import pytest

import quintile
from quintile.errors import SettingsError

pytestmark = pytest.mark.usefixtures("one_child")
EVER = {"model": {"window": "all"}}
COLUMNS = ("order_id", "customer_id", "order_date", "amount")
# Ten orders of five customers, 150.00 in all.
SOUND = [(f"O{n:04}", f"C{n % 5:03}", f"2025-01-{n + 5:02}", f"{10 + n}.50") for n in range(10)]


@pytest.fixture
def checked(tmp_path):
    """``checked(rows)``: what a check says of a table; ``checked(content, "f.jsonl")`` of a file as it is."""

    def of(content, file="f.csv", columns=COLUMNS, **settings):
        path = tmp_path / file
        if isinstance(content, str | bytes):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        else:
            with path.open("w", newline="", encoding="utf-8") as out:
                csv.writer(out).writerows([columns, *content])
        return quintile.check(path, as_of="2026-07-01", settings={**EVER, **settings})

    return of


def warned(found, code):
    return [one for one in found["warnings"] if one["code"] == code]


SQUARE = ("Date", "Time", "Time Zone", "Net Sales", "Total Collected", "Transaction ID", "Payment ID", "Event Type",
          "Customer ID")  # fmt: skip


def sold(place, zone):
    """A sale at half past eleven at night on the 13th of May, on the clocks of its own zone."""
    return ("05/13/2026", "11:30:00 PM", zone, "$5.00", "$5.00", f"T{place}", f"P{place}", "Payment", f"C{place}")


@pytest.mark.parametrize(
    ("zone", "day"),
    [("America/New_York", 14), ("europe/paris", 13), (" Asia/Tokyo ", 13), ("eastern time (us & canada)", 14)],
)
def test_the_zone_database_s_own_names_are_zones_of_an_export(tmp_path, checked, zone, day):
    found = checked([sold(1, zone)], columns=SQUARE, ledger={"time_zone": "Europe/London"})
    assert (found["assumed"]["export"], found["orders"]) == ("square-transactions", 1)
    assert not warned(found, "naive_timestamp_assumed")
    chosen = {**EVER, "ledger": {"time_zone": "Europe/London"}}
    run = quintile.run(tmp_path / "f.csv", as_of="2026-06-01", settings=chosen)
    assert run.to_arrow()["last_order"].to_pylist()[0].day == day


def test_a_zone_that_nobody_knows_is_told(checked):
    zones = ["Mars Time", "Eastern Time", "Mars Time", "America/New_York", "", "Eastern Time", "Mars Time"]
    found = checked([sold(*one) for one in enumerate(zones)], columns=SQUARE)
    [warning] = warned(found, "naive_timestamp_assumed")
    assert warning["rows"] == 5
    assert "'Time Zone' ('Mars Time', 'Eastern Time')" in warning["message"]
    assert "--time-zone" in warning["message"]
    assert "UTC" in warning["message"]


def test_the_commonest_of_many_unknown_zones_are_named(checked):
    found = checked([sold(place, f"Zone {place}") for place in range(6)], columns=SQUARE)
    [warning] = warned(found, "naive_timestamp_assumed")
    assert "('Zone 0', 'Zone 1', 'Zone 2', 3 more)" in warning["message"]


def dated(*days):
    return [(f"O{place}", f"C{place}", day, "10.00") for place, day in enumerate(days)]


@pytest.mark.parametrize("mark", ["-", "/", "."])
@pytest.mark.parametrize("time", ["", " 10:30:00", "T10:30:00Z"])
def test_days_between_year_and_month_are_asked_for(checked, mark, time):
    days = ["2024-01-02", "2024-25-12", "2025-03-04", "2025-13-02", "2025-01-02", "2025-05-06"]
    error = checked(dated(*(day.replace("-", mark) + time for day in days)))["error"]
    assert (error["code"], error["column"], error["line"]) == ("ambiguous_date", "order_date", 2)
    assert "'2024" in error["message"]
    assert "--date-format %Y-%d-%m" in error["fix"]


def test_days_between_year_and_month_are_read_as_the_user_says(tmp_path, checked):
    days = dated("2024-25-12", "2025-03-04", "2025-13-02")
    assert checked(days, reading={"date_format": "%Y-%d-%m"})["rows_kept"] == 3
    chosen = {**EVER, "reading": {"date_format": "%Y-%d-%m"}}
    run = quintile.run(tmp_path / "f.csv", as_of="2026-06-01", settings=chosen)
    assert [str(day) for day in run.to_arrow()["last_order"].to_pylist()] == ["2024-12-25", "2025-04-03", "2025-02-13"]
    found = checked(days, reading={"date_order": "ymd", "max_bad_share": 0.9})
    assert (found["rows_kept"], found["quarantine"][0]["reason"]) == (1, "bad_date")


@pytest.mark.parametrize("typo", ["2025-13-02", "2025/13/02", "2025-31-1"])
def test_one_day_before_its_month_among_sound_dates_is_a_bad_date(checked, typo):
    found = checked(dated(*(f"2025-02-{day:02}" for day in range(1, 28)), typo), reading={"max_bad_share": 0.9})
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("bad_date", 1)]


@pytest.mark.parametrize("other", ["2025-00-13", "2025-32-01", "2025-13-13", "2025-Ja-01"])
def test_what_is_no_day_either_way_proves_no_order(checked, other):
    found = checked(dated(*(f"2025-02-{day:02}" for day in range(1, 13)), other), reading={"max_bad_share": 0.9})
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("bad_date", 1)]


def test_a_whole_number_with_and_without_point_is_one_id(checked):
    ids = ["1", "1.0", "2.0", "2", "", "NULL", "3"]
    found = checked([(f"{n // 2}{'.0' * (n % 2)}", one, "2025-01-05", f"{n}.00") for n, one in enumerate(ids)],
                    ledger={"grain": "line"})  # fmt: skip
    assert (found["orders"], found["customers"], found["rows_quarantined"]) == (3, 3, 2)
    assert not warned(found, "ids_differ_only_by_point")


def test_a_point_that_comes_late_in_the_file_is_seen(checked):
    rows = [(f"O{n}", f"{n % 9}", "2025-01-05", "5.00") for n in range(300)]
    assert checked([*rows, ("P1", "8.0", "2025-01-06", "5.00")])["customers"] == 9


def test_numbers_of_json_with_and_without_point_are_one_id(checked):
    line = '{{"order_id": {}, "customer_id": {}, "order_date": "2025-01-05", "amount": 5}}\n'
    found = checked(line.format(1, "1") + line.format(2, "1.0") + line.format(3, "2"), "f.jsonl")
    assert (found["orders"], found["customers"]) == (3, 2)


def test_ids_that_differ_only_by_a_point_are_told_where_other_ids_are_no_numbers(checked):
    ids = ["A7", "1", "1.0", "1.0", "2.00", "2", "3.0", "4"]
    found = checked([(f"O{n}", one, "2025-01-05", "5.00") for n, one in enumerate(ids)])
    [warning] = warned(found, "ids_differ_only_by_point")
    assert (found["customers"], warning["rows"]) == (7, 3)
    assert "'customer_id'" in warning["message"]
    assert "'1.0' and '1'" in warning["message"]


@pytest.mark.parametrize(
    "word",
    [
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#N/A",
        "(null)",
        "undefined",
        "-",
        " - ",
        "#NV",
        "#WERT!",
        "#BEZUG!",
        "#DEĞER!",
        "#YOK",
        "#¡VALOR!",
        "(leer)",
        "(blank)",
        "n.a.",
        "--",
        "<null>",
        "\\N",
    ],
)
def test_what_a_failed_formula_or_program_leaves_is_no_customer(checked, word):
    found = checked([*SOUND, ("O99", word, "2025-02-01", "10.00")])
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("null_customer", 1)]
    assert (found["customers"], found["net_total"]) == (5, "150.00")


@pytest.mark.parametrize(
    ("more", "said"),
    [(', "amount": 4', "the key 'amount' twice"), (', "a": {"b": 1}, "a.b": 2', "the key 'a.b' twice"),
     (', "note": "x\\u0000"', "a control character under 'note'")],
)  # fmt: skip
@pytest.mark.parametrize(("start", "between", "end"), [("", "\n", ""), ("[", ",\n", "]")], ids=["lines", "array"])
def test_a_fault_of_every_object_is_told_like_that_of_one(checked, more, said, start, between, end):
    line = '{"order_id": 1, "customer_id": 2, "order_date": "2025-01-05", "amount": 3' + more + "}"
    error = checked(start + between.join([line] * 3) + end, "f.json")["error"]
    assert (error["code"], error["line"]) == ("not_tabular", 1)
    assert said in error["message"]
    assert error["column"] in said


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1250", "Dvořák"), ("cp1250", "Jiří"), ("cp1250", "Němec"), ("cp1250", "Růžena"), ("cp1250", "nevěsta"),
     ("mac_roman", "Müller"), ("mac_roman", "Jäger"), ("mac_roman", "ALDI SÜd")],
)  # fmt: skip
def test_letters_of_other_encodings_are_asked_for(checked, encoding, name):
    text = "\n".join(map(",".join, [COLUMNS, *SOUND, ("O99", name, "2025-02-01", "10.00")])) + "\n"
    error = checked(text.encode(encoding))["error"]
    assert (error["code"], error["line"]) == ("encoding", 12)
    assert checked(text.encode(encoding), reading={"encoding": encoding})["customers"] == 6


@pytest.mark.parametrize(
    "name",
    ["Søren Åkjær", "København", "Bjørnøya", "Ødegård", "Kløe", "lunedì", "Forlì", "Così fan", "Cefalù", "più", "où",
     "L\u2019HAŸ", "Ÿ", "Œuvre", "Šimon", "Žižek", "Košice", "Peña", "João", "Crème brûlée", "Zoë", "Müller", "Jäger"],
)  # fmt: skip
def test_western_letters_are_still_windows_text(checked, name):
    text = "\n".join(map(",".join, [COLUMNS, *SOUND, ("O99", name, "2025-02-01", "10.00")])) + "\n"
    found = checked(text.encode("cp1252"))
    assert (found["error"], found["customers"], found["assumed"].get("encoding")) == (None, 6, "cp1252")


@pytest.mark.parametrize(
    ("offset", "told"), [("+02:00", ["+02:00"]), ("+0530", ["+0530"]), ("-08", ["-08"]), ("Z", []), ("+00:00", [])]
)
def test_days_that_are_counted_in_utc_though_times_are_written_elsewhere_are_told(checked, offset, told):
    rows = dated(*(f"2025-02-{day:02}T23:30:00{offset}" for day in range(1, 13)))
    assert [one for one in told if one in str(warned(checked(rows), "days_in_utc"))] == told
    assert len(warned(checked(rows), "days_in_utc")) == len(told)
    assert not warned(checked(rows, ledger={"time_zone": "Europe/Berlin"}), "days_in_utc")


@pytest.mark.parametrize("word", ["", " ", "NULL", "null", "n/a", "None", "-", "#N/A"])
def test_words_for_nothing_are_no_currency(checked, word):
    rows = [(*row, "EUR") for row in SOUND] + [("O99", "C1", "2025-02-01", "10.00", word)]
    found = checked(rows, columns=(*COLUMNS, "currency"))
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("missing_currency", 1)]


@pytest.mark.parametrize("word", ["€", "XQQ", "EURO"])
def test_what_is_no_code_is_an_unknown_currency(checked, word):
    rows = [(*row, "eur ") for row in SOUND] + [("O99", "C1", "2025-02-01", "10.00", word)]
    found = checked(rows, columns=(*COLUMNS, "currency"))
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("unknown_currency", 1)]


def test_ids_are_not_taken_for_addresses(checked):
    rows = [("1", "A1", "2025-01-02", "10.00"), ("2", "a1", "2025-01-03", "20.00")]
    with pytest.raises(SettingsError, match="known by their email, but no column plays that role") as caught:
        checked(rows, ledger={"customer_key": "email"})
    assert caught.value.fix == "name the column: --map email=COLUMN"
    mails = [(order, f"{who}@x.com", day, amount) for order, who, day, amount in rows]
    assert checked(mails, ledger={"customer_key": "email"})["customers"] == 1


@pytest.mark.parametrize("key", [{}, {"customer_key": "phone"}])
def test_phones_alone_name_the_customers(checked, key):
    rows = [
        ("1", "+49 170 1234567", "2025-01-02", "10"),
        ("2", "0170 1234567", "2025-01-03", "20"),
        ("3", "", "2025-01-03", "5"),
    ]
    found = checked(rows, columns=("order_id", "phone", "order_date", "amount"), ledger={"country": "DE", **key})
    assert (found["customers"], found["orders"]) == (1, 2)
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("null_customer", 1)]


@pytest.mark.parametrize(("key", "column"), [("email", "mail"), ("phone", "phone"), ("account", "company")])
def test_who_is_not_named_is_shown_by_the_column_that_names_customers(checked, key, column):
    header = (*COLUMNS, "mail", "phone", "company")
    rows = [
        ("1", "A", "2025-01-02", "10", "a@x.com", "+49 170 1234567", "Acme"),
        ("2", "B", "2025-01-03", "20", "", " ", "NULL"),
    ]
    chosen = {f"{role}": name for role, name in (("email", "mail"), ("account", "company"))}
    found = checked(rows, columns=header, ledger={"customer_key": key, "country": "DE"}, reading={"map": chosen})
    [example] = found["quarantine"][0]["examples"]
    assert (found["quarantine"][0]["reason"], example["column"], example["line"]) == ("null_customer", column, 3)
    assert example["raw"].strip() in {"", "NULL"}


@pytest.mark.parametrize("blank", ["", "  ", None])
@pytest.mark.parametrize("kind", ["csv", "pandas", "arrow", "parquet"])
def test_a_blank_refund_is_none_in_every_format(tmp_path, kind, blank):
    rows = {
        "customer_id": ["A", "B", "C", "A"],
        "order_id": ["1", "2", "3", "4"],
        "amount": ["10", "20", "30", "40"],
        "order_date": [f"2025-01-0{day}" for day in range(2, 6)],
        "refunded_amount": [blank, "5", blank, "0"],
    }
    frame, path = pd.DataFrame(rows), tmp_path / f"f.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    if kind == "parquet":
        frame.to_parquet(path)
    source = {"pandas": frame, "arrow": pa.table(rows)}.get(kind, path)
    found = quintile.run(source, as_of="2025-02-01").to_arrow().to_pylist()
    assert {one["customer_id"]: one["monetary"] for one in found} == {"A": 50, "B": 15, "C": 30}


def test_two_equal_refunds_of_an_order_are_told_apart_by_their_id(tmp_path, checked):
    (tmp_path / "r.csv").write_text("order,amount,id\n1,3,r1\n1,3,r2\n1,3,r2\n", encoding="utf-8")
    found = checked(
        [("1", "A", "2025-01-02", "10"), ("2", "B", "2025-01-03", "5")], ledger={"returns": str(tmp_path / "r.csv")}
    )
    assert (found["net_total"], found["second_tables"][0]["repeated"]) == ("9.00", 1)


@pytest.mark.parametrize("name", ["Returned Amount", "return_amount", "Refund total", "amount_returned", "refunded"])
def test_a_column_of_money_that_went_back_is_taken_off(checked, name):
    found = checked([(*row, "1.00" if place == 3 else "") for place, row in enumerate(SOUND)], columns=(*COLUMNS, name))
    assert (found["assumed"]["columns"]["refund"], found["net_total"]) == (name, "149.00")
