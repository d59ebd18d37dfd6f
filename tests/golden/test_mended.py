"""Wrong answers quintile once gave, each on the smallest table that shows it."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

import quintile
from quintile.errors import DataError, QuintileError, SettingsError
from tests.golden.reference import quintile_command, rfm_of, segments_of, steps_of

AS_OF = "2024-07-01"
HEADER = "customer_id,order_id,order_date,amount,status"
LINE = {"grain": "line"}
THREE_BUYERS = ("A,1,2024-06-01,100,completed", "A,2,2024-06-02,50,completed", "B,3,2024-05-01,7,completed")
SCHEME = """\
title = "Our own"
source = "our own"
scale = 5
best = "high"
notes = "one segment for all"

[[segments]]
name = "{segment}"
intent = "Keep them."
rules = [{{ r = [1, 5], f = [1, 5], m = [1, 5] }}]
"""


@pytest.fixture
def table(tmp_path):
    """``table("A,1,2024-06-01,100,completed")`` writes the rows to orders.csv."""

    def written(*rows, header=HEADER, file="orders.csv"):
        path = tmp_path / file
        path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        return path

    return written


@pytest.fixture
def scheme(tmp_path):
    """A scheme file of one segment, Everyone."""
    path = tmp_path / "own.toml"
    path.write_text(SCHEME.format(segment="Everyone"), encoding="utf-8")
    return path


def run(source, *, ledger=None, model=None, **more):
    """All orders ever, as of the same day."""
    settings = {"ledger": ledger or {}, "model": {"window": "all", **(model or {})}}
    return quintile.run(source, as_of=AS_OF, settings=settings, **more)


def f_and_m(result):
    return {customer: (orders, money) for customer, (_, orders, money) in rfm_of(result).items()}


def scored(result):
    (line,) = [line for line in result.report["bridge"] if line["step"] == "scored"]
    return Decimal(line["amount"])


def assert_adds_up(result, money):
    """What was scored, and what the customers have, is all that money."""
    assert scored(result) == money
    assert sum(m for _, m in f_and_m(result).values()) == money


def quarantined(result):
    return {line["reason"]: line["rows"] for line in result.report["quarantine"]}


def excluded(result):
    """Step of the bridge -> rows, for what a status excludes."""
    kinds = ("cancelled", "failed", "pending", "test")
    return {step: rows for step, rows, _ in steps_of(result) if step in kinds and rows}


def test_revenue_is_what_was_paid_even_where_the_metric_is_the_average(table):
    result = run(table(*THREE_BUYERS), model={"monetary": "average"})
    assert f_and_m(result) == {"A": (2, 75), "B": (1, 7)}
    assert scored(result) == 157
    assert sum(Decimal(segment["revenue"]) for segment in result.segments) == 157
    assert sum(Decimal(cell["revenue"]) for cell in result.report["grid"]) == 157


def test_a_line_paid_back_in_full_makes_no_customer(table):
    rows = (
        "A,1,2024-06-01,100,completed",
        "A,1,2024-06-03,-100,refunded",
        "C,3,2024-06-01,60,completed",
        "C,R9,2024-06-04,-10,refunded",
    )
    result = run(table(*rows), ledger=LINE)
    assert f_and_m(result) == {"C": (1, 50)}
    assert_adds_up(result, 50)


def test_a_refund_told_by_status_and_by_a_row_counts_once(table):
    rows = ("A,1,2024-06-01,100,refunded", "A,1,2024-06-03,-100,completed", "A,2,2024-06-02,30,completed")
    result = run(table(*rows), ledger=LINE)
    assert f_and_m(result) == {"A": (1, 30)}
    assert_adds_up(result, 30)


def test_the_refund_of_a_cancelled_order_is_cancelled_too(table):
    rows = ("A,1,2024-06-01,100,cancelled", "A,1,2024-06-03,-100,completed", "A,2,2024-06-02,30,completed")
    result = run(table(*rows), ledger=LINE)
    assert f_and_m(result) == {"A": (1, 30)}
    assert_adds_up(result, 30)
    assert excluded(result) == {"cancelled": 2}
    assert not [warning for warning in result.report["warnings"] if "orphan" in warning["code"]]


def test_a_refund_with_a_line_worth_nothing_beside_it_is_no_purchase(table):
    rows = ("A,1,2024-06-01,100,completed", "A,R1,2024-06-03,-30.00,completed", "A,R1,2024-06-03,0.00,completed")
    result = run(table(*rows), ledger=LINE)
    assert f_and_m(result) == {"A": (1, 70)}
    assert_adds_up(result, 70)


def test_a_refund_that_is_no_number_is_quarantined_and_an_empty_one_is_none(table):
    rows = ("A,1,2024-06-01,100,abc", "B,2,2024-06-01,100,", "C,3,2024-06-01,100,10", "D,4,2024-06-01,100,0",
            "B,5,2024-06-01,100,NULL", "B,6,2024-06-01,100,n/a")  # fmt: skip
    result = run(table(*rows, header="customer_id,order_id,order_date,amount,refund"))
    assert quarantined(result) == {"bad_amount": 1}
    assert f_and_m(result) == {"B": (3, 300), "C": (1, 90), "D": (1, 100)}


@pytest.mark.parametrize("grain", ["order", "line", "day"])
def test_a_refund_keeps_the_decimals_that_its_amount_has_not(table, grain):
    rows = ("A,1,2024-06-01,20,5.50", "A,2,2024-06-02,20,0.49", "B,3,2024-05-01,20.5,", "C,4,2024-06-01,7,0.125")
    found = run(table(*rows, header="customer_id,order_id,order_date,amount,refund"), ledger={"grain": grain})
    money = {customer: value[1] for customer, value in f_and_m(found).items()}
    assert money == {"A": Decimal("34.01"), "B": Decimal("20.5"), "C": Decimal("6.875")}
    assert_adds_up(found, Decimal("61.385"))


@pytest.mark.parametrize("header", ["customer_id,order_id", "customer_id,x"])
@pytest.mark.parametrize("ledger", [{}, {"grain": "day"}, {"refunds": "gross"}])
def test_a_refund_of_unknown_amount_is_told_whatever_names_its_order(table, header, ledger):
    rows = ("A,1,2024-06-01,20,partially-refunded", "A,2,2024-06-02,20,paid", "B,3,2024-05-01,20,paid")
    found = run(table(*rows, header=f"{header},order_date,amount,status"), ledger=ledger).report["warnings"]
    expected = [] if "refunds" in ledger else [1]
    assert [one["rows"] for one in found if one["code"] == "unknown_refund"] == expected


@pytest.mark.parametrize("header", ["customer_id", "email"])
def test_a_list_of_people_finds_e_mail_customers_however_it_is_written(table, header):
    orders = table("a@x.com,1,2024-06-01,100", "b@x.com,2,2024-06-01,50", header="email,order_id,order_date,amount")
    people = table("A@X.com", header=header, file="people.csv")
    assert f_and_m(run(orders, model={"population": str(people)})) == {"a@x.com": (1, 100)}


def test_own_words_for_one_kind_of_status_leave_the_other_kinds_alone(table):
    rows = (
        "A,1,2024-06-01,100,completed",
        "A,2,2024-06-02,20,parked",
        "A,3,2024-06-03,3,test",
        "A,4,2024-06-04,4,failed",
    )
    result = run(table(*rows), ledger={"statuses": {"cancelled": ["parked"]}})
    assert f_and_m(result) == {"A": (1, 100)}
    assert excluded(result) == {"cancelled": 1, "failed": 1, "test": 1}


def test_a_misspelt_kind_of_status_is_refused(table):
    with pytest.raises(QuintileError, match="canceled"):
        run(table(*THREE_BUYERS), ledger={"statuses": {"canceled": ["parked"]}})


def test_a_line_may_be_paid_back_in_parts(table):
    rows = ("A,1,1,2024-06-01,100", "A,1,1,2024-06-03,-20", "A,1,1,2024-06-05,-30")
    result = run(table(*rows, header="customer_id,order_id,line,order_date,amount"))
    assert f_and_m(result) == {"A": (1, 50)}
    assert quarantined(result) == {}


def test_a_status_is_the_same_word_in_either_form_of_unicode(table):
    decomposed = unicodedata.normalize("NFD", "annulé")
    assert decomposed != "annulé"
    result = run(table("A,1,2024-06-01,100,completed", f"A,2,2024-06-02,20,{decomposed}"))
    assert f_and_m(result) == {"A": (1, 100)}
    assert excluded(result) == {"cancelled": 1}


def test_a_stream_that_can_be_read_once_reads_like_its_table():
    orders = pa.table(
        {
            "customer_id": ["A", "A", "B"],
            "order_id": ["1", "2", "3"],
            "order_date": [date(2024, 6, 1), date(2024, 6, 2), date(2024, 5, 1)],
            "amount": [Decimal("100.00"), Decimal("50.00"), Decimal("7.00")],
        }
    )
    streamed = run(orders.to_reader(max_chunksize=2))
    assert f_and_m(streamed) == {"A": (2, 150), "B": (1, 7)}
    assert streamed.to_arrow().equals(run(orders).to_arrow())


def test_no_source_is_refused():
    with pytest.raises(QuintileError):
        quintile.run([])


@pytest.mark.parametrize("wrong", [{"settings": {"scale": 3}}, {"as_of": 5}], ids=["settings", "as_of"])
def test_an_argument_of_the_wrong_kind_is_refused(table, wrong):
    with pytest.raises(QuintileError) as caught:
        quintile.run(table(*THREE_BUYERS), **wrong)
    assert caught.value.fix


def test_a_model_is_never_written_over_the_orders(tmp_path, table):
    orders = table(*THREE_BUYERS)
    before = orders.read_bytes()
    done = quintile_command(tmp_path, "fit", "orders.csv", "--out", "orders.csv", "--as-of", AS_OF)
    assert (done.returncode, orders.read_bytes()) == (2, before), done.stderr


def test_a_model_may_be_written_over_an_older_one(tmp_path, table):
    table(*THREE_BUYERS)
    fitted = []
    for as_of in (AS_OF, "2024-06-15"):
        done = quintile_command(tmp_path, "fit", "orders.csv", "--out", "model.json", "--as-of", as_of)
        assert done.returncode == 0, done.stderr
        model = quintile.RfmModel.from_json((tmp_path / "model.json").read_text(encoding="utf-8"))
        fitted.append(model.as_dict()["fitted"]["as_of"])
    assert fitted == [AS_OF, "2024-06-15"]


@pytest.mark.parametrize("fate", ["changed", "removed"])
def test_a_fitted_model_keeps_the_scheme_it_was_fitted_with(table, scheme, fate):
    orders = table(*THREE_BUYERS)
    settings = {"model": {"window": "all", "scheme": str(scheme)}}
    kept = quintile.fit(orders, as_of=AS_OF, settings=settings).to_json()
    if fate == "changed":
        scheme.write_text(SCHEME.format(segment="Nobody"), encoding="utf-8")
    else:
        scheme.unlink()
    result = quintile.score(orders, quintile.RfmModel.from_json(kept), as_of=AS_OF)
    assert segments_of(result) == {"A": "Everyone", "B": "Everyone"}


def test_a_time_of_day_needs_elapsed_recency(table):
    orders = table(*THREE_BUYERS)
    with pytest.raises(SettingsError) as caught:
        quintile.run(orders, as_of=f"{AS_OF}T12:00")
    assert "--recency elapsed" in caught.value.fix
    elapsed = quintile.run(orders, as_of=f"{AS_OF}T12:00", settings={"model": {"recency": "elapsed"}})
    assert rfm_of(elapsed)["A"][0] == 29


def test_the_same_file_given_twice_is_refused(table):
    orders = table(*THREE_BUYERS)
    with pytest.raises((DataError, SettingsError)) as caught:
        run([orders, orders])
    assert "orders.csv" in str(caught.value)
    copy = table(*THREE_BUYERS, file="copy.csv")
    assert quintile.check([orders, copy])["outcome"] == "reject"


def test_the_same_frame_given_twice_is_refused():
    frame = pa.table({"customer": ["A", "B"], "date": ["2024-06-01", "2024-06-02"], "amount": [10, 20]})
    with pytest.raises(DataError, match="frame 2 is the same table as frame 1"):
        run([frame, frame])
    assert f_and_m(run([frame, frame.slice(0)])) == {"A": (2, 20), "B": (2, 40)}


def test_a_guest_whose_e_mail_is_known_is_that_customer(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer_id,email,order_id,order_date,amount\n"
        "C1,a@x.com,1,2024-01-01,10\n"
        ",A@x.com,2,2024-02-01,5\n"
        ",new@x.com,3,2024-02-02,7\n"
        "C2,two@x.com,4,2024-02-03,1\nC3,two@x.com,5,2024-02-03,1\n,two@x.com,6,2024-02-03,2\n",
        encoding="utf-8",
    )
    settings = {"ledger": {"guests": "email"}, "model": {"window": "all"}}
    customers = quintile.run(path, as_of="2024-07-01", settings=settings).to_arrow().to_pylist()
    found = {row["customer_id"]: (row["frequency"], row["monetary"]) for row in customers}
    assert found == {"C1": (2, 15), "C2": (1, 1), "C3": (1, 1), "new@x.com": (1, 7), "two@x.com": (1, 2)}


@pytest.mark.parametrize("customers", [[7, 7, 9], [9, 7, 9], [None, 7, 9], [-1, 1, 5]])
def test_two_customers_of_one_order_are_found_among_numbers_too(customers):
    rows = {"order_id": [1, 1, 2], "order_date": ["2024-01-01"] * 3, "amount": ["1", "2", "4"]}
    table = pa.table({"customer_id": pa.array(customers, pa.int64()), **rows})
    settings: dict[str, dict[str, object]] = {"ledger": {"grain": "line"}, "model": {"window": "all"}}
    settings["reading"] = {"max_bad_share": 1}
    report = quintile.run(table, as_of="2024-07-01", settings=settings).report
    conflicts = {line["reason"]: line["rows"] for line in report["quarantine"]}
    known = [customer for customer in customers[:2] if customer is not None]
    expected = {"order_customer_conflict": 2} if len(set(known)) > 1 else {}
    assert conflicts == expected | ({"null_customer": 1} if None in customers else {})
