"""KPIs of a whole project, against pandas over the source itself; only the segments are taken from the snapshots."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pandas as pd
import pytest

from quintile.config.read import read_settings
from quintile.domain.kpi import KPIS
from quintile.domain.share import share as shown_share
from quintile.domain.snapshot import as_now_known
from quintile.errors import DataError, SettingsError
from quintile.jobs.erase import erase
from quintile.jobs.kpi.kpi_file import COLUMNS, write_kpis
from quintile.jobs.kpis import Series, kpis
from quintile.snapshots.series import series
from tests.golden.refreshes import HEADER, Refreshed
from tests.jobs.grown import AS_OF, grow, orders

SETTINGS = read_settings(None, {})
DIGITS = {"money": Decimal("0.01"), "count": Decimal(1)}
EVENTS = """Subscriber;Email event;Occurred at
{0};Unsubscribed;2025-06-30 23:59:59
{0};unsubscribe;2025-05-01 10:00:00
{1};opened;2024-01-01 10:00:00
{2};Opt-Out;2024-07-01 00:00:00
{3};Unsubscribed;2025-07-01 00:00:00
{4};Unsubscribed;2024-06-30 10:00:00
nobody;Unsubscribed;2025-06-01 10:00:00
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return grow(tmp_path_factory.mktemp("grown"))


@pytest.fixture(scope="module")
def rows():
    found = pd.DataFrame(orders(), columns=["order", "customer", "at", "amount"])
    found["cents"] = found["amount"].map(lambda text: int(Decimal(text) * 100))
    return found


@pytest.fixture(scope="module")
def found(project):
    return kpis(project, SETTINGS)


def segments_of(snapshot) -> dict[str, str]:
    customers = pd.read_parquet(snapshot.folder / "customers.parquet")
    names = pd.read_parquet(next((snapshot.folder.parents[1] / "customers").iterdir()))
    merged = customers.merge(names, on="customer_key")
    return dict(zip(merged["customer_id"], merged["segment"], strict=True))


def text(kpi, value):
    if value is None:
        return None
    if kpi.unit == "share":
        return shown_share(value, 1)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format(exact.quantize(DIGITS[kpi.unit], ROUND_HALF_EVEN), "f")


def share(part, whole):
    return Fraction(int(part), int(whole)) if whole else None


def expected(rows, who, everyone, as_of, before) -> dict[str, Fraction | None]:
    """The KPIs of the customers ``who`` at a date, from the rows of the source."""
    start = as_of - pd.DateOffset(years=1)
    known = rows[rows["at"] < as_of]
    inside = known[known["at"] >= start]
    bought = inside[inside["cents"] > 0]
    mine = bought[bought["customer"].isin(who)]
    counts = mine.groupby("customer").size()
    revenue = inside[inside["customer"].isin(who)]["cents"].sum()
    whole = inside[inside["customer"].isin(everyone)]["cents"].sum()
    ever = known[(known["cents"] > 0) & known["customer"].isin(who)].sort_values("at")
    days = ever["at"].dt.normalize().groupby(ever["customer"])
    first, second = days.nth(0), days.nth(1)
    firsts = pd.Series(first.to_numpy(), index=ever.loc[first.index, "customer"])
    seconds = pd.Series(second.to_numpy(), index=ever.loc[second.index, "customer"])
    new = firsts[firsts >= start]
    churn = {}
    for limit in (30, 60, 90):
        due = new[new + pd.Timedelta(days=limit) < as_of]
        gap = seconds.reindex(due.index) - due
        churn[f"churn_{limit}"] = share((~(gap <= pd.Timedelta(days=limit))).sum(), len(due))
    return {
        "revenue_share": share(revenue, whole),
        "orders": Fraction(len(mine)),
        "repeat_purchase_rate": share((counts >= 2).sum(), len(who)),
        "average_order_value": None if mine.empty else Fraction(int(revenue), 100 * len(mine)),
        "list_growth": None if not before else Fraction(len(who), before) - 1,
        **churn,
        "second_purchase_rate": share(new.index.isin(seconds.index).sum(), len(new)),
        "unsubscribe_rate": None,
    }


