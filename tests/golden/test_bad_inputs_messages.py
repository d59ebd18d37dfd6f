"""What a user reads when the data cannot be used: golden texts, exit code 2, nothing published, nothing lost."""

from __future__ import annotations

import json

import pytest

from tests.golden.reference import quintile_command, records

HEADER = "order_id,customer_id,order_date,amount\n"
SOUND = HEADER + "O1,A,2025-06-01,10.05\nO2,B,2025-06-02,20.00\n"
RUN = ("run", "orders.csv", "--as-of", "2025-07-01", "--out", "results", "--quiet")

REFUSED = {
    "a missing column": (
        "order_id,customer_id,order_date,total_weight\nO1,A,2025-06-01,3\n",
        [
            (
                "error[missing_columns]: no column was recognised for amount (such as amount); columns seen:"
                " order_id, customer_id, order_date, total_weight"
            ),
            "Where: orders.csv",
            (
                "Fix: say which column it is: --map amount=COLUMN; amount may also be --map quantity=COLUMN --map"
                " unit_price=COLUMN"
            ),
        ],
    ),
    "a header without rows": (
        HEADER,
        [
            "error[empty_input]: the file has a header but no rows",
            "Where: orders.csv",
            "Fix: export it again with its rows",
        ],
    ),
    "nothing at all": (
        "",
        [
            "error[empty_input]: the file is empty",
            "Where: orders.csv",
            "Fix: export it again with its rows",
        ],
    ),
    "no order in the window": (
        HEADER + "O1,A,2019-06-01,3\n",
        [
            (
                "error[empty_window]: no order lies in the window [2024-07-01, 2025-07-01); the latest one is of"
                " 2019-06-01"
            ),
            "Fix: choose another --as-of, or a longer --window (all takes every order)",
        ],
    ),
    "dates of text": (
        HEADER + "O1,A,yesterday,10.05\nO2,B,today,20.00\n",
        [
            "error[bad_date]: most values of the column 'order_date' are no dates quintile knows, such as 'today'",
            "Where: orders.csv, line 3, column 'order_date'",
            "Fix: export dates as 2025-01-31, or say how they are written with --date-format",
        ],
    ),
    "dates of either order": (
        HEADER + "O1,A,03/04/2025,10.05\nO2,B,05/06/2025,20.00\n",
        [
            (
                "error[ambiguous_date]: the column 'order_date' holds dates such as '03/04/2025' that may be"
                " day-first or month-first: no number above 12 settles it"
            ),
            "Where: orders.csv, line 2, column 'order_date'",
            "Fix: say which: --date-order dmy, mdy or ymd",
        ],
    ),
    "amounts of either mark": (
        HEADER + "O1,A,2025-06-01,1.005\nO2,B,2025-06-02,2.500\n",
        [
            (
                "error[ambiguous_decimal]: the column 'amount' holds amounts such as '1.005', and nothing settles"
                " whether the dot or the comma marks the decimals"
            ),
            "Where: orders.csv, line 2, column 'amount'",
            "Fix: say which: --decimal . or --decimal ,",
        ],
    ),
    "several currencies": (
        "order_id,customer_id,order_date,amount,currency\nO1,A,2025-06-01,1.00,EUR\nO2,B,2025-06-02,2.00,USD\n",
        [
            "error[mixed_currency]: the source has 2 currencies (EUR, USD) and no base currency is named",
            "Fix: name it and give rates: --base-currency EUR --rates rates.csv",
        ],
    ),
}


def shop(folder, written):
    (folder / "orders.csv").write_text(written, encoding="utf-8")
    return folder


def contents(folder):
    """Every file of a folder, links followed, and what is in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("case", REFUSED)
def test_a_source_that_cannot_be_used_is_refused_in_plain_words(tmp_path, case):
    written, message = REFUSED[case]
    ended = quintile_command(shop(tmp_path, written), *RUN)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "\n  ".join(message) + "\n"
    assert not (tmp_path / "results" / "customers.csv").exists()


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_source_leaves_the_earlier_results_untouched(tmp_path, case):
    assert quintile_command(shop(tmp_path, SOUND), *RUN).returncode == 0
    before = contents(tmp_path / "results")
    assert "customers.csv" in before
    assert quintile_command(shop(tmp_path, REFUSED[case][0]), *RUN).returncode == 2
    assert contents(tmp_path / "results") == before


MOSTLY_TEXT = HEADER + "O1,A,2025-06-01,ten\nO2,B,2025-06-02,twenty\nO3,C,2025-06-03,30.00\n"


@pytest.mark.parametrize("written", [MOSTLY_TEXT, MOSTLY_TEXT.replace("30.00", "thirty")], ids=["most", "all"])
def test_a_source_of_mostly_unreadable_amounts_is_refused_by_naming_them(tmp_path, written):
    """More than half of the rows are bad: they are the matter, not the window that they leave empty."""
    ended = quintile_command(shop(tmp_path, written), *RUN)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error[")
    assert "empty_window" not in ended.stderr
    assert "amount" in ended.stderr
    assert "orders.csv" in ended.stderr
    assert not (tmp_path / "results" / "customers.csv").exists()


def test_a_person_may_accept_more_bad_rows(tmp_path):
    ended = quintile_command(shop(tmp_path, MOSTLY_TEXT), *RUN, "--max-bad-share", "0.7")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [row["customer_id"] for row in records(tmp_path / "results" / "customers.csv")] == ["C"]


def test_a_few_unreadable_rows_are_set_aside_and_named(tmp_path):
    """The others are scored; the report says which row, where, and what was written there."""
    written = SOUND + "O3,C,2025-06-03,ten\nO4,,2025-06-04,5.00\nO5,A,2025-02-30,7.00\nO6,A,2025-06-06,1.00\n"
    ended = quintile_command(shop(tmp_path, written), *RUN)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    report = json.loads((tmp_path / "results" / "run.json").read_text(encoding="utf-8"))
    assert {line["reason"]: line["examples"] for line in report["quarantine"]} == {
        "bad_amount": [{"file": "orders.csv", "line": 4, "column": "amount", "raw": "ten"}],
        "null_customer": [{"file": "orders.csv", "line": 5, "column": "customer_id", "raw": ""}],
        "bad_date": [{"file": "orders.csv", "line": 6, "column": "order_date", "raw": "2025-02-30"}],
    }
    assert [row["customer_id"] for row in records(tmp_path / "results" / "customers.csv")] == ["A", "B"]


def test_one_customer_is_scored_and_the_report_says_what_cannot_be_trusted(tmp_path):
    ended = quintile_command(shop(tmp_path, HEADER + "O1,A,2025-06-01,10.05\n"), *RUN)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    rows = records(tmp_path / "results" / "customers.csv")
    assert [(row["customer_id"], row["recency_days"], row["frequency"], row["monetary"]) for row in rows] == [
        ("A", "30", "1", "10.05")
    ]
    report = json.loads((tmp_path / "results" / "run.json").read_text(encoding="utf-8"))
    assert [(line["code"], line["message"]) for line in report["warnings"]] == [
        ("few_buyers", "1 buyer: below 500, shares and quantile borders rest on few people"),
        ("short_history", "30 days of history: below 180, frequency says little"),
        ("no_repeat_buyers", "nobody has three orders: frequency cannot tell loyal customers from lucky ones"),
        ("fewer_customers_than_bins", "1 customer cannot fill 5 scores: choose a smaller --scale"),
    ]


def test_a_file_that_is_not_there_is_named(tmp_path):
    ended = quintile_command(tmp_path, *RUN)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "orders.csv" in ended.stderr
    assert "Traceback" not in ended.stderr
