from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quintile.domain.dialect import BLANKS, Dialect
from quintile.errors import DataError, SettingsError
from quintile.sources.dialect import detect_dialect
from quintile.sources.mapping import looks_like_data
from quintile.sources.records import count_records
from tests.conftest import find_shared

ROWS = "order_id,customer_id,order_date,amount\nO1,C1,2025-01-05,10.50\nO2,C2,2025-01-06,7.25\n"
COLUMNS = ("order_id", "customer_id", "order_date", "amount")


@pytest.fixture
def detect(tmp_path):
    def detected(data, **settings_):
        path = tmp_path / "f.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return detect_dialect(path, **settings_)

    return detected


def error_of(detect, data, **settings_) -> DataError:
    with pytest.raises(DataError) as raised:
        detect(data, **settings_)
    assert raised.value.place.file == "f.csv"
    return raised.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_that_header_and_rows_agree_on_is_taken(detect, delimiter):
    assert detect(ROWS.replace(",", delimiter)) == Dialect(COLUMNS, delimiter=delimiter)


def test_a_delimiter_inside_one_value_does_not_mislead(detect):
    assert detect("a,b,c\n1,x,2\n2,p;q,3\n").delimiter == ","
    assert detect("a;b;c\n1;2,5;x\n2;3,5;y\n").delimiter == ";"
    assert detect('a,b,c\n"1;2;3","x|y",2\n').delimiter == ","


@given(
    st.lists(st.lists(st.text(alphabet='ab ,;|"\n', max_size=5), min_size=3, max_size=3), min_size=2, max_size=10),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
)
@settings(max_examples=100, deadline=None)
def test_a_quoted_table_keeps_its_dialect_whatever_its_values_hold(tmp_path_factory, rows, delimiter, quoting):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows([COLUMNS[:3], *rows])
    path = tmp_path_factory.mktemp("t") / "f.csv"
    path.write_text(text.getvalue(), newline="")
    assert detect_dialect(path) == Dialect(COLUMNS[:3], delimiter=delimiter)


def test_the_excel_hint_names_the_delimiter_and_is_no_header(detect):
    assert detect("sep=;\r\n" + ROWS.replace(",", ";")) == Dialect(COLUMNS, delimiter=";", head=2)


def test_blank_lines_before_the_header_are_skipped(detect):
    assert detect("\n\r\n" + ROWS).head == 3


def test_a_header_over_two_lines_is_one_header(detect):
    dialect = detect('a,"b\nb",c\n1,2,3\n')
    assert (dialect.columns, dialect.head) == (("a", "b\nb", "c"), 2)


def test_a_backslash_may_be_the_escape(detect):
    assert detect('a,b\n1,"say \\"x, y\\" now"\n2,"z"\n').escape == "\\"
    assert detect('a,b\n1,"C:\\dir\\"\n2,"say ""x"""\n').escape == '"'


def test_columns_parted_by_blanks_are_understood(detect):
    assert detect(" id  date cds  value\n 001 19970101  1   11.77\n 002 19970112  1   12.00\n").delimiter == BLANKS


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig", "cp1252"])
def test_the_encoding_is_found(detect, encoding):
    dialect = detect((ROWS + "O3,Zoë Müller,2025-01-07,1\n").encode(encoding))
    assert (dialect.encoding, dialect.columns) == (encoding, COLUMNS)


def test_utf16_with_a_mark_of_either_order_is_found(detect):
    assert detect(b"\xfe\xff" + ROWS.encode("utf-16-be")).columns == COLUMNS


def test_a_late_byte_that_is_no_utf8_makes_the_file_windows_text(detect):
    assert detect(ROWS.encode() + b"O3,C3,2025-01-07,1\n" * 30_000 + b"O4,Zo\xeb,2025-01-07,1\n").encoding == "cp1252"


def test_a_damaged_row_among_sound_utf8_stays_utf8(detect):
    sound = ROWS + "O3,Zoë,2025-01-07,1\nO4,Zoë,2025-01-07,1\n"
    assert detect(sound.encode() + b"O5,Zo\xeb,1,1\n").encoding == "utf-8"


def test_text_of_no_known_encoding_is_refused(detect):
    assert error_of(detect, ROWS.encode() + b"O3,\x81\x8d,2025-01-07,1\n").code == "encoding"


def test_what_the_user_says_wins(detect):
    assert detect(ROWS.replace(",", ";"), delimiter=";").delimiter == ";"
    assert detect(ROWS.replace(",", "\t"), delimiter="tab").delimiter == "\t"
    assert detect(ROWS.encode(), encoding="latin1").encoding == "iso8859-1"
    with pytest.raises(SettingsError):
        detect(ROWS, encoding="no-such")
    with pytest.raises(SettingsError):
        detect(ROWS, delimiter="ab")
    assert error_of(detect, ROWS, delimiter=";").code == "dialect"


