"""Exports of shop systems that were read wrongly once: one small made file for each mended fault."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from quintile.config.read import read_settings
from quintile.jobs.check import check as check_job
from quintile.jobs.workplace.wish import Wish
from tests.golden.refreshes import Refreshed

EVER = {"model": {"window": "all"}}


def check(*paths, ledger=None, reading=None):
    """``quintile.check`` without its child process, which would cost more than all the reading."""
    chosen = read_settings(None, {**EVER, "ledger": ledger or {}, "reading": {"max_bad_share": 1, **(reading or {})}})
    return check_job(Wish(sources=list(paths), settings=chosen, as_of=date(2026, 12, 1)))


def written(path, header, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([row.get(column, "") for column in header] for row in rows)
    return path


def bad(found):
    return [(one["reason"], ex["raw"]) for one in found["quarantine"] for ex in one["examples"]]


WOO = ["order_id", "order_date", "status", "order_total", "order_subtotal", "customer_email", "refund_items"]


def woo(number, refund, total="5100.50"):
    made = {"order_date": "2026-05-03", "status": "completed", "customer_email": "a@x.example"}
    return {**made, "order_id": str(number), "order_total": total, "refund_items": refund}


@pytest.mark.parametrize(
    ("refund", "net"),
    [
        ("amount:-12,50", "5088.00"), ("amount:-1,012.50", "4088.00"), ("amount: 12.50", "5088.00"),
        ("Amount:12.50", "5088.00"), ("amount:-\u20ac12,50", "5088.00"), ("AMOUNT : -$ 1.012,50", "4088.00"),
        ("12.50", "5088.00"), ("amount:-1.25|amount:3.00", "5096.25"), ("", "5100.50"), ("0", "5100.50"),
        ("amount:1.25|reason:late; sorry, total: 4|date:2026-05-04 10:00:00;amount:-2|reason:|date:", "5097.25"),
    ],
)  # fmt: skip
def test_amounts_of_woocommerce_refunds_are_read_in_any_spelling(tmp_path, refund, net):
    file = written(tmp_path / "o.csv", WOO, woo(1, refund))
    found = check(file)
    assert (found["assumed"]["export"], found["net_total"], bad(found)) == ("woocommerce-webtoffee", net, [])


@pytest.mark.parametrize(
    "refund", ["total:-10.00", "amount:", "amount:some", "amount:2;total:-10", "amount:1;amount:x"]
)
def test_woocommerce_refunds_that_are_not_understood_make_their_row_a_bad_one(tmp_path, refund):
    file = written(tmp_path / "o.csv", WOO, woo(1, refund), woo(2, "amount:0.50"))
    found = check(file)
    assert (found["net_total"], [one["reason"] for one in found["quarantine"]]) == ("5100.00", ["bad_amount"])


def test_woocommerce_refunds_keep_the_program_s_mark_in_a_table_with_commas(tmp_path):
    rows = [woo(1, "amount:-12.50", "100,50"), woo(2, "amount:-1.012", "2000,50"), woo(3, "amount:2,5", "10,50")]
    found = check(written(tmp_path / "o.csv", WOO, *rows), reading={"decimal": ","})
    assert (found["net_total"], [one["reason"] for one in found["quarantine"]]) == ("96.00", ["bad_amount"])


MAGENTO = ["ID", "Purchase Point", "Purchase Date", "Bill-to Name", "Grand Total (Base)", "Grand Total (Purchased)",
           "Status", "Customer Email", "Total Refunded"]  # fmt: skip


def magento(number, base, purchased, refunded=""):
    return {"ID": str(number), "Purchase Date": "2026-05-03 10:00:00", "Customer Email": f"{number}@x.example",
            "Grand Total (Base)": base, "Grand Total (Purchased)": purchased, "Total Refunded": refunded,
            "Status": "complete"}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "net"),
    [
        ([("100.00", "90.00", "45.00"), ("50.00", "50.00", "0.00")], "100.00"),
        ([("200.00", "220.00", "220"), ("50.00", "55.00", "")], "50.00"),
        ([("$200.00", "\u20ac220.00", "\u20ac220.00"), ("$50.00", "\u20ac55.00", "")], "50.00"),
        ([("$200.00", "\u20ac220.00", "\u20ac110.00"), ("$50.00", "\u00a355.00", "\u00a311.00")], "140.00"),
        ([("100,00", "100,00", "25,00"), ("50,00", "55,00", "55,00")], "75.00"),
        ([("10.00", "8.00", "0.10"), ("1.00", "3.00", "1.00")], "10.54"),  # 0.125 and 0.333...
        ([("100.00", "100.00", "25.00"), ("50.00", "", "10.00")], "115.00"),
    ],
)
def test_a_magento_refund_is_the_share_of_the_base_total(tmp_path, rows, net):
    file = written(tmp_path / "o.csv", MAGENTO, *(magento(number, *row) for number, row in enumerate(rows, 1)))
    found = check(file)
    assert (found["error"], found["net_total"], bad(found)) == (None, net, [])


def test_a_magento_refund_whose_share_cannot_be_told_makes_its_row_a_bad_one(tmp_path):
    rows = [magento(1, "100.00", "90.00"), magento(2, "50.00", "", "5.00"), magento(3, "40.00", "0.00", "5.00"),
            magento(4, "30.00", "27.00", "x"), magento(5, "20.00", "", "0.00")]  # fmt: skip
    found = check(written(tmp_path / "o.csv", MAGENTO, *rows))
    assert (found["net_total"], found["quarantine"][0]["reason"], found["rows_quarantined"]) == (
        "120.00", "bad_amount", 3
    )  # fmt: skip


def test_a_magento_refund_of_another_sign_than_the_total_paid_is_refused_in_plain_words(tmp_path):
    rows = [magento(1, "$200.00", "\u20ac220.00", "\u00a3100.00"), magento(2, "$50.00", "\u20ac55.00")]
    error = check(written(tmp_path / "o.csv", MAGENTO, *rows))["error"]
    assert (error["code"], error["column"], "refunds beside them \u00a3" in error["message"]) == (
        "mixed_currency", "Total Refunded", True
    )  # fmt: skip


SQUARE = ["Date", "Time", "Net Sales", "Total Collected", "Transaction ID", "Payment ID", "Event Type", "Customer ID",
          "Transaction Status"]  # fmt: skip
ITEMS = ["Date", "Time", "Item", "Qty", "Net Sales", "Transaction ID", "Event Type", "Customer ID"]


def square(number, net, status="Completed"):
    return {"Date": "2026-05-13", "Time": "11:30:00", "Net Sales": net, "Transaction ID": f"T{number}", "Item": "mug",
            "Payment ID": f"P{number}", "Event Type": "Payment", "Customer ID": "C1", "Qty": "1",
            "Transaction Status": status}  # fmt: skip


def test_two_square_exports_of_the_same_sales_are_refused(tmp_path):
    one = written(tmp_path / "transactions.csv", SQUARE, square(1, "$30.00"))
    two = written(tmp_path / "items.csv", ITEMS, square(1, "$10.00"), square(1, "$20.00"))
    error = check(one, two)["error"]
    assert (error["code"], error["file"], "count twice" in error["message"]) == ("same_file_twice", "items.csv", True)
    assert error["fix"] == "give one of the two exports"
    more = written(tmp_path / "more.csv", SQUARE, square(2, "$5.00"))
    assert check(one, more)["net_total"] == "35.00"
    assert check(two)["net_total"] == "30.00"


def test_a_project_refuses_the_sales_it_knows_in_another_shape(tmp_path):
    one = written(tmp_path / "one.csv", SQUARE, square(1, "$30.00")).read_text(encoding="utf-8")
    items = [
        written(tmp_path / f"{number}.csv", ITEMS, square(number, "$10.00")).read_text(encoding="utf-8")
        for number in (1, 2)
    ]
    project = Refreshed(tmp_path, **EVER)
    project.run(one, date(2026, 6, 1))
    error = project.check(items[0], date(2026, 6, 1))["error"]
    assert (error["code"], "source1.csv one of Square transactions" in error["message"]) == ("same_file_twice", True)
    project.run(items[0], date(2026, 6, 1), refresh={"mode": "full"})
    project.run(items[1], date(2026, 6, 1))
    assert project.customers() == {"C1": (19, 2, "20.00")}


def test_square_payments_that_were_voided_or_failed_are_no_sales(tmp_path):
    states = ["Completed", "Voided", "Failed", "Canceled", "Puzzled"]
    rows = [square(number, f"${10**number}.00", status) for number, status in enumerate(states)]
    found = check(written(tmp_path / "t.csv", SQUARE, *rows))
    assert found["net_total"] == "10001.00"
    assert {one["reason"]: one["rows"] for one in found["excluded"]} == {"cancelled": 2, "failed": 1}
    assert [one["rows"] for one in found["warnings"] if one["code"] == "unknown_status"] == [1]


SHOPIFY = ["Name", "Email", "Financial Status", "Total", "Created at", "Lineitem quantity", "Lineitem name",
           "Refunded Amount", "Phone", "Billing Phone"]  # fmt: skip


def head(name, total, refund="", mail="a@x.example", **phones):
    made = {"Name": name, "Email": mail, "Financial Status": "paid", "Total": total, "Refunded Amount": refund}
    more = {"Created at": "2026-05-03 10:00:00 +0000", "Lineitem quantity": "1", "Lineitem name": "mug"}
    return {**made, **more, **{key.replace("_", " "): value for key, value in phones.items()}}


def line(name):
    return {"Name": name, "Lineitem quantity": "1", "Lineitem name": "bag"}


@pytest.mark.parametrize(("total", "refund"), [("abc", ""), ("10.00", "x"), ("nan", "")])
def test_lines_of_a_quarantined_shopify_order_are_quarantined_with_it(tmp_path, total, refund):
    rows = [head("#1", total, refund), line("#1"), line("#1"), head("#2", "50.00", "1.50", "b@x.example"), line("#2"),
            head("#3", "5.00", mail="b@x.example")]  # fmt: skip
    found = check(written(tmp_path / "o.csv", SHOPIFY, *rows))
    assert (found["orders"], found["customers"], found["net_total"]) == (2, 1, "53.50")
    assert (found["rows_quarantined"], found["rows_kept"]) == (3, 3)


def test_lines_of_shopify_orders_that_the_user_s_mark_settles_stay(tmp_path):
    rows = [head("#1", "1.234", "1.000"), line("#1"), head("#2", "2.500"), line("#2")]
    found = check(written(tmp_path / "o.csv", SHOPIFY, *rows), reading={"decimal": ","})
    assert (found["rows_kept"], found["net_total"]) == (4, "2734.00")


STRIPE = ["id", "Created (UTC)", "Amount", "Amount Refunded", "Currency", "Converted Amount",
          "Converted Amount Refunded", "Converted Currency", "Status", "Customer ID", "Customer Email",
          "Captured"]  # fmt: skip


def charge(name, amount, **more):
    made = {"id": name, "Created (UTC)": "2026-05-03 10:00:00", "Amount": amount, "Amount Refunded": "0.00",
            "Currency": "eur", "Converted Amount": amount, "Converted Amount Refunded": "0.00",
            "Converted Currency": "eur", "Status": "Paid", "Customer ID": "cus_1", "Captured": "true"}  # fmt: skip
    return {**made, **{key.replace("_", " "): value for key, value in more.items()}}


@pytest.mark.parametrize("word", ["FALSCH", "no", "0", "FALSE", "false", "non"])
def test_a_stripe_charge_that_was_not_captured_does_not_count_in_any_words(tmp_path, word):
    file = written(tmp_path / "p.csv", STRIPE, charge("ch_1", "10.50", Captured=word), charge("ch_2", "20.50"))
    found = check(file)
    assert (found["net_total"], found["excluded"]) == ("20.50", [{"reason": "pending", "rows": 1}])


def test_stripe_charges_of_several_files_are_settled_together(tmp_path):
    usd = {"Currency": "usd", "Converted_Amount": "9.00"}
    one = written(tmp_path / "one.csv", STRIPE, charge("ch_1", "10.00", **usd), charge("ch_2", "20.00", **usd))
    two = written(tmp_path / "two.csv", STRIPE, charge("ch_3", "10.00", **usd), charge("ch_4", "5.00"))
    for files in ((one, two), (two, one)):
        found = check(*files)
        assert (found["error"], found["net_total"], found["orders"]) == (None, "32.00", 4)
    assert check(one)["net_total"] == "30.00"


@pytest.mark.parametrize(
    ("refunded", "converted", "net"),
    [("5.00", "", "130.50"), ("5.00", "0.00", "130.50"), ("5.00", "4.40", "130.60"), ("", "", "135.00"),
     ("0.00", "", "135.00"), ("50.00", "", "90.00")],
)  # fmt: skip
def test_a_stripe_refund_that_was_not_converted_is_the_share_of_the_settled_amount(tmp_path, refunded, converted, net):
    other = {"Currency": "usd", "Converted_Amount": "45.00", "Converted_Amount_Refunded": converted}
    rows = [charge("ch_1", "100.00", Amount_Refunded="10.00", Converted_Amount_Refunded="10.00"),
            charge("ch_2", "50.00", Amount_Refunded=refunded, **other)]  # fmt: skip
    found = check(written(tmp_path / "p.csv", STRIPE, *rows))
    assert (found["net_total"], found["currency"], found["rows_quarantined"]) == (net, "EUR", 0)


def test_a_stripe_refund_that_nobody_can_convert_makes_its_row_a_bad_one(tmp_path):
    other = {"Currency": "usd", "Converted_Amount": "45.00", "Converted_Amount_Refunded": ""}
    rows = [charge("ch_1", "100.00"), charge("ch_2", "50.00", Amount_Refunded="some", **other)]
    found = check(written(tmp_path / "p.csv", STRIPE, *rows))
    assert (found["net_total"], [one["reason"] for one in found["quarantine"]]) == ("100.00", ["bad_amount"])


def two_stripe_exports(folder):
    one = written(folder / "a.csv", STRIPE, charge("ch_1", "10.50", Customer_Email="a@x.example"))
    guest = charge("ch_2", "20.50", Customer_ID="", Customer_Email="A@x.example")
    return one, written(folder / "b.csv", STRIPE, guest)


def test_stripe_guests_are_linked_within_a_file_and_over_files_as_the_documentation_says(tmp_path):
    files = two_stripe_exports(tmp_path)
    found = check(*files)
    assert found["customers"] == 2
    assert "in the file" in found["assumed"]["export_rules"][1]
    assert check(*files, ledger={"customer_key": "email"})["customers"] == 1
    linked = {"map": {"customer": "Customer ID"}}
    assert check(*files, ledger={"guests": "email"}, reading=linked)["customers"] == 1


def test_a_project_of_stripe_exports_by_e_mail_takes_a_charge_that_comes_again(tmp_path):
    one, two = two_stripe_exports(tmp_path)
    rows = list(csv.DictReader(one.open(encoding="utf-8"))) + list(csv.DictReader(two.open(encoding="utf-8")))
    both = written(tmp_path / "both.csv", STRIPE, *rows)
    project = Refreshed(tmp_path, **EVER, ledger={"customer_key": "email"})
    for file in (two, both):
        found = project.run(file.read_text(encoding="utf-8"), date(2026, 6, 1))
    assert found["quarantine"] == []
    assert project.customers() == {"a@x.example": (29, 2, "31.00")}
