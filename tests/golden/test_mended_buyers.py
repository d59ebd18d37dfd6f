"""Whose order it is in a shop's export: wrong answers quintile once gave, each on the smallest file that shows it."""

from __future__ import annotations

import pytest

from tests.golden.test_mended_exports import SHOPIFY, check, head, line, woo, written

WOO = ["order_id", "order_date", "status", "order_total", "order_subtotal", "customer_email", "customer_id",
       "billing_phone"]  # fmt: skip


def guest(number, **more):
    return {**woo(number, "", "10.00"), "customer_email": "", **more}


def of_phones(tmp_path, *phones):
    rows = [head(f"#{n}", "10.00", mail="", Phone=phone) for n, phone in enumerate(phones)]
    return check(written(tmp_path / "o.csv", SHOPIFY, *rows))


def of_guests(tmp_path, role, *texts):
    rows = [guest(number, **{role: text}) for number, text in enumerate(texts)]
    return check(written(tmp_path / "o.csv", WOO, *rows))


def aside(found):
    return {one["reason"]: one["rows"] for one in found["quarantine"]}


def test_phones_that_a_spreadsheet_shortened_and_other_numbers_of_many_people_name_nobody(tmp_path):
    phones = ("4.91701E+11", "4,91701E+11", "+49301234567", "1-800-FLOWERS", "1-800-LAWYERS", "110", "0")
    for found in (of_phones(tmp_path, *phones), of_guests(tmp_path, "billing_phone", *phones)):
        assert (found["customers"], aside(found)) == (1, {"null_customer": 6})


def test_a_phone_is_one_number_with_a_data_frame_s_fraction_or_an_extension(tmp_path):
    phones = ("4917012345.0", "4917012345", "+49 170 111 ext 5", "+49170111", "+49 170 111;ext=7")
    for found in (of_phones(tmp_path, *phones), of_guests(tmp_path, "billing_phone", *phones)):
        assert (found["customers"], aside(found)) == (2, {})


def test_a_guest_s_nought_with_a_fraction_is_nobody(tmp_path):
    found = of_guests(tmp_path, "customer_id", "0.0", "0", "7.0", "7", "12")
    assert (found["customers"], aside(found)) == (2, {"null_customer": 2})


@pytest.mark.parametrize("nothing", ["N/A", "NULL", "-", "nan", "#N/A"])
def test_a_word_for_nothing_leaves_the_buyer_to_the_next_column(tmp_path, nothing):
    rows = [head("#1", "10.00", mail=nothing, Phone="+49301234567"), head("#2", "5.00", mail="b@x.example")]
    assert check(written(tmp_path / "s.csv", SHOPIFY, *rows))["customers"] == 2
    rows = [guest(1, customer_email=nothing, customer_id="7"), guest(2, customer_email=nothing, customer_id="8")]
    found = check(written(tmp_path / "w.csv", WOO, *rows))
    assert (found["customers"], aside(found)) == (2, {})


def test_shopify_phones_name_customers_in_any_spelling_where_phones_are_the_key(tmp_path):
    pytest.importorskip("phonenumbers")
    rows = [head("#1", "10", Phone="+49 170 1234567"), head("#2", "10", mail="", Phone="0170 1234567"), line("#2"),
            head("#3", "10", mail="", Billing_Phone="0049 170 1234567")]  # fmt: skip
    found = check(written(tmp_path / "o.csv", SHOPIFY, *rows), ledger={"customer_key": "phone", "country": "DE"})
    assert (found["error"], found["customers"], found["orders"], found["rows_kept"]) == (None, 1, 3, 4)


@pytest.mark.parametrize("refund", [None, ""])
def test_a_shopify_order_that_was_refunded_in_part_without_a_word_how_much_is_told(tmp_path, refund):
    columns = [column for column in SHOPIFY if refund is not None or column != "Refunded Amount"]
    rows = [{**head("#1", "50.00"), "Financial Status": "partially_refunded"}, head("#2", "20.00")]
    found = check(
        written(tmp_path / "o.csv", columns, *({key: row[key] for key in columns if key in row} for row in rows))
    )
    assert found["net_total"] == "70.00"
    assert [(one["code"], one["rows"]) for one in found["warnings"] if "refund" in one["code"]] == [
        ("unknown_refund", 1)
    ]
    told = [{**head("#1", "50.00", "5.00"), "Financial Status": "partially_refunded"}]
    found = check(written(tmp_path / "told.csv", SHOPIFY, *told))
    assert (found["net_total"], [one for one in found["warnings"] if "refund" in one["code"]]) == ("45.00", [])


@pytest.mark.parametrize("nothing", ["-", "NULL", "nan", "N/A", "None", "0", "false", "0000-00-00 00:00:00"])
def test_a_word_for_nothing_cancels_no_shopify_order(tmp_path, nothing):
    columns = [*SHOPIFY, "Cancelled at"]
    rows = [{**head("#1", "50.00"), "Cancelled at": nothing}, {**head("#2", "20.00"), "Cancelled at": "2026-05-09"}]
    found = check(written(tmp_path / "o.csv", columns, *rows))
    assert (found["net_total"], found["excluded"]) == ("50.00", [{"reason": "cancelled", "rows": 1}])


@pytest.mark.parametrize("nothing", ["NULL", "N/A", "-", "nan"])
def test_a_shopify_export_may_write_a_word_for_nothing_into_every_empty_cell(tmp_path, nothing):
    columns = [*SHOPIFY, "Cancelled at"]
    rows = [head("#1", "50.00"), line("#1"), head("#2", "20.00", "5.00"), line("#2")]
    rows = [{column: row.get(column) or nothing for column in columns} for row in rows]
    found = check(written(tmp_path / "o.csv", columns, *rows))
    assert (found["net_total"], found["orders"], found["rows_kept"], found["customers"]) == ("65.00", 2, 4, 1)


def test_a_shopify_order_that_was_cancelled_between_two_exports_is_set_aside(tmp_path):
    columns = [*SHOPIFY, "Cancelled at"]
    paid = written(tmp_path / "may.csv", columns, head("#1", "50.00"), line("#1"), head("#2", "20.00"))
    voided = {**head("#1", "50.00"), "Cancelled at": "2026-05-09 10:00:00 +0000"}
    found = check(paid, written(tmp_path / "june.csv", columns, voided, line("#1")))
    assert (found["net_total"], found["orders"]) == ("20.00", 1)
    assert [(one["reason"], one["rows"]) for one in found["quarantine"]] == [("duplicate_order_conflict", 2)]


@pytest.mark.parametrize(("country", "customers"), [("DE", 2), (None, 4)])
def test_shopify_customers_without_an_email_are_known_by_their_phone_in_any_spelling(tmp_path, country, customers):
    pytest.importorskip("phonenumbers")
    rows = [head("#1", "10", mail="", Phone="'+49 170 1234567"), head("#2", "10", mail="", Phone="0170 1234567"),
            line("#2"), head("#3", "10", mail="", Billing_Phone="0049 170 1234567"),
            head("#4", "10", Phone="12")]  # fmt: skip
    file = written(tmp_path / "o.csv", SHOPIFY, *rows)
    found = check(file, ledger={"country": country} if country else {})
    assert (found["error"], found["customers"], found["orders"], found["rows_kept"]) == (None, customers, 4, 5)
