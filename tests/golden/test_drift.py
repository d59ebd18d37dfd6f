"""A later source that does not look like the first one: refused by name and place, published when it is accepted."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from quintile.errors import DataError
from quintile.jobs.check import check
from quintile.jobs.run import run
from tests.conftest import find_shared
from tests.golden.refreshes import Refreshed, codes

COLUMNS = ["order_id", "customer_id", "order_date", "amount"]
# A hundred orders of twenty customers, one every third day, of 10.50 to 109.50.
FIRST = [
    [f"O{number}", f"C{number % 20:03}", str(date(2024, 8, 1) + timedelta(days=3 * number)), f"{number + 10}.50"]
    for number in range(100)
]
NEXT = [
    [f"N{number}", f"C{number % 20:03}", str(date(2025, 6, 1) + timedelta(days=number % 20)), "25.00"]
    for number in range(50)
]
CASES = {
    "cents": (3, "2500", "distribution_shift"),
    "a hundred times": (3, "2500.00", "distribution_shift"),
    "a hundredth": (3, "0.25", "distribution_shift"),
    "turned signs": (3, "-25.00", "distribution_shift"),
    "decimal comma": (3, '"25,00"', "schema_drift"),
    "a currency beside the amount": (3, "$25.00", "schema_drift"),
    "e-mails": (1, "{1}@example.com", "identity_shift"),
    "another prefix": (1, "CUST-{1}", "identity_shift"),
    "ten years ago": (2, "2015-06-1{0[1]}", "distribution_shift"),
    "the day of the export": (2, "2025-06-30", "distribution_shift"),
    "day first": (2, "2{0[1]}/06/2025", "schema_drift"),
}


def text(rows, columns=COLUMNS):
    return "\n".join(",".join(row) for row in [columns, *rows]) + "\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project that holds the first source; the tests only compare with it."""
    made = Refreshed(tmp_path_factory.mktemp("drift"), refresh={"accept": []})
    made.run(text(FIRST), as_of=date(2025, 6, 1))
    return made


def test_a_source_like_the_first_is_accepted_without_a_word(project):
    found = project.check(text(NEXT))
    assert (found["outcome"], found["net_total"], codes(found)) == ("accept", "1250.00", set())


@pytest.mark.parametrize("case", CASES)
def test_what_looks_otherwise_is_refused_with_its_place_and_a_fix(project, case):
    place, form, code = CASES[case]
    changed = [[*row[:place], form.format(*row), *row[place + 1 :]] for row in NEXT]
    error = project.check(text(changed))["error"]
    assert (error["code"], error["column"]) == (code, COLUMNS[place])
    assert error["file"].startswith("source")
    assert f"--accept {code}" in error["fix"]


@pytest.mark.parametrize("column", COLUMNS)
def test_a_renamed_column_is_named_with_its_successor_and_the_fix(project, column):
    renamed = ["new_name" if one == column else one for one in COLUMNS]
    error = project.check(text(NEXT, renamed))["error"]
    assert (error["code"], error["column"]) == ("schema_drift", column)
    assert f"'{column}'" in error["message"]
    assert "'new_name'" in error["message"]
    role = {"order_id": "order", "customer_id": "customer", "order_date": "time", "amount": "amount"}[column]
    assert f"--map {role}=new_name" in error["fix"]
    said = project.check(text(NEXT, renamed), reading={"map": {role: "new_name"}})
    assert (said["outcome"], said["net_total"]) == ("accept", "1250.00")


def test_a_full_extract_of_a_tenth_is_refused(project):
    error = project.check(text(FIRST[:10]), refresh={"mode": "full"})["error"]
    assert error["code"] == "volume_drop"
    assert error["message"] == "the full extract has 10 rows; before there were 100"


def test_nothing_is_published_until_it_is_accepted_by_name_and_then_it_is_told_who_and_why(tmp_path, monkeypatch):
    made = Refreshed(tmp_path, refresh={"accept": []})
    made.run(text(FIRST), as_of=date(2025, 6, 1))
    cents = text([[*row[:3], "2500"] for row in NEXT])
    before = made.current.resolve()
    with pytest.raises(DataError) as refused:
        made.run(cents)
    assert (refused.value.code, made.current.resolve()) == ("distribution_shift", before)
    monkeypatch.setenv("QUINTILE_USER", "ada")
    made.run(cents, refresh={"accept": ["distribution_shift"], "because": "cents from June on"})
    (told,) = json.loads((made.current / "run.json").read_text())["refresh"]["accepted"]
    assert (told["code"], told["who"], told["because"]) == ("distribution_shift", "ada", "cents from June on")
    assert "was about 60 before and is about 2,400 now" in told["message"]
    later = text([[f"L{number}", *row[1:3], "2600"] for number, row in enumerate(NEXT)])
    assert made.check(later)["outcome"] == "accept"


def test_no_customer_stands_in_the_profile(project):
    kept = (project.current / "profile.json").read_text()
    assert "C001" not in kept
    assert json.loads(kept)["customers"]["count"] == 20


@pytest.mark.parametrize(
    ("case", "outcome", "code"),
    [("drift_new_column", "accept", "new_column"), ("drift_type_change", "reject", "schema_drift")],
)
def test_the_public_cases(tmp_path, case, outcome, code):
    made = Refreshed(tmp_path, refresh={"accept": []})
    first, second = (find_shared(f"bad_inputs/{case}/f{number}.csv").read_text() for number in (1, 2))
    run(made.wish(first), made.home, in_project=True)
    found = check(made.wish(second))
    assert found["outcome"] == outcome
    assert code in codes(found) | {(found["error"] or {}).get("code")}
