"""Whatever happens between two snapshots, each mover has one cause, and only what happened is a cause."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from quintile.insight.causes import CUT_POINTS, LATE, PURCHASE, SETTINGS, TIME
from quintile.jobs.migration import Between, migration
from quintile.jobs.moves.movements import Wanted
from tests.golden.reference import records
from tests.golden.refreshes import AS_OF, HEADER, Refreshed
from tests.laws.shop import few, orders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.laws.shop import Line

MODELS = ({}, {"scheme": "rf-10"}, {"window": "6mo"}, {"scale": 3})


def text_of(lines: Iterable[Line]) -> str:
    return "\n".join([HEADER, *(f"{one.order},{one.customer},{one.day},{one.amount}" for one in lines)]) + "\n"


def compared(before, after, *, days, model, refit):
    """The migration between a shop and the same shop after something happened, and the list of all who moved."""
    with tempfile.TemporaryDirectory() as folder:
        project = Refreshed(Path(folder), output={"report": False})
        first = project.run(text_of(before), AS_OF)
        day = AS_OF + timedelta(days=days)
        second = project.run(text_of(after or before), day, model=model, refresh={"refit": refit})
        assume(first["snapshot"] != second["snapshot"])
        out = Path(folder) / "moved.csv"
        found = migration(project.home, Between(first["snapshot"], second["snapshot"]), wanted=Wanted(out))
        return found, records(out), (first, second)


def check(found, listed, reports):
    """What holds for every migration."""
    totals, matrix = found["totals"], found["matrix"]
    for end, report in zip(("from", "to"), reports, strict=True):
        people = Counter()
        for line in matrix:
            people[line[end]] += line["customers"]
        del people[None]
        assert people == {line["segment"]: line["customers"] for line in report["segments"] if line["customers"]}
    assert sum(Decimal(line["revenue"]) for line in matrix) == Decimal(found["to"]["revenue"])
    assert sum(Decimal(line["revenue_before"]) for line in matrix) == Decimal(found["from"]["revenue"])
    assert sum(line["customers"] for line in found["causes"]) == totals["moved"]
    assert sum(line["customers"] for line in found["new"]) == totals["new"]
    assert sum(line["customers"] for line in found["lost"]) == totals["lost"] + totals["merged"]
    for line in matrix:
        assert sum(line["causes"].values()) == (0 if line["from"] == line["to"] else line["customers"])
    told = Counter(
        {(line["from"], line["to"], cause): count for line in matrix for cause, count in line["causes"].items()}
    )
    assert told == Counter((row["from"] or None, row["to"] or None, row["cause"]) for row in listed)
    assert len({row["customer_id"] for row in listed}) == len(listed)
    paths = [one for one in found["paths"] if one["cause"] is not None]
    assert sum(one["customers"] for one in paths) == len(listed)
    assert all(one["steps"][-1]["to"] == one["to"] for one in paths)


@st.composite
def shops(draw):
    """A shop that has sold something the day before, so that no window is empty."""
    drawn = draw(orders(fewest=4, most=20))
    return [replace(drawn[0], days_ago=1), *drawn[1:]]


@st.composite
def happenings(draw):
    """A shop, and what happens: days pass, people buy, old orders come late or are refunded, the model changes."""
    before, days = draw(shops()), draw(st.sampled_from([0, 30, 150]))
    late = [replace(one, order=f"L{one.order}") for one in draw(orders(most=4))] if draw(st.booleans()) else []
    if draw(st.booleans()):
        refunded = draw(st.sampled_from(before[1:]))
        late.append(replace(refunded, amount=-refunded.amount))
    bought = []
    if days and draw(st.booleans()):
        bought = [replace(one, order=f"N{one.order}", days_ago=-(one.days_ago % days)) for one in draw(orders(most=4))]
    return before, late, bought, days, draw(st.sampled_from(MODELS)), draw(st.booleans())


@given(happenings())
@few(6)
def test_only_what_happened_is_a_cause(happened):
    before, late, bought, days, model, refit = happened
    found, listed, reports = compared(before, [*late, *bought], days=days, model=model, refit=refit)
    check(found, listed, reports)
    learned_otherwise = bool({"window", "scale"} & model.keys())
    possible = {
        LATE: bool(late),
        TIME: days > 0,
        PURCHASE: bool(bought),
        CUT_POINTS: refit and not learned_otherwise,
        SETTINGS: bool(model),
    }
    causes = {line["cause"] for line in found["causes"] if line["customers"]}
    assert causes <= {cause for cause, is_possible in possible.items() if is_possible}
    new = {line["cause"] for line in found["new"] if line["customers"]}
    assert new <= {*(["late_data"] if late else []), *(["first_purchase", "returned"] if bought else []), SETTINGS}


@given(shops(), st.sampled_from([1, 40, 200]))
@few(3)
def test_where_nobody_buys_only_time_moves(before, days):
    found, listed, reports = compared(before, before, days=days, model={}, refit=False)
    check(found, listed, reports)
    assert {row["cause"] for row in listed} <= {TIME, "left_window"}


@given(shops())
@few(3)
def test_a_new_fit_moves_by_its_cut_points_alone(before):
    with tempfile.TemporaryDirectory() as folder:
        project = Refreshed(Path(folder), output={"report": False})
        project.run(text_of(before), AS_OF)
        waited, refitted = (
            project.run(text_of(before), AS_OF + timedelta(days=100), refresh={"refit": refit})["snapshot"]
            for refit in (False, True)
        )
        assume(waited != refitted)
        out = Path(folder) / "moved.csv"
        migration(project.home, Between(waited, refitted), wanted=Wanted(out))
        assert {row["cause"] for row in records(out)} <= {CUT_POINTS}
