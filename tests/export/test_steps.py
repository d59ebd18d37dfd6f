"""Steps: read back as they are written, they give every customer the segment that quintile gave."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest

from quintile.errors import SettingsError
from quintile.export.dialects import DIALECTS
from quintile.export.sql_segments import VALUES, predicates
from quintile.export.steps import steps_of, steps_text
from tests.export.parity import AS_OF, LINES, Shop
from tests.export.test_sql import MODELS

CUTS = {"scale": 3, "scheme": "six-27", "r_cuts": [180, 365], "f_cuts": [2, 3], "m_cuts": ["50", "99.90"]}
READ = {
    **{name: MODELS[name] for name in ("six-27", "grid-27, 1 is best", "all time", "90 days", "elapsed", "average")},
    **{name: MODELS[name] for name in ("own cut points", "kmeans", "r-rfm", "scale 10")},
    "fixed": CUTS,
    "ever": {**CUTS, "population": "ever", "window": "90d", "r_cuts": [30, 60]},
    "ever, one order is enough": {**CUTS, "population": "ever", "window": "90d", "r_cuts": [30, 120], "f_cuts": [1, 2]},
}
FORMS = (
    (r"Placed order at least once in the last (?:(\d+) days|day)", lambda c, n: c[3] is not None and c[3] <= n),
    (r"Placed order zero times in the last (?:(\d+) days|day)", lambda c, n: c[3] is None or c[3] > n),
    (r"Placed order at least (\d+|once)(?: times)? IN WINDOW", lambda c, n: c[4] >= n),
    (r"Placed order at most (\d+|once)(?: times)? IN WINDOW", lambda c, n: c[4] <= n),
    (r"Placed order exactly (\d+|once)(?: times)? IN WINDOW", lambda c, n: c[4] == n),
    (r"Placed order zero( )times IN WINDOW", lambda c, _: c[4] == 0),
    (r"(?:Total|Average order) value(?: of orders)? is at least ([-\d.,]+) IN WINDOW", lambda c, n: c[5] >= n),
    (r"(?:Total|Average order) value(?: of orders)? is less than ([-\d.,]+) IN WINDOW", lambda c, n: c[5] < n),
)


# Orders this many days ago: a cut of recency at 400 days lies beyond a window of a year, not beyond all of these.
DAYS_AGO = {"old": (386,), "older": (460, 420), "new": (5,), "often": (3, 90, 200, 300, 364), "first day": (365,)}
DAYS_AGO |= {"twice": (100, 200), "thrice": (40, 50, 60), "back": (10, 390), "once": (250, 500)}
PAST_WINDOW = Shop(
    "past_the_window",
    ("who", "day", "worth"),
    {"customer": "who", "time": "day", "amount": "worth"},
    tuple(
        (who, f"{AS_OF - timedelta(days=days)}", f"{40 + 35 * place}.00")
        for who, every in DAYS_AGO.items()
        for place, days in enumerate(every)
    ),
)
BEYOND = {**CUTS, "r_cuts": [30, 400], "f_cuts": [2, 5], "m_cuts": ["50", "200"]}


def holds(condition, customer, window):
    """Whether a condition is true of a row of customers.csv; days that are the window's are its orders."""
    if condition in {"Placed order at least once over all time", "Is on the list of customers"}:
        return True
    text = condition.removesuffix(window) + "IN WINDOW" if condition.endswith(window) else condition
    if text == "Placed order zero times IN WINDOW":
        return customer[4] == 0
    for form, test in FORMS:
        found = re.fullmatch(form, text)
        if found:
            said = (found[1] or "1").replace(",", "")
            return test(customer, Decimal({"once": "1", " ": "0"}.get(said, said)))
    raise AssertionError(condition)


@pytest.mark.parametrize("name", READ)
def test_read_back_they_give_the_segments_of_the_run(shop_of, name):
    found = shop_of(LINES, {"model": READ[name]})
    recipe = found.recipe
    steps = steps_of(recipe, "")
    window = "over all time" if recipe.start is None else f"in the last {(recipe.end - recipe.start).days} days"
    for customer in found.customers:
        held = [
            segment
            for segment, ways in steps.items()
            if any(all(holds(condition, customer, window) for condition in way) for way in ways)
        ]
        assert held == [customer[-1]]


