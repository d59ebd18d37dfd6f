"""A ledger of some thirty orders, worked out by hand: every row's fate, every bridge step, every customer's R, F and M.

Window of twelve months before 2025-07-01; money in euro; guests are known by their e-mail where they left one.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

import quintile
from tests.golden.reference import rfm_of, steps_of

HEADER = "order_id,line_id,customer_id,email,order_date,amount,currency,status\n"
FIRST_FILE = """\
O1,1,ana,,2025-06-01,40.00,EUR,paid
O1,2,ana,,2025-06-01,25.50,EUR,paid
O1,3,ana,,2025-06-01,4.50,EUR,paid
O2,1,ana,,2025-06-20,30.05,EUR,paid
O3,1,ben,,2025-05-01,60.00,EUR,paid
O3,2,ben,,2025-05-01,40.00,EUR,paid
O4,1,ben,,2025-04-01,20.00,EUR,paid
O5,1,cem,,2025-06-10,50.00,EUR,paid
O5,1,cem,,2025-06-12,-50.00,EUR,paid
O6,1,cem,,2025-03-03,10.00,EUR,paid
O7,1,dia,,2025-06-05,80.00,EUR,paid
O7,1,dia,,2025-06-06,-80.00,EUR,paid
O8,1,eva,,2025-02-01,35.00,EUR,paid
R1,1,eva,,2025-06-25,-12.00,EUR,paid
R2,1,fay,,2025-06-26,-9.00,EUR,paid
O9,1,gus,,2025-06-15,20.00,EUR,paid
O9,1,gus,,2025-06-16,-33.00,EUR,paid
O10,1,gus,,2025-06-01,100.00,EUR,paid
O11,1,ana,,2025-06-29,500.00,EUR,Cancelled
O12,1,ben,,2025-06-29,1.00,EUR,test
O13,1,cem,,2025-06-29,2.00,EUR,failed
O14,1,dia,,2025-06-29,3.00,EUR,Pending
O15,1,ana,,2025-06-28,0.00,EUR,paid
O16,1,hal,,2025-06-28,0.00,EUR,paid
O17,1,,Guest@Shop.Example,2025-05-20,45.00,EUR,paid
O18,1,,,2025-05-21,5.00,EUR,paid
"""
SECOND_FILE = """\
O19,1,ivy,,2025-04-10,11.00,EUR,paid
O19,1,ivy,,2025-04-10,11.00,EUR,paid
O19,2,ivy,,2025-04-10,9.00,EUR,paid
O20,1,ivy,,2025-04-12,7.00,EUR,paid
O20,1,ivy,,2025-04-12,8.00,EUR,paid
O21,1,ana,,2025-04-20,10.00,EUR,paid
O21,2,ben,,2025-04-20,20.00,EUR,paid
O22,1,jan,,2025-03-07,100.00,USD,paid
O22,1,jan,,2025-03-12,-20.00,USD,paid
O23,1,jan,,2025-03-09,10.05,USD,paid
O24,1,jan,,2199-01-01,77.00,EUR,paid
O25,1,ana,,2025-07-01,60.00,EUR,paid
O26,1,ana,,2024-06-30,15.00,EUR,paid
O27,1,kim,,2024-07-01,22.00,EUR,paid
O28,1,kim,,2025-06-01,abc,EUR,paid
O29,1,kim,,2025-02-30,6.00,EUR,paid
O30,1,kim,,2025-06-01,4.00,,paid
O2,1,ana,,2025-06-20,30.05,EUR,paid
O3,2,ben,,2025-05-15,-15.25,EUR,paid
"""
# Friday and Monday: the Sunday order takes Friday's rate; the refund of O22 takes that of its order, not 0.95.
RATES = """\
date,currency,rate
2025-03-07,USD,0.90
2025-03-10,USD,0.92
2025-03-12,USD,0.95
"""

# Every line below is the same whatever becomes of refunds: 45 rows, 13 of them quarantined, dropped or excluded ...
UP_TO_THE_KEPT_ROWS = [
    ("raw", 45, {"": "4.00", "EUR": "1157.85", "USD": "90.05"}),
    ("null_customer", 1, "5.00"),
    ("bad_amount", 1, "0"),
    ("bad_date", 1, "6.00"),
    ("future_date", 1, "77.00"),
    ("order_customer_conflict", 2, "30.00"),
    ("duplicate_order_conflict", 2, "15.00"),
    ("missing_currency", 1, "4.00"),
    ("duplicates", 2, "41.05"),
    ("cancelled", 1, "500.00"),
    ("failed", 1, "2.00"),
    ("pending", 1, "3.00"),
    ("test", 1, "1.00"),
    ("kept", 30, {"EUR": "477.80", "USD": "90.05"}),
    # ... and 80 dollars at 0.90 with 10.05 dollars at 0.90, 9.045, which is 9.05 in whole cents.
    ("converted", 30, "558.85"),
]
# O26 lies a day before the window, O25 on its end.
OUTSIDE = [("before_window", 1, "15.00"), ("after_window", 1, "60.00")]


@pytest.fixture
def files(tmp_path):
    """The two files of orders; the table of rates lies beside them."""
    (tmp_path / "first.csv").write_text(HEADER + FIRST_FILE, encoding="utf-8")
    (tmp_path / "second.csv").write_text(HEADER + SECOND_FILE, encoding="utf-8")
    (tmp_path / "rates.csv").write_text(RATES, encoding="utf-8")
    return [tmp_path / "first.csv", tmp_path / "second.csv"]


@pytest.fixture
def settings(tmp_path):
    """``settings(refunds="gross")`` are the shop's settings with that policy."""

    def with_rules(**rules):
        shop = {"base_currency": "EUR", "rates": str(tmp_path / "rates.csv"), "guests": "email"}
        return {"ledger": {**shop, **rules}}

    return with_rules


