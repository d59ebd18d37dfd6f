"""The lines beside the one an error names."""

from __future__ import annotations

import gzip

import pytest

from quintile.errors import Place
from quintile.jobs.check import check
from quintile.jobs.settings_file.around import lines_around
from tests.jobs.shop import HEADER, ORDERS, wish_for, write_shop


def around(file, line, named=None):
    return [(one["line"], one["text"]) for one in lines_around([file], Place(named or file.name, line))]


def test_two_lines_on_each_side_are_shown(tmp_path):
    file = tmp_path / "o.csv"
    file.write_bytes(b"\xef\xbb\xbfa\r\nb\r\nc\xff\r\nd\r\ne\r\nf")
    assert around(file, 4) == [(2, "b"), (3, "c\ufffd"), (4, "d"), (5, "e"), (6, "f")]
    assert around(file, 1) == [(1, "a"), (2, "b"), (3, "c\ufffd")]
    assert around(file, 6) == [(4, "d"), (5, "e"), (6, "f")]


def test_a_long_line_is_cut_and_an_endless_one_is_not_shown(tmp_path):
    file = tmp_path / "o.csv"
    file.write_text("x" * 1_000 + "\n", encoding="utf-8")
    assert around(file, 1) == [(1, "x" * 160)]
    file.write_text("x" * 100_000 + "\n", encoding="utf-8")
    assert around(file, 1) == []


@pytest.mark.parametrize("content", [b"PK\x03\x04\n", gzip.compress(b"a\nb\n", mtime=0), "a\nb\n".encode("utf-16")])
def test_what_is_no_plain_text_is_not_shown(tmp_path, content):
    file = tmp_path / "o.csv"
    file.write_bytes(content)
    assert around(file, 1) == []


def test_without_a_line_or_a_file_of_that_name_there_is_nothing(tmp_path):
    file = write_shop(tmp_path)
    assert around(file, None) == around(file, 2, "other.csv") == around(file, 2_000_000) == []


def test_a_rejected_source_shows_the_lines_where_it_is_wrong(tmp_path):
    found = check(wish_for(write_shop(tmp_path, ORDERS + '"O5,A,2025-06-01,1.00\n')))
    assert found["error"]["code"] == "unterminated_quote"
    assert found["around"][-1] == {"line": 6, "text": '"O5,A,2025-06-01,1.00'}
    assert (HEADER + ORDERS).splitlines()[3:] == [line["text"] for line in found["around"][:-1]]
