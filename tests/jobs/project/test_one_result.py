"""One result: which snapshot is meant, and what is no result."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quintile.engine.duckdb import DuckDbEngine
from quintile.errors import DataError, SettingsError
from quintile.jobs.project.one_result import customers_of, plays_for, result_home
from quintile.jobs.run import run
from quintile.segments.load import load_scheme
from tests.jobs.shop import wish_for, write_shop


def test_a_results_folder_means_its_current_snapshot(tmp_path):
    home = Path(run(wish_for(write_shop(tmp_path)), tmp_path / "out")["folder"])
    assert result_home(tmp_path / "out", None) == home == result_home(home, None)


def test_one_result_has_to_be_named(tmp_path):
    with pytest.raises(SettingsError, match="which result"):
        result_home(None, None)
    with pytest.raises(SettingsError, match="one result"):
        result_home(tmp_path, tmp_path)
    with pytest.raises(SettingsError, match="no snapshot yet"):
        result_home(None, tmp_path)


def test_what_holds_no_customers_is_told(tmp_path):
    engine = DuckDbEngine([tmp_path])
    with pytest.raises(SettingsError, match=r"no customers\.parquet"):
        customers_of(engine, tmp_path)
    pq.write_table(pa.table({"customer_id": ["A"]}), tmp_path / "customers.parquet")
    with pytest.raises(SettingsError, match="no scored customers"):
        customers_of(engine, tmp_path)
    (tmp_path / "customers.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DataError):
        customers_of(engine, tmp_path)
    engine.close()


def test_a_scheme_of_ones_own_needs_no_playbook_but_may_have_one(tmp_path):
    (tmp_path / "ours.toml").write_text(
        "title = 'Ours'\nsource = 'us'\nscale = 3\nbest = 'high'\n"
        "[[segments]]\nname = 'All'\nintent = 'x'\nrules = [{}]\n",
        encoding="utf-8",
    )
    scheme = load_scheme(str(tmp_path / "ours.toml"))
    assert plays_for(scheme, None) is None
    assert plays_for(None, None) is None
    plays = tmp_path / "plays.toml"
    plays.write_text("[[plays]]\nsegment = 'All'\nlike = 'champions'\n", encoding="utf-8")
    own = plays_for(scheme, plays)
    assert own is not None
    assert own.find("All").actions
    with pytest.raises(SettingsError, match="no segments without a scheme"):
        plays_for(None, plays)