@pytest.fixture
def shop(files, settings):
    """``shop(refunds="gross")`` runs the whole product."""
    return lambda **rules: quintile.run(files, as_of="2025-07-01", settings=settings(**rules))


def without_zeros_of_nothing(steps):
    """Nothing is nothing, however many decimals it is written with."""
    return [
        (step, rows, amount if isinstance(amount, dict) or Decimal(amount) else "0") for step, rows, amount in steps
    ]


def euros(customers):
    return {customer: (recency, orders, Decimal(money)) for customer, (recency, orders, money) in customers.items()}


def test_refunds_are_netted_against_their_own_order(shop):
    result = shop()
    assert rfm_of(result) == euros(
        {
            "ana": (11, 2, "100.05"),
            "ben": (61, 2, "104.75"),  # O3 is worth 84.75 at its own date
            "cem": (120, 1, "10.00"),  # O5 went back altogether
            "eva": (150, 1, "23.00"),  # the refund without an order takes 12.00 off and refreshes nothing
            "guest@shop.example": (42, 1, "45.00"),
            "gus": (30, 1, "87.00"),  # O9 went back, and 13.00 more
            "ivy": (82, 1, "20.00"),
            "jan": (114, 2, "81.05"),  # 90.00 - 18.00 + 9.05
            "kim": (365, 1, "22.00"),  # on the first day of the window
        }
    )
    assert without_zeros_of_nothing(steps_of(result)) == [
        *UP_TO_THE_KEPT_ROWS,
        ("ledger", 30, "558.85"),
        ("zero_orders", 2, "0"),
        ("refunded", 4, "0"),  # O5 and O7
        *OUTSIDE,
        ("refunds_without_purchase", 1, "-9.00"),  # fay bought nothing
        ("scored", 21, "492.85"),
    ]


def test_gross_ignores_refunds_and_counts_them(shop):
    result = shop(refunds="gross")
    assert rfm_of(result) == euros(
        {
            "ana": (11, 2, "100.05"),
            "ben": (61, 2, "120.00"),
            "cem": (21, 2, "60.00"),
            "dia": (26, 1, "80.00"),
            "eva": (150, 1, "35.00"),
            "guest@shop.example": (42, 1, "45.00"),
            "gus": (16, 2, "120.00"),
            "ivy": (82, 1, "20.00"),
            "jan": (114, 2, "99.05"),
            "kim": (365, 1, "22.00"),
        }
    )
    assert without_zeros_of_nothing(steps_of(result)) == [
        *UP_TO_THE_KEPT_ROWS,
        ("refunds_ignored", 0, "-217.25"),
        ("ledger", 30, "776.10"),
        ("zero_orders", 2, "0"),
        *OUTSIDE,
        ("refunds_without_purchase", 1, "0"),  # fay bought nothing; what is ignored stays with its customer
        ("scored", 25, "701.10"),
    ]


