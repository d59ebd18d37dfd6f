"""Damaged files of every kind, made here: each is read right or refused by the right code, with its line and column."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

import quintile

pytestmark = pytest.mark.usefixtures("one_child")
COLUMNS = ("order_id", "customer_id", "order_date", "amount")
# Ten orders of five customers, 150.00 in all.
SOUND = [(f"O{n:04}", f"C{n % 5:03}", f"2025-01-{n + 5:02}", f"{10 + n}.50") for n in range(10)]
HEADER = ",".join(COLUMNS)


@dataclass(frozen=True)
class Case:
    """One file and all that must come of it."""

    name: str
    data: bytes | str
    reasons: dict[str, int] = field(default_factory=dict)
    rows_in: int = 10
    kept: int = 10
    customers: int = 5
    total: str = "150.00"
    warn: str | None = None
    error: str | None = None
    line: int | None = None
    column: str | None = None
    mention: str = ""
    reading: dict[str, Any] = field(default_factory=dict)
    ledger: dict[str, Any] = field(default_factory=dict)
    file: str = "f.csv"
    assumed: dict[str, str] = field(default_factory=dict)


def table(rows=SOUND, header=COLUMNS, *, mark=",", end="\n", last=True):
    lines = [mark.join(row) for row in ([header, *rows] if header else rows)]
    return end.join(lines) + (end if last else "")


def with_ids(ids, total=None, **more):
    """One order of 10.00 a customer id, written as given; expects as many customers as ids unless told."""
    rows = [(f"O{n}", written, "2025-02-01", "10.00") for n, written in enumerate(ids)]
    text = "".join(",".join(row) + "\n" for row in [COLUMNS, *rows])
    told = {"rows_in": len(ids), "kept": len(ids), "customers": len(ids), "total": total or f"{10 * len(ids)}.00"}
    return Case(**{"data": text, **told, **more})


def refused(name, data, error, **more):
    return Case(name, data, error=error, **more)


def json_lines(rows=SOUND, **more):
    return "".join(json.dumps(dict(zip(COLUMNS, row, strict=True)) | more) + "\n" for row in rows)


def named(*names):
    """Sound rows that carry a name each."""
    rows = [(*row, names[n % len(names)]) for n, row in enumerate(SOUND)]
    return table(rows, (*COLUMNS, "name"))


def zipped(name="orders.csv"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, table())
    return packed.getvalue()


LOSS_ONE = {"kept": 9, "total": "139.50"}  # the row O0000 of 10.50 is lost
EXTRA: Any = {"rows_in": 11, "kept": 10}
UTF = {"encoding": "utf-8"}

DELIMITERS = [
    Case(f"delimiter_{ord(mark)}", table(mark=mark), assumed={"delimiter": "tab" if mark == "\t" else mark})
    for mark in (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
]
GIVEN = [
    Case("delimiter_given_colon", table(mark=":"), reading={"delimiter": ":"}),
    Case("delimiter_given_hash", table(mark="#"), reading={"delimiter": "#"}),
    refused("delimiter_given_wrong", table(), "dialect", reading={"delimiter": ";"}, mention="comma"),
    refused("delimiter_unknown", table(mark=":"), "not_tabular", mention="comma"),
    Case("decimal_comma_with_semicolon", table([(*r[:3], r[3].replace(".", ",")) for r in SOUND], mark=";")),
]
LAYOUT = [
    Case("crlf", table(end="\r\n")),
    Case("half_of_the_lines_end_with_cr", table(SOUND[:5]) + table(SOUND[5:], None, end="\r")),
    Case("one_line_ends_with_cr", table().replace("\nO0004", "\rO0004")),
    Case(
        "three_line_ends_in_turn",
        ",".join(COLUMNS) + "\n" + "".join(",".join(r) + ("\r", "\n", "\r\n")[n % 3] for n, r in enumerate(SOUND)),
    ),
    Case("cr_after_a_quoted_break", named('"a\nb"').replace("\nO", "\rO", 3)),
    Case("header_ends_with_cr", table().replace("\nO0000", "\rO0000")),
    Case("three_line_ends", table(SOUND[:3], end="\r\n") + table(SOUND[3:6], None) + table(SOUND[6:], None, end="\r")),
    Case("some_lines_end_with_cr_cr_lf", table().replace("\nO0004", "\r\r\nO0004")),
    Case("cr_but_the_last", table(end="\r", last=False) + "\n"),
    Case("cr_around_a_quoted_break", named('"a\nb"').replace("\nO", "\rO")),
    Case("cr_within_a_cell", table().replace("C002", "C0\r02", 1), {"control_character": 1}, kept=9, total="137.50"),
    Case("no_last_line_end", table(last=False)),
    Case("blank_last_lines", table() + "\n\n \n"),
    Case("blank_first_lines", "\n\n" + table()),
    Case("all_quoted", table([tuple(f'"{cell}"' for cell in row) for row in SOUND], [f'"{c}"' for c in COLUMNS])),
    Case("sep_hint_comma", "sep=,\n" + table()),
    Case("sep_hint_quoted_tab", '"sep=\t"\r\n' + table(mark="\t", end="\r\n")),
    Case("title_above_header", "Orders of the shop\nExported 2025-07-01\n\n" + table()),
    Case("title_padded", "Orders,,,\n,,,\n" + table()),
    Case("remark_above_header", "# exported, by night\n" + table()),
    Case("title_with_delimiter", "Shop; Orders\n" + table(mark=";")),
    Case("trailing_delimiter_all", table([(*r, "") for r in SOUND], (*COLUMNS, ""))),
    Case("trailing_delimiter_rows_only", table([(*r, "") for r in SOUND])),
    Case("trailing_delimiter_header_only", table(SOUND, (*COLUMNS, ""))),
    Case("header_blanks", table(SOUND, ["  order_id ", " customer_id", "order_date  ", "amount "])),
    Case("header_no_break_blank", table(SOUND, ["order_id\u00a0", "\u200bcustomer_id", "order_date", "amount"])),
    Case("header_upper", table(SOUND, ["ORDER ID", "CUSTOMER-ID", "Order Date", "AMOUNT"])),
    Case("header_two_lines", table(SOUND, ["order_id", "customer_id", '"order\n_date"', "amount"])),
    Case("nameless_column", table([(*r, "x", "y") for r in SOUND], (*COLUMNS, "", "note"))),
    Case("value_line_break", named('"two\nlines"', '"a, b"', "c"), customers=5),
    Case("quotes_doubled", named('"say ""x"", y"')),
    Case("quotes_backslash", named('"say \\"x\\", y"')),
    Case("quote_inside_field", named('5" disk', "7' 6\"")),
    refused(
        "single_quotes", table([tuple(f"'{c}'" for c in r) for r in SOUND], [f"'{c}'" for c in COLUMNS]), "dialect"
    ),
    refused("header_only", table([]), "empty_input"),
    refused("blank_lines_only", "\n \n\r\n", "empty_input"),
    refused(
        "duplicate_header_case", table(SOUND, ("Amount", "customer_id", "order_date", "amount")), "duplicate_column"
    ),
    refused("one_column", "amount\n1.00\n2.00\n", "not_tabular"),
    refused("prose", "Dear customer,\nyour order has shipped.\nBest wishes\n", "not_tabular"),
    refused(
        "header_rows_differ", "order_id;customer_id;order_date;amount\n" + table(header=None, mark="\t"), "dialect"
    ),
    refused("row_names_without_header", table([("1", *r) for r in SOUND]), "dialect"),
    refused(
        "quote_never_closed", table() + '"O9,C1,2025-01-01,1.00\nO10,C1,2025-01-01,1\n', "unterminated_quote", line=12
    ),
]
ROWS = [
    Case("row_longer", table() + "O99,C1,2025-01-01,1.00,extra\n", {"ragged_row": 1}, **EXTRA, line=12),
    Case("row_shorter", table() + "O99,C1,2025-01-01\n", {"ragged_row": 1}, **EXTRA, line=12),
    Case(
        "comment_between",
        table(SOUND[:5]) + "# part two\n" + table(SOUND[5:], None),
        {"ragged_row": 1},
        **EXTRA,
        line=7,
    ),
    Case("totals_line_ragged", table() + "Total;150.00\n", {"ragged_row": 1}, **EXTRA, line=12),
    Case("totals_line_padded", table() + "Total,,,150.00\n", {"null_customer": 1}, **EXTRA, line=12),
    Case(
        "totals_line_in_customer",
        table([(r[1], *r[:1], *r[2:]) for r in SOUND], ("customer_id", "order_id", "order_date", "amount"))
        + "Total,,,150.00\n",
        {"bad_date": 1},
        **EXTRA,
        line=12,
        column="order_date",
    ),
    Case("header_repeated", table() + HEADER + "\n", {"bad_amount": 1}, **EXTRA, line=12, column="amount"),
    Case(
        "nul_in_amount",
        table() + "O99,C1,2025-01-01,1\0\n",
        {"control_character": 1},
        **EXTRA,
        line=12,
        column="amount",
    ),
    Case(
        "bell_in_id",
        table() + "O99,C\a1,2025-01-01,1\n",
        {"control_character": 1},
        **EXTRA,
        line=12,
        column="customer_id",
    ),
    Case("field_too_long", table() + f"O99,{'x' * 70_000},2025-01-01,1\n", {"field_too_long": 1}, **EXTRA, line=12),
    Case("text_after_quote", table() + 'O99,"C1"x,2025-01-01,1\n', {"ragged_row": 1}, **EXTRA, line=12),
    refused("record_too_large", table() + "O99," + "x" * 2_000_000 + ",2025-01-01,1\n", "too_large", line=12),
]
NAMES = named("Zoë Müller", "François Élie", "Nuñez")
ENCODINGS = [
    *(Case(f"encoding_{code}", NAMES.encode(code)) for code in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252")),
    *(Case(f"encoding_{code}", NAMES.encode(code)) for code in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
    Case("utf32be_mark", "\ufeff".encode("utf-32-be") + NAMES.encode("utf-32-be"), assumed={"encoding": "utf-32"}),
    *(
        refused(f"asks_{code}", named(*names).encode(code), "encoding", mention="--encoding")
        for code, names in {
            "cp1251": ("Иванова Мария", "Петров"),
            "koi8-r": ("Иванова Мария", "Петров"),
            "cp1253": ("Παπαδόπουλος", "Ελένη"),
            "cp1254": ("Y\u0131lmaz", "Şahin", "Doğan"),
            "cp1250": ("Łukasz Wałęsa", "Dvořák Žáček", "Kučerová Běla"),
            "cp1255": ("שלום", "כהן"),
            "shift_jis": ("山田太郎", "鈴木ソ"),
            "gbk": ("张伟", "王小明"),
            "big5": ("陳大文", "林志玲"),
            "euc-kr": ("김민수", "이영희"),
            "cp437": ("Zoé Müller", "Äpfel"),
        }.items()
    ),
    *(
        Case(f"named_{code}", named(*names).encode(code), reading={"encoding": code})
        for code, names in {
            "cp1251": ("Иванова",),
            "cp1254": ("Y\u0131lmaz", "Şahin"),
            "shift_jis": ("山田太郎",),
            "gbk": ("张伟",),
            "latin-1": ("Zoë",),
            "cp037": ("Zoe",),
        }.items()
    ),
    refused("encoding_wrong_ascii", NAMES.encode(), "encoding", reading={"encoding": "ascii"}, line=2),
    refused("encoding_wrong_utf16", NAMES.encode(), "encoding", reading={"encoding": "utf-16"}),
    refused("encoding_against_mark", NAMES.encode("utf-16"), "encoding", reading={"encoding": "cp1252"}, line=1),
    Case("mojibake_is_not_repaired", named("ZoÃ« MÃ¼ller").encode()),
    Case(
        "two_encodings",
        NAMES.encode() + "O99,C1,2025-01-01,1.00,Zoë\n".encode("latin-1"),
        {"bad_encoding": 1},
        **EXTRA,
        line=12,
        column="name",
    ),
    Case(
        "two_encodings_as_often",
        table([(*r, "x") for r in SOUND[:8]], (*COLUMNS, "name")).encode()
        + "O8,C004,2025-01-29,18.50,André\n".encode()
        + "O9,C005,2025-02-01,19.50,Zoë\n".encode("cp1252"),
        {"bad_encoding": 1},
        kept=9,
        total="130.50",
        line=11,
    ),
    refused(
        "two_encodings_at_the_ends_of_words",
        table([(*r, "Zoë") for r in SOUND], (*COLUMNS, "name")).encode("cp1252")
        + "O8,C4,2025-01-29,1,André\n".encode(),
        "encoding",
        line=12,
    ),
    *(
        refused(
            f"two_encodings_{name}",
            table([(r[0], name, *r[2:]) for r in SOUND]).encode("cp1252") + f"O8,{name},2025-01-29,1\n".encode(),
            "encoding",
            line=12,
        )
        for name in ("Öz", "ÜMIT", "JOSÉ")
    ),
    refused("two_encodings_mostly_one_byte", (NAMES * 3).encode("cp1252") + "x,x,x,x,Zoë Müller".encode(), "encoding"),
    refused("utf16_odd_byte", NAMES.encode("utf-16")[:-1], "encoding"),
]
OTHERS = [
    refused("html", "<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "not_tabular"),
    refused("html_named_htm", "<table><tr><td>order_id</td><td>amount</td></tr></table>", "not_tabular", file="f.htm"),
    refused("xml", '<?xml version="1.0"?><orders><order id="1"/></orders>', "not_tabular"),
    refused("html_utf16", "<html><body>no</body></html>".encode("utf-16"), "not_tabular"),
    refused("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "format_not_supported", file="f.bin"),
    refused("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "format_not_supported", file="f.bin"),
    refused("sqlite", b"SQLite format 3\0" + b"\0" * 100, "format_not_supported", file="f.bin"),
    refused("pickle", b"\x80\x05\x95\x10\0\0\0\0\0\0\0}.", "format_not_supported", file="f.bin"),
    refused("zip", zipped(), "unsafe_archive", file="f.zip"),
    refused("zip_named_csv", zipped(), "", file="f.csv"),
    refused("seven_zip", b"7z\xbc\xaf\x27\x1c\0\4", "unsafe_archive", file="f.bin"),
    refused("binary", bytes(range(256)) * 8, "not_tabular"),
    refused("gzip_twice", gzip.compress(gzip.compress(table().encode(), mtime=0), mtime=0), None, file="f.csv.gz"),
    Case("gzip_named_csv", gzip.compress(table().encode(), mtime=0)),
    refused(
        "gzip_broken", gzip.compress(table().encode(), mtime=0)[:10] + b"\xff" * 40, "corrupt_file", file="f.csv.gz"
    ),
]
DIGITS = ["12345678901231", "12345678901232", "12345678901233"]
IDS = [
    with_ids(["001", "01", "1"], name="leading_zeros"),
    with_ids(["é", "e\u0301"], customers=1, name="unicode_forms"),
    with_ids(["A1", "\u04101"], name="homoglyphs_stay_apart"),
    with_ids(["Ab1", "AB1", "x2"], name="case_twins", warn="ids_differ_only_by_case"),
    with_ids(["A1", "A1\u200b", "\ufeffA1", "A\u00ad1"], customers=1, name="invisible", warn="invisible_characters"),
    with_ids(["A1", "A1\u00a0", "\u2003A1 "], customers=1, name="odd_blanks", warn="invisible_characters"),
    with_ids(
        [
            "A1",
            "A1 \u200b",
            "\u3164A1",
            "A\u28001\ufff9",
            "A\U000e0041\ufe0f1",
            "\u061cA1\u0085",
            "A\u2066\u034f1 \u00a0",
        ],
        customers=1,
        name="fillers_and_tags",
        warn="invisible_characters",
    ),
    with_ids(["99999999999999999998", "99999999999999999999"], name="twenty_digits"),
    with_ids(
        [*DIGITS, "1.23457E+13"], name="id_shortened", error="id_scientific_notation", line=5, column="customer_id"
    ),
    with_ids(['"1,23457E+12"', "1"], name="id_shortened_comma", error="id_scientific_notation", line=2),
    with_ids(["1.2345678901234568e+16"], name="id_of_a_float", error="id_scientific_notation", line=2),
    with_ids(["1E+05"], name="id_short_power", error="id_scientific_notation", line=2),
    with_ids(["1E05", "12E4", "E+12", "1e5x", "+1E5", "C1.5E+12"], name="ids_that_only_look_so"),
    with_ids(["7.0", "8.0", ""], name="ids_pointed", kept=2, customers=2, total="20.00", reasons={"null_customer": 1}),
    with_ids(["a b", "a  b", " a b"], customers=2, name="blanks_inside"),
    with_ids(["0", "?", "x", "--1"], name="odd_but_somebody"),
    with_ids(["=1+1", "@x", "'; DROP TABLE x; --", "{{7*7}}", "%s"], name="hostile"),
    with_ids(["😀", "👩", "日本"], name="emoji_and_han"),
    Case(
        "order_id_shortened",
        table([("1.23E+15", *r[1:]) for r in SOUND]),
        error="id_scientific_notation",
        line=2,
        column="order_id",
    ),
    Case(
        "guests_alone",
        table([(r[0], "", *r[2:]) for r in SOUND]),
        {"null_customer": 10},
        kept=0,
        customers=0,
        total="0",
        warn="no_known_customers",
        reading={"max_bad_share": 1},
    ),
    refused("guests_mostly", table([(r[0], "", *r[2:]) for r in SOUND]), "null_customer", line=2, column="customer_id"),
    Case("refunds_alone", table([(*r[:3], "-" + r[3]) for r in SOUND]), total="-150.00", warn="no_scorable_customers"),
    Case("worth_nothing", table([(*r[:3], "0.00") for r in SOUND]), total="0", warn="no_scorable_customers"),
]
COLUMN_ROLES = [
    refused(
        "no_customer",
        table([r[:1] + r[2:] for r in SOUND], ("order_id", "order_date", "amount")),
        "missing_columns",
        mention="customer",
    ),
    refused("no_header_at_all", table(header=None), "missing_columns", mention="order_date"),
    refused(
        "no_header_and_its_advice", table(header=None), "missing_columns", mention="add a first line with the names"
    ),
    refused(
        "no_header_but_its_first_values_for_names",
        table(header=None),
        "missing_columns",
        mention="that line would be lost",
        reading={"map": {"customer": "C000", "order": "O0000", "time": "2025-01-05", "amount": "10.50"}},
    ),
    refused("mapped_to_nothing", table(), "missing_columns", reading={"map": {"amount": "amuont"}}, mention="amount"),
    refused("two_dates", table([(*r, r[2]) for r in SOUND], (*COLUMNS, "purchase_date")), "doubtful_columns"),
    Case(
        "mapped",
        table(SOUND, "abcd"),
        reading={"map": dict(zip(("order", "customer", "time", "amount"), "abcd", strict=True))},
    ),
    Case("german", table(SOUND, ("Bestellnummer", "Kundennummer", "Bestelldatum", "Betrag"), mark=";")),
]
NESTED = "".join(
    json.dumps({"order_id": o, "customer": {"id": c, "email": None}, "order_date": d, "amount": a}) + "\n"
    for o, c, d, a in SOUND
)
LAST = '{"order_id": "O99", "customer_id": "C1", "order_date": "2025-01-01", "amount": 1.00}\n'
JSON = [
    replace(case, file="f.jsonl" if "array" not in case.name else "f.json")
    for case in (
        Case("json_lines", json_lines()),
        Case("json_numbers", json_lines().replace('"amount": "', '"amount": ').replace('.50"', ".50")),
        Case("json_nested", NESTED),
        Case("json_lists_beside", json_lines(items=[{"sku": 1, "price": 1.5}], tags=["a"])),
        Case(
            "json_missing_key",
            json_lines() + LAST.replace('"customer_id": "C1", ', ""),
            {"null_customer": 1},
            **EXTRA,
            line=11,
        ),
        Case("json_key_twice", json_lines() + LAST.replace("}", ', "amount": 2}'), {"ragged_row": 1}, **EXTRA, line=11),
        Case("json_broken_line", json_lines() + '{"order_id": \n', {"ragged_row": 1}, **EXTRA, line=11),
        Case("json_nan", json_lines() + LAST.replace("1.00", "NaN"), {"nonfinite_amount": 1}, **EXTRA, line=11),
        Case(
            "json_nul",
            json_lines() + LAST.replace('"C1"', '"C\\u00001"'),
            {"control_character": 1},
            **EXTRA,
            line=11,
            column="customer_id",
        ),
        Case(
            "json_half_pair",
            json_lines() + LAST.replace('"C1"', '"\\ud800"'),
            {"bad_encoding": 1},
            **EXTRA,
            line=11,
            column="customer_id",
        ),
        Case(
            "json_not_utf8",
            json_lines().encode() + LAST.replace("C1", "Zoë").encode("latin-1"),
            {"bad_encoding": 1},
            **EXTRA,
            line=11,
        ),
        Case("json_too_long", json_lines() + LAST.replace("C1", "x" * 70_000), {"field_too_long": 1}, **EXTRA, line=11),
        refused("json_keys_by_case", json_lines() + LAST.replace("amount", "Amount"), "duplicate_column"),
        refused("json_id_shortened", json_lines() + LAST.replace('"C1"', "1.5E+12"), "id_scientific_notation", line=11),
        Case("json_array", json.dumps([json.loads(line) for line in json_lines().splitlines()])),
        Case("json_array_laid_out", json.dumps([json.loads(line) for line in json_lines().splitlines()], indent=2)),
        Case(
            "json_array_odd_element",
            "[" + ",\n".join([*json_lines().splitlines(), "7"]) + "]",
            {"ragged_row": 1},
            **EXTRA,
            line=11,
        ),
        refused("json_array_cut", "[" + ",\n".join(json_lines().splitlines())[:-20], "truncated", line=10),
        refused(
            "json_array_broken",
            "[" + ",\n".join(json_lines().splitlines()).replace(",\n", "\n", 1) + "]",
            "corrupt_file",
            line=2,
        ),
        refused("json_array_empty", "[]", "empty_input"),
        refused("json_one_object", json.dumps({"orders": [1, 2]}, indent=1), "not_tabular"),
        refused("json_utf16", json_lines().encode("utf-16"), "format_not_supported"),
        refused("json_array_of_lists", "[[1, 2], [3, 4]]", "not_tabular"),
    )
]
FILES = [
    replace(Case("", table()), name=f"file_{n}", file=file)
    for n, file in enumerate(
        (
            "a b.csv",
            "Ünïcödé.csv",
            "50%.csv",
            "a;b.csv",
            "*.csv",
            "{a,b}.csv",
            "~x.csv",
            "a'b.csv",
            'a"b.csv',
            "$(x).csv",
            "x=1.csv",
            "no_ending",
        )
    )
]
# Two codes are honest: what was asked for is not said by one of them alone.
EITHER = {
    "html_named_htm": {"not_tabular", "format_not_supported"},
    "zip_named_csv": {"unsafe_archive", "format_not_supported", "format_mismatch"},
    "gzip_twice": {"unsafe_archive", "format_not_supported", "not_tabular"},
}
CASES = [*DELIMITERS, *GIVEN, *LAYOUT, *ROWS, *ENCODINGS, *OTHERS, *IDS, *COLUMN_ROLES, *JSON, *FILES]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_damaged_file_is_right_or_refused(case, tmp_path):
    path = tmp_path / case.file
    path.write_bytes(case.data if isinstance(case.data, bytes) else case.data.encode())
    settings = {"reading": case.reading, "ledger": {"grain": "order", "base_currency": "EUR", **case.ledger}}
    found = quintile.check(path, as_of="2025-07-01", settings=settings)
    if case.error is not None or case.name in EITHER:
        expect_refusal(found, case)
    else:
        expect_numbers(found, case)


def expect_refusal(found, case):
    error = found["error"]
    assert found["outcome"] == "reject", found
    assert error["code"] in EITHER.get(case.name, {case.error}), error
    assert case.mention in json.dumps(error, ensure_ascii=False)
    assert error["fix"]
    assert case.line in {None, error["line"]}, error
    assert case.column in {None, error["column"]}, error


def expect_numbers(found, case):
    assert found["error"] is None, found["error"]
    assert found["outcome"] == ("quarantine" if case.reasons else "accept")
    wanted = {"rows_in": case.rows_in, "rows_kept": case.kept, "customers": case.customers, "net_total": case.total}
    assert {key: found[key] for key in wanted} == wanted
    assert {line["reason"]: line["rows"] for line in found["quarantine"]} == case.reasons
    own = {"invisible_characters", "ids_differ_only_by_case", "no_known_customers", "no_scorable_customers"}
    told = own & {warning["code"] for warning in found["warnings"]}
    assert told - {"no_scorable_customers"} == {case.warn} - {None, "no_scorable_customers"}
    assert case.warn is None or case.warn in told
    assert all(found["assumed"][key] == value for key, value in case.assumed.items()), found["assumed"]
    if case.line is not None:
        examples = [example for line in found["quarantine"] for example in line["examples"]]
        assert case.line in [example["line"] for example in examples], examples
        assert case.column in {None, *(example["column"] for example in examples)}, examples
