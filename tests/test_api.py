from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import quintile
from quintile.domain.columns import CUSTOMERS
from quintile.errors import DataError, SettingsError
from tests.jobs.shop import AS_OF, RFM, write_shop

ROWS = {
    "order_id": ["O1", "O2", "O3", "O4"],
    "customer_id": ["A", "A", "B", "C"],
    "order_date": [date(2025, 6, 1), date(2025, 6, 20), date(2025, 3, 1), date(2024, 12, 24)],
    "amount": [Decimal("10.05"), Decimal("20.00"), Decimal("5.00"), Decimal("99.90")],
}


def rfm_of(result):
    rows = result.to_arrow().to_pylist()
    return {row["customer_id"]: (row["recency_days"], row["frequency"], str(row["monetary"])) for row in rows}


@pytest.mark.parametrize("frame", [pa.table(ROWS), pl.DataFrame(ROWS), pd.DataFrame(ROWS)], ids=["arrow", "pl", "pd"])
def test_frames_are_scored_like_files(frame):
    assert rfm_of(quintile.run(frame, as_of=AS_OF)) == RFM


def test_a_frame_whose_columns_are_numbers_loses_no_row():
    numbered = pd.DataFrame(ROWS)
    numbered.columns = pd.Index(range(4))
    places = {"reading": {"map": {"order": "0", "customer": "1", "time": "2", "amount": "3"}}}
    assert rfm_of(quintile.run(numbered, as_of=AS_OF, settings=places)) == RFM


def test_a_fitted_model_is_learned_anew():
    table = pa.table(ROWS)
    first = quintile.fit(table.slice(0, 2), as_of=AS_OF)
    again = quintile.fit(table, first, as_of=AS_OF)
    assert again == quintile.fit(table, as_of=AS_OF)
    assert [model.fitted and model.fitted.customers for model in (first, again)] == [1, 3]


def test_a_path_may_be_text_and_sources_may_be_several(tmp_path):
    file = write_shop(tmp_path)
    assert rfm_of(quintile.run(str(file), as_of="2025-07-01")) == RFM
    table = pa.table(ROWS)
    assert rfm_of(quintile.run([table.slice(0, 1), table.slice(1)], as_of=AS_OF)) == RFM
    assert rfm_of(quintile.run((table,), as_of=AS_OF)) == RFM


def test_the_customers_come_out_as_any_frame_and_more_than_once():
    result = quintile.run(pa.table(ROWS), as_of=AS_OF)
    assert result.to_arrow().column_names == [*CUSTOMERS]
    arrow = result.to_arrow().to_pylist()
    assert result.to_polars().to_dicts() == arrow
    assert result.to_pandas()["monetary"].tolist() == [row["monetary"] for row in arrow]
    assert pa.table(result).to_pylist() == arrow
    assert pl.DataFrame(result).to_dicts() == arrow


def test_a_result_has_its_segments_report_and_fitted_model():
    result = quintile.run(pa.table(ROWS), as_of=AS_OF)
    assert result.segments == result.report["segments"]
    assert result.model.cuts is not None
    assert result.report["model"] == result.model.as_dict()


def test_fit_then_score_is_run():
    table = pa.table(ROWS)
    model = quintile.fit(table, as_of=AS_OF)
    assert quintile.score(table, model, as_of=AS_OF).to_arrow().equals(quintile.run(table, as_of=AS_OF).to_arrow())


def test_a_model_without_cut_points_cannot_score():
    with pytest.raises(SettingsError) as caught:
        quintile.score(pa.table(ROWS), quintile.RfmModel())
    assert str(caught.value) == (
        "error[model]: the model has no cut points yet\n  Fix: learn them first: quintile.fit(source, model)"
    )


def test_a_given_model_wins_over_the_settings():
    model = quintile.RfmModel(scale=quintile.Scale(3), scheme="six-27")
    result = quintile.run(pa.table(ROWS), model, as_of=AS_OF, settings={"ledger": {"refunds": "gross"}, "model": {}})
    assert result.model.scale == quintile.Scale(3)


@pytest.mark.parametrize("called", [quintile.run, quintile.fit, quintile.score])
def test_settings_beside_a_kept_model_are_refused_and_not_passed_over(called):
    table = pa.table(ROWS)
    model = quintile.fit(table, as_of=AS_OF)
    with pytest.raises(SettingsError) as caught:
        called(table, model, as_of=AS_OF, settings={"model": {"window": "1mo", "scale": 3}})
    assert str(caught.value) == (
        "error[model]: a kept model brings its own window, scale\n  Fix: drop those settings, or the model"
    )


def test_settings_beside_a_model_to_fit_are_refused_too():
    with pytest.raises(SettingsError, match="a model brings its own scale"):
        quintile.run(pa.table(ROWS), quintile.RfmModel(), settings={"model": {"scale": 10}})


@pytest.mark.parametrize("called", [quintile.run, quintile.fit, quintile.score])
@pytest.mark.parametrize("model", ["m.json", Path("m.json"), {}, quintile.RfmModel])
def test_what_is_no_model_is_refused(called, model):
    with pytest.raises(SettingsError, match=r"is no model") as caught:
        called(pa.table(ROWS), model)
    assert caught.value.fix == "learn one: quintile.fit(source); or read a kept one: quintile.RfmModel.from_json(text)"


def test_a_score_needs_a_model():
    nothing: Any = None
    with pytest.raises(SettingsError, match="None is no model"):
        quintile.score(pa.table(ROWS), nothing)


