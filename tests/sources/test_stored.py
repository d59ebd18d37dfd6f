from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import joined, name, render
from quintile.errors import DataError
from quintile.sources import stored as module
from quintile.sources.read import Reading, read
from quintile.sources.stored import stored

COLUMNS = {"customer": "customer_id", "order": "order_id", "time": "day", "amount": "total"}
HEAD = "customer_id,order_id,day,total,remark\n"
ROW = "17,1001,2025-01-31 10:00:00,9.50,x\n"


@pytest.fixture
def copied(engine, opened, tmp_path, monkeypatch):
    """``copied(text, decimal=".")``: the table before and after, and all its rows as text in both."""
    monkeypatch.setattr(module, "FEWEST_ROWS", 1)

    def of(text, **wish):
        path = tmp_path / "orders.csv"
        path.write_text(text, encoding="utf-8", newline="")
        before = opened(path)
        after = stored(engine, before, COLUMNS, ReadingSettings(**wish))
        plain = joined(name(column) for column in COLUMNS.values())
        raw = joined(after.raws[column] for column in COLUMNS.values())
        rows = [engine.rows(render("SELECT {c}, quintile_row_number FROM ({q})", c=plain, q=before.located))]
        rows.append(engine.rows(render("SELECT {c}, quintile_row_number FROM ({q})", c=raw, q=after.located)))
        return after, *rows

    return of


def test_plain_columns_get_their_type_and_only_columns_with_a_role_are_kept(engine, copied):
    table, before, after = copied(HEAD + ROW + "18,1002,2025-02-01 00:00:00,-0.50,\n")
    assert table.columns == {
        "customer_id": "BIGINT",
        "order_id": "BIGINT",
        "day": "TIMESTAMP",
        "total": "DECIMAL(18, 2)",
    }
    assert engine.rows(table.query)[1] == (18, 1002, datetime(2025, 2, 1), Decimal("-0.50"))  # noqa: DTZ001 - naive
    assert after == before


@pytest.mark.parametrize(
    ("column", "texts", "kind"),
    [
        (0, ["7", "8"], "BIGINT"),
        (0, ["7", "007"], "VARCHAR"),
        (0, ["7", "7.0"], "VARCHAR"),
        (0, ["7", " 7"], "VARCHAR"),
        (0, ["7", "+7"], "VARCHAR"),
        (0, ["7", "1e2"], "VARCHAR"),
        (0, ["7", "-0"], "VARCHAR"),
        (0, ["7", "1_0"], "VARCHAR"),
        (0, ["7", "null"], "VARCHAR"),
        (0, ["7", "99999999999999999999"], "VARCHAR"),
        (0, ["7", ""], "BIGINT"),
        (2, ["2025-01-31", "2025-02-01"], "DATE"),
        (2, ["2025-01-31", "2025-02-30"], "VARCHAR"),
        (2, ["2025-01-31", "31/01/2025"], "VARCHAR"),
        (2, ["2025-01-31", "not a date"], "VARCHAR"),
        (2, ["2025-01-31 10:00:00", "31/01/2025 10:00:00"], "VARCHAR"),
        (2, ["2025-01-31T10:00:00", "2025-02-30T10:00:00"], "VARCHAR"),
        (2, ["2025-01-31", "infinity"], "VARCHAR"),
        (2, ["2025-01-31", "20250201"], "VARCHAR"),
        (2, ["2025-01-31", "2025-2-1"], "VARCHAR"),
        (2, ["2025-01-31", "2025-02-01 10:00:00"], "VARCHAR"),
        (2, ["2025-01-31T10:00:00", "2025-02-01T10:00:00"], "TIMESTAMP"),
        (2, ["2025-01-31 10:00:00", "2025-02-01 24:00:00"], "VARCHAR"),
        (2, ["2025-01-31 10:00:00", "2025-02-01 10:00+01"], "VARCHAR"),
        (2, ["2025-01-31 10:00:00", "2025-02-01 10:00:00.5"], "VARCHAR"),
        (3, ["1.50", "2.25"], "DECIMAL(18, 2)"),
        (3, ["1.5", "10", "2.25", "-0.5"], "DECIMAL(18, 2)"),
        (3, ["7", "8"], "DECIMAL(18, 0)"),
        (3, ["1.234", "2.500"], "VARCHAR"),
        (3, ["1.234", "2.5"], "DECIMAL(18, 3)"),
        (3, ["1.50", "1.505"], "DECIMAL(18, 3)"),
        (3, ["1.50", "01.50"], "VARCHAR"),
        (3, ["1.50", "-0.0"], "VARCHAR"),
        (3, ["1.50", "1e3"], "VARCHAR"),
        (3, ["1.50", "1_0.00"], "VARCHAR"),
        (3, ["1.50", "99999999999999999.00"], "VARCHAR"),
        (3, ["1.50", "free"], "VARCHAR"),
        (3, ["1.50", ""], "DECIMAL(18, 2)"),
    ],
)
def test_a_column_is_typed_if_every_text_is_the_spelling_of_its_value(copied, column, texts, kind):
    rows = []
    for text in [*texts[:1] * 3, *texts]:  # most texts are plain, so that the first guess is a type
        fields = ROW.split(",")
        fields[column] = text
        rows.append(",".join(fields))
    table, before, after = copied(HEAD + "".join(rows))
    assert list(table.columns.values())[column] == kind
    assert after == before


