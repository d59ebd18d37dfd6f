"""Exports of shop systems, read without any setting: real samples in place, and one small made file for each rule."""

from __future__ import annotations

import csv
import json
import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import quintile
from quintile.config.read import read_settings
from quintile.errors import DataError
from quintile.export.assumed import of_reading
from quintile.jobs.check import check as check_job
from quintile.jobs.init import draft_settings
from quintile.jobs.workplace.wish import Wish
from tests.conftest import find_shared

EVER = {"model": {"window": "all"}}
ANSWER = ("outcome", "rows_in", "rows_kept", "rows_excluded", "customers", "orders", "net_total", "currency")


def check(*paths, ledger=None, reading=None):
    """``quintile.check`` without its child process, which would cost more than all the reading."""
    chosen = read_settings(None, {**EVER, "ledger": ledger or {}, "reading": reading or {}})
    return check_job(Wish(sources=list(paths), settings=chosen, as_of=date(2026, 12, 1)))


def answer(found):
    assert found["error"] is None, found["error"]
    return {key: found[key] for key in ANSWER}


def sample(name):
    return find_shared(f"data/shop_exports/{name}")


def expected(name):
    samples = json.loads(sample("expected.json").read_text(encoding="utf-8"))["samples"]
    return next(one for one in samples if one["file"] == name)