@pytest.mark.parametrize("called", [quintile.run, quintile.fit, quintile.check])
@pytest.mark.parametrize("settings", ["x", ["x"], 5, ""])
def test_what_are_no_settings_are_refused(called, settings):
    with pytest.raises(SettingsError) as caught:
        called(pa.table(ROWS), settings=settings)
    assert str(caught.value) == (
        f"error[settings]: {settings!r} cannot be settings\n"
        '  Fix: write groups and keys, such as {"model": {"window": "6mo"}}'
    )


@pytest.mark.parametrize("column", [pd.Series([1]), pd.Series([1], index=["columns"]), pl.Series([1])])
def test_a_single_column_is_no_source(column):
    with pytest.raises(DataError) as caught:
        quintile.run([pa.table(ROWS), column])
    assert str(caught.value) == (
        "error[format_not_supported]: a single column is no table of orders\n  Where: frame 2\n"
        "  Fix: pass the whole table, with columns for customer, time and amount"
    )
    assert quintile.check(column)["error"]["code"] == "format_not_supported"


def test_own_cut_points_may_be_whole_numbers():
    numbers: Any = (2, 3, 5, 7)
    result = quintile.run(pa.table(ROWS), quintile.RfmModel(f=quintile.Method("threshold", numbers)), as_of=AS_OF)
    assert result.report["model"]["cuts"]["f"] == {"values": ["2", "3", "5", "7"]}


def test_a_folder_for_the_results_is_a_path():
    number: Any = 5
    with pytest.raises(SettingsError, match="5 is no folder"):
        quintile.run(pa.table(ROWS), out=number)


def test_without_a_date_it_is_the_day_after_the_latest_order():
    report = quintile.run(pa.table(ROWS)).report
    assert (report["as_of"], report["as_of_given"]) == ("2025-06-21", False)


def test_the_date_may_be_a_moment():
    noon = quintile.run(pa.table(ROWS), as_of="2025-07-01T12:00", settings={"model": {"recency": "elapsed"}})
    same = quintile.run(
        pa.table(ROWS),
        as_of=datetime(2025, 7, 1, 12),  # noqa: DTZ001 - the shop's wall time
        settings={"model": {"recency": "elapsed"}},
    )
    assert noon.report["as_of"] == "2025-07-01T12:00:00"
    assert rfm_of(noon) == rfm_of(same)


@pytest.mark.parametrize("text", ["soon", "2025-02-30", "", "01/07/2025"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(SettingsError) as caught:
        quintile.run(pa.table(ROWS), as_of=text)
    assert str(caught.value) == f"error[as_of]: '{text}' is no date\n  Fix: write as_of=\"2025-07-01\""


@pytest.mark.parametrize(
    "as_of",
    [datetime(2025, 7, 1), pd.Timestamp("2025-07-01"), "2025-07-01T00:00"],  # noqa: DTZ001 - the shop's clock
)
def test_midnight_is_the_day_that_it_begins(as_of):
    assert quintile.run(pa.table(ROWS), as_of=as_of).report["as_of"] == "2025-07-01"


@pytest.mark.parametrize("as_of", [pd.Timestamp("2025-07-01", tz="UTC"), "2025-07-01T12:00:00+02:00"])
def test_a_date_of_another_clock_is_refused(as_of):
    with pytest.raises(SettingsError, match="brings a time zone"):
        quintile.run(pa.table(ROWS), as_of=as_of, settings={"model": {"recency": "elapsed"}})


def test_a_missing_date_of_pandas_is_no_date():
    missing: Any = pd.NaT
    with pytest.raises(SettingsError, match="NaT is no date"):
        quintile.run(pa.table(ROWS), as_of=missing)


def test_a_result_can_be_published_too(tmp_path):
    quintile.run(pa.table(ROWS), as_of=AS_OF, out=str(tmp_path / "out"))
    assert (Path(tmp_path) / "out" / "customers.parquet").is_file()


def test_check_returns_its_rejection():
    assert quintile.check(pa.table({"a": [1]}))["error"]["code"] == "missing_columns"
    assert quintile.check(pa.table(ROWS), as_of=AS_OF)["outcome"] == "accept"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda _: quintile.lint("rfm-10"), "quintile.lint(quintile.load_scheme('rfm-10'))"),  # type: ignore[arg-type]
        (lambda _: quintile.lint(None), "None is no scheme"),  # type: ignore[arg-type]
        (lambda _: quintile.load_scheme(None), "None is no name of a scheme"),  # type: ignore[arg-type]
        (lambda _: quintile.load_scheme("a\0b.toml"), "is no name of a scheme"),
        (lambda _: quintile.run("a\0b"), "no file can have such a name"),
        (lambda _: quintile.fit(["a\0b"]), "no file can have such a name"),
        (lambda file: quintile.run(file, settings={"ledger": {"returns": "a\0b"}}), "no file can have such a name"),
        (lambda file: quintile.run(file, out="a\0b"), "is no folder"),
        (lambda file: quintile.run(file, out=""), "'' is no folder"),
        (lambda file: quintile.run(file, as_of="9999-12-31"), "later than any order can be"),
        (lambda file: quintile.check(file, as_of=date.max), "later than any order can be"),
        (lambda file: quintile.fit(file, as_of="9999-12-31T12:00"), "later than any order can be"),
    ],
)
def test_no_argument_is_a_fault_of_the_program(tmp_path, call, said):
    with pytest.raises(quintile.QuintileError) as refused:
        call(write_shop(tmp_path))
    assert said in str(refused.value)


def test_a_name_that_no_file_can_have_is_rejected():
    assert quintile.check("a\0b")["error"]["code"] == "not_found"
