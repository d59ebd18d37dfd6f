"""The page of check."""

from __future__ import annotations

import io

from rich.console import Console

from quintile.cli.show.check import show_check

FOUND = {
    "outcome": "quarantine",
    "inputs": [{"name": "o.csv", "rows": 1200, "assumed": {"format": "parquet"}}],
    "rows_in": 1200,
    "rows_quarantined": 2,
    "customers": 1,
    "orders": 1050,
    "net_total": "1234.5000",
    "currency": "EUR",
    "assumed": {
        "format": "parquet",
        "columns": {"customer": "customer", "order": "order", "time": "day", "amount": "amount"},
        "decimal": ".",
        "date_order": None,
        "time_zone": "Europe/Istanbul",
        "grain": None,
    },
    "warnings": [],
    "bridge": [{"step": "raw", "rows": 1200, "total": True, "amount": "1234.5000", "currency": "EUR"}],
    "quarantine": [
        {
            "reason": "bad_amount",
            "rows": 2,
            "examples": [
                {"file": "o.csv", "line": 1018, "column": "amount", "raw": "[bold]n/a\x1b[0m" + "x" * 100},
                {"file": "o.csv", "line": None, "column": None, "raw": ""},
            ],
        }
    ],
    "excluded": [{"reason": "cancelled", "rows": 1100}, {"reason": "test", "rows": 3}],
    "error": None,
}
PAGE = """\
Accepted, but 2 of 1,200 rows would be set aside
1 customer with 1,050 orders, net 1,234.5000 EUR

Assumed, and the flag that changes it
  Source        o.csv (1,200 rows)
  Format        Parquet
  Columns       customer, order, time=day, amount  --map
  Decimal mark  .                                  --decimal
  Dates         say their order themselves         --date-order
  One row is    an order, or a part of one         --grain
  Time zone     Europe/Istanbul                    --time-zone
  Currency      EUR                                --base-currency

Every row and every cent
                  rows         EUR
  In the source  1,200  1,234.5000

Set aside: no readable amount, 2 rows (bad_amount)
  file    line  column  as written
  o.csv  1,018  amount  [bold]n/a\ufffd[0mxxxxxxxxxxxxxxxxxxxxxxxxxx…
  o.csv                 (empty)
  Remedy: --decimal says which mark parts the decimals

Left out by their status (--exclude)
  rows: cancelled 1,100, test orders 3

To correct the rows set aside: quintile quarantine SOURCE --out DIR
"""
REJECTED = {
    "outcome": "reject",
    "error": {
        "code": "ambiguous_date",
        "message": "day or month first?",
        "fix": "--date-order dmy",
        "file": "o.csv",
        "line": 7,
        "column": "day",
    },
}


def shown(found):
    file = io.StringIO()
    show_check(found, Console(file=file, width=80, color_system=None, highlight=False))
    return file.getvalue()


def test_the_page_of_check_is_read_exactly_so():
    assert shown(FOUND) == PAGE


def test_a_clean_source_is_accepted_in_words():
    clean = {**FOUND, "rows_quarantined": 0, "quarantine": [], "excluded": []}
    assert shown(clean).startswith("Accepted: every row is understood\n")


def test_a_rejection_says_what_where_and_how_to_mend_it():
    assert shown(REJECTED) == (
        "Rejected: nothing can be scored from this\n"
        "\n"
        "Day or month first? (ambiguous_date)\n"
        "  What   day or month first?\n"
        "  Where  o.csv, line 7, column 'day'\n"
        "  Fix    --date-order dmy\n"
    )


def test_the_lines_around_an_error_are_shown_with_the_wrong_one_among_them():
    around = [{"line": 6, "text": "a;1"}, {"line": 7, "text": "b;[red]\x1b[31m;" + "x" * 100}]
    page = shown({**REJECTED, "around": around})
    assert page.endswith("\nThe lines there\n  6  a;1\n  7  b;[red]\ufffd[31m;" + "x" * 62 + "\n")


def test_a_warning_has_a_name_its_rows_and_a_remedy():
    told = [
        {"code": "orphan_refund", "rows": 2, "message": "2 refunds belong to no order"},
        {"code": "few_buyers", "rows": None, "message": "12 buyers: below 500"},
        {"code": "days_in_utc", "rows": 9, "message": "set the shop's own, such as --time-zone Europe/Istanbul"},
        {"code": "not_known_yet", "rows": None, "message": "something new"},
    ]
    page = shown({**FOUND, "warnings": told})
    assert (
        "Please note\n"
        "  !  Refunds without an order, 2 rows (orphan_refund)\n"
        "     2 refunds belong to no order\n"
        "     Remedy: add the source that holds their orders\n"
        "  !  Few buyers (few_buyers)\n"
    ) in page
    assert "Istanbul\n  !  Not known yet (not_known_yet)\n     something new\n\n" in page


def test_what_differs_in_a_further_source_is_told_by_its_name():
    second = {"format": "text", "delimiter": ";", "encoding": "cp1252", "columns": {"customer": "kunde"}}
    both = [
        {"name": "a.parquet", "rows": 1, "assumed": FOUND["assumed"]},
        {"name": "b.csv", "rows": 2, "assumed": {**second, "decimal": ","}},
    ]
    page = shown({**FOUND, "inputs": both})
    assert "  Source        a.parquet (1 row), b.csv (2 rows)\n" in page
    assert "  Format        b.csv: text, parted by semicolon, cp1252" in page
    assert "  Columns       b.csv: customer=kunde " in page
    assert "  Decimal mark  b.csv: , " in page
    assert "b.csv: say their order" not in page


def test_an_accepted_drift_is_told_with_its_reason():
    drift = {"code": "distribution_shift", "message": "amounts are in cents", "because": "new till"}
    page = shown({**FOUND, "refresh": {"known_rows": 0, "accepted": [drift, {**drift, "because": None}]}})
    assert "Accepted by name\n  distribution_shift  amounts are in cents (because: new till)\n" in page
    assert "  distribution_shift  amounts are in cents\n" in page
    assert "Accepted by name" not in shown(FOUND)