def written(path, header, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([row.get(column, "") for column in header] for row in rows)
    return path


SHOPIFY = ["Name", "Email", "Financial Status", "Paid at", "Currency", "Total", "Created at", "Lineitem quantity",
           "Lineitem name", "Cancelled at", "Payment Method", "Refunded Amount", "Phone", "Billing Name"]  # fmt: skip


def head(name, total, **more):
    made = {"Name": name, "Email": "a@x.example", "Financial Status": "paid", "Currency": "EUR", "Total": total,
            "Created at": "2026-05-03 10:00:00 +0000", "Lineitem quantity": "1", "Lineitem name": "mug"}  # fmt: skip
    return {**made, **{key.replace("_", " "): value for key, value in more.items()}}


def line(name, item="bag"):
    return {"Name": name, "Lineitem quantity": "1", "Lineitem name": item}


@pytest.mark.parametrize(
    ("name", "customers"),
    [("shopify_orders_2021_75cols_anonymised.csv", 47), ("shopify_orders_2026_79cols_voided_anonymised.csv", 43)],
)
def test_a_real_shopify_export_comes_out_to_the_cent(name, customers):
    known, found = expected(name), check(sample(name))
    assert found["rows_in"] == known["rows"]
    assert found["orders"] == known["orders"] - known["cancelled_orders"]
    assert Decimal(found["net_total"]) == Decimal(str(known["sum_total_not_cancelled_not_voided"]))
    assert (found["customers"], found["outcome"]) == (customers, "accept")
    assert {found["currency"]: known["orders"]} == known["currency"]
    assert found["bridge"][0]["amount"] == f"{known['sum_total']:.2f}"
    assert found["assumed"]["export"] == "shopify-orders"


def test_nothing_needs_to_be_set_and_what_was_recognised_is_shown():
    found = quintile.check(sample("shopify_orders_2021_75cols_anonymised.csv"))
    assert (found["outcome"], found["net_total"]) == ("accept", "135714.00")
    shown = {what: value for what, value, _ in of_reading(found["assumed"])}
    assert shown["Export of"].startswith("shopify-orders (known from real samples")
    assert "pending orders count" in shown["Export of"]


def test_settings_that_are_drafted_from_an_export_leave_its_rules_alone():
    drafted = draft_settings([sample("shopify_orders_2026_79cols_voided_anonymised.csv")])
    assert (drafted.found["reading", "map"], drafted.found["ledger", "base_currency"]) == ({}, "BDT")
    assert "\n# exclude = [" in drafted.text


def test_pending_orders_paid_on_delivery_count_until_they_are_excluded_by_name():
    name = "shopify_orders_2026_79cols_voided_anonymised.csv"
    found = check(sample(name))
    assert [warning["rows"] for warning in found["warnings"] if warning["code"] == "pending_counted"] == [48]
    strict = check(sample(name), ledger={"exclude": ["cancelled", "pending"]})
    assert (strict["orders"], {one["reason"] for one in strict["excluded"]}) == (0, {"cancelled", "pending"})
    assert "pending_counted" not in {warning["code"] for warning in strict["warnings"]}


def test_refunds_of_a_shopify_export_are_netted_and_voided_orders_left_out():
    found = check(sample("shopify_synthetic_partial_refund.csv"))
    assert answer(found) == {
        "outcome": "accept", "rows_in": 5, "rows_kept": 4, "rows_excluded": 1, "customers": 2, "orders": 3,
        "net_total": "97.29", "currency": "USD",
    }  # fmt: skip


def test_square_walk_ins_are_quarantined_and_no_reason_to_refuse_the_file():
    for name, rows in (("square_transactions_synthetic.csv", 3), ("square_items_synthetic.csv", 5)):
        found = check(sample(name))
        assert (found["rows_in"], found["customers"], found["orders"], found["net_total"]) == (rows, 1, 1, "27.00")
        assert [one["reason"] for one in found["quarantine"]] == ["null_customer"]
        assert found["bridge"][0]["amount"] == {3: "27.00", 5: "63.00"}[rows]


def test_a_stripe_charge_is_worth_what_the_customer_paid():
    found = check(sample("stripe_unified_payments_header_and_synthetic_row.csv"))
    assert (found["orders"], found["net_total"], found["currency"]) == (1, "15.00", "USD")
    assert found["assumed"]["columns"]["customer"] == "Customer ID"


def test_a_pending_order_of_an_online_payment_method_does_not_count(tmp_path):
    file = written(
        tmp_path / "orders.csv", SHOPIFY,
        head("#1", "10", Financial_Status="pending", Payment_Method="Cash on Delivery (COD)"),
        head("#2", "20", Financial_Status="pending", Payment_Method="Shopify Payments"),
        head("#3", "40", Financial_Status="pending"),
        head("#4", "80", Financial_Status="pending", Cancelled_at="2026-05-04 10:00:00 +0000"),
    )  # fmt: skip
    found = check(file)
    assert (found["net_total"], found["excluded"]) == (
        "50.00", [{"reason": "cancelled", "rows": 1}, {"reason": "pending", "rows": 1}]
    )  # fmt: skip


def test_an_order_and_all_its_lines_share_one_fate(tmp_path):
    gone = head("#1", "10", Cancelled_at="2026-05-04 10:00:00 +0000")
    file = written(tmp_path / "orders.csv", SHOPIFY, gone, line("#1"), line("#1", "cup"), head("#2", "5"), line("#2"))
    found = check(file)
    assert (found["rows_kept"], found["excluded"], found["net_total"]) == (
        2,
        [{"reason": "cancelled", "rows": 3}],
        "5.00",
    )


def test_lines_whose_order_has_no_total_are_bad_rows_with_their_place(tmp_path):
    file = written(tmp_path / "orders.csv", SHOPIFY, head("#1", "10"), line("#1"), head("#2", ""), line("#3"))
    found = check(file, reading={"max_bad_share": 1})
    places = {(one["reason"], ex["line"], ex["column"]) for one in found["quarantine"] for ex in one["examples"]}
    assert places == {("bad_amount", 4, "Total"), ("null_customer", 5, "Email")}
    assert (found["rows_kept"], found["net_total"]) == (2, "10.00")


def test_a_quarantined_row_is_shown_as_the_file_has_it(tmp_path):
    file = written(
        tmp_path / "orders.csv", SHOPIFY, *(head(f"#{n}", "10") for n in range(5)), head("#8", "ten"),
        head("#9", "1", **{"Created at": "2026-02-31 10:00:00 +0000"}),
    )  # fmt: skip
    examples = [one["examples"][0] for one in check(file)["quarantine"]]
    assert [(ex["line"], ex["column"], ex["raw"]) for ex in examples] == [
        (7, "Total", "ten"), (8, "Created at", "2026-02-31 10:00:00 +0000")
    ]  # fmt: skip


def test_overlapping_exports_count_an_order_and_its_lines_once(tmp_path):
    first = [head("#1", "10"), line("#1"), line("#1"), head("#2", "5")]
    one = written(tmp_path / "april.csv", SHOPIFY, *first)
    two = written(tmp_path / "may.csv", SHOPIFY, *first[:3], head("#3", "1"))
    found = check(one, two)
    assert (found["rows_deduplicated"], found["orders"], found["net_total"]) == (3, 3, "16.00")
    twice = written(tmp_path / "twice.csv", SHOPIFY, *first, *first)
    found = check(twice)
    assert (found["rows_deduplicated"], found["orders"], found["net_total"]) == (4, 2, "15.00")


def test_a_customer_is_known_by_phone_where_there_is_no_mail_and_never_by_name(tmp_path):
    file = written(
        tmp_path / "orders.csv", SHOPIFY,
        head("#1", "10", Email="", Phone="'+27 82-555 0001", Billing_Name="Ann"),
        head("#2", "10", Email="", Phone="+27825550001"),
        head("#3", "10", Email="Ann@X.example"), head("#4", "10", Email="ann@x.example"),
        head("#5", "10", Email="", Billing_Name="Ann"),
    )  # fmt: skip
    found = check(file)
    assert (found["customers"], found["orders"], found["rows_quarantined"]) == (2, 4, 1)
    mostly = [head(f"#{n}", "10", Email="ann@x.example") for n in range(19)]
    file = written(tmp_path / "mostly.csv", SHOPIFY, *mostly, head("#99", "10", Email="", Phone="+27825550001"))
    found = check(file)
    assert (found["customers"], found["orders"], found["rows_quarantined"]) == (2, 20, 0)


def test_two_shops_that_both_have_an_order_1_are_never_mixed(tmp_path):
    other = head("#1", "20", Email="b@x.example")
    file = written(tmp_path / "o.csv", SHOPIFY, head("#1", "10"), line("#1"), other)
    found = check(file, reading={"max_bad_share": 1})
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("order_customer_conflict", 3)]


