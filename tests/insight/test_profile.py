"""The days of change that are found are those that a look at every single day finds, and orders are the smallest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.domain.ledger import PURCHASE, REFUND_ONLY, REFUNDED, ZERO
from quintile.domain.rfm_model import CutPoints, RfmModel
from quintile.domain.scale import Scale
from quintile.domain.window import ObservationWindow, WindowLength
from quintile.insight.profile import Holdings, Order, Outlook, Rules
from quintile.insight.smallest_order import Wanted, smallest_order, with_order
from quintile.segments.load import load_scheme, shipped_schemes

AS_OF = date(2025, 3, 31)
CENT = Decimal("0.01")
HORIZON = 130


@dataclass(frozen=True)
class Calendar:
    window: WindowLength
    last: int = 4000

    def _on(self, day):
        return ObservationWindow(AS_OF + timedelta(days=day), self.window)

    def moment(self, day):
        return datetime.combine(self._on(day).as_of, datetime.min.time())

    def first(self, day):
        start = self._on(day).start
        return None if start is None else datetime.combine(start, datetime.min.time())

    def recency(self, day, last_at):
        return (self._on(day).as_of - last_at.date()).days


def ago(days, amount="10", state=PURCHASE):
    at = datetime.combine(AS_OF - timedelta(days=days), datetime.min.time()) + timedelta(hours=9)
    return Order(at, Decimal(amount), state)


def cuts_of(*metrics):
    return tuple(CutPoints(tuple(map(Decimal, values))) for values in metrics)


FASHION = cuts_of((14, 45, 90, 150), (2, 3, 5, 7), (100, 300, 600, 1000))


def outlook(orders, cuts=FASHION, window="90d", scheme="rfm-9", **more):
    model = RfmModel(window=WindowLength.parse(window), scale=Scale(len(cuts[0].values) + 1), cuts=cuts, **more)
    found = load_scheme(scheme)
    cells = {cell: name or found.fallback for cell, name in found.cells(model.scale.scores).items()}
    rules = Rules(model, cells, found.ranking or (), CENT, "7")
    return Outlook(Holdings(tuple(sorted(orders, key=lambda one: one.at)), Calendar(model.window)), rules)


def day_by_day(one, last=HORIZON):
    """Every single day, looked at by itself."""
    days = [one.on(day) for day in range(last + 1)]
    return [after for before, after in pairwise(days) if (before.cell, before.segment) != (after.cell, after.segment)]


def test_a_customer_falls_when_recency_passes_a_cut_point():
    one = outlook([ago(10, "150"), ago(20, "69"), ago(30, "350"), ago(40, "150"), ago(50, "340")], window="12mo")
    assert (one.on(0).cell, one.on(0).segment) == ((5, 4, 5), "Champions")
    fall = one.fall("Champions")
    assert (fall.day, fall.recency, fall.segment) == (36, 46, "Loyal")
    assert one.on(35).segment == "Champions"
    assert one.leaves == 356  # 21 March 2025 is out of the twelve months before 22 March 2026


def test_a_customer_falls_when_an_order_leaves_the_window():
    one = outlook([ago(5), ago(86), ago(87)])
    fall = one.fall(one.on(0).segment)
    assert (fall.day, fall.frequency, one.on(fall.day - 1).frequency) == (4, 2, 3)


def test_whose_window_takes_all_need_never_fall():
    one = outlook([ago(5)], cuts_of((9000, 9000, 9000, 9000), (2, 3, 5, 7), (1, 2, 3, 4)), window="all")
    assert (one.changes, one.fall(one.on(0).segment), one.leaves) == ([], None, None)


def test_money_that_went_back_and_leaves_the_window_raises_a_score():
    one = outlook([ago(5, "310"), ago(80, "-50", REFUND_ONLY), ago(60, "0", ZERO), ago(70, "0", REFUNDED)])
    assert [(change.day, change.cell, change.monetary) for change in one.changes[:2]] == [
        (10, (4, 1, 2), 260),
        (11, (4, 1, 3), 310),
    ]


def test_who_bought_nothing_is_a_customer_of_wider_populations_alone():
    assert (outlook([]).on(0).segment, outlook([]).changes, outlook([]).leaves) == (None, [], None)
    assert outlook([], population="ever").on(3).segment == "Lost"


def test_where_nothing_ranks_the_segments_nothing_is_worse():
    scheme = next(name for name in shipped_schemes() if load_scheme(name).ranking is None)
    size = load_scheme(scheme).scale
    cuts = cuts_of(*(range(10, 10 * size, 10) for _ in "rfm"))
    one = outlook([ago(5)], cuts, scheme=scheme)
    assert one.fall(one.on(0).segment) is None


def test_the_smallest_order_is_exact_to_the_cent():
    one = outlook([ago(40, "90.005"), ago(44, "171.99"), ago(3, "0.01"), ago(50, "0.01"), ago(60, "0.01")])
    assert one.on(0).cell == (5, 4, 2)
    needed = smallest_order(one, Wanted(1, lambda segment: segment == "Champions"), CENT)
    assert needed == Decimal("337.98")  # 262.025 and that are 600.005
    assert with_order(one, needed).on(1).segment == "Champions"
    assert with_order(one, needed - CENT).on(1).segment != "Champions"


def test_an_order_of_any_value_may_do_and_none_may():
    one = outlook([ago(5, "400"), ago(6, "400")])
    any_value = smallest_order(one, Wanted(1, lambda segment: segment is not None), CENT)
    assert any_value == CENT
    assert smallest_order(one, Wanted(1, lambda segment: segment == "Lost"), CENT) is None
    assert smallest_order(outlook([]), Wanted(1, lambda segment: segment is not None), CENT) == CENT


def test_amounts_are_multiples_of_the_step():
    one = outlook([ago(5, "100.005")])
    wanted = Wanted(1, lambda segment: segment == "Potential Loyalists")
    assert smallest_order(one, wanted, Decimal(1)) == 200
    assert smallest_order(one, wanted, CENT) == Decimal("200.00")


@pytest.mark.parametrize("thirds", ["33.333333333333", "66.666666666667", "66.666666666666"])
def test_an_average_counts_as_it_is_rounded(thirds):
    cut = Decimal(thirds)
    nine = (9, 9, 9, 9)
    one = outlook([ago(5, "0"), ago(6, "20")], cuts_of(nine, nine, (cut, cut, cut, cut)), monetary="average")
    low = {segment for (_, _, m), segment in one.rules.cells.items() if m == 1}
    needed = smallest_order(one, Wanted(1, lambda segment: segment not in low), CENT)
    assert needed is not None
    averages = [one.rules.monetary(Decimal(20) + amount, 3) for amount in (needed - CENT, needed)]
    assert averages[0] < cut <= averages[1]


orders = st.lists(
    st.builds(
        ago,
        st.integers(1, 100),
        st.sampled_from(["0.01", "12.5", "99.999", "300", "-40"]),
        st.sampled_from([PURCHASE, PURCHASE, PURCHASE, REFUND_ONLY, ZERO]),
    ).filter(lambda one: one.state != PURCHASE or one.net > 0),
    max_size=8,
)
values = st.lists(st.integers(1, 12), min_size=4, max_size=4).map(sorted)


@st.composite
def outlooks(draw):
    recency = [10 * value for value in draw(values)]
    money = [Decimal(25 * value) + CENT for value in draw(values)]
    more = draw(st.sampled_from([{}, {"monetary": "average"}, {"population": "ever"}]))
    window = draw(st.sampled_from(["90d", "1mo", "2mo", "17d", "all"]))
    return outlook(draw(orders), cuts_of(recency, draw(values), money), window, draw(schemes), **more)


schemes = st.sampled_from([name for name in sorted(shipped_schemes()) if load_scheme(name).scale == 5])


@given(outlooks())
@settings(deadline=None, max_examples=25)
def test_changes_are_those_of_every_single_day(one):
    assert [change for change in one.changes if change.day <= HORIZON] == day_by_day(one)
    now = one.on(0).segment
    days = (one.on(day) for day in range(1, HORIZON + 1))
    fall = next((day for day in days if one.rules.is_worse(day.segment, now)), None)
    found = one.fall(now)
    assert fall == (found if found is not None and found.day <= HORIZON else None)


@given(outlooks(), st.integers(1, 40), st.sampled_from([Decimal(1), CENT]))
@settings(deadline=None, max_examples=20)
def test_no_smaller_order_does(one, until, step):
    now = one.rules.rank(one.on(0).segment)

    def will_do(segment):
        place = one.rules.rank(segment)
        return place is not None and now is not None and place <= now

    def does(amount):
        ordered = with_order(one, amount)
        return all(will_do(ordered.on(day).segment) for day in range(1, until + 1))

    found = smallest_order(one, Wanted(until, will_do), step)
    assert found is None or does(found)
    tried = [step * count for count in range(1, 700, 1 if step == 1 else 23)]
    if found is not None:
        tried = [*tried, found - step, found - 2 * step, found - 7 * step]
    assert [amount for amount in tried if amount > 0 and (found is None or amount < found) and does(amount)] == []
