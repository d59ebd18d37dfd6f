from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.errors import DataError, SettingsError
from quintile.sources.returns import read_returns


@pytest.fixture
def returns(engine, staging, tmp_path):
    """``returns(text, map={...})`` reads a table of returns: its rows, sorted, and its report."""

    def of_text(text, **settings):
        (tmp_path / "returns.csv").write_text(text, encoding="utf-8")
        read = ReadingSettings(**settings)
        table = read_returns(engine, tmp_path / "returns.csv", staging, read, ("UTC", "local"))
        rows = engine.rows(Sql("SELECT order_id, line, amount, returned_at FROM second_returns ORDER BY ALL"))
        return rows, table.report

    return of_text


def refusal(returns, text, **settings):
    with pytest.raises((DataError, SettingsError)) as caught:
        returns(text, **settings)
    return caught.value


@pytest.mark.parametrize("text", ["1001\n1002\n1001\n", "order_id\n1001\n1002\n\n1002\n", "Order ID\n1001\n1002\n"])
def test_a_lone_column_of_order_ids_will_do(returns, text):
    assert [row[0] for row in returns(text)[0]] == ["1001", "1002"]


@pytest.mark.parametrize("header", ["Order ID;Refund Amount;Date", "Bestellnummer;Betrag;Datum", "invoice_no;amt;date"])
def test_columns_are_known_by_their_names(returns, header):
    rows, report = returns(f"{header}\n007;-12,50;31.05.2025\n8;1.000,00;01.06.2025\n")
    assert rows == [
        ("007", None, Decimal("12.50"), datetime.fromisoformat("2025-05-31")),
        ("8", None, Decimal("1000.00"), datetime.fromisoformat("2025-06-01")),
    ]
    assert set(report["columns"]) == {"order", "amount", "time"}


def test_columns_can_be_named_and_a_role_can_be_left_out(returns):
    chosen = {"returns.order": "what", "returns.amount": ""}
    rows, _ = returns("what,amount\nA,5\n", map=chosen)
    assert rows == [("A", None, None, None)]


def test_the_orders_own_mapping_helps_where_the_names_do_not(returns):
    assert returns("vorgang,amount\nA,5\n", map={"order": "vorgang", "customer": "kunde"})[0][0][0] == "A"


def test_a_role_that_is_none_is_refused_with_the_nearest_one(returns):
    error = refusal(returns, "order_id,x\nA,5\n", map={"returns.ordr": "order_id"})
    assert error.fix.startswith("did you mean 'returns.order'? ")


def test_a_column_that_is_not_there_is_refused_with_the_nearest_one(returns):
    error = refusal(returns, "order_id,x\nA,5\n", map={"returns.order": "order_idd"})
    assert (error.code, error.place.file) == ("missing_columns", "returns.csv")
    assert error.fix.startswith("did you mean 'order_id'? ")


def test_without_an_order_column_the_table_is_refused(returns):
    error = refusal(returns, "street,town\nA,B\n")
    assert (error.code, error.fix) == ("missing_columns", "say which column it is: --map returns.order=COLUMN")


def test_the_same_return_is_one_return_unless_its_own_id_says_otherwise(returns):
    rows, report = returns("order_id,amount\nA,5\nA,-5.00\nA,6\n")
    assert ([row[2] for row in rows], report["repeated"]) == ([Decimal(5), Decimal(6)], 1)
    rows, report = returns("order_id,amount,refund_id\nA,5,1\nA,5,2\nA,5,2\n")
    assert (len(rows), report["repeated"]) == (2, 1)


def test_a_column_of_words_tells_what_was_not_returned(returns):
    rows, report = returns("Returned,Order ID\nYes,A\nNo,B\nnein,C\nja,D\n")
    assert ([row[0] for row in rows], report["not_returned"]) == (["A", "D"], 2)


def test_unreadable_rows_are_left_out_and_told_with_their_place(returns):
    rows, report = returns("order_id,amount,date\nA,5,2025-06-01\nB,much,2025-06-01\nC,5,soon\nD,,\n")
    assert [row[:3] for row in rows] == [("A", None, Decimal(5)), ("D", None, None)]
    assert report["unreadable"] == 2
    assert report["quarantine"] == [
        {
            "reason": "bad_amount",
            "rows": 1,
            "examples": [{"file": "returns.csv", "line": 3, "column": "amount", "raw": "much"}],
        },
        {
            "reason": "bad_date",
            "rows": 1,
            "examples": [{"file": "returns.csv", "line": 4, "column": "date", "raw": "soon"}],
        },
    ]