def test_older_and_documented_spellings_and_missing_columns_are_read(tmp_path):
    spelled = {"Cancelled at": "Canceled at", "Refunded Amount": "Amount Refunded", "Total": "TOTAL"}
    rows = [head("1044", "10", Refunded_Amount="4"), head("1045", "7", Cancelled_at="2026-05-04 10:00:00 +0000")]
    rows = [{spelled.get(key, key): value for key, value in row.items()} for row in rows]
    header = [spelled.get(column, column) for column in SHOPIFY if column not in {"Billing Name", "Financial Status"}]
    found = check(written(tmp_path / "orders.csv", header, *rows))
    assert (found["orders"], found["net_total"], found["rows_excluded"]) == (1, "6.00", 1)


def test_the_user_s_own_mapping_wins_and_the_rules_work_on_it(tmp_path):
    rows = [head("#1", "10", Subtotal="8", Billing_Name="Ann"), line("#1"), head("#2", "20", Subtotal="16")]
    file = written(tmp_path / "orders.csv", [*SHOPIFY, "Subtotal"], *rows)
    found = check(file, reading={"map": {"amount": "Subtotal", "customer": "Billing Name"}})
    assert (found["rows_kept"], found["net_total"], found["rows_quarantined"]) == (2, "8.00", 1)
    assert found["assumed"]["columns"]["amount"] == "Subtotal"
    gone = [head("#1", "10", Cancelled_at="2026-05-04 10:00:00 +0000")]
    file = written(tmp_path / "gone.csv", SHOPIFY, *gone)
    assert check(file, reading={"map": {"status": ""}})["orders"] == 1
    wrong = check(file, reading={"map": {"amount": "Totals"}})["error"]
    assert (wrong["code"], wrong["fix"].split("?")[0]) == ("missing_columns", "did you mean 'Total'")


