from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.domain.engine_settings import EngineSettings
from quintile.errors import DataError
from quintile.jobs.workplace.damaged import require_sound_files
from quintile.jobs.workplace.workplace import workplace

ROWS = 200_000
SETTINGS = EngineSettings(threads=2)


@pytest.fixture
def large(tmp_path):
    """A Parquet file too large to be looked at before it is read."""
    pq.write_table(pa.table({"id": list(range(ROWS))}), tmp_path / "large.parquet", use_dictionary=False)
    return tmp_path / "large.parquet"


def damage(path):
    content = bytearray(path.read_bytes())
    content[1_000:3_000] = b"\xff" * 2_000
    path.write_bytes(content)


def test_damage_that_is_met_late_names_its_file(large, tmp_path):
    (tmp_path / "sound.csv").write_text("a,b\n1,2\n")
    damage(large)
    with pytest.raises(DataError) as caught, workplace([tmp_path / "sound.csv", large], SETTINGS):
        raise DataError("corrupt_file", "the source is damaged", fix="export it again")
    assert (caught.value.code, caught.value.place.file) == ("corrupt_file", "large.parquet")


def test_whatever_damaged_bytes_cause_is_told_as_damage(large):
    damage(large)
    with pytest.raises(DataError) as caught, workplace([large], SETTINGS):
        raise AssertionError
    assert (caught.value.place.file, type(caught.value.__cause__)) == ("large.parquet", AssertionError)


def test_a_bug_stays_a_bug_when_the_files_are_sound(large):
    with pytest.raises(AssertionError), workplace([large], SETTINGS):
        raise AssertionError
    require_sound_files([large], SETTINGS)


def test_an_error_that_has_a_place_is_left_alone(large):
    damage(large)
    with pytest.raises(DataError) as caught, workplace([large], SETTINGS):
        raise DataError("bad_date", "no date", fix="mend it")
    assert caught.value.code == "bad_date"


def test_what_a_killed_run_spilled_is_removed_by_the_next_one(tmp_path):
    left = tmp_path / "quintile-left"
    left.mkdir()
    (left / ".lock").touch()
    (left / "duckdb_temp_storage_0.tmp").write_bytes(b"spilled")
    with workplace((), EngineSettings(spill=str(tmp_path))):
        (spill,) = tmp_path.iterdir()
        assert spill != left
    assert list(tmp_path.iterdir()) == []
