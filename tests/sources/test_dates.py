from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, SettingsError
from quintile.sources.dates import suggest_dates, time_sql

ENGINE = DuckDbEngine()
MOMENTS = st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2199, 12, 31)).map(  # noqa: DTZ001 - naive
    lambda moment: moment.replace(microsecond=0)
)


def column_of(values, kind="VARCHAR") -> Sql:
    rows = joined(render("({value})", value=value if isinstance(value, Sql) else literal(value)) for value in values)
    return render("SELECT CAST(t AS {kind}) AS t FROM (VALUES {rows}) AS v(t)", kind=Sql(kind), rows=rows)


def read(values, *, kind="VARCHAR", time_zone="UTC", clock="local", **settings_):
    source = column_of(values, kind)
    form = suggest_dates(ENGINE, source, "t", kind=kind, **settings_)
    value, problem = time_sql(name("t"), form, time_zone, clock)
    query = "SELECT CAST({value} AS VARCHAR), {problem} FROM ({source})"
    rows = ENGINE.rows(render(query, value=value, problem=problem, source=source))
    return [value if problem is None else problem for value, problem in rows]


def code_of(values, **settings_) -> str:
    with pytest.raises(DataError) as raised:
        read(values, **settings_)
    assert "'t'" in raised.value.message
    return raised.value.code


FORMATS = {
    "iso": ("%Y-%m-%d %H:%M:%S", None),
    "iso T": ("%Y-%m-%dT%H:%M:%S", None),
    "slashes": ("%Y/%m/%d %H:%M:%S", None),
    "dmy dots": ("%d.%m.%Y %H:%M:%S", "dmy"),
    "dmy slashes": ("%d/%m/%Y %H:%M:%S", "dmy"),
    "mdy": ("%m/%d/%Y %I:%M:%S %p", "mdy"),
    "compact": ("%Y%m%d %H:%M:%S", None),
    "month name": ("%d-%b-%Y %H:%M:%S", None),
    "long month name": ("%B %d, %Y %I:%M:%S %p", None),
    "mail": ("%a, %d %b %Y %H:%M:%S GMT", None),
    "z": ("%Y-%m-%dT%H:%M:%SZ", None),
}


@pytest.mark.parametrize("style", FORMATS)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_any_time_in_any_written_form_comes_back_equal(style, moments):
    written, order = FORMATS[style]
    texts = [f"{moment:{written}}" for moment in moments]
    assert read(texts, date_order=order) == [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in moments]


@given(
    moment=MOMENTS,
    offset=st.integers(-14 * 60 + 1, 14 * 60 - 1),
    mark=st.sampled_from(["{}{:02}:{:02}", " {}{:02}{:02}"]),
)
@settings(max_examples=50, deadline=None)
def test_an_own_offset_leads_to_the_same_instant(moment, offset, mark):
    written = f"{moment:%Y-%m-%d %H:%M:%S}" + mark.format("-" if offset < 0 else "+", *divmod(abs(offset), 60))
    expected = moment - timedelta(minutes=offset)
    assert read([written], clock="utc", time_zone="Europe/Istanbul") in (
        [f"{expected:%Y-%m-%d %H:%M:%S}"],
        ["date_out_of_range"],
    )


@given(moment=st.datetimes(min_value=datetime(1980, 1, 2), max_value=datetime(2037, 1, 1)))  # noqa: DTZ001 - naive
@settings(max_examples=50, deadline=None)
def test_an_instant_becomes_the_wall_time_of_the_shop(moment):
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    wall = moment.astimezone(ZoneInfo("America/New_York"))
    assert read([f"{moment:%Y-%m-%dT%H:%M:%SZ}"], time_zone="America/New_York") == [f"{wall:%Y-%m-%d %H:%M:%S}"]


def test_a_plain_iso_column_is_read_with_a_single_cast():
    form = suggest_dates(ENGINE, column_of(["2025-01-05 10:20:30", "2025-02-30 00:00:00"]), "t")
    assert str(time_sql(name("t"), form, "UTC")[0]) == 'TRY_CAST("t" AS TIMESTAMP)'


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-06-30T23:59:59.999999999", "2025-06-30 23:59:59.999999"),
        ("2025-06-29T00:00:00.000000001", "2025-06-29 00:00:00"),
        ("2025-1-5 9:05", "2025-01-05 09:05:00"),
        ("1 Jan 2025", "2025-01-01 00:00:00"),
        ("Sept. 3, 2024 12:05 am", "2024-09-03 00:05:00"),
        (" 2025-01-05 ", "2025-01-05 00:00:00"),
        ("2025-01-05 10:20:30.5 +05:30", "2025-01-05 04:50:30.5"),
        ("20250105", "2025-01-05 00:00:00"),
    ],
)
def test_forms_of_one_date(text, time):
    assert read([text]) == [time]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2025-02-30", "bad_date"),
        ("2025-02-29", "bad_date"),
        ("2024-13-01", "bad_date"),
        ("0000-00-00", "bad_date"),
        ("2025-01-05T24:00:00", "bad_date"),
        ("2025-01-05 24:00:00", "bad_date"),
        ("2025-01-05 23:59:60", "bad_date"),
        ("epoch", "bad_date"),
        ("infinity", "bad_date"),
        ("2025-01-05 (BC)", "bad_date"),
        ("2025-01-05 10:00:00 Mars", "bad_date"),
        ("12 März 2025", "bad_date"),
        ("\uff12\uff10\uff12\uff15-01-05", "bad_date"),
        ("45000", "bad_date"),
        ("31/12/24", "bad_date"),
        ("", "bad_date"),
        (None, "bad_date"),
        ("1900-01-01", "date_out_of_range"),
        ("1970-01-01", "date_out_of_range"),
        ("0001-01-01", "date_out_of_range"),
        ("9999-12-31", "date_out_of_range"),
    ],
)
def test_what_is_no_date_has_a_reason_and_harms_no_other(text, problem):
    days = ["2025-01-05", "2025-01-06", "2025-01-27"]
    assert read([*days, text]) == [*(f"{day} 00:00:00" for day in days), problem]


