from __future__ import annotations

import csv
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.domain.scale import Scale
from quintile.domain.scheme import Group, Rule, Scheme, Segment, every_cell
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import SettingsError
from quintile.segments.assign import assign
from quintile.segments.lint import lint
from quintile.segments.load import load_scheme

ENGINE = DuckDbEngine(threads=1)
SCORED = "SELECT u AS customer_key, r::TINYINT r, f::TINYINT f, m::TINYINT m FROM (VALUES {rows}) t(u, r, f, m)"


def assigned(scheme, scores, cells):
    """The segment of each cell, read through the engine."""
    rows = joined(
        render("({u}, {r}, {f}, {m})", u=literal(number), r=literal(r), f=literal(f), m=literal(m))
        for number, (r, f, m) in enumerate(cells)
    )
    scored = ENGINE.table("scored", render(SCORED, rows=rows))
    view = assign(ENGINE, scored, scheme, Scale(scores))
    found = dict(ENGINE.rows(render("SELECT customer_key, segment FROM {view}", view=view)))
    return {cell: found[number] for number, cell in enumerate(cells)}


def scheme(*segments, scale=2, **changes):
    return Scheme("ours", "Ours", "here", scale, segments, **changes)


@st.composite
def rules(draw, scale):
    def bounds():
        ends = [Fraction(draw(st.integers(1, scale))) for _ in range(2)]
        return (min(ends), max(ends)) if draw(st.booleans()) else None

    return Rule(r=bounds(), f=bounds(), m=bounds(), fm=bounds())


@st.composite
def schemes(draw):
    scale = draw(st.integers(2, 5))
    cell = st.tuples(*[st.integers(1, scale)] * 3)
    segments = tuple(
        Segment(
            f"{place} {draw(st.text(st.characters(exclude_categories=('Cc', 'Cs')), max_size=5))}",
            "",
            rules=tuple(draw(st.lists(rules(scale), max_size=2))),
            codes=frozenset(draw(st.lists(cell, max_size=9))),
        )
        for place in range(draw(st.integers(1, 4)))
    )
    return scheme(*segments, scale=scale, best=draw(st.sampled_from(["high", "low"])), lowest=draw(st.integers(0, 1)))


@settings(max_examples=40, deadline=None)
@given(schemes())
def test_what_the_linter_calls_a_gap_is_what_stays_unclassified(ours):
    segment_of = assigned(ours, ours.scale, every_cell(ours.scale))
    unclassified = tuple(ours.code(cell) for cell, segment in segment_of.items() if segment == "Unclassified")
    assert unclassified == lint(ours).gaps


@settings(max_examples=20, deadline=None)
@given(schemes())
def test_every_customer_gets_the_first_segment_that_takes_the_scores(ours):
    segment_of = assigned(ours, ours.scale, every_cell(ours.scale))
    assert segment_of == {cell: (*ours.takers(cell), "Unclassified")[0] for cell in every_cell(ours.scale)}


@pytest.mark.parametrize(("shipped", "published"), [("r-rfm-example-a", "A"), ("r-rfm-example-b", "B")])
def test_the_published_segments_of_the_r_package_are_met_for_every_customer(shared, shipped, published):
    path = shared(f"data/rfm_r_orders/third_party_orders_segments{published}_expected.csv")
    with path.open(encoding="utf-8", newline="") as file:
        customers = list(csv.DictReader(file))
    metrics = ("recency_score", "frequency_score", "monetary_score")
    cells = [tuple(int(customer[metric]) for metric in metrics) for customer in customers]
    segment_of = assigned(load_scheme(shipped), 5, sorted(set(cells)))
    assert len(customers) == 995
    assert [segment_of[cell] for cell in cells] == [customer["segment"] for customer in customers]


def test_a_scale_of_ten_reaches_every_cell_without_overflow():
    ten = every_cell(10)
    ours = load_scheme("rfm-9")
    assert assigned(ours, 10, ten) == ours.cells(10)
    assert assigned(ours, 10, [(9, 10, 9), (1, 2, 1), (8, 8, 8)]) == {
        (9, 10, 9): "Champions",
        (1, 2, 1): "Lost",
        (8, 8, 8): "Champions",
    }


def test_the_fallback_is_shown_where_no_segment_takes_the_scores():
    top = Segment("Top", "", codes=frozenset({(2, 2, 2)}))
    assert assigned(scheme(top), 2, [(2, 2, 2), (1, 1, 1)]) == {(2, 2, 2): "Top", (1, 1, 1): "Unclassified"}
    assert assigned(scheme(top, fallback="Others"), 2, [(1, 1, 1)]) == {(1, 1, 1): "Others"}


@pytest.mark.parametrize(
    "hostile",
    [
        "O'Brien",
        '"quoted"',
        "'; DROP TABLE scored; --",
        "<script>alert(1)</script>",
        "{names}",
        "?",
        "$1",
        "\\",
        "é" * 200,
        "👩\u200d👧 family",
        "=1+1",
        "a\nb",
        "]['x'",
    ],
)
def test_hostile_names_arrive_unchanged(hostile):
    ours = scheme(Segment(hostile, "", codes=frozenset({(2, 2, 2)})), fallback=hostile + "!")
    assert assigned(ours, 2, [(2, 2, 2), (1, 2, 2)]) == {(2, 2, 2): hostile, (1, 2, 2): hostile + "!"}


def test_all_columns_of_the_scores_stay_and_segment_is_text():
    wide = "SELECT 'a' AS customer_key, 3::TINYINT AS r, 3 AS f, 3::BIGINT AS m, 7 AS more"
    scored = ENGINE.view("wide scores", Sql(wide))
    view = assign(ENGINE, scored, load_scheme("six-27"), Scale(3))
    assert view == name("segmented")
    columns = ENGINE.columns(render("SELECT * FROM {view}", view=view))
    assert list(columns) == ["customer_key", "r", "f", "m", "more", "segment"]
    assert columns["segment"] == "VARCHAR"
    assert ENGINE.rows(render("SELECT segment FROM {view}", view=view)) == [("Champions",)]


def test_groups_and_ranking_do_not_change_the_segment():
    plain = scheme(Segment("A", "", rules=(Rule(),)))
    grouped = scheme(*plain.segments, groups=(Group("All", ("A",)),), ranking=("A",))
    assert plain.cells(2) == grouped.cells(2)


def test_a_scheme_for_another_scale_is_refused():
    with pytest.raises(SettingsError, match="'six-27' is written for 3 scores, the scale has 5"):
        assign(ENGINE, name("scored"), load_scheme("six-27"), Scale(5))
