"""The pictures of a result in letters."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from quintile.cli.show.pictures import concentration, spread
from tests.pictures.sample import result


def shown(part, width=80, encoding="utf-8"):
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    console = Console(file=file, width=width, color_system=None, highlight=False, markup=False)
    found = part(console)
    if found is not None:
        console.print(found)
    return [line.rstrip() for line in file.buffer.getvalue().decode(encoding).splitlines()]


def changed(**changes):
    return {**result(), **changes}


def test_what_the_best_customers_bring():
    assert shown(lambda console: concentration(result(), console)) == [
        "What the best customers bring",
        "  Best 10% of customers  19.0%  ███████▋",
        "  Best 20%               36.0%  ██████████████▍",
        "  Best 40%               64.0%  █████████████████████████▋",
        "  Best 60%               84.0%  █████████████████████████████████▋",
        "  Best 80%               96.0%  ██████████████████████████████████████▍",
        "",
        "  Gini index 0.6000 (0: all bring the same, 1: one brings it all)",
        '  "40% bring 80%": not so here, they bring 64.0%.',
        '  "ten times": true here, the bottom tenth brings nothing, or less.',
    ]


def test_without_revenue_or_gini_it_says_less():
    found = result()["concentration"]
    nothing = changed(concentration={**found, "lorenz": [None] * 101})
    assert shown(lambda console: concentration(nothing, console)) == []
    assert shown(lambda console: concentration(changed(concentration={**found, "lorenz": []}), console)) == []
    endless = changed(concentration={**found, "gini": None})
    assert not any("Gini" in line for line in shown(lambda console: concentration(endless, console)))


def test_how_many_customers_have_which_value():
    assert shown(lambda console: spread(result(), console)) == [
        "How many customers have which value (^ is a cut point)",
        "  Recency        0-9  █▅▄  20-29 days",
        "                       ^^",
        "  Frequency        1  █▃   2+ orders",
        "                       ^   without order: 3",
        "  Monetary   below 0  ▁██  10-12.5 EUR",
        "                        ^",
    ]


@pytest.mark.parametrize(("metric", "said"), [(0, "1 day"), (1, "1 order")])
def test_a_single_day_or_order_is_one(metric, said):
    alone = {**result()["distributions"][metric], "bins": [{"from": "1", "to": "2", "customers": 1}], "cuts": []}
    assert shown(lambda console: spread(changed(distributions=[alone]), console))[1].endswith(f"█  {said}")


def test_the_same_without_block_characters():
    assert shown(lambda console: spread(result(), console), encoding="ascii")[1].split() == [
        "Recency", "0-9", "#+=", "20-29", "days",
    ]  # fmt: skip


def test_nobody_is_a_blank_and_one_is_not():
    bins = [{"from": str(place), "to": str(place + 1), "customers": count} for place, count in enumerate([9999, 0, 1])]
    line = shown(
        lambda console: spread(changed(distributions=[{**result()["distributions"][1], "bins": bins}]), console)
    )
    assert "█ ▁" in line[1]


def test_a_metric_that_nobody_has_is_left_out():
    empty = [{**found, "bins": []} for found in result()["distributions"]]
    assert len(shown(lambda console: spread(changed(distributions=empty), console))) == 1


@pytest.mark.parametrize("width", [40, 60, 100])
def test_on_a_narrow_page_every_letter_is_there_and_stands_for_several_stretches(width):
    one = result()["distributions"][0]
    bins = [{"from": str(at), "to": str(at + 1), "customers": 1 + at % 2} for at in range(40)]
    lines = shown(
        lambda console: spread(changed(distributions=[{**one, "bins": bins, "cuts": ["39"]}]), console), width
    )
    drawn = "".join(letter for line in lines for letter in line if letter in "▁▂▃▄▅▆▇█")
    assert not any("…" in line for line in lines)
    assert len(drawn) == {40: 14, 60: 20, 100: 40}[width]
    below = next(line for line in lines if line.strip() == "^")
    assert below.index("^") == next(line for line in lines if drawn[-1] in line).rindex(drawn[-1])