def test_every_figure_of_every_segment_and_date_is_that_of_pandas(project, rows, found):
    before: dict[str, str] | None = None
    dates = as_now_known(series(project / "store"))
    assert len(dates) == len(found["snapshots"]) == 12
    looked = 0
    for snapshot, told in zip(dates, found["snapshots"], strict=True):
        who = segments_of(snapshot)
        for line in told["segments"]:
            people = [one for one, segment in who.items() if line["segment"] in {None, segment}]
            known = None if before is None else [one for one in before.values() if line["segment"] in {None, one}]
            wanted = expected(rows, people, who, pd.Timestamp(snapshot.day), known and len(known))
            assert line["kpis"] == {kpi.key: text(kpi, wanted[kpi.key]) for kpi in KPIS}, (
                told["as_of"],
                line["segment"],
            )
            assert line["counts"]["customers"] == len(people)
            looked += len(people) > 0
        before = who
    assert looked > 80


def test_the_first_date_has_nothing_to_grow_from_and_an_empty_segment_no_rate(found):
    assert {line["kpis"]["list_growth"] for line in found["snapshots"][0]["segments"]} == {None}
    empty = [line for one in found["snapshots"] for line in one["segments"] if not line["counts"]["customers"]]
    assert {line["kpis"]["repeat_purchase_rate"] for line in empty} == {None}


def test_a_part_of_the_series_says_the_same(project, found):
    part = kpis(project, SETTINGS, Series("2025-02-01", "2025-04-01", "Champions"))
    assert [one["as_of"] for one in part["snapshots"]] == ["2025-02-01", "2025-03-01", "2025-04-01"]
    whole = {one["as_of"]: {line["segment"]: line for line in one["segments"]} for one in found["snapshots"]}
    for one in part["snapshots"]:
        assert one["segments"] == [whole[one["as_of"]]["Champions"]]


def test_targets_are_held_against_exact_figures(project):
    targets = replace(SETTINGS.targets, repeat_purchase_rate=None, churn_30={"*": Decimal("0.5")}, orders=Decimal(1))
    last = kpis(project, replace(SETTINGS, targets=targets), Series("last"))["snapshots"][-1]
    for line in last["segments"]:
        if line["segment"] is None:
            assert line["targets"] == {}
            continue
        churn, counts = line["targets"]["churn_30"], line["counts"]
        due, lost = counts["complete_30"], counts["not_back_30"]
        assert churn == {"target": "0.5", "met": None if not due else 2 * lost <= due}
        assert line["targets"]["orders"]["met"] is (counts["orders"] >= 1)


def published(tmp_path, **model):
    shop = Refreshed(tmp_path, output={"report": False}, model=model)
    lines = [f"{order},{customer},{at.isoformat()},{amount}" for order, customer, at, amount in orders()]
    shop.run("\n".join([HEADER, *lines]) + "\n", AS_OF)
    return shop.home


def everyone(project):
    return kpis(project, SETTINGS)["snapshots"][-1]["segments"][-1]


def test_an_average_monetary_changes_no_figure_of_all_customers(found, tmp_path):
    line = everyone(published(tmp_path, monetary="average"))
    usual = found["snapshots"][-1]["segments"][-1]
    assert line["counts"] == {**usual["counts"], "customers_before": None}
    assert line["kpis"] == {**usual["kpis"], "list_growth": None}


def test_days_counted_in_hours_change_no_figure_of_all_customers_in_utc(found, tmp_path):
    line = everyone(published(tmp_path, recency="elapsed"))
    assert line["kpis"] == {**found["snapshots"][-1]["segments"][-1]["kpis"], "list_growth": None}


