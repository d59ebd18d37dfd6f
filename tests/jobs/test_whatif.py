"""what if: both models as two runs would score them, over one reading; what a change leaves as it is."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

import pytest

import quintile
from quintile.config.read import read_settings
from quintile.errors import SettingsError
from quintile.jobs.moves.movers import HEADER
from quintile.jobs.whatif import whatif
from quintile.jobs.workplace.wish import Wish
from tests.jobs.regulars import AS_OF, CUSTOMERS, write_regulars


@pytest.fixture(scope="module")
def regulars(tmp_path_factory):
    return write_regulars(tmp_path_factory.mktemp("shop"))


def wish_of(file, settings=None, **more):
    return Wish(sources=[file], settings=read_settings(None, settings or {}), **{"as_of": AS_OF, **more})


def by_two_runs(file, before, after):
    """The oracle: two whole runs, joined by customer."""
    sides = []
    for model in (before, after):
        rows = quintile.run(file, as_of=AS_OF, settings={"model": model}).to_arrow().to_pylist()
        sides.append({row["customer_id"]: (row["segment"], row["rfm"]) for row in rows})
    left, right = sides
    every = left.keys() | right.keys()
    return {customer: (left.get(customer, (None, None)), right.get(customer, (None, None))) for customer in every}


CHANGES = [
    ({}, {"f_cuts": ["2", "3", "5", "6"]}),
    ({}, {"window": "3mo"}),
    ({}, {"window": "3mo", "population": "ever"}),
    ({"window": "24mo"}, {"monetary": "average"}),
    ({}, {"scale": 3}),
    ({}, {"scheme": "rf-10"}),
    ({}, {"method": "nested"}),
    ({}, {"recency": "elapsed"}),
    ({"recency": "elapsed"}, {"recency": "calendar", "window": "all"}),
    ({}, {"scale": 7}),
]


@pytest.mark.parametrize(("before", "changes"), CHANGES, ids=str)
def test_every_move_is_what_two_runs_would_show(regulars, tmp_path, before, changes):
    out = tmp_path / "movers.csv"
    found = whatif(wish_of(regulars, {"model": before}), changes, out=out)
    wanted = by_two_runs(regulars, before, {**before, **changes})
    moves = Counter((old[0], new[0]) for old, new in wanted.values())
    assert {(line["from"], line["to"]): line["customers"] for line in found["moves"]} == moves
    with out.open(encoding="utf-8", newline="") as opened:
        written = {row["customer_id"].removeprefix("'"): tuple(row.values())[1:] for row in csv.DictReader(opened)}
    assert written == {
        customer: tuple(value or "" for value in (old[0], new[0], old[1], new[1]))
        for customer, (old, new) in wanted.items()
        if old[0] != new[0]
    }
    counted = [found[key] for key in ("stay", "move", "come", "go")]
    assert sum(counted) == len(wanted)


def test_sizes_and_revenue_before_and_after_are_those_of_two_runs(regulars):
    found = whatif(wish_of(regulars), {"window": "3mo"})
    for side, window in (("before", "12mo"), ("after", "3mo")):
        report = quintile.run(regulars, as_of=AS_OF, settings={"model": {"window": window}}).report
        segments = {line["segment"]: (line["customers"], Decimal(line["revenue"])) for line in report["segments"]}
        told = found[side]
        assert {line["segment"]: (line["customers"], Decimal(line["revenue"])) for line in told["segments"]} == segments
        assert Decimal(told["revenue"]) == sum(revenue for _, revenue in segments.values())
        assert told["window"] == {key: report["window"][key] for key in ("start", "end")}
        cuts = told["model"]["cuts"]
        assert cuts == report["model"]["cuts"]


def test_what_changes_is_said_in_words(regulars):
    found = whatif(wish_of(regulars), {"f_cuts": ["2", "3", "5", "6"], "window": "24mo"})
    assert found["changes"] == [
        {"setting": "window", "before": "12mo", "after": "24mo"},
        {"setting": "method of F", "before": "quantile", "after": "threshold 2, 3, 5, 6"},
    ]
    assert found["cuts"][1]["after"] == ["2", "3", "5", "6"]


def test_a_change_to_what_is_already_so_moves_nobody(regulars):
    found = whatif(wish_of(regulars), {"window": "12mo"})
    assert (found["changes"], found["move"], found["recoded"], found["come"], found["go"]) == ([], 0, 0, 0, 0)


def test_the_cut_points_of_a_kept_model_stay_where_nothing_touches_them(regulars):
    early = date(2025, 3, 1)
    kept = quintile.fit(regulars, as_of=early)
    found = whatif(wish_of(regulars, model=kept), {"f_cuts": ["2", "3", "4", "6"]})
    assert found["before"]["model"]["fingerprint"] == kept.fingerprint
    after = found["after"]["model"]["cuts"]
    assert (after["r"], after["m"]) == tuple(kept.as_dict()["cuts"][metric] for metric in "rm")
    assert after["f"]["values"] == ["2", "3", "4", "6"]
    scored = quintile.score(regulars, kept, as_of=AS_OF)
    assert {line["segment"]: line["customers"] for line in found["before"]["segments"]} == {
        line["segment"]: line["customers"] for line in scored.segments
    }


def test_the_models_are_those_of_runs_also_in_their_currency(regulars):
    in_euros = {"base_currency": "EUR"}
    found = whatif(wish_of(regulars, {"ledger": in_euros}), {"scale": 3})
    for side, scale in (("before", 5), ("after", 3)):
        settings: dict[str, dict[str, object]] = {"ledger": {**in_euros}, "model": {"scale": scale}}
        run = quintile.run(regulars, as_of=AS_OF, settings=settings)
        assert found[side]["model"] == run.model.as_dict()


def test_a_metric_of_a_kept_model_is_scored_as_the_change_says(regulars):
    model = {"method": "f=threshold", "f_cuts": ["2", "3", "4", "6"]}
    kept = quintile.fit(regulars, as_of=AS_OF, settings={"model": model})
    found = whatif(wish_of(regulars, model=kept), {"method": "f=kmeans"})
    assert found["changes"] == [{"setting": "method of F", "before": "threshold 2, 3, 4, 6", "after": "kmeans"}]


def test_another_window_learns_every_cut_point_of_a_kept_model_anew(regulars):
    kept = quintile.fit(regulars, as_of=date(2025, 3, 1))
    found = whatif(wish_of(regulars, model=kept), {"window": "6mo"})
    fresh = quintile.fit(regulars, as_of=AS_OF, settings={"model": {"window": "6mo"}})
    assert found["after"]["model"]["cuts"] == fresh.as_dict()["cuts"]


def test_a_kept_model_with_a_scheme_of_ones_own_keeps_the_scheme_as_it_was(regulars, tmp_path):
    own = tmp_path / "ours.toml"
    rules = 'name = "All"\nintent = "Keep."\nrules = [{ r = [1, 5] }]\n'
    own.write_text(f'title = "T"\nsource = "s"\nscale = 5\nbest = "high"\n[[segments]]\n{rules}', encoding="utf-8")
    kept = quintile.run(regulars, as_of=AS_OF, settings={"model": {"scheme": str(own)}}).model
    own.unlink()
    found = whatif(wish_of(regulars, model=kept), {"f_cuts": ["2", "3", "4", "6"]})
    assert [(line["from"], line["to"]) for line in found["moves"]] == [("All", "All")]
    assert (found["move"], found["recoded"] > 0) == (0, True)


def test_a_segment_that_another_scheme_calls_otherwise_has_not_moved(regulars, tmp_path):
    files = []
    for name, names in (("ours", ("Early", "Late")), ("theirs", ("Early", "Gone"))):
        file = tmp_path / f"{name}.toml"
        rules = "".join(
            f'[[segments]]\nname = "{segment}"\nintent = "Keep."\nrules = [{{ r = [{low}, {high}] }}]\n'
            for segment, (low, high) in zip(names, ((4, 5), (1, 3)), strict=True)
        )
        file.write_text(f'title = "T"\nsource = "s"\nscale = 5\nbest = "high"\n{rules}', encoding="utf-8")
        files.append(str(file))
    found = whatif(wish_of(regulars, {"model": {"scheme": files[0]}}), {"scheme": files[1]})
    assert [(line["from"], line["to"]) for line in found["renamed"]] == [("Late", "Gone")]
    assert found["move"] == 0
    late = next(line["customers"] for line in found["before"]["segments"] if line["segment"] == "Late")
    assert found["renamed"][0]["customers"] == late > 0


def test_no_cell_of_the_movers_is_a_formula(regulars, tmp_path):
    out = tmp_path / "movers.csv"
    whatif(wish_of(regulars), {"scheme": "rf-10"}, out=out)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER
    assert len(lines) > 1
    assert all(line.startswith("'=c") for line in lines[1:])


def test_only_an_older_list_of_movers_is_replaced(regulars, tmp_path):
    out = tmp_path / "movers.csv"
    for _ in range(2):
        whatif(wish_of(regulars), {"scheme": "rf-10"}, out=out)
    before = regulars.read_bytes()
    for foreign in (regulars, tmp_path / "movers.xlsx"):
        with pytest.raises(SettingsError) as raised:
            whatif(wish_of(regulars), {"scheme": "rf-10"}, out=foreign)
        assert raised.value.code == "out"
    assert regulars.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["movers.csv"]


def test_a_folder_that_is_not_there_is_told(regulars, tmp_path):
    with pytest.raises(SettingsError, match=r"the folder '.*nowhere' is not there"):
        whatif(wish_of(regulars), {"scheme": "rf-10"}, out=tmp_path / "nowhere" / "movers.csv")


def test_nothing_to_change_is_told(regulars):
    with pytest.raises(SettingsError, match="nothing is changed") as raised:
        whatif(wish_of(regulars), {})
    assert "--f-cuts" in raised.value.fix


def test_a_moment_and_calendar_days_do_not_go_together(regulars):
    moment = read_settings(None, {"model": {"recency": "elapsed"}})
    wish = Wish(sources=[regulars], settings=moment, as_of=datetime.fromisoformat("2025-07-01T12:00"))
    with pytest.raises(SettingsError, match="calendar days know no time of day"):
        whatif(wish, {"recency": "calendar"})


@pytest.mark.parametrize(("before", "after"), [("elapsed", "calendar"), ("calendar", "elapsed")])
def test_both_clocks_of_recency_are_the_shops(tmp_path, before, after):
    """Midnight in Istanbul is 21:00 UTC: B's last order is 2 calendar days ago, but not yet 48 hours."""
    file = tmp_path / "orders.csv"
    rows = ["O1,A,2025-06-29T22:30Z,5", "O2,B,2025-06-28T22:30Z,6", "O3,C,2025-06-20T12:00Z,7"]
    file.write_text("\n".join(["order_id,customer_id,order_date,amount", *rows]) + "\n", encoding="utf-8")
    model = {"recency": before, "scale": 2, "r_cuts": ["1"]}
    wish = wish_of(file, {"ledger": {"time_zone": "Europe/Istanbul"}, "model": model})
    assert whatif(wish, {"recency": after})["recoded"] == 1


def test_a_list_of_customers_can_be_the_changed_population(regulars, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("customer_id\n=c1\n=c2\n=c5\n=c999\n", encoding="utf-8")
    found = whatif(wish_of(regulars), {"population": str(people)})
    assert (found["come"], found["go"]) == (1, CUSTOMERS - 3)
    assert sum(line["customers"] for line in found["after"]["segments"]) == 4