def test_an_error_of_a_column_names_the_user_s_column(tmp_path):
    file = written(tmp_path / "orders.csv", SHOPIFY, head("#1", "1.234"), line("#1"), head("#2", "2.500"))
    error = check(file)["error"]
    assert (error["code"], error["column"], "'Total'" in error["message"]) == ("ambiguous_decimal", "Total", True)


def test_the_shop_s_zone_decides_the_day_and_utc_is_said(tmp_path):
    file = written(tmp_path / "o.csv", SHOPIFY, head("#1", "10", **{"Created at": "2026-05-04 00:30:00 +0500"}))
    assert "+0500" in next(one["message"] for one in check(file)["warnings"] if one["code"] == "days_in_utc")
    found = quintile.run(file, as_of="2026-06-01", settings={**EVER, "ledger": {"time_zone": "Asia/Karachi"}})
    assert found.to_arrow()["last_order"].to_pylist()[0].isoformat()[:10] == "2026-05-04"
    codes = {one["code"] for one in check(file, ledger={"time_zone": "Asia/Karachi"})["warnings"]}
    assert "days_in_utc" not in codes


STRIPE = ["id", "Created (UTC)", "Amount", "Amount Refunded", "Currency", "Converted Amount",
          "Converted Amount Refunded", "Converted Currency", "Mode", "Status", "Customer ID", "Customer Email",
          "Captured", "Dispute Status"]  # fmt: skip


def charge(name, amount, **more):
    made = {"id": name, "Created (UTC)": "2026-05-03 10:00:00", "Amount": amount, "Amount Refunded": "0,00",
            "Currency": "usd", "Mode": "Live", "Status": "Paid", "Customer ID": "cus_1",
            "Captured": "true"}  # fmt: skip
    return {**made, **{key.replace("_", " "): value for key, value in more.items()}}


def test_stripe_payments_that_are_no_sales_do_not_count(tmp_path):
    file = written(
        tmp_path / "payments.csv", STRIPE,
        charge("ch_1", "10,25", Amount_Refunded="0,25"),
        charge("ch_2", "20,00", Mode="Test"),
        charge("ch_3", "30,00", Status="Failed", Captured="false"),
        charge("ch_4", "40,00", Status="Requires payment method", Captured="false"),
        charge("ch_5", "50,00", Captured="False"),
        charge("ch_6", "60,00", Dispute_Status="lost"),
        charge("ch_7", "70,00", Dispute_Status="won"),
        charge("ch_8", "5,00", Status="Refunded", Amount_Refunded="5,00"),
    )  # fmt: skip
    found = check(file)
    assert (found["net_total"], found["currency"], found["assumed"]["decimal"]) == ("80.00", "USD", ",")
    reasons = {one["reason"]: one["rows"] for one in found["excluded"]}
    assert reasons == {"failed": 2, "pending": 1, "test": 1}
    assert {one["code"] for one in found["warnings"]} & {"unknown_status", "days_in_utc"} == set()


def test_a_guest_of_stripe_is_the_only_customer_its_mail_belongs_to(tmp_path):
    file = written(
        tmp_path / "payments.csv", STRIPE,
        charge("ch_1", "10.50", Customer_Email="a@x.example"),
        charge("ch_2", "20.50", Customer_ID="", Customer_Email="A@x.example"),
        charge("ch_3", "30.50", Customer_ID="", Customer_Email="b@x.example"),
    )  # fmt: skip
    found = check(file)
    assert (found["customers"], found["orders"]) == (2, 3)


