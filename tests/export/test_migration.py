"""Migration in sentences and as a page: nothing of a stranger becomes HTML."""

from __future__ import annotations

import copy
import html

from quintile.export.migration import flow_lines, migration_page, statements


def line(first, last, customers, share=None, causes=None, money=("10.00", "5.00")):
    return {
        "from": first,
        "to": last,
        "customers": customers,
        "share": share,
        "revenue_before": money[0],
        "revenue": money[1],
        "causes": causes or {},
    }


def cause(name, customers):
    return {"cause": name, "customers": customers, "share": "0.5000", "revenue_before": "1.00", "revenue": "2.00"}


def side(as_of, known, revenue):
    segments = [{"segment": name, "customers": 5, "revenue": "7.00"} for name in ("Top", "Rest")]
    return {"as_of": as_of, "known": known, "customers": 10, "revenue": revenue, "segments": segments}


FOUND = {
    "note": None,
    "from": side("2025-06-01", 1, "1234567.89"),
    "to": side("2025-07-01", 2, "99.50"),
    "currency": "EUR",
    "totals": {
        "both": 2000,
        "stay": 1500,
        "held_by_purchase": 1,
        "moved": 500,
        "moved_share": "0.2500",
        "up": 100,
        "down": 400,
        "new": 3,
        "lost": 1,
        "merged": 1,
    },
    "causes": [cause("refund_or_late_data", 0), cause("passing_time", 400), cause("own_purchase", 100)],
    "new": [cause("first_purchase", 1), cause("returned", 2)],
    "lost": [cause("changed_settings", 1), cause("merged", 1)],
    "matrix": [
        line("Top", "Top", 1500, "0.7895"),
        line("Top", "Rest", 400, "0.2106", {"passing_time": 390, "own_purchase": 10}),
        line("Rest", "Top", 100, "1.0000", {"own_purchase": 100}),
        line(None, "Top", 3, None, {"first_purchase": 3}),
        line("Rest", None, 2, "0.0200", {"merged": 2}),
    ],
}
SAID = [
    "From 1 June 2025 to 1 July 2025, 500 of 2,000 customers (25.0%) moved to another segment, 100 up and 400 down.",
    "Why they moved: 400 by passing time, 100 by own purchases.",
    "400 of Top (21.1%) became Rest: 390 by passing time, 10 by own purchases.",
    "100 of Rest (100.0%) became Top: 100 by own purchases.",
    "1 customer is where they were only because they bought again.",
    "3 customers are new: 2 came back; 1 bought for the first time.",
    "2 customers are gone: 1 came or went by changed settings; 1 merged into another customer.",
    "The revenue in the window was 1,234,568\N{NO-BREAK SPACE}EUR and is 99.50\N{NO-BREAK SPACE}EUR.",
]


def test_what_happened_is_said_in_sentences():
    assert statements(FOUND) == SAID


def test_two_versions_of_a_date_are_named_by_what_was_known():
    again = {**FOUND, "from": side("2025-07-01", 1, "1"), "to": side("2025-07-01", 3, "2")}
    assert statements(again)[0].startswith("As of 1 July 2025, as known in ledger 3 against ledger 1, 500 of 2,000")


def test_where_nobody_moved_that_is_said():
    still = {**FOUND, "matrix": FOUND["matrix"][:1], "causes": [], "new": [], "lost": []}
    still["totals"] = {**FOUND["totals"], "moved": 0, "held_by_purchase": 0}
    assert statements(still)[:-1] == ["From 1 June 2025 to 1 July 2025, nobody of 2,000 customers moved."]


def test_where_the_orders_are_gone_no_cause_is_said():
    gone = {**copy.deepcopy(FOUND), "note": "Retention removed the orders."}
    for line in (*gone["matrix"], *gone["causes"], *gone["new"], *gone["lost"]):
        line.update(
            {"causes": {"orders_removed": line["customers"]}} if "causes" in line else {"cause": "orders_removed"}
        )
    gone["totals"]["held_by_purchase"] = None
    assert statements(gone) == [
        SAID[0],
        "Retention removed the orders.",
        "400 of Top (21.1%) became Rest.",
        "100 of Rest (100.0%) became Top.",
        "3 customers are new.",
        "2 customers are gone.",
        SAID[-1],
    ]


def test_segments_without_a_rank_go_neither_up_nor_down():
    unranked = {**FOUND, "totals": {**FOUND["totals"], "up": None, "down": None}}
    assert statements(unranked)[0].endswith("(25.0%) moved to another segment.")


def test_who_is_gone_is_drawn_with_what_they_brought():
    assert [one["revenue"] for one in flow_lines(FOUND["matrix"])] == ["5.00", "5.00", "5.00", "5.00", "10.00"]


def test_the_page_says_it_all_and_escapes_every_name():
    found = copy.deepcopy(FOUND)
    name = "<script>alert(1)</script>"
    for end in ("from", "to"):
        found[end]["segments"][0]["segment"] = name
    for one in found["matrix"]:
        for end in ("from", "to"):
            one[end] = name if one[end] == "Top" else one[end]
    page = migration_page({**found, "statements": statements(found)}, version="1.2.3")
    assert name not in page
    assert html.escape(name) in page
    for sentence in statements(found)[1:]:
        assert html.escape(sentence) in page
    assert "<h1>500 of 2,000 customers (25.0%) moved to another segment, 100 up and 400 down</h1>" in page
    assert "Who moved between 1 June 2025 and 1 July 2025" in page
    assert 'data-picture="0"' in page
    assert '<td class="n">7.00</td>' in page
    # The same cause of movers, new and gone customers is told apart.
    for cause in ("Moved: passing time", "New: came back", "Gone: merged into another customer"):
        assert cause in page
