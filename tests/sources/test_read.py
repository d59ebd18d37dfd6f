from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from quintile.domain.columns import TRANSACTIONS
from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.errors import DataError
from quintile.sources.read import Reading, read

FIRST = {"customer_id": ["A", "B"], "order_id": ["1", "2"], "order_date": ["2025-06-01"] * 2, "amount": ["1.50", "2"]}
SECOND = {
    "Kunde": ["c", None], "Bestellung": ["3", "4"], "Datum": ["31.01.2025", "13.02.2025"],
    "Umsatz": ["1.000,25", "7,10"], "status": ["paid", "test"], "currency": [" usd", ""], "refund": ["1,00", None],
}  # fmt: skip


@pytest.fixture
def reading(engine, opened):
    """``reading(frame, ...)`` reads frames or paths as one view."""

    def of_sources(*sources, settings=None, **more):
        frames = [pa.table(source) if isinstance(source, dict) else source for source in sources]
        tables = [opened(frame, place=place) for place, frame in enumerate(frames)]
        return read(engine, tables, settings or ReadingSettings(), Reading(**more))

    return of_sources


def column(engine, wanted, view="transactions"):
    return [
        row[0] if len(row) == 1 else row for row in engine.rows(Sql(f"SELECT {wanted} FROM {view} ORDER BY order_id"))
    ]


def test_sources_with_other_columns_marks_and_roles_become_one_view(reading, engine):
    found = reading(FIRST, SECOND)
    assert column(engine, "customer, order_id, amount, CAST(CAST(ordered_at AS DATE) AS VARCHAR)") == [
        ("A", "1", Decimal("1.50"), "2025-06-01"),
        ("B", "2", Decimal("2.00"), "2025-06-01"),
        ("c", "3", Decimal("1000.25"), "2025-01-31"),
        (None, "4", Decimal("7.10"), "2025-02-13"),
    ]
    assert column(engine, "status, currency, refund, file_no") == [
        (None, None, None, 0), (None, None, None, 0), ("paid", "USD", Decimal(1), 1), ("test", None, Decimal(0), 1),
    ]  # fmt: skip
    assert found.roles == {"customer", "order", "status", "currency", "refund"}
    assert [(file.name, file.rows, file.assumed["decimal"]) for file in found.files] == [
        ("frame 1", 2, "."),
        ("frame 2", 2, ","),
    ]
    assert (found.rows, found.columns["amount"]) == (4, "amount")


def test_whole_numbers_in_one_source_and_text_in_another_are_the_same_customers(reading, engine):
    reading({**FIRST, "customer_id": [7, 8]}, {**FIRST, "order_id": ["3", "4"], "customer_id": ["7", "08"]})
    assert column(engine, "customer") == ["7", "8", "7", "08"]


def test_the_located_view_knows_places_and_raw_texts(reading, engine):
    found = reading({**FIRST, "amount": ["1.50", "ten"], "customer_id": [" A", "B"]}, settings=None)
    assert found.located_columns == (
        "quintile_row_number",
        "raw_customer",
        "raw_email",
        "raw_phone",
        "raw_account",
        "raw_order",
        "raw_time",
        "raw_amount",
        "raw_refund",
        "raw_currency",
    )
    assert column(engine, ", ".join(found.located_columns), found.located) == [
        (1, " A", None, None, None, "1", "2025-06-01", "1.50", None, None),
        (2, "B", None, None, None, "2", "2025-06-01", "ten", None, None),
    ]


def test_the_raw_text_of_a_product_shows_both_factors(reading, engine):
    frame = {key: FIRST[key] for key in ("customer_id", "order_id", "order_date")}
    found = reading({**frame, "quantity": ["2", "x"], "unit_price": ["1.50", "2.25"]})
    assert column(engine, "raw_amount", found.located) == ["2 x 1.50", "x x 2.25"]


def test_pointed_numbers_of_a_frame_are_whole(reading, engine):
    found = reading({**FIRST, "customer_id": ["7.0", "8.0"]})
    assert column(engine, "customer") == ["7", "8"]
    assert found.files[0].assumed["customer_is_whole_number"] is True


def test_customers_that_are_mail_addresses_are_seen_if_all_sources_have_them(reading):
    mails = {**FIRST, "customer_id": ["a@x.example", "b@x.example"]}
    assert reading(mails).assumed == {"customer_is_email": True}
    assert not reading(mails, FIRST).assumed["customer_is_email"]


def test_equal_rows_are_told_by_wish_across_one_source(reading, engine):
    twice = {key: [values[0], values[0]] for key, values in FIRST.items()}
    reading(twice, drop_repeated_rows=True)
    assert sorted(column(engine, "row_problem"), key=str) == [None, "duplicate_row"]
    reading(twice)
    assert column(engine, "row_problem") == [None, None]


@pytest.mark.parametrize("role", ["order", "customer"])
def test_a_role_that_only_some_sources_have_is_refused(reading, role):
    lacking = {key: values for key, values in FIRST.items() if key != f"{role}_id"}
    if role == "customer":
        lacking["email"] = ["a@x.example", "b@x.example"]
    with pytest.raises(DataError) as caught:
        reading(FIRST, lacking)
    assert str(caught.value) == (
        f"error[missing_columns]: frame 2 has no column for the {role}, the other sources have\n"
        f"  Fix: name it with --map {role}=COLUMN, or read the sources in separate runs"
    )


def test_an_error_names_the_source_it_is_in(reading):
    with pytest.raises(DataError) as caught:
        reading(FIRST, {**FIRST, "order_date": ["03/04/2025", "05/06/2025"]})
    assert (caught.value.code, caught.value.place.file) == ("ambiguous_date", "frame 2")


def test_the_shop_s_day_is_that_of_its_time_zone(reading, engine):
    late = {**FIRST, "order_date": ["2025-06-01T23:30:00Z", "2025-06-01T12:00:00Z"]}
    reading(late, time_zone="Europe/Berlin")
    assert column(engine, "ordered_at")[0] == datetime(2025, 6, 2, 1, 30)  # noqa: DTZ001 - the shop's wall time
    reading(late, time_zone="Europe/Berlin", elapsed=True)
    assert column(engine, "ordered_at")[0] == datetime(2025, 6, 1, 23, 30)  # noqa: DTZ001 - the instant in UTC


def test_the_view_has_the_columns_of_its_shape(reading, engine):
    more = {"email": ["a@x.example", None], "account": ["X", "Y"], "line_id": [1, 2], "type": ["sale", "refund"]}
    more["phone"] = ["+49 30 901820", None]
    reading({**FIRST, **more, **{role: SECOND[role] for role in ("status", "currency", "refund")}})
    assert sorted(engine.columns(Sql("SELECT * FROM transactions"))) == sorted(TRANSACTIONS)
