"""What a run may take of the machine, and what it says it will need."""

from __future__ import annotations

from pathlib import Path

import pytest

from quintile.domain.engine_settings import EngineSettings
from quintile.domain.settings import Settings
from quintile.errors import SettingsError
from quintile.jobs.run import run
from quintile.jobs.workplace import machine
from quintile.jobs.workplace.machine import (
    Need,
    allowed_memory,
    machine_memory,
    need_of,
    require_threads,
    size,
    spill_folder,
)
from quintile.jobs.workplace.wish import Wish


@pytest.mark.parametrize(
    ("written", "found"),
    [("2GB", 2_000_000_000), ("900MB", 900_000_000), ("1.5 GiB", 1_610_612_736), ("64mb", 64_000_000), ("512B", 512)],
)
def test_a_size_is_read_as_people_write_it(written, found):
    assert allowed_memory(EngineSettings(memory=written)) == found


@pytest.mark.parametrize("written", ["much", "1e9", "0", "0GB", "-1GB", "80%", "", "1000000000000GB"])
def test_what_is_no_size_is_refused(written, tmp_path):
    with pytest.raises(SettingsError, match=f"'{written}' is no size of memory") as raised:
        run(Wish([tmp_path / "orders.csv"], Settings(engine=EngineSettings(memory=written))), tmp_path / "out")
    assert raised.value.code == "memory"
    assert "--memory 2GB" in raised.value.fix


def test_without_a_setting_seven_tenths_of_the_machine_are_allowed():
    assert allowed_memory(EngineSettings()) == int(0.7 * machine_memory())


def test_a_container_counts_where_it_is_smaller_than_the_machine(tmp_path, monkeypatch):
    limit = tmp_path / "memory.max"
    limit.write_text("1073741824\n")
    monkeypatch.setattr(machine, "_LIMITS", (limit,))
    assert machine_memory() == 1 << 30
    limit.write_text("max\n")
    assert machine_memory() > 1 << 30


def test_what_does_not_fit_goes_to_disk_and_the_run_says_where(tmp_path):
    need = need_of(100_000_000, EngineSettings(memory="2GB", spill=str(tmp_path)))
    assert need.on_disk == need.memory - 2_000_000_000
    assert str(need).startswith("about 12.2 GB of memory, of 2.0 GB allowed; 10.2 GB goes to ")
    assert str(tmp_path) in str(need)


def test_what_fits_says_nothing_of_the_disk():
    assert str(Need(500_000_000, 2_000_000_000, Path("/tmp"), 1)) == "about 500.0 MB of memory, of 2.0 GB allowed"


def test_a_folder_that_is_not_there_is_refused():
    with pytest.raises(SettingsError, match="no such folder"):
        spill_folder(EngineSettings(spill="nowhere"))


def test_sizes_for_people():
    assert [size(number) for number in (12, 1_500, 2_000_000)] == ["12 B", "1.5 KB", "2.0 MB"]


def test_more_threads_than_a_machine_has_are_refused():
    require_threads(EngineSettings(threads=8))
    with pytest.raises(SettingsError, match="100,000 threads"):
        require_threads(EngineSettings(threads=100_000))
