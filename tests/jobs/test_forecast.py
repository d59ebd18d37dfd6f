"""The forecast through the whole product."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from quintile.config.read import read_settings
from quintile.errors import DataError, SettingsError
from quintile.jobs.forecast import HEADER as LIST_HEADER
from quintile.jobs.forecast import Horizon, forecast
from tests.golden.reference import records
from tests.golden.refreshes import AS_OF, HEADER, Refreshed
from tests.jobs.regulars import write_regulars

ENGINE = read_settings(None, {}).engine


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    project = Refreshed(folder, output={"report": False})
    project.run(write_regulars(folder).read_text(encoding="utf-8"))
    return project


@pytest.fixture(scope="module")
def found(shop):
    out = shop.folder / "coming.csv"
    return forecast(shop.home, ENGINE, Horizon(60), out=out), records(out)


def segments_of(project):
    return {row["customer_id"]: row["segment"] for row in records(project.current / "customers.csv")}


def test_a_run_at_the_last_day_publishes_what_was_foreseen(found, tmp_path):
    told, moves = found
    assert (told["as_of"], told["until"], told["days"]) == ("2025-07-01", "2025-08-30", 60)
    later = Refreshed(tmp_path, output={"report": False})
    text = write_regulars(tmp_path).read_text(encoding="utf-8")
    later.run(text)
    foreseen = segments_of(later)
    for move in moves:
        assert foreseen.pop(move["customer_id"]) == move["from"]
        if move["to"]:
            foreseen[move["customer_id"]] = move["to"]
    later.run(text, AS_OF + timedelta(days=60))
    assert segments_of(later) == foreseen
    assert told["moves"]


def test_the_figures_add_up(found):
    told, moves = found
    assert told["listed"]["moves"] == len(moves) == sum(line["customers"] for line in told["moves"])
    assert told["leaving"] == sum(not move["to"] for move in moves)
    assert told["falling"]["customers"] == len({move["customer_id"] for move in moves if move["direction"] == "down"})
    ends = sum(line["customers_at_end"] for line in told["segments"])
    assert ends == sum(line["customers"] for line in told["segments"]) - told["leaving"]
    assert [move["on"] for move in moves] == sorted(move["on"] for move in moves)
    assert {move["direction"] for move in moves} <= {"down", "up", "leaves"}
    assert json.loads(json.dumps(told)) == told


def test_one_segment_alone(shop, found):
    told, moves = found
    segment = told["moves"][0]["from"]
    alone = forecast(shop.home, ENGINE, Horizon(60, segment.upper()), out=shop.folder / "one.csv")
    assert alone["moves"] == [line for line in told["moves"] if line["from"] == segment]
    assert records(shop.folder / "one.csv") == [move for move in moves if move["from"] == segment]
    assert alone["segments"] == told["segments"]
    assert alone["statements"][0].count(f"of {segment}") == 1


def test_a_list_is_safe_in_a_spreadsheet(found):
    assert all(move["customer_id"].startswith("'=c") for move in found[1])


def test_orders_of_the_date_and_later_do_not_count(tmp_path):
    project = Refreshed(tmp_path, output={"report": False})
    header = "order_id,customer_id,order_date,amount\n"
    rows = "O1,A,2025-06-01,10\nO2,B,2025-05-01,20\n"
    project.run(header + rows)
    alone = forecast(project.home, ENGINE)
    project.run(f"{header}O3,A,2025-07-01,10\nO4,A,2025-07-02,10\n", date(2025, 7, 1))
    both = forecast(project.home, ENGINE)
    assert (alone["orders_later"], both["orders_later"], both["moves"]) == (0, 2, alone["moves"])


@pytest.mark.parametrize("population", ["buyers", "ever"])
def test_it_ends_before_the_date_that_a_run_refuses(tmp_path, population):
    model = {"window": "1mo", "population": population}
    project = Refreshed(tmp_path, output={"report": False}, model=model)
    text = f"{HEADER}\nO1,A,2025-06-20,10\nO2,B,2025-06-05,20\n"
    project.run(text)
    found = forecast(project.home, ENGINE)
    assert (found["until"], found["days"], found["empty_from"]) == ("2025-07-20", 19, "2025-07-21")
    assert all(line["on"] <= "2025-07-20" for line in found["moves"])
    assert found["statements"][-1].startswith("From 21 July 2025 on no order is in the window")
    project.run(text, date(2025, 7, 20))
    last = segments_of(project)
    assert {name: [*last.values()].count(name) for name in last.values()} == {
        line["segment"]: line["customers_at_end"] for line in found["segments"] if line["customers_at_end"]
    }
    with pytest.raises(DataError, match="no order lies in the window"):
        project.run(text, date(2025, 7, 21))
    assert forecast(project.home, ENGINE)["days"] == 0


@pytest.mark.parametrize(
    ("horizon", "out", "message"),
    [
        (Horizon(0), "x.csv", "0 days cannot be looked ahead"),
        (Horizon(4000), "x.csv", "4000 days"),
        (Horizon(9, "Loyall"), "x.csv", "no segment is called 'Loyall'"),
        (Horizon(9, as_of="2020-01-01"), "x.csv", "no snapshot '2020-01-01'"),
        (Horizon(9), "x.txt", "the list is a CSV file"),
        (Horizon(9), "mine.csv", "is no list of coming moves"),
    ],
)
def test_what_is_wrong_is_named(shop, tmp_path, horizon, out, message):
    (tmp_path / "mine.csv").write_text("my,own\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        forecast(shop.home, ENGINE, horizon, out=tmp_path / out)
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "my,own\n"


def test_an_older_list_is_replaced(shop, tmp_path):
    out = tmp_path / "coming.csv"
    out.write_text(f"{LIST_HEADER}\nold\n", encoding="utf-8")
    forecast(shop.home, ENGINE, Horizon(1), out=out)
    assert "old" not in out.read_text(encoding="utf-8")
