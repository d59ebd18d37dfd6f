from __future__ import annotations

import hashlib
import json

import pytest

from quintile.errors import StoreError
from quintile.snapshots.ledger_files import LEDGER_JSON, ROWS, KeptFile, KnownSource, LedgerFiles, Meaning, keep_file

MEANING = Meaning("UTC", elapsed=False, grain="order", line_key="order", roles=("customer",), customer_is_email=False)
SOURCE = KnownSource("a.csv", "abc", "read so", 4)
FILES = LedgerFiles(1, "2025-07-01", MEANING, 4, 4, 2, (SOURCE,), (KeptFile("ledger/x.parquet", "f00", 4),))


def test_a_ledger_is_read_as_it_was_written(tmp_path):
    (tmp_path / LEDGER_JSON).write_text(FILES.to_json())
    assert LedgerFiles.of(tmp_path) == FILES


def test_a_snapshot_without_a_ledger_names_none(tmp_path):
    assert LedgerFiles.of(None) is None
    assert LedgerFiles.of(tmp_path) is None


@pytest.mark.parametrize("text", ["{", "[]", "{}", json.dumps({"number": 1})])
def test_a_damaged_list_of_files_is_refused(tmp_path, text):
    (tmp_path / LEDGER_JSON).write_text(text)
    with pytest.raises(StoreError, match="damaged"):
        LedgerFiles.of(tmp_path)


def test_a_source_is_known_by_its_bytes_and_the_way_they_were_read():
    assert FILES.knows(KnownSource("other name.csv", "abc", "read so", 4))
    assert not FILES.knows(KnownSource("a.csv", "abc", "read otherwise", 4))
    assert not FILES.knows(KnownSource("a.csv", None, "read so", 4))


def test_a_file_is_kept_under_its_number_and_checksum(tmp_path):
    written = tmp_path / "written.parquet"
    written.write_bytes(b"rows")
    digest = hashlib.sha256(b"rows").hexdigest()
    kept = keep_file(tmp_path / "kept", ROWS, "000003-", written, 9)
    assert kept == KeptFile(f"ledger/000003-{digest[:12]}.parquet", digest, 9)
    assert (tmp_path / "kept" / kept.name).read_bytes() == b"rows"
    assert FILES.with_file(ROWS, kept).ledger == (*FILES.ledger, kept)


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"x\.parquet"):
        FILES.paths(tmp_path, ROWS)
