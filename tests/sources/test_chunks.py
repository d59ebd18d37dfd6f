from __future__ import annotations

import gzip
import random

import pytest

from quintile.errors import DataError
from quintile.sources.chunks import raw_chunks

TEXT = b"order_id,customer_id,amount\n" + b"".join(b"%d,A%d,%d\n" % (n, n, n * n) for n in range(5_000))


@pytest.fixture
def unpacked(tmp_path):
    """``unpacked(content)``: what a gzip file of this content holds."""

    def read(content):
        (tmp_path / "orders.csv.gz").write_bytes(content)
        return b"".join(raw_chunks(tmp_path / "orders.csv.gz", compressed=True))

    return read


@pytest.fixture
def refusal(unpacked):
    def refused(content):
        with pytest.raises(DataError) as caught:
            unpacked(content)
        assert caught.value.place.file == "orders.csv.gz"
        return caught.value.code

    return refused


def test_several_members_are_one_text(unpacked):
    assert unpacked(gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])) == TEXT


def test_zeros_behind_the_end_are_padding(unpacked):
    assert unpacked(gzip.compress(TEXT) + bytes(512)) == TEXT


@pytest.mark.parametrize("behind", [b"garbage", b"a,b\n", b"\x1f\x8c\x08"])
def test_garbage_behind_the_end_is_damage(refusal, behind):
    assert refusal(gzip.compress(TEXT) + behind) == "corrupt_file"


@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_a_file_that_was_cut_off_is_said_to_be(refusal, share):
    content = gzip.compress(TEXT)
    assert refusal(content[: max(3, int(len(content) * share))]) == "truncated"


@pytest.mark.parametrize("place", [-8, -5, -4, -1])
def test_a_wrong_crc_or_length_is_damage(refusal, place):
    content = bytearray(gzip.compress(TEXT))
    content[place] ^= 1
    assert refusal(content) == "corrupt_file"


@pytest.mark.parametrize("members", [1, 200])
def test_a_bomb_is_refused_long_before_its_end(refusal, members):
    assert refusal(gzip.compress(bytes(300_000_000 // members)) * members) == "too_large"


def test_a_small_file_of_equal_rows_is_no_bomb(unpacked):
    assert len(unpacked(gzip.compress(b"A,2025-06-01,10\n" * 500_000))) == 8_000_000


def test_no_flipped_bit_changes_the_text(unpacked):
    content = gzip.compress(TEXT, mtime=0)
    chance = random.Random(1)
    for _ in range(300):
        damaged = bytearray(content)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            assert unpacked(damaged) == TEXT  # the header's time and system matter to nobody
        except DataError as error:
            assert error.code in {"corrupt_file", "truncated", "too_large"}  # noqa: PT017 - either is right