def test_an_order_with_a_refund_can_count_for_nothing(shop):
    result = shop(refunds="exclude_order")
    assert rfm_of(result) == euros(
        {
            "ana": (11, 2, "100.05"),
            "ben": (91, 1, "20.00"),
            "cem": (120, 1, "10.00"),
            "eva": (150, 1, "35.00"),
            "guest@shop.example": (42, 1, "45.00"),
            "gus": (30, 1, "100.00"),
            "ivy": (82, 1, "20.00"),
            "jan": (114, 1, "9.05"),
            "kim": (365, 1, "22.00"),
        }
    )
    assert without_zeros_of_nothing(steps_of(result)) == [
        *UP_TO_THE_KEPT_ROWS,
        ("orders_with_refunds", 0, "122.75"),
        ("ledger", 30, "436.10"),
        ("zero_orders", 2, "0"),
        ("refunded", 11, "0"),  # O3, O5, O7, O9 and O22
        *OUTSIDE,
        ("refunds_without_purchase", 1, "0"),
        ("scored", 14, "361.10"),
    ]


def test_every_row_is_counted_once(shop):
    report = shop().report
    assert report["counts"] == {
        "rows_in": 45,
        "rows_kept": 30,
        "rows_quarantined": 9,
        "rows_deduplicated": 2,
        "rows_excluded": 4,
        "customers": 9,
        "buyers": 9,
        "first_order": "2024-07-01",
        "last_order": "2025-06-20",
    }
    assert [(file["name"], file["rows"]) for file in report["inputs"]] == [("first.csv", 26), ("second.csv", 19)]


def test_every_quarantined_row_is_named_by_its_place(shop):
    found = {
        line["reason"]: [(row["file"], row["line"], row["column"], row["raw"]) for row in line["examples"]]
        for line in shop().report["quarantine"]
    }
    assert found == {
        "null_customer": [("first.csv", 27, "customer_id", "")],
        "bad_amount": [("second.csv", 16, "amount", "abc")],
        "bad_date": [("second.csv", 17, "order_date", "2025-02-30")],
        "future_date": [("second.csv", 12, "order_date", "2199-01-01")],
        "order_customer_conflict": [
            ("second.csv", 7, "customer_id", "ana"),
            ("second.csv", 8, "customer_id", "ben"),
        ],
        "duplicate_order_conflict": [("second.csv", 5, "order_id", "O20"), ("second.csv", 6, "order_id", "O20")],
        "missing_currency": [("second.csv", 18, "currency", "")],
    }


def test_guests_are_quarantined_with_their_revenue_unless_wished_otherwise(shop):
    result = shop(guests="quarantine")
    assert "guest@shop.example" not in rfm_of(result)
    assert ("null_customer", 2, "50.00") in steps_of(result)


def test_zero_orders_count_as_purchases_by_wish(shop):
    found = rfm_of(shop(zero_orders="count"))
    assert (found["ana"], found["hal"]) == ((3, 3, Decimal("100.05")), (3, 1, Decimal("0.00")))


@pytest.mark.parametrize(
    ("status", "customer", "rfm"),
    [
        ("cancelled", "ana", (2, 3, Decimal("600.05"))),
        ("test", "ben", (2, 3, Decimal("105.75"))),
        ("failed", "cem", (2, 2, Decimal("12.00"))),
        ("pending", "dia", (2, 1, Decimal("3.00"))),
    ],
)
def test_every_excluded_status_has_a_switch(shop, status, customer, rfm):
    others = [reason for reason in ("cancelled", "failed", "pending", "test") if reason != status]
    assert rfm_of(shop(exclude=others))[customer] == rfm


def test_repeated_lines_are_kept_by_wish(shop):
    result = shop(duplicates="keep")
    assert rfm_of(result)["ivy"] == (80, 2, Decimal("46.00"))  # O19 with 31.00, O20 with 15.00
    assert result.report["counts"]["rows_deduplicated"] == 0


def test_check_counts_the_kept_rows_before_any_window(files, settings):
    found = quintile.check(files, as_of="2025-07-01", settings=settings())
    assert (found["outcome"], found["rows_in"], found["rows_kept"]) == ("quarantine", 45, 30)
    assert (found["customers"], found["orders"], found["net_total"]) == (12, 19, "558.85")
