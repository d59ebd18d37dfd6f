"""Numbers, money and foreign text as people read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintile.cli.show.plain import about, exact, listed, number, percent, printable, several, short_path, taken_off


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1234567.8910", "1,234,567.8910"), ("-0.5", "-0.5"), ("1E+3", "1,000"), ("27", "27"), (None, "-")],
)
def test_money_keeps_all_its_digits(text, shown):
    assert exact(text) == shown


def test_what_was_taken_off_has_a_minus_and_what_came_back_none():
    amounts = ("1234.50", "-3.50", "0.00", "-0.00")
    assert [taken_off(amount) for amount in amounts] == ["-1,234.50", "3.50", "0.00", "0.00"]


def test_shares_have_one_decimal():
    assert [percent(share) for share in ("0.1828", 0.616, "1", "-0.0104")] == ["18.3%", "61.6%", "100.0%", "-1.0%"]


def test_counts_agree_with_their_nouns():
    assert [several(1, "row"), several(8871, "row"), number(8871)] == ["1 row", "8,871 rows", "8,871"]


@pytest.mark.parametrize(
    ("warning", "said"),
    [
        ({"code": "negative_customer_total", "rows": 2}, "2 customers"),
        ({"code": "ids_differ_only_by_case", "rows": 1}, "1 id"),
        ({"code": "late_rows", "rows": 1}, "1 row"),
        ({"code": "few_buyers", "rows": None}, ""),
    ],
)
def test_a_warning_says_what_it_counts(warning, said):
    assert about(warning) == said


def test_a_long_list_says_how_much_it_leaves_out():
    assert listed(["a", "b", "c"], 3) == "a, b, c"
    assert listed(["a", "b", "c"], 1) == "a and 2 more"


def test_control_and_direction_marks_become_visible():
    assert printable("a\x1b[2Jb\u202ec\x9bd") == "a\ufffd[2Jb\ufffdc\ufffdd"


def test_line_ends_stay_in_messages_and_are_blanks_in_cells():
    assert printable("a\nb\tc\u00a0d") == "a\nb c d"
    assert printable("a\r\nb", lines=False) == "a  b"


def test_letters_of_all_scripts_stay():
    assert printable("Müşteri 顧客 عميل 😀") == "Müşteri 顧客 عميل 😀"


def test_a_path_below_the_current_folder_is_shown_from_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert short_path(tmp_path / "out" / "run.json") == str(Path("out/run.json"))
    assert short_path(Path("out")) == "out"
    assert short_path(tmp_path.parent) == str(tmp_path.parent)
