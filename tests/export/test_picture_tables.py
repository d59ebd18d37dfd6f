"""Every number in the tables under the report's pictures is that of run.json."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from quintile.domain.snapshot import as_now_known
from quintile.domain.words import METRICS
from quintile.export.cards import ranking
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.report_page import report as report_file
from quintile.jobs.run import run
from quintile.snapshots.series import report_of, series
from tests.export.hostile import hostile_results
from tests.export.tables import number, tables
from tests.jobs.grown import grow

HALF = Decimal("0.0005")  # of a share shown with one decimal
SEGMENTS = {
    "Customers": "customers", "Share of customers": "customers_share", "Revenue": "revenue",
    "Share of revenue": "revenue_share", "Median days since the last order": "median_recency",
    "Orders per customer": "mean_frequency", "Revenue per customer": "mean_monetary",
}  # fmt: skip


@pytest.fixture(scope="module", params=["ordinary", "hostile"])
def found(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "hostile":
        results = hostile_results(folder)
    else:
        run(sample_wish(make_sample_shop(folder, customers=300, seed=1)), folder / "results")
        results = folder / "results"
    report = json.loads((results / "run.json").read_text(encoding="utf-8"))
    return report, tables((results / "report.html").read_text(encoding="utf-8"))


def agree(text, value):
    """A cell says a value: exactly, a share to a decimal, nothing where there is none."""
    if value is None:
        return text == ""
    if text.endswith("%"):
        return abs(number(text) - Decimal(str(value))) <= HALF
    return number(text) == Decimal(str(value))


def table(found, title):
    columns, rows = found[1][title]
    return [column.partition(",")[0] for column in columns], rows


def test_every_picture_of_the_page_is_looked_at(found):
    heats = [f"{what} by recency (R) and frequency (F)" for what in ("Customers", "Revenue", "Revenue per customer")]
    assert sorted(found[1]) == sorted(
        [
            "Segments by customers", "Segments by revenue", "What each segment brings", "The segment of every code",
            "How the revenue lies on the customers", "Revenue by tenths of the customers",
            *heats, *(f"{metric} and its cut points" for metric in METRICS.values()),
        ]
    )  # fmt: skip


@pytest.mark.parametrize("title", ["Segments by customers", "Segments by revenue", "What each segment brings"])
def test_segments(found, title):
    columns, rows = table(found, title)
    lines = {line["segment"]: line for line in found[0]["segments"]}
    assert [row[0] for row in rows] == ranking(found[0])
    for row in rows:
        for column, cell in zip(columns[1:], row[1:], strict=True):
            assert agree(cell, lines[row[0]][SEGMENTS[column]]), (row[0], column)


@pytest.mark.parametrize("what", ["Customers", "Revenue", "Revenue per customer"])
def test_the_grid(found, what):
    people, money = Counter(), defaultdict(Decimal)
    for cell in found[0]["grid"]:
        people[f"R {cell['r']}", f"F {cell['f']}"] += cell["customers"]
        money[f"R {cell['r']}", f"F {cell['f']}"] += Decimal(cell["revenue"])
    columns, rows = table(found, f"{what} by recency (R) and frequency (F)")
    shown = {(row[0], column): cell for row in rows for column, cell in zip(columns[1:], row[1:], strict=True)}
    assert {pair for pair, cell in shown.items() if cell} == set(people)
    for pair, count in people.items():
        exact = {"Customers": count, "Revenue": money[pair], "Revenue per customer": round(money[pair] / count, 2)}
        assert number(shown[pair]) == exact[what]


def test_codes(found):
    report = found[0]
    _, rows = table(found, "The segment of every code")
    shown = {row[0]: row[2].split() for row in rows}
    listed: dict[str, list[str]] = {name: [] for name in ranking(report)}
    for cell in report["grid"]:
        listed[cell["segment"]].append(f"{cell['r']}{cell['f']}{cell['m']}")
    assert {name: sorted(codes) for name, codes in shown.items()} == {
        name: sorted(codes) for name, codes in listed.items()
    }
    assert [int(row[1]) for row in rows] == [len(shown[row[0]]) for row in rows]


@pytest.mark.parametrize("metric", METRICS)
def test_distributions(found, metric):
    told = next(line for line in found[0]["distributions"] if line["metric"] == metric)
    _, rows = table(found, f"{METRICS[metric]} and its cut points")
    everyone = found[0]["counts"]["customers"]
    counts = [line["customers"] for line in told["bins"]] + [told["without"]] * bool(told["without"])
    assert sum(counts) == everyone
    assert [number(row[1]) for row in rows] == counts
    assert all(abs(number(row[2]) - Decimal(count) / everyone) <= HALF for row, count in zip(rows, counts, strict=True))
    for row, line in zip(rows, told["bins"], strict=False):
        ends = [number(end) for end in row[0].removeprefix("below ").rstrip("+").split("-") if end]
        known = [Decimal(line[key]) for key in ("from", "to") if line[key] is not None]
        if metric != "m" and len(known) == 2:  # whole numbers: the last one that is in it
            known = sorted({known[0], known[1] - 1})
        assert ends == known


def test_concentration(found):
    told = found[0]["concentration"]
    _, rows = table(found, "How the revenue lies on the customers")
    assert [row[0] for row in rows] == [f"{place}%" for place in range(0, 101, 10)]
    assert all(agree(row[1], told["lorenz"][int(row[0].rstrip("%"))]) for row in rows)
    _, rows = table(found, "Revenue by tenths of the customers")
    for row, tenth in zip(rows, told["deciles"], strict=True):
        assert row[0] == f"{tenth['from']}-{tenth['to']}%"
        assert agree(row[1], tenth["revenue"])
        assert agree(row[2], tenth["share"])


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    project = grow(tmp_path_factory.mktemp("grown"))
    return [report_of(one) for one in as_now_known(series(project / "store"))], (
        None, tables(report_file(project=project).read_text(encoding="utf-8"))
    )  # fmt: skip


def test_the_trend(grown):
    reports, page = grown
    columns, rows = table(page, "The segments over time")
    lines = {(one["as_of"], line["segment"]): line for one in reports for line in one["segments"]}
    assert [tuple(row[:2]) for row in rows] == [(one["as_of"], name) for one in reports for name in one["ranking"]]
    for row in rows:
        for column, cell in zip(columns[2:], row[2:], strict=True):
            assert agree(cell, lines[row[0], row[1]][SEGMENTS[column]]), (row, column)


def test_the_flow_adds_up_to_the_customers_of_both_dates(grown):
    reports, page = grown
    columns, rows = table(page, "Who moved between the segments")
    assert columns == ["From", "To", "Customers"]
    for end, report in enumerate(reports[-2:]):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in rows:
            sums[row[end]] += number(row[2])
        known = {line["segment"]: line["customers"] for line in report["segments"] if line["customers"]}
        assert {name: people for name, people in sums.items() if "a customer" not in name} == known
