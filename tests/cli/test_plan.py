"""plan on the command line: where the documents are, and what does not go together."""

from __future__ import annotations

import json

import pytest

from tests.jobs.shop import write_shop


def test_the_files_are_named(quintile, tmp_path):
    write_shop(tmp_path)
    code, said, _ = quintile("plan", "orders.csv", "--scale", "3", "--out", "plan")
    assert (code, said) == (0, "plan/plan.md\nplan/plan.html\n")


def test_a_result_is_planned_with_the_business_of_the_settings_file(quintile, tmp_path):
    write_shop(tmp_path)
    (tmp_path / "quintile.toml").write_text('[business]\nproduct = "kites"\n', encoding="utf-8")
    quintile("run", "orders.csv", "--scale", "3", "--out", "results", "--quiet")
    code, said, _ = quintile("plan", "--results", "results", "--json")
    assert (code, json.loads(said)["title"]) == (0, "RFM segmentation plan: kites")


def test_an_unknown_key_of_the_business_names_the_near_one(quintile, tmp_path):
    write_shop(tmp_path)
    (tmp_path / "quintile.toml").write_text('[business]\nindustri = "toys"\n', encoding="utf-8")
    code, _, errors = quintile("plan", "orders.csv", "--out", "plan")
    assert (code, "did you mean 'industry'?" in errors) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orders.csv"], "say where the plan goes"),
        (["orders.csv", "--results", "results", "--out", "plan"], "not of both"),
        (["--results", "results", "--scale", "3", "--out", "plan"], "has settled --scale already"),
        (["--results", "nowhere", "--out", "plan"], "cannot be read"),
    ],
)
def test_what_does_not_go_together_is_refused(quintile, tmp_path, arguments, said):
    write_shop(tmp_path)
    code, _, errors = quintile("plan", *arguments)
    assert (code, said in errors) == (2, True)
