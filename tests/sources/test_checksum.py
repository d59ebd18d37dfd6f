"""A checksum that is taken beside other work."""

from __future__ import annotations

import hashlib
import os

import pytest

from quintile.sources.files import checksum_meanwhile


def test_a_checksum_taken_meanwhile_is_that_of_the_bytes(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"a,b\n1,2\n" * 100_000)
    with checksum_meanwhile(path) as digest:
        assert digest() == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_goes_away_is_told_to_whoever_asks_for_its_checksum(tmp_path):
    with checksum_meanwhile(tmp_path / "gone.csv") as digest, pytest.raises(FileNotFoundError):
        digest()


def test_what_fails_does_not_wait_for_a_checksum(tmp_path):
    pipe = tmp_path / "never_ends"
    os.mkfifo(pipe)
    with pytest.raises(ZeroDivisionError), checksum_meanwhile(pipe):
        raise ZeroDivisionError
    os.close(os.open(pipe, os.O_WRONLY))  # the thread may end