def test_one_day_above_twelve_settles_the_order():
    assert read(["25/12/2024", "03/04/2025"]) == ["2024-12-25 00:00:00", "2025-04-03 00:00:00"]
    assert read(["12/25/2024", "03/04/2025"]) == ["2024-12-25 00:00:00", "2025-03-04 00:00:00"]


def test_dates_that_nothing_settles_are_asked_about():
    with pytest.raises(DataError, match=r"'t'.*day-first or month-first") as raised:
        read(["03/04/2025", "05/06/2025"])
    assert raised.value.code == "ambiguous_date"
    assert "--date-order dmy" in raised.value.fix
    assert read(["03/04/2025"], date_order="mdy") == ["2025-03-04 00:00:00"]


def test_both_orders_in_one_column_are_refused_until_one_is_named():
    values = ["25/12/2024", "12/25/2024", "01/02/2025"]
    assert code_of(values) == "ambiguous_date"
    assert read(values, date_order="dmy") == ["2024-12-25 00:00:00", "bad_date", "2025-02-01 00:00:00"]


def test_years_of_two_digits_must_be_said():
    assert code_of(["31/12/24", "15/01/25"]) == "two_digit_year"
    assert code_of(["14-Jan-15"]) == "two_digit_year"
    assert read(["31/12/24"], date_order="dmy") == ["2024-12-31 00:00:00"]
    assert read(["25/1/2", "25-12-31"], date_order="ymd") == ["bad_date", "2025-12-31 00:00:00"]
    assert read(["14-Jan-15", "x"], date_format="%d-%b-%y") == ["2015-01-14 00:00:00", "bad_date"]


def test_numbers_are_no_dates():
    assert code_of(["45000", "45001"]) == "date_is_number"
    assert code_of(["1735689600"]) == "date_is_number"
    assert code_of([45000], kind="INTEGER") == "date_is_number"
    assert code_of([45000.5], kind="DOUBLE") == "date_is_number"


def test_mostly_foreign_month_names_are_refused():
    assert code_of(["12 März 2025", "3 déc. 2024", "1 Jan 2025"]) == "bad_date"


def test_a_format_that_no_value_follows_is_refused():
    assert code_of(["2025-01-05"], date_format="%d/%m/%Y") == "bad_date"


@pytest.mark.parametrize("date_format", ["%Q", "%d/%m/%", "dd.mm.yyyy", ""])
def test_a_format_the_database_does_not_know_is_refused(date_format):
    with pytest.raises(SettingsError):
        read(["2025-01-05"], date_format=date_format)


def test_wall_time_and_instant():
    values = ["2025-01-05 22:30:00", "2025-01-05T22:30:00Z"]
    assert read(values, time_zone="Europe/Istanbul") == ["2025-01-05 22:30:00", "2025-01-06 01:30:00"]
    assert read(values, time_zone="Europe/Istanbul", clock="utc") == ["2025-01-05 19:30:00", "2025-01-05 22:30:00"]


@pytest.mark.parametrize(
    ("kind", "value", "time"),
    [
        ("DATE", "DATE '2025-06-30'", "2025-06-30 00:00:00"),
        ("TIMESTAMP", "TIMESTAMP '2025-06-30 01:02:03.5'", "2025-06-30 01:02:03.5"),
        ("TIMESTAMP_S", "TIMESTAMP '2025-06-30 01:02:03'", "2025-06-30 01:02:03"),
        ("TIMESTAMP_MS", "TIMESTAMP '2025-06-30 01:02:03.5'", "2025-06-30 01:02:03.5"),
        ("TIMESTAMP_NS", "TIMESTAMP_NS '2025-06-30 23:59:59.999999999'", "2025-06-30 23:59:59.999999"),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ '2025-06-30 22:00:00+00'", "2025-07-01 01:00:00"),
        ("DATE", "DATE 'infinity'", "date_out_of_range"),
        ("TIMESTAMP", "TIMESTAMP 'infinity'", "date_out_of_range"),
        ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ 'infinity'", "date_out_of_range"),
        ("TIMESTAMP", "NULL", "bad_date"),
    ],
)
def test_typed_times_are_cut_to_microseconds_and_moved_to_the_shop(kind, value, time):
    assert read([Sql(value)], kind=kind, time_zone="Europe/Istanbul") == [time]


def test_a_column_of_another_type_is_refused():
    assert code_of([None], kind="BLOB") == "bad_column_type"


def test_it_is_known_whether_times_have_a_zone_of_their_own():
    def zones(*values):
        form = suggest_dates(ENGINE, column_of(values), "t")
        return form.naive, form.zoned

    assert zones("2025-01-05 10:00:00") == (True, False)
    assert zones("2025-01-05T10:00:00Z") == (False, True)
    assert zones("2025-01-05T10:00:00Z", "2025-01-05 10:00:00") == (True, True)
