"""Faults of reading that were found and mended: one test each."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import quintile

pytestmark = pytest.mark.usefixtures("one_child")
HEADER = "order_id,customer_id,order_date,amount\n"
ROWS = "".join(f"O{n},C{n % 5:03},2025-01-{n + 10},10.00\n" for n in range(10))


def check(tmp_path, text):
    path = tmp_path / "f.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return quintile.check(path, as_of="2025-07-01")


@pytest.mark.parametrize(
    "customer",
    [b"C\xc0\xaf01", b"C\xed\xa0\x8001", b"C\xff001", b"\xff\xfe", b"C\xc3\x2801", b"C\x8101"],
    ids=["overlong", "half_pair", "nowhere", "two_marks", "opened", "no_letter"],
)
def test_bytes_of_no_encoding_are_no_letters_of_windows(tmp_path, customer):
    """A few such bytes in a file of ASCII set their row aside; they never make a customer of their own."""
    found = check(tmp_path, (HEADER + ROWS).encode() + b"O99," + customer + b",2025-02-01,10.00\n")
    [line] = found["quarantine"]
    assert (line["reason"], line["rows"], found["rows_kept"], found["customers"]) == ("bad_encoding", 1, 10, 5)
    assert [(at["line"], at["column"]) for at in line["examples"]] == [(12, "customer_id")]


@pytest.mark.parametrize("word", ["Zoë", "Qualité", "2ème étage", "12è", "€ 5"])
def test_one_row_of_windows_letters_is_read_as_such(tmp_path, word):
    found = check(tmp_path, (HEADER + ROWS + f"O99,{word},2025-02-01,10.00\n").encode("cp1252"))
    assert (found["outcome"], found["customers"], found["assumed"]["encoding"]) == ("accept", 6, "cp1252")


@pytest.mark.parametrize(("customers", "warned"), [(4, True), (5, False)])
def test_fewer_customers_than_scores_are_told_before_the_run(tmp_path, customers, warned):
    rows = "".join(f"O{n},C{n},2025-01-{n + 10},10.00\n" for n in range(customers))
    codes = {warning["code"] for warning in check(tmp_path, HEADER + rows)["warnings"]}
    assert ("fewer_customers_than_bins" in codes) is warned


@pytest.mark.parametrize(
    ("written", "code", "column", "line"),
    [
        (["05/06/2025", "01/02/2025"], "ambiguous_date", "order_date", 2),
        (["2025-01-13", "2025-01-14", "05/06/2025"], "ambiguous_date", "order_date", 4),
        (["13/01/25", "02/01/25"], "two_digit_year", "order_date", 2),
        (["45700", "45658"], "date_is_number", "order_date", 2),
        (["2025-W06-1", "2025-W05-1"], "bad_date", "order_date", 2),
        (["2.500", "1.234"], "ambiguous_decimal", "amount", 2),
        (['"1,5"', "10.50", '"11,50"'], "ambiguous_decimal", "amount", 3),
    ],
    ids=lambda given: given if isinstance(given, str) and "_" in given else None,
)
def test_what_is_asked_for_names_a_line(tmp_path, written, code, column, line):
    """A refusal of a whole column shows the first row that is written in the doubtful way."""
    cells = [("2025-01-13", text) if column == "amount" else (text, "10.00") for text in written]
    rows = "".join(f"O{n},C{n},{day},{amount}\n" for n, (day, amount) in enumerate(cells))
    error = check(tmp_path, HEADER + rows)["error"]
    assert (error["code"], error["column"], error["line"]) == (code, column, line)


def test_a_backslash_in_a_file_name_is_a_letter_like_others(tmp_path):
    path = tmp_path / "a\\b.csv"
    path.write_text(HEADER + ROWS, encoding="utf-8")
    assert quintile.check(path, as_of="2025-07-01")["net_total"] == "100.00"


def test_a_backslash_in_the_name_of_a_parquet_file_is_a_letter_too(tmp_path):
    path = tmp_path / "a\\b.parquet"
    pq.write_table(pa.table({"customer_id": ["A"], "order_date": [date(2025, 1, 5)], "amount": [10]}), path)
    assert quintile.check(path, as_of="2025-07-01")["net_total"] == "10.00"


@pytest.mark.parametrize(
    ("written", "shown"), [("150", "150.00"), ("150.0000", "150.00"), ("0.3001", "0.3001"), ("-12.5", "-12.50")]
)
def test_the_net_total_has_all_its_digits_and_at_least_two(tmp_path, written, shown):
    found = check(tmp_path, HEADER + f"O1,A,2025-01-05,{written}\n")
    assert found["net_total"] == shown
