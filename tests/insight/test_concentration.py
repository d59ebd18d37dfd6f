from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.insight.concentration import concentration
from tests.insight.counted import counted


def shares(found):
    return [tenth["share"] for tenth in found["deciles"]]


def test_ten_customers_are_ten_tenths_the_best_first(engine):
    found = concentration(engine, counted(engine, [10, 20, 30, 40, 50, 60, 70, 80, 90, 550]))
    assert [tenth["revenue"] for tenth in found["deciles"]] == [
        "550.00", "90.00", "80.00", "70.00", "60.00", "50.00", "40.00", "30.00", "20.00", "10.00",
    ]  # fmt: skip
    assert (found["deciles"][0]["from"], found["deciles"][0]["to"], found["deciles"][0]["share"]) == (0, 10, "0.550000")
    assert [found["lorenz"][percent] for percent in (0, 10, 20, 90, 95, 100)] == [
        "0.000000", "0.010000", "0.030000", "0.450000", "0.725000", "1.000000",
    ]  # fmt: skip
    assert (found["customers"], found["revenue"], found["customers_below_zero"]) == (10, "1000.00", 0)


def test_tenths_of_money_without_cents_are_exact_shares(engine):
    found = concentration(engine, counted(engine, [1, 1, 2], kind="DECIMAL(18, 0)"))
    assert shares(found)[:4] == ["0.150000", "0.150000", "0.150000", "0.100000"]
    assert [tenth["revenue"] for tenth in found["deciles"]][:4] == ["0.60", "0.60", "0.60", "0.40"]


def test_equal_customers_share_equally_and_have_no_gini(engine):
    found = concentration(engine, counted(engine, [7] * 13))
    assert shares(found) == ["0.100000"] * 10
    assert (found["gini"], len(found["lorenz"])) == ("0.0000", 101)


def test_the_gini_of_one_who_has_it_all(engine):
    assert concentration(engine, counted(engine, [0, 0, 0, 100]))["gini"] == "0.7500"


def test_a_border_among_equals_takes_the_fitting_share_of_them(engine):
    # 15 customers: a tenth is one and a half of them
    found = concentration(engine, counted(engine, [100, *[10] * 14]))
    assert (found["deciles"][0]["revenue"], found["deciles"][9]["revenue"]) == ("105.00", "15.00")


def test_tenths_add_up_to_the_revenue_to_the_last_digit(engine):
    found = concentration(engine, counted(engine, ["0.01", "0.01", "0.01"]))
    assert sum(Decimal(tenth["revenue"]) for tenth in found["deciles"]) == Decimal("0.03")


def test_customers_below_zero_stay_and_the_curve_dips(engine):
    found = concentration(engine, counted(engine, [-50, 50, 100]))
    assert (found["customers_below_zero"], found["revenue"]) == (1, "100.00")
    assert found["lorenz"][33] == "-0.495000"
    assert found["lorenz"][100] == "1.000000"


def test_customers_without_an_order_brought_nothing(engine):
    found = concentration(engine, counted(engine, [None, None, -5, 5]))
    # -5, nothing, nothing, 5
    assert found["deciles"][0]["revenue"] == "2.00"
    assert found["customers"] == 4


@pytest.mark.parametrize("values", [[-5], [0, 0], [-5, 5]])
def test_without_revenue_above_zero_there_is_no_share(engine, values):
    found = concentration(engine, counted(engine, values))
    assert (found["gini"], set(found["lorenz"]), set(shares(found))) == (None, {None}, {None})
    assert found["claims"][0]["holds"] is False


def test_nobody_has_no_deciles(engine):
    found = concentration(engine, counted(engine, []))
    assert found == {
        "customers": 0, "revenue": "0", "customers_below_zero": 0, "gini": None, "deciles": [], "lorenz": [],
        "claims": [],
    }  # fmt: skip


def test_the_sayings_hold_where_they_hold(engine):
    found = concentration(engine, counted(engine, [1] * 60 + [10] * 30 + [100] * 10))["claims"]
    # the best 40 bring 1300 of 1360; the top tenth 1000, the bottom tenth 10
    assert [(claim["figure"], claim["holds"]) for claim in found] == [("0.955882", True), ("100.0", True)]


def test_the_sayings_fail_where_they_fail(engine):
    found = concentration(engine, counted(engine, [10] * 5 + [20] * 5))["claims"]
    # the best four bring 80 of 150; 20 against 10
    assert [(claim["figure"], claim["holds"]) for claim in found] == [("0.533333", False), ("2.0", False)]


def test_exactly_eighty_percent_is_not_over_eighty(engine):
    most = concentration(engine, counted(engine, [20, 20, 20, 120, 120]))["claims"][0]
    assert (most["figure"], most["holds"]) == ("0.800000", False)


def test_a_bottom_tenth_that_brings_nothing_has_no_figure(engine):
    times = concentration(engine, counted(engine, [0] * 5 + [20] * 5))["claims"][1]
    assert (times["figure"], times["holds"]) == (None, True)


def test_endless_amounts_have_deciles_but_no_gini(engine):
    amount = "9" * 33 + ".9999"
    found = concentration(engine, counted(engine, [amount, amount, "1"], "DECIMAL(38, 4)"))
    assert found["gini"] is None
    assert found["revenue"] == "2" + "0" * 33 + ".9998"


def plain(amounts):
    """Deciles, Gini and sayings the slow way: every customer cut into hundred equal pieces."""
    pieces = sorted(Fraction(amount) / 100 for amount in amounts for _ in range(100))
    count, total = len(amounts), sum(amounts)
    lorenz = [sum(pieces[: percent * count]) for percent in range(101)]
    ranks = sum(rank * amount for rank, amount in enumerate(sorted(amounts), start=1))
    gini = Fraction(2 * ranks, count * total) - Fraction(count + 1, count) if total > 0 else None
    return lorenz, gini


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(-50, 300), min_size=1, max_size=40))
def test_it_is_what_cutting_every_customer_in_hundred_pieces_gives(engine, amounts):
    found = concentration(engine, counted(engine, amounts, "DECIMAL(18, 0)"))
    lorenz, gini = plain(amounts)
    assert Decimal(found["revenue"]) == lorenz[-1]
    if gini is None:
        assert found["gini"] is None
        return
    assert abs(Fraction(found["gini"]) - gini) <= Fraction(1, 20000)
    for share, point in zip(found["lorenz"], lorenz, strict=True):
        assert abs(Fraction(share) - point / lorenz[-1]) <= Fraction(1, 20000)


def test_the_gini_of_an_even_rise(engine):
    found = concentration(engine, counted(engine, range(1000)))
    assert len(found["lorenz"]) == 101
    assert found["gini"] == "0.3337"  # (n + 1) / 3n of 0, 1 .. n - 1