def test_several_currencies_of_stripe_are_read_as_settled_and_the_user_may_choose(tmp_path):
    settled = {"Converted_Amount_Refunded": "1.00", "Converted_Currency": "thb"}
    rows = [
        charge("ch_1", "10.50", Amount_Refunded="0.10", Converted_Amount="350.25", **settled),
        charge("ch_2", "20.00", Amount_Refunded="0.10", Currency="eur", Converted_Amount="760.50", **settled),
    ]
    both = check(written(tmp_path / "both.csv", STRIPE, *rows))
    assert (both["net_total"], both["currency"]) == ("1108.75", "THB")
    assert "Converted Amount" in both["assumed"]["export_rules"][-1]
    one = written(tmp_path / "one.csv", STRIPE, rows[0])
    found = check(one)
    assert (found["net_total"], found["currency"]) == ("10.40", "USD")
    chosen = check(one, reading={"map": {"amount": "Converted Amount"}})
    assert (chosen["net_total"], chosen["currency"]) == ("349.25", "THB")


def test_stripe_times_are_utc_whatever_the_shop_s_zone(tmp_path):
    file = written(tmp_path / "p.csv", STRIPE, charge("ch_1", "1.5", **{"Created (UTC)": "2026-05-03 23:30"}))
    found = quintile.run(file, as_of="2026-06-01", settings={**EVER, "ledger": {"time_zone": "Asia/Karachi"}})
    assert found.to_arrow()["last_order"].to_pylist()[0].isoformat()[:10] == "2026-05-04"


def test_an_export_without_customers_says_what_to_export(tmp_path):
    short = [column for column in STRIPE if not column.startswith("Customer")]
    error = check(written(tmp_path / "payments.csv", short, charge("ch_1", "1.5")))["error"]
    assert (error["code"], "Customer Email" in error["fix"]) == ("missing_columns", True)
    header = ["Date", "Order #", "N. Revenue (formatted)", "Status", "Customer", "Customer type", "Net Sales"]
    row = {"Date": "2026-05-03 10:00:00", "Order #": "7", "Status": "completed", "Customer": "Ann", "Net Sales": "9.50"}
    file = written(tmp_path / "woo.csv", header, row)
    error = check(file)["error"]
    assert (error["code"], "display name" in error["fix"]) == ("missing_columns", True)
    assert check(file, reading={"map": {"customer": "Customer"}})["net_total"] == "9.50"


def test_woocommerce_plug_ins_are_read(tmp_path):
    header = ["order_id", "order_date", "status", "order_total", "order_currency", "customer_id", "customer_email",
              "refund_items", "line_item_1", "wt_import_key"]  # fmt: skip
    made = {"order_date": "2026-05-03 10:00:00", "status": "wc-completed", "order_currency": "EUR"}
    rows = [
        {**made, "order_id": "1", "order_total": "10.50", "customer_id": "0", "customer_email": "A@x.example",
         "refund_items": "amount:1.25|reason:late|date:2026-05-04 10:00:00;amount:2|reason:|date:"},
        {**made, "order_id": "2", "order_total": "20.00", "status": "wc-cancelled", "customer_email": "a@x.example"},
        {**made, "order_id": "3", "order_total": "30.00", "customer_email": "a@x.example", "status": "wc-on-hold"},
        {**made, "order_id": "4", "order_total": "40.00", "customer_id": "0"},
    ]  # fmt: skip
    found = check(written(tmp_path / "orders.csv", header, *rows))
    assert (found["assumed"]["export"], found["net_total"]) == ("woocommerce-webtoffee", "7.25")
    assert {one["reason"]: one["rows"] for one in found["excluded"]} == {"cancelled": 1, "pending": 1}
    assert {one["reason"]: one["rows"] for one in found["quarantine"]} == {"null_customer": 1}
    header = ["order_id", "order_number_formatted", "order_number", "date", "status", "order_shipping", "order_total",
              "customer_user", "billing_email", "order_item_1"]  # fmt: skip
    row = {"order_id": "9", "date": "5/31/2016 0:37", "status": "printed", "order_total": "12.00", "customer_user": "7"}
    found = check(written(tmp_path / "items.csv", header, row))
    assert (found["assumed"]["export"], found["net_total"]) == ("woocommerce-order-items", "12.00")
    assert {one["code"] for one in found["warnings"]} >= {"unknown_status"}


