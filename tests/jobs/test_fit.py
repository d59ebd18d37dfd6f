from __future__ import annotations

import json
from dataclasses import replace

import pyarrow as pa

from quintile.domain.rfm_model import Fitted, RfmModel
from quintile.jobs.fit import fit
from quintile.jobs.run import run, run_in_memory
from tests.jobs.shop import ORDERS, wish_for, write_shop


def test_fit_then_score_equals_run(tmp_path):
    wish = wish_for(write_shop(tmp_path), {"model": {"scale": 3}})
    model, report = fit(wish)
    run(wish, tmp_path / "whole")
    run(replace(wish, model=RfmModel.from_json(model.to_json())), tmp_path / "parts")
    for name in ("customers.csv", "segments.csv", "model.json", "run.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()
    assert json.loads((tmp_path / "whole" / "run.json").read_text(encoding="utf-8"))["model"] == report["model"]


def test_a_model_knows_where_its_cut_points_come_from(tmp_path):
    assert fit(wish_for(write_shop(tmp_path)))[0].fitted == Fitted("2025-07-01", 3)


def test_a_frozen_model_scores_other_customers_by_the_same_cut_points(tmp_path):
    """The same customer has the same scores, whoever else is there."""
    model, _ = fit(wish_for(write_shop(tmp_path)))
    rich = "".join(f"R{number},Z{number},2025-06-30,9000.00\n" for number in range(20))
    scores = []
    for orders in (ORDERS, ORDERS + rich):
        customers, _, used = run_in_memory(wish_for(write_shop(tmp_path, orders), model=model))
        assert used == model
        rows = pa.table(customers).to_pylist()
        scores.append({row["customer_id"]: (row["r"], row["f"], row["m"]) for row in rows})
    assert {who: scores[1][who] for who in "ABC"} == scores[0]
    free, _, _ = run_in_memory(wish_for(write_shop(tmp_path, ORDERS + rich)))
    assert {row["customer_id"]: (row["r"], row["f"], row["m"]) for row in pa.table(free).to_pylist()} != scores[1]


def test_fitting_publishes_nothing(tmp_path):
    fit(wish_for(write_shop(tmp_path)))
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]