@pytest.mark.parametrize("cuts", [[30, 400], [365, 400], [364, 366], [400, 500]], ids=str)
@pytest.mark.parametrize("best", ["high", "low"])
@pytest.mark.parametrize(("population", "window"), [("ever", "12mo"), ("ever", "all"), ("buyers", "12mo")])
def test_a_cut_of_recency_beyond_the_window_looks_at_the_window_alone(shop_of, population, window, best, cuts):
    model = {**BEYOND, "population": population, "window": window, "best": best, "r_cuts": cuts}
    found = shop_of(PAST_WINDOW, {"model": {**model, "scheme": "grid-27"}})
    steps = steps_of(found.recipe, "")
    said = "over all time" if window == "all" else "in the last 365 days"
    given = {customer[0]: customer for customer in found.customers}
    assert len(given) == (7 if population == "buyers" else 9)
    for who, every in DAYS_AGO.items():
        worth = [Decimal(40 + 35 * place) for place, days in enumerate(every) if window == "all" or days <= 365]
        customer = (who, *map(date.fromisoformat, ["2000-01-01"] * 2), min(every), len(worth), sum(worth))
        held = [
            segment
            for segment, ways in steps.items()
            if any(all(holds(condition, customer, said) for condition in way) for way in ways)
        ]
        assert held == ([given[who][-1]] if who in given else [])


@pytest.mark.parametrize("window", ["12mo", "all"])
def test_people_of_a_list_who_did_not_buy_have_their_segment_too(shop_of, window, tmp_path):
    listed = tmp_path / "people.csv"
    listed.write_text("customer_id\nold\nnew\noften\nnever\n", encoding="utf-8")
    model = {**BEYOND, "population": "customers", "window": window, "scheme": "grid-27"}
    found = shop_of(PAST_WINDOW, {"model": model, "ledger": {"customers": str(listed)}})
    steps, conditions = steps_of(found.recipe, ""), predicates(found.recipe, DIALECTS["duckdb"], VALUES)
    said = "over all time" if window == "all" else "in the last 365 days"
    assert {customer[0] for customer in found.customers} == {"new", "old", "never", "often"}
    assert all(way[0] == "Is on the list of customers" for ways in steps.values() for way in ways)
    with duckdb.connect() as connection:
        for customer in found.customers:
            of_steps = [
                segment
                for segment, ways in steps.items()
                if any(all(holds(condition, customer, said) for condition in way) for way in ways)
            ]
            values = "SELECT {}::INT AS recency_days, {} AS frequency, {}::DECIMAL(18, 2) AS monetary"
            row = values.format("NULL" if customer[3] is None else customer[3], *customer[4:6])
            of_values = [
                segment
                for segment, test in conditions.items()
                if (connection.execute(f"SELECT {test} FROM ({row})").fetchone() or [False])[0]
            ]
            assert (of_steps, of_values) == ([customer[-1]], [customer[-1]])


def test_groups_that_nobody_can_be_in_are_left_out(shop_of):
    steps = steps_of(shop_of(PAST_WINDOW, {"model": {**BEYOND, "population": "ever"}}).recipe, "EUR")
    nobody = ("Placed order at least once over all time", "Placed order zero times in the last 365 days")
    assert [segment for segment, ways in steps.items() if nobody in ways] == ["Inactive"]
    assert steps["Inactive"] == [nobody]
    assert not any("400 days" in condition for ways in steps.values() for way in ways for condition in way)


def test_the_words_are_those_of_a_segment_builder(shop_of):
    recipe = shop_of(LINES, {"model": CUTS}).recipe
    champions, *_, inactive = steps_of(recipe, "EUR").values()
    assert champions[0] == (
        "Placed order at least once in the last 180 days",
        "Placed order at least 3 times in the last 365 days",
        "Total value of orders is at least 50 EUR in the last 365 days",
    )
    assert inactive == []  # who bought in the last 365 days has a better score of recency


def test_the_text_has_a_block_for_each_segment(shop_of):
    recipe = shop_of(LINES, {"model": CUTS}).recipe
    text = steps_text(steps_of(recipe, "EUR"), {"Champions": "Reward them."})
    assert "\n\nChampions\n  Reward them.\n  Placed order at least once in the last 180 days\n  AND Placed" in text
    assert text.endswith("\n\nInactive\n  With these cut points nobody is here.\n")


@pytest.mark.parametrize("method", ["ntile", "nested"])
def test_what_no_builder_can_say_is_refused(shop_of, method):
    with pytest.raises(SettingsError, match=r"no segment builder|no values can be said"):
        steps_of(shop_of(LINES, {"model": MODELS[method]}).recipe, "EUR")


def test_amounts_under_zero_are_refused_where_some_did_not_buy(shop_of):
    recipe = shop_of(LINES, {"model": MODELS["everyone who ever bought"]}).recipe
    with pytest.raises(SettingsError, match="below amounts under zero"):
        steps_of(recipe, "EUR")