def test_magento_is_worth_its_base_total_less_refunds(tmp_path):
    header = ["ID", "Purchase Point", "Purchase Date", "Bill-to Name", "Grand Total (Base)", "Grand Total (Purchased)",
              "Status", "Customer Email", "Customer Name", "Total Refunded"]  # fmt: skip
    made = {"Purchase Date": "2026-05-03 10:00:00", "Customer Email": "a@x.example", "Status": "complete"}
    rows = [
        {**made, "ID": "000000001", "Grand Total (Base)": "10.00", "Grand Total (Purchased)": "12.00"},
        {**made, "ID": "000000002", "Grand Total (Base)": "20.00", "Grand Total (Purchased)": "24.00",
         "Total Refunded": "24.00", "Status": "closed"},
        {**made, "ID": "000000003", "Grand Total (Base)": "30.00", "Grand Total (Purchased)": "36.00",
         "Total Refunded": "6.00"},
        {**made, "ID": "000000004", "Grand Total (Base)": "40.00", "Status": "canceled"},
    ]  # fmt: skip
    found = check(written(tmp_path / "orders.csv", header, *rows))
    assert (found["assumed"]["export"], found["net_total"], found["rows_excluded"]) == ("magento-orders", "35.00", 1)


def test_bigcommerce_is_said_to_be_known_from_documentation_only(tmp_path):
    header = ["Order ID", "Status", "Date Created", "Subtotal Ex Tax", "Total Inc Tax", "Refunded Amount",
              "Currency Code", "Billing Email", "Is Deleted"]  # fmt: skip
    made = {"Date Created": "Mon, 23 Sep 2024 14:21:24 +0000", "Billing Email": "a@x.example", "Currency Code": "USD"}
    rows = [
        {**made, "Order ID": "1", "Status": "Completed", "Total Inc Tax": "10.50", "Refunded Amount": "0.50"},
        {**made, "Order ID": "2", "Status": "Incomplete", "Total Inc Tax": "20.00"},
        {**made, "Order ID": "3", "Status": "Shipped", "Total Inc Tax": "30.00", "Is Deleted": "true"},
    ]
    found = check(written(tmp_path / "orders.csv", header, *rows))
    assert (found["net_total"], found["assumed"]["export_evidence"]) == ("10.00", "documentation only")


EASTERN = "Eastern Time (US & Canada)"
SQUARE = ["Date", "Time", "Time Zone", "Net Sales", "Total Collected", "Transaction ID", "Payment ID", "Event Type",
          "Customer ID"]  # fmt: skip


def test_a_square_refund_goes_to_the_customer_of_its_transaction(tmp_path):
    made = {"Date": "05/13/2026", "Time": "11:30:00 PM", "Event Type": "Payment", "Time Zone": EASTERN}
    rows = [
        {**made, "Net Sales": "$30.00", "Transaction ID": "T1", "Payment ID": "P1", "Customer ID": "C1"},
        {**made, "Net Sales": "$5.00", "Transaction ID": "T1", "Payment ID": "P2", "Customer ID": "C1"},
        {**made, "Net Sales": "-$12.00", "Transaction ID": "T1", "Payment ID": "P3", "Event Type": "Refund"},
    ]
    file = written(tmp_path / "square.csv", SQUARE, *rows)
    found = check(file)
    assert (found["orders"], found["net_total"], found["rows_quarantined"]) == (1, "23.00", 0)
    assert "America/New_York" in next(one["message"] for one in found["warnings"] if one["code"] == "days_in_utc")
    for zone, day in (("America/New_York", "2026-05-13"), ("Europe/London", "2026-05-14")):
        run = quintile.run(file, as_of="2026-06-01", settings={**EVER, "ledger": {"time_zone": zone}})
        assert run.to_arrow()["last_order"].to_pylist()[0].isoformat()[:10] == day