def test_lines_may_end_with_cr_alone(detect):
    assert detect(ROWS.replace("\n", "\r")) == Dialect(COLUMNS, carriage_returns=True)


def test_lines_may_end_with_two_returns(detect):
    assert detect(ROWS.replace("\n", "\r\r\n")) == Dialect(COLUMNS, doubled_returns=True)


@pytest.mark.parametrize("above", ["Report,January 2025,,\n", "Report,,,\n,,,\n", "Report,,,\nShop,North,,\n"])
def test_padded_titles_above_the_header_are_no_header(detect, above):
    dialect = detect(above + ROWS)
    assert (dialect.columns, dialect.head) == (COLUMNS, above.count("\n") + 1)


def test_a_header_with_a_nameless_column_stays_the_header(detect):
    assert detect("id,,date\n1,x,2025-01-05\n2,y,2025-01-06\n").columns == ("id", "column_2", "date")


@pytest.mark.parametrize("cell", ['"b, c"', '"b"', '"b ""c"""'])
def test_blanks_may_stand_before_a_quoted_cell(detect, cell):
    assert detect(f"a, b, d\n1, {cell}, 2\n3, {cell} , 4\n").padded


def test_quotes_after_a_blank_inside_a_quoted_cell_are_no_padding(detect):
    assert not detect('a,b\n1,"x, ""y"", z"\n2,"x"\n').padded


def test_apostrophes_around_cells_are_told_from_a_wrong_delimiter(detect):
    assert "single quotes" in error_of(detect, "'a','b'\n'1','x, y'\n'2','x, z'\n").message


def test_gzip_is_seen_by_its_first_bytes(detect):
    assert detect(gzip.compress(ROWS.encode(), mtime=0)) == Dialect(COLUMNS, compressed=True)


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "empty_input", "empty"),
        (b"\xef\xbb\xbf\r\n \n", "empty_input", "empty"),
        (b"just some prose\nover two lines\n", "not_tabular", "table"),
        (b"\x00\x01\x02\x03\x00\x07", "not_tabular", "text"),
        (b"a,b,c\n1;2;3\n4;5;6\n", "dialect", "delimiter"),
        (b"a,b,c\n1,2,3,4\n4,5,6,7\n", "dialect", "delimiter"),
        (b"a,b,a\n1,2,3\n", "duplicate_column", "'a'"),
        (b"Amount,b,amount\n1,2,3\n", "duplicate_column", "'Amount'"),
        (",".join(f"c{i}" for i in range(2_001)).encode() + b"\n", "too_many_columns", "2,001"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(detect, data, code, word):
    error = error_of(detect, data)
    assert error.code == code
    assert word in error.message


def test_a_nameless_column_gets_a_name(detect):
    assert detect("a,,b\n1,2,3\n").columns == ("a", "column_2", "b")


def test_a_header_of_values_looks_like_data():
    assert looks_like_data(("O0001", "C001", "2025-01-05", "10.50"))
    assert not looks_like_data(COLUMNS)
    assert not looks_like_data(("Name", "Email", "Total", "2025"))


def test_a_cut_gzip_is_named_as_such(tmp_path):
    path = tmp_path / "f.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode() * 5_000, mtime=0)[:-200])
    with pytest.raises(DataError) as raised:
        detect_dialect(path)
    assert raised.value.code == "truncated"


def test_a_gzip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "f.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode() + b"A" * (64 << 20), mtime=0))
    with pytest.raises(DataError) as raised:
        count_records(path, detect_dialect(path))
    assert raised.value.code == "too_large"


def corpus():
    cases = json.loads((find_shared("bad_inputs") / "manifest.json").read_text())["cases"]
    return [case for case in cases if case["category"] in ("encoding", "dialect", "number", "date", "filename")]


def outcome(case) -> tuple[int | str, int | None, str]:
    """The number of records, or the code of the error; its line; its text."""
    path = find_shared("bad_inputs") / case["file"]
    try:
        return count_records(path, detect_dialect(path)), None, ""
    except DataError as error:
        return error.code, error.place.line, str(error)


def test_every_damaged_file_is_counted_or_refused_as_its_manifest_says():
    ours = {"empty_input", "not_tabular", "dialect", "duplicate_column", "too_many_columns", "truncated", "too_large"}
    ours |= {"unterminated_quote"}
    for case in corpus():
        found, line, text = outcome(case)
        if case.get("error_code") in ours:
            assert (case["id"], found) == (case["id"], case["error_code"])
            assert all(word in text for word in case.get("mention", [])), case["id"]
            assert all(line == place["line"] for place in case.get("locate", [])), case["id"]
        else:
            header_was_a_row = case["id"] == "csv_no_header"
            assert (case["id"], found) == (case["id"], case["key"]["rows_in"] - header_was_a_row)
