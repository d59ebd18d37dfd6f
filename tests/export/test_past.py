"""What a page says of the past, in words."""

from __future__ import annotations

from decimal import Decimal

from quintile.export.past import Past, past_pictures, past_words
from quintile.insight.alerts import Movement
from tests.pictures.sample import moves, result, segment

JUNE = {"as_of": "2025-06-01", "segments": [segment("Best", 30, "0.3000", "80.00", "0.8000")]}
REPORT = {**result(), "as_of": "2025-07-01"}


def alert(*, before, now, low, high, measure="customers", name="Best"):
    bounds = Decimal(before), Decimal(now), Decimal(low), Decimal(high)
    return Movement(name, measure, bounds[0], bounds[1], bounds[2], bounds[3], "usual_noise", 7)


def said(*unusual):
    return [str(text) for text in past_words(REPORT, Past("2025-06-01", [JUNE], JUNE, [], unusual))["alerts"]]


def test_an_alert_says_how_many_there_are_were_and_usually_would_be():
    assert said(alert(before=500, now=300, low="450.4", high="1550.6")) == [
        "<bdi>Best</bdi>: 300 customers, 40.0% fewer than on 1 June 2025 (500). As usual would have been 450 to 1,551."
    ]
    assert "50.0% more than" in said(alert(before=20, now=30, low=18, high=22))[0]


def test_money_is_told_with_its_currency():
    (text,) = said(alert(before="500", now="300.5", low="450", high="550", measure="revenue"))
    unit = "\N{NO-BREAK SPACE}EUR"
    assert f": revenue 300.50{unit}, 39.9% less than on 1 June 2025 (500.00{unit})." in text


def test_bounds_make_sense():
    assert said(alert(before=0, now=40, low=-3, high=5))[0].endswith(
        "40 customers, none on 1 June 2025. As usual would have been 0 to 5."
    )
    assert said(alert(before=10, now=40, low="9.9", high="10.1"))[0].endswith("As usual would have been 10.")


def test_the_name_of_a_segment_is_text():
    assert "&lt;script&gt;" in said(alert(before=1, now=40, low=1, high=2, name="<script>"))[0]


def test_nothing_unusual_and_nothing_judged_are_told_apart():
    assert said() == ["No segment moved more than it usually does since 1 June 2025."]
    words = past_words(REPORT, Past("2025-06-15", [JUNE]))
    assert words["alerts"] == ["Another model scored the customers on 15 June 2025, so no change since then is judged."]
    assert words["since"] is None


def test_the_trend_ends_with_the_snapshot_itself_and_the_flow_is_drawn_where_it_is_known():
    drawn = past_pictures(REPORT, Past("2025-06-01", [JUNE], JUNE, moves("Best", "Worst"), []))
    assert [one.name for one in drawn] == ["trend", "flow"]
    assert [row[0] for row in drawn[0].table.rows] == ["2025-06-01"] * 3 + ["2025-07-01"] * 3
    assert [one.name for one in past_pictures(REPORT, Past("2025-06-01", [JUNE]))] == ["trend"]