def test_a_bad_square_time_is_shown_whole(tmp_path):
    made = {"Date": "2026-05-13", "Time": "11:30:00", "Net Sales": "$1.00", "Event Type": "Payment", "Customer ID": "C"}
    rows = [{**made, "Transaction ID": f"T{n}", "Payment ID": f"P{n}"} for n in range(3)]
    found = check(written(tmp_path / "square.csv", SQUARE, *rows, {**rows[0], "Transaction ID": "T9", "Time": "25:99"}))
    example = found["quarantine"][0]["examples"][0]
    assert (example["line"], example["column"], example["raw"]) == (5, "Date", "2026-05-13 25:99")


def test_a_header_that_fits_only_partly_is_read_like_any_other_table(tmp_path):
    header = [column for column in SHOPIFY if not column.startswith("Lineitem")]
    found = check(written(tmp_path / "orders.csv", header, head("#1", "10")))
    assert "export" not in found["assumed"]


def test_a_header_that_fits_two_exports_is_refused_until_the_user_says_what_to_read(tmp_path):
    header = list(dict.fromkeys([*SHOPIFY, *STRIPE]))
    file = written(tmp_path / "both.csv", header, {**head("#1", "10"), **charge("ch_1", "1.5")})
    error = check(file)["error"]
    assert (error["code"], "Shopify orders and Stripe payments" in error["message"]) == ("doubtful_columns", True)
    chosen = {"customer": "Email", "time": "Created at", "amount": "Total", "order": "Name", "currency": "Currency",
              "refund": "", "status": "", "email": ""}  # fmt: skip
    assert check(file, reading={"map": chosen})["net_total"] == "10.00"


def test_an_export_in_a_frame_is_read_alike(tmp_path):
    pandas = pytest.importorskip("pandas")
    file = written(tmp_path / "o.csv", SHOPIFY, head("#1", "10.50", Phone="'15550001"), line("#1"), head("#2", "20.25"))
    found = check(pandas.read_csv(file))
    assert (found["rows_kept"], found["net_total"]) == (3, "30.75")


def test_whole_rows_that_repeat_are_still_dropped_by_wish(tmp_path):
    file = written(tmp_path / "o.csv", SHOPIFY, head("#1", "10"), line("#1"), line("#1"))
    assert check(file)["rows_deduplicated"] == 0
    assert check(file, ledger={"duplicates": "row"})["rows_deduplicated"] == 1


@pytest.mark.parametrize(
    "name", ["shopify_orders_2026_79cols_voided_anonymised.csv", "square_items_synthetic.csv",
             "square_transactions_synthetic.csv", "stripe_unified_payments_header_and_synthetic_row.csv"],
)  # fmt: skip
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_column_order_further_columns_case_and_order_of_orders_change_nothing(tmp_path, name, seed):
    chance, path = random.Random(seed), sample(name)
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    key = header.index(next(column for column in header if column in {"Name", "Transaction ID", "id"}))
    blocks = {row[key]: [one for one in rows if one[key] == row[key]] for row in rows}
    order = list(range(len(header)))
    chance.shuffle(order)
    mixed = list(blocks.values())
    chance.shuffle(mixed)
    names = [chance.choice([str.upper, str.lower, str.title])(header[place]) for place in order]
    with (tmp_path / "mixed.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Something new", *names, "amount due"])
        writer.writerows(["x", *(row[place] for place in order), "y"] for block in mixed for row in block)
    assert answer(check(tmp_path / "mixed.csv")) == answer(check(path))


def test_the_rules_refuse_nothing_silently_when_no_customer_column_is_left(tmp_path):
    header = [column for column in SHOPIFY if column not in {"Email", "Phone"}]
    with pytest.raises(DataError, match="no column of it names the customers"):
        quintile.run(written(tmp_path / "o.csv", header, head("#1", "10")), as_of="2026-06-01")