@pytest.mark.parametrize(
    ("first", "later"), [("9.50", "9.505"), ("9", "9.5"), ("9", "9.05"), ("9", "-0.5"), ("9", "9.0")]
)
def test_more_decimals_than_the_first_rows_promise_cost_the_type_and_no_digit(copied, monkeypatch, first, later):
    monkeypatch.setattr(module, "_SAMPLED", 2)
    table, before, after = copied(HEAD + ROW.replace("9.50", first) * 2 + ROW.replace("9.50", later))
    assert table.columns["total"] == "VARCHAR"
    assert after == before


def test_ids_that_only_later_rows_write_at_length_stay_numbers(copied, monkeypatch):
    monkeypatch.setattr(module, "_SAMPLED", 2)
    table, before, after = copied(HEAD + ROW * 2 + ROW.replace("1001", "6201234567890"))
    assert table.columns["order_id"] == "BIGINT"
    assert after == before


def test_a_mark_or_a_format_of_the_user_s_leaves_the_text_to_the_rules_of_text(copied):
    assert copied(HEAD + ROW, decimal=",")[0].columns["total"] == "VARCHAR"
    assert copied(HEAD + ROW, decimal=".")[0].columns["total"] == "DECIMAL(18, 2)"
    assert copied(HEAD + ROW, date_format="%Y-%d-%m %H:%M:%S")[0].columns["day"] == "VARCHAR"


def test_small_tables_and_frames_are_read_as_they_are(engine, opened, tmp_path):
    (tmp_path / "orders.csv").write_text(HEAD + ROW, encoding="utf-8")
    table = opened(tmp_path / "orders.csv")
    assert stored(engine, table, COLUMNS, ReadingSettings()) is table


ids = st.one_of(st.integers(0, 30).map(str), st.sampled_from(["007", "A-1", "1e2", " 7", "7.0", "", "null", "+5"]))
days = st.one_of(
    st.dates(date(2024, 1, 1), date(2025, 6, 1)).map(str),
    st.dates(date(2024, 1, 1), date(2025, 6, 1)).map(str),
    st.sampled_from(
        [
            "25/05/2025",
            "03/04/2025",
            "not a date",
            "2025-02-30",
            "",
            "2025-01-01 24:00:00",
            "9999-12-31",
            "1970-01-01",
            "2025-01-01 10:00:00+02:00",
        ]
    ),
)
totals = st.one_of(
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["10", "1.5", "1.234", "", "free", "1e3", "1,234.50", "(5.00)", "NaN", "-0.0", "007", "$ 5.00"]),
)
shops = st.lists(st.tuples(ids, ids, days, totals), min_size=1, max_size=6)
clean = st.lists(
    st.tuples(
        st.integers(0, 30).map(str),
        st.integers(0, 99).map(str),
        st.dates(date(2024, 1, 1), date(2025, 6, 1)).map(str),
        st.one_of(st.decimals(-1000, 1000, places=2).map(str), st.sampled_from(["10", "7", "1.5", "0.125"])),
    ),
    min_size=1,
    max_size=6,
)


@given(
    rows=st.one_of(clean, shops),
    wish=st.sampled_from([{}, {"decimal": "."}, {"decimal": ","}]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_copy_never_changes_what_is_read(engine, opened, tmp_path, monkeypatch, rows, wish):
    monkeypatch.setattr(module, "_SAMPLED", len(rows) // 2 + 1)  # what the first rows promise, others may not keep
    path = tmp_path / "orders.csv"
    path.write_text(HEAD + "".join(",".join(row) + ",\n" for row in rows), encoding="utf-8")

    def outcome(fewest):
        module.FEWEST_ROWS = fewest
        try:
            found = read(engine, [opened(path)], ReadingSettings(**wish), Reading())
            typed = "CAST(customer AS VARCHAR), CAST(order_id AS VARCHAR), ordered_at, amount, amount_problem"
            query = "SELECT " + typed + ", time_problem, {raws}, quintile_row_number FROM {table}"
            raws = joined(name(column) for column in found.raw_columns)
            return engine.rows(render(query, raws=raws, table=name(found.located))), found.files[0].assumed
        except DataError as error:
            return error.code, error.message

    kept = module.FEWEST_ROWS
    try:
        assert outcome(1) == outcome(len(rows) + 1)
    finally:
        module.FEWEST_ROWS = kept
