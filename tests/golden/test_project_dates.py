"""The analysis date of a project that is given none."""

from __future__ import annotations

from datetime import timedelta

from quintile.export.assumed import of_model
from quintile.jobs.workplace.workplace import today
from tests.golden.refreshes import HEADER, Refreshed


def rows(*lines):
    return "\n".join([HEADER, *lines]) + "\n"


def test_a_project_takes_the_shop_s_today_unless_its_orders_are_of_old(tmp_path):
    now = today("UTC")
    days = [str(now - timedelta(days=back)) for back in (400, 30, 3, 0)]
    project = Refreshed(tmp_path)
    old = project.run(rows(f"O1,A,{days[0]},10.00"), as_of=None)
    assert (old["as_of"], old["as_of_given"]) == (str(now - timedelta(days=399)), False)
    found = project.run(rows(f"O2,A,{days[1]},10.00", f"O3,B,{days[2]},5.00", f"O4,C,{days[3]},5.00"), as_of=None)
    assert (found["as_of"], found["as_of_given"]) == (str(now), False)
    assert {customer: values[0] for customer, values in project.customers().items()} == {"A": 30, "B": 3}
    assert ("Analysis date", f"{now}, the shop's today", "--as-of") in of_model(found)
    later = now + timedelta(days=9)
    project.run(rows(f"O5,A,{days[1]},1.00"), as_of=later)
    assert project.run(rows(f"O6,A,{days[1]},1.00"), as_of=None)["as_of"] == str(later)


def test_a_project_that_begins_today_counts_from_tomorrow(tmp_path):
    now = today("UTC")
    assert Refreshed(tmp_path).run(rows(f"O1,A,{now},10.00"), as_of=None)["as_of"] == str(now + timedelta(days=1))