def test_a_table_that_is_mostly_unreadable_is_refused(returns):
    text = "order_id,amount\nA,much\nB,more\nC,5\n"
    assert refusal(returns, text).code == "bad_returns"
    assert len(returns(text, max_bad_share=0.7)[0]) == 1


def test_marks_of_the_orders_settle_what_the_table_leaves_open(returns):
    text = "order_id;amount\nA;1.234\n"
    assert refusal(returns, text).code == "ambiguous_decimal"
    assert returns(text, decimal=",")[0][0][2] == 1234
    assert returns("order_id;amount\nA;1,5\n", decimal=".")[0][0][2] == Decimal("1.5")


def test_words_of_yes_return_and_nothing_or_no_does_not(returns):
    text = "order_id,returned\nA,x\nB,\nC,no\nD,Yes\nE,N/A\nF, \n"
    rows, report = returns(text)
    assert [row[0] for row in rows] == ["A", "D"]
    assert (report["not_returned"], report["unreadable"], report["repeated"]) == (4, 0, 0)


def test_a_word_that_is_neither_yes_nor_no_is_unreadable_with_its_place(returns):
    text = "order_id,returned\nA,yes\nB,pending\nC,maybe\nD,\n"
    rows, report = returns(text, max_bad_share=0.9)
    assert [row[0] for row in rows] == ["A"]
    assert (report["not_returned"], report["unreadable"]) == (1, 2)
    assert report["quarantine"] == [
        {
            "reason": "bad_returned",
            "rows": 2,
            "examples": [
                {"file": "returns.csv", "line": line, "column": "returned", "raw": word}
                for line, word in ((3, "pending"), (4, "maybe"))
            ],
        }
    ]
    error = refusal(returns, text, max_bad_share=0.4)
    assert (error.code, "--map returns.returned=COLUMN" in error.fix) == ("bad_returns", True)


def test_a_column_of_words_without_any_says_nothing(returns):
    rows, report = returns("order_id,returned\nA,\nB, \n")
    assert ([row[0] for row in rows], report["not_returned"]) == (["A", "B"], 0)


def test_the_mark_that_parts_the_cells_is_no_decimal_mark(returns):
    text = "order_id,amount\nA,5\nB,1.234\nC,2.345\n"
    error = refusal(returns, text, decimal=",")
    assert (error.code, error.place.file, error.place.line) == ("ambiguous_decimal", "returns.csv", 3)
    assert error.fix == (
        "write them with four decimals, such as 1.2340; or, if that mark parts thousands, without it, such as 1234"
    )
    assert returns(text.replace("1.234", "1.2340"), decimal=",")[0][1][2] == Decimal("1.234")
    assert returns(text.replace(".", ""), decimal=",")[0][1][2] == 1234


def test_quantities_without_money_are_refused_unless_they_are_left_out(returns):
    text = "order_id,line,quantity\nA,1,1\nB,2,3\n"
    error = refusal(returns, text)
    assert (error.code, error.place.column, error.fix.endswith("--map returns.quantity=")) == (
        "bad_returns", "quantity", True,
    )  # fmt: skip
    assert len(returns(text, map={"returns.quantity": ""})[0]) == 2
    assert len(returns("order_id,amount,quantity\nA,5,1\nB,6,3\n")[0]) == 2
    rows, report = returns("order_id,amount,quantity\nA,5,1\nB,,3\nC,,\n", max_bad_share=0.5)
    assert ([row[0] for row in rows], report["unreadable"], report["quarantine"][0]["examples"][0]["line"]) == (
        ["A", "C"], 1, 3,
    )  # fmt: skip


def test_beside_cells_that_commas_part_only_the_point_is_offered_for_a_decimal_mark(returns):
    text = "order_id,amount\nA,5\nB,1.234\nC,2.345\n"
    error = refusal(returns, text)
    assert error.fix == (
        "--decimal . if that mark begins the decimals; or write them with four decimals, such as 1.2340; or, if that"
        " mark parts thousands, without it, such as 1234"
    )
    assert returns(text, decimal=".")[0][1][2] == Decimal("1.234")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("order_id;amount\nA;5\nB;1.234\n", "ambiguous_decimal", 3),
        ("order_id,amount,date\nA,5,03/04/2025\nB,6,05/04/2025\n", "ambiguous_date", 2),
        ("order_id,amount\nA,$5\nB,$6\nC,€7\n", "mixed_currency", 4),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_line(returns, text, code, line):
    error = refusal(returns, text)
    assert (error.code, error.place.file, error.place.line) == (code, "returns.csv", line)
