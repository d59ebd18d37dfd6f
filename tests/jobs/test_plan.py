"""plan: of sources or of a result, written in one piece."""

from __future__ import annotations

import json

import pytest

from quintile.domain.business import BusinessSettings
from quintile.errors import SettingsError, StoreError
from quintile.jobs.plan import plan_of_result, plan_of_sources, write_plan
from quintile.jobs.run import run
from tests.jobs.shop import wish_for, write_shop

SCALE_3 = {"model": {"scale": 3}}


def test_sources_are_scored_and_their_gaps_measured_but_nothing_is_published(tmp_path):
    content = plan_of_sources(wish_for(write_shop(tmp_path), {**SCALE_3, "business": {"industry": "toys"}}))
    assert content["customers"] == 3
    assert content["scoring"]["gaps"][0].startswith("3 customers placed 4 orders")
    assert content["business"] == [{"what": "Industry", "said": "toys", "found": ""}]
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]
    assert json.loads(json.dumps(content)) == content


def test_a_result_and_its_sources_make_the_same_model(tmp_path):
    wish = wish_for(write_shop(tmp_path), SCALE_3)
    run(wish, tmp_path / "out")
    of_result, of_sources = plan_of_result(BusinessSettings(), tmp_path / "out"), plan_of_sources(wish)
    same = ("segments", "edge_cases", "definitions", "programs", "fingerprint")
    assert {key: of_result[key] for key in same} == {key: of_sources[key] for key in same}


def test_a_project_has_a_plan_of_its_current_snapshot(tmp_path):
    run(wish_for(write_shop(tmp_path), SCALE_3), tmp_path / "project", in_project=True)
    content = plan_of_result(BusinessSettings(), project=tmp_path / "project")
    assert content["customers"] == 3
    assert content["programs"]["before"]


def test_both_documents_are_written_and_written_again(tmp_path):
    content = plan_of_sources(wish_for(write_shop(tmp_path), SCALE_3))
    first = [path.read_bytes() for path in write_plan(content, tmp_path / "new" / "plan")]
    assert [path.read_bytes() for path in write_plan(content, tmp_path / "new" / "plan")] == first
    assert sorted(path.name for path in (tmp_path / "new" / "plan").iterdir()) == ["plan.html", "plan.md"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    content = plan_of_sources(wish_for(write_shop(tmp_path), SCALE_3))
    with pytest.raises(StoreError, match="folder cannot be made"):
        write_plan(content, tmp_path / "orders.csv" / "plan")


@pytest.mark.parametrize("name", ["orders.csv", "plan.md", "plan.pdf"])
def test_a_file_in_place_of_the_folder_is_told(tmp_path, name):
    content = plan_of_sources(wish_for(write_shop(tmp_path), SCALE_3))
    with pytest.raises(SettingsError, match=f"a plan is two files, plan.md and plan.html; '{name}' is no folder"):
        write_plan(content, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_a_length_of_the_business_that_is_none_is_named_before_anything_is_read(tmp_path):
    with pytest.raises(SettingsError, match=r"business\.purchase_cycle is 'soon'"):
        wish_for(tmp_path / "nothing.csv", {**SCALE_3, "business": {"purchase_cycle": "soon"}})
