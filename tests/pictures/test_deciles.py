from __future__ import annotations

from quintile.pictures.deciles import deciles, verdict
from tests.pictures.sample import only_series, result

FOUND = result()["concentration"]


def test_ten_bars_the_best_first():
    bars = only_series(deciles(FOUND, currency="EUR"))["data"]
    assert len(bars) == 10
    assert bars[0] == {
        "value": 0.1, "said": "10.0%", "tip": ["0-10%", "1,000\N{NO-BREAK SPACE}EUR", "10.0%"],
    }  # fmt: skip


def test_the_table_is_exact():
    table = deciles(FOUND, currency="EUR").table
    assert (table.columns[1], table.rows[9]) == ("Revenue, EUR", ("90-100%", "1,000.25", "10.0%"))


def test_the_sayings_are_judged():
    most, times = FOUND["claims"]
    assert verdict(most) == '"40% bring 80%": not so here, they bring 64.0%.'
    assert verdict(times) == '"ten times": true here, the bottom tenth brings nothing, or less.'
    assert verdict({**times, "figure": "1234.5"}) == '"ten times": true here, 1,234.5 times.'
    assert "no revenue to share out" in verdict({**most, "figure": None})


def test_nobody_is_said():
    assert deciles({**FOUND, "deciles": [], "claims": []}, currency=None).caption == "There is no customer."
