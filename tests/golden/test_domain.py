"""The worked examples of the field, from single orders to the RFM code, through the whole product."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

import quintile
from tests.golden.reference import rfm_of, scores_of

AS_OF = date(2025, 7, 1)
HEADER = "order_id,customer_id,order_date,amount\n"
# A fashion shop's own cut points; 5 is the best score.
FASHION = {
    "method": "threshold",
    "r_cuts": [14, 45, 90, 150],
    "f_cuts": [2, 3, 5, 7],
    "m_cuts": [100, 300, 600, 1000],
}
TEN_SCORES = {
    "method": "threshold",
    "r_cuts": [7, 14, 21, 28, 35, 42, 49, 56, 63],
    "f_cuts": [2, 3, 4, 5, 6, 7, 8, 9, 10],
    "m_cuts": [1, 2, 3, 4, 5, 6, 7, 8, 1000],
}
# Days since the last order, the orders' amounts, and the code they make.
WORKED = {
    "C000": (10, ["150", "69", "350", "150", "340"], "545"),
    "C001": (12, ["155"] * 8, "555"),
    "C002": (45, ["100", "100", "89"], "432"),
    "C003": (180, ["67"], "111"),
    "C004": (7, ["230"] * 15, "555"),
    "C005": (92, ["56", "100"], "222"),
}


def shop(folder, customers):
    """A file of orders; each customer's last order lies the given days back, the others one day earlier each."""
    rows = [
        f"{customer}-{place},{customer},{AS_OF - timedelta(days=recency + place)},{amount}\n"
        for customer, (recency, amounts) in customers.items()
        for place, amount in enumerate(amounts)
    ]
    file = folder / "orders.csv"
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    return file


def run_fashion(folder, customers):
    return quintile.run(shop(folder, customers), as_of=AS_OF, settings={"model": FASHION})


def test_the_six_worked_customers_get_their_codes(tmp_path):
    result = run_fashion(tmp_path, {customer: (days, amounts) for customer, (days, amounts, _) in WORKED.items()})
    assert rfm_of(result) == {
        "C000": (10, 5, Decimal(1059)),
        "C001": (12, 8, Decimal(1240)),
        "C002": (45, 3, Decimal(289)),
        "C003": (180, 1, Decimal(67)),
        "C004": (7, 15, Decimal(3450)),
        "C005": (92, 2, Decimal(156)),
    }
    codes = result.to_arrow().select(["customer_id", "rfm"]).to_pydict()
    expected = {customer: code for customer, (_, _, code) in WORKED.items()}
    assert dict(zip(*codes.values(), strict=True)) == expected


def test_a_recency_cut_is_the_last_day_of_the_better_score(tmp_path):
    expected = {1: 5, 14: 5, 15: 4, 45: 4, 46: 3, 90: 3, 91: 2, 150: 2, 151: 1, 364: 1}
    result = run_fashion(tmp_path, {f"D{days}": (days, ["1"]) for days in expected})
    assert {customer: score[0] for customer, score in scores_of(result).items()} == {
        f"D{days}": score for days, score in expected.items()
    }


def test_a_frequency_cut_is_the_first_count_of_the_better_score(tmp_path):
    expected = {1: 1, 2: 2, 3: 3, 4: 3, 5: 4, 6: 4, 7: 5, 12: 5}
    result = run_fashion(tmp_path, {f"N{orders}": (1, ["1"] * orders) for orders in expected})
    assert {customer: score[1] for customer, score in scores_of(result).items()} == {
        f"N{orders}": score for orders, score in expected.items()
    }


def test_a_monetary_cut_is_the_first_amount_of_the_better_score_and_there_is_no_gap(tmp_path):
    expected = {
        "0.01": 1, "99.99": 1, "100": 2, "299.99": 2, "300.00": 3, "599.99": 3, "600": 4, "999.50": 4, "999.99": 4,
        "1000": 5, "1000.01": 5,
    }  # fmt: skip
    result = run_fashion(tmp_path, {f"M{amount}": (1, [amount]) for amount in expected})
    assert {customer: score[2] for customer, score in scores_of(result).items()} == {
        f"M{amount}": score for amount, score in expected.items()
    }


def test_19_december_minus_9_december_is_ten_days(tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(HEADER + "1,A,2025-12-09 23:59:59,5.00\n2,B,2025-12-09 00:00:00,5.00\n", encoding="utf-8")
    result = quintile.run(file, as_of="2025-12-19")
    assert {customer: rfm[0] for customer, rfm in rfm_of(result).items()} == {"A": 10, "B": 10}


def test_the_score_says_how_large_a_share_is_strictly_worse(tmp_path):
    """The default rule: with 65 of 100 customers at one order, two orders read 4, and the top stays reachable."""
    orders = [1] * 65 + [2] * 20 + [3] * 15
    result = quintile.run(
        shop(tmp_path, {f"C{place:03}": (1, ["1"] * count) for place, count in enumerate(orders)}), as_of=AS_OF
    )
    scores = [score[1] for _, score in sorted(scores_of(result).items())]
    assert scores == [1] * 65 + [4] * 20 + [5] * 15


@pytest.mark.parametrize(
    ("best", "scale", "code"), [("high", 5, "545"), ("low", 5, "121"), ("high", 10, "9-5-10"), ("low", 10, "2-6-1")]
)
def test_the_code_is_written_side_by_side_or_with_hyphens_and_may_be_turned(tmp_path, best, scale, code):
    model = {**(FASHION if scale == 5 else TEN_SCORES), "scale": scale, "best": best}
    file = shop(tmp_path, {"C000": WORKED["C000"][:2]})
    result = quintile.run(file, as_of=AS_OF, settings={"model": model})
    assert result.to_arrow()["rfm"].to_pylist() == [code]