def test_who_was_erased_is_in_no_part_of_a_figure(rows, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
    project = published(tmp_path)
    people = segments_of(as_now_known(series(project / "store"))[-1])
    gone = max(people, key=lambda who: rows[(rows["customer"] == who) & (rows["at"] >= "2024-07-01")]["cents"].sum())
    erase(project, [gone], SETTINGS)
    line = everyone(project)
    left = [one for one in people if one != gone]
    wanted = expected(rows, left, left, pd.Timestamp(AS_OF), None)
    assert line["kpis"] == {kpi.key: text(kpi, wanted[kpi.key]) for kpi in KPIS}
    assert line["counts"]["customers"] == len(left)


def engaged(folder, text, **settings):
    file = folder / "events.csv"
    file.write_text(text, encoding="utf-8")
    found = read_settings(None, settings)
    return replace(found, kpis=replace(found.kpis, engagement=str(file)))


def test_who_unsubscribed_in_the_window_is_counted_once(project, tmp_path):
    who = segments_of(as_now_known(series(project / "store"))[-1])
    people = sorted(who)
    roles = {"engagement.customer": "Subscriber"}
    found = kpis(project, engaged(tmp_path, EVENTS.format(*people), reading={"map": roles}), Series("last"))
    last, gone = found["snapshots"][-1], [people[0], people[2]]
    for line in last["segments"]:
        mine = sum(line["segment"] in {None, who[person]} for person in gone)
        assert line["counts"]["unsubscribed"] == mine
        assert line["kpis"]["unsubscribe_rate"] == text(KPIS[-1], share(mine, line["counts"]["customers"]))
    told = found["engagement"]
    assert (told["first"], told["last"], told["unsubscribed"], told["unknown_customers"]) == (
        *("2024-01-01", "2025-07-01"), 6, 1,
    )  # fmt: skip


def test_a_file_that_says_nothing_of_the_window_leaves_the_rate_empty(project, tmp_path):
    late = "customer,event,date\nC1,unsubscribed,2025-06-30\n"
    found = kpis(project, engaged(tmp_path, late), Series("2025-06-01"))
    rates = [one["segments"][-1]["counts"]["unsubscribed"] for one in found["snapshots"]]
    assert rates[0] is None
    assert rates[-1] is not None


def test_without_a_word_for_leaving_the_rate_is_not_known(project, tmp_path):
    found = kpis(project, engaged(tmp_path, "customer,event,date\nC1,gone away,2025-06-30\n"), Series("last"))
    assert {line["kpis"]["unsubscribe_rate"] for line in found["snapshots"][-1]["segments"]} == {None}
    assert found["engagement"]["events"] == {"gone away": 1}


def test_a_file_of_engagement_lies_beside_the_settings_file(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "quintile.toml").write_text(
        '[kpis]\nengagement = "events.csv"\n[engagement.map]\ncustomer = "Subscriber"\n', encoding="utf-8"
    )
    settings = read_settings(tmp_path / "quintile.toml", {})
    assert settings.kpis.engagement == str(tmp_path / "events.csv")
    assert settings.reading.map == {"engagement.customer": "Subscriber"}


def test_a_column_that_is_missing_is_named(project, tmp_path):
    with pytest.raises(DataError, match="no column for the event") as caught:
        kpis(project, engaged(tmp_path, "customer,when_it_was\nC1,2025-06-30\n"))
    assert caught.value.fix == "say which column it is: --map event=COLUMN"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Series(segment="Champion"), "no segment 'Champion'"),
        (Series(start="2025-06-01", end="2025-05-01"), "is later than"),
        (Series(start="2020-01-01"), "no snapshot '2020-01-01'"),
    ],
)
def test_what_is_not_there_is_named(project, wanted, said):
    with pytest.raises(SettingsError, match=said):
        kpis(project, SETTINGS, wanted)


def test_a_target_of_a_segment_that_is_not_there_is_refused_but_not_the_usual_one(project):
    targets = replace(SETTINGS.targets, churn_30={"Champoins": Decimal(1)})
    with pytest.raises(SettingsError) as caught:
        kpis(project, replace(SETTINGS, targets=targets))
    assert "write 'Champions'" in caught.value.fix


def test_the_table_has_a_row_for_each_date_segment_and_figure(found, tmp_path):
    write_kpis(found, tmp_path / "kpis.csv")
    with (tmp_path / "kpis.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == COLUMNS
    assert len(table) == sum(len(one["segments"]) for one in found["snapshots"]) * len(KPIS)
    last = {(row["segment"], row["kpi"]): row for row in table if row["as_of"] == AS_OF.isoformat()}
    line = found["snapshots"][-1]["segments"][-1]
    assert {kpi.key: last["all", kpi.key]["value"] or None for kpi in KPIS} == line["kpis"]
    assert last["Champions", "repeat_purchase_rate"]["target"] == "0.8"
