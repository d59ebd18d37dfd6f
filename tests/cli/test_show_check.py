"""The page of check."""

from __future__ import annotations

import io

from rich.console import Console

from quintile.cli.show.check import show_check
from quintile.cli.show.words import STEPS
from quintile.domain.fate import EXCLUSION_REASONS, QUARANTINE_REASONS

FOUND = {
    "outcome": "quarantine",
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
        "error[ambiguous_date]\n"
        "  What   day or month first?\n"
        "  Where  o.csv, line 7, column 'day'\n"
        "  Fix    --date-order dmy\n"
    )


def test_every_reason_has_words():
    assert set(STEPS) > {*QUARANTINE_REASONS, *EXCLUSION_REASONS}
