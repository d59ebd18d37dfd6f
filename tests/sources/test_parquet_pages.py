from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quintile.errors import DataError
from quintile.sources.parquet_pages import check_pages, has_crc, require_apart


def number(value):
    """A whole number as thrift writes it."""
    value = value << 1 if value >= 0 else (-value << 1) - 1
    text = bytearray()
    while value > 127:
        text.append(value & 127 | 128)
        value >>= 7
    return bytes([*text, value])


def page(content, crc=None):
    """A data page: its kind, both sizes, its CRC, and a header of its own."""
    size = b"\x15" + number(len(content))
    signed = None if crc is None else crc - (1 << 32) if crc >= 1 << 31 else crc
    checked = b"" if signed is None else b"\x15" + number(signed)
    inner = (b"\x1c" if crc is not None else b"\x2c") + b"\x15\x02\x15\x00\x15\x06\x15\x06\x00"
    return b"\x15\x00" + size + size + checked + inner + b"\x00" + content


def walked(content):
    return check_pages(memoryview(content), 0, len(content))


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_pages_are_counted_and_their_crcs_found_right(contents):
    pages = b"".join(page(content, zlib.crc32(content)) for content in contents)
    assert walked(pages) == (len(contents), len(contents))
    assert walked(b"".join(map(page, contents))) == (len(contents), 0)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_any_flipped_bit_of_a_page_is_found(content, data):
    damaged = bytearray(page(content, zlib.crc32(content)))
    place = data.draw(st.integers(len(damaged) - len(content), len(damaged) - 1))
    damaged[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(DataError):
        walked(damaged)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_pages_are_refused_and_nothing_worse(content):
    try:
        pages, checked = walked(content)
    except DataError as error:
        assert error.code == "corrupt_file"  # noqa: PT017 - either is right
    else:
        assert 0 <= checked <= pages


def test_a_first_page_tells_whether_there_are_crcs():
    assert has_crc(memoryview(page(b"abc", zlib.crc32(b"abc"))), 0)
    assert not has_crc(memoryview(page(b"abc")), 0)


def test_a_long_header_is_read_whole():
    content = b"\x18\xc0\x3e" + b"x" * 8_000 + b"\x25\x00" + b"\x00"  # field 1, a text of 8,000 bytes; field 3, size 0
    assert walked(content) == (1, 0)


@pytest.mark.parametrize(("start", "size"), [(-1, 5), (0, -1), (0, 100), (2**62, 1)])
def test_a_column_outside_the_file_is_refused(start, size):
    with pytest.raises(DataError):
        check_pages(memoryview(b"x" * 50), start, size)


def test_columns_that_share_bytes_are_refused():
    require_apart([(10, 5), (4, 6), (15, 1)])
    with pytest.raises(DataError):
        require_apart([(10, 5), (4, 7)])
