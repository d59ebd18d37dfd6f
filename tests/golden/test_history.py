"""The past of a public shop, month by month in one pass, is what a run at each date would have published."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import Any

from quintile.config.read import read_settings
from quintile.domain.rhythm import Rhythm
from quintile.jobs.history import Dates, history
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish

UCI = "data/uci_online_retail/online_retail.parquet"
FIRST, LAST = date(2011, 1, 1), date(2011, 12, 10)


def test_the_months_of_the_public_shop(shared, tmp_path):
    source = shared(UCI)
    groups: dict[str, dict[str, Any]] = {
        "ledger": {"grain": "line"},
        "model": {"window": "6mo"},
        "output": {"report": False},
    }
    settings = read_settings(None, groups)
    home = tmp_path / "project"
    run(Wish([source], settings, LAST, project=home), home, in_project=True)
    store = home / "store"
    pointer = (store / "current").readlink()
    found = history(home, settings, Dates(Rhythm.parse("month"), FIRST))
    assert [line["as_of"] for line in found["snapshots"]] == [f"2011-{month:02}-01" for month in range(1, 13)]
    assert (store / "current").readlink() == pointer
    for line in found["snapshots"][2::6]:
        own = tmp_path / "own"
        shutil.copytree(home, own, symlinks=True)
        day = date.fromisoformat(line["as_of"])
        run(Wish([source], settings, day, project=own, backfill=True), own, in_project=True)
        made, alone = store / "snapshots" / line["snapshot"], own / "store" / "current"
        for file in ("customers.parquet", "segments.csv", "model.json"):
            assert (made / file).read_bytes() == (alone / file).read_bytes(), (line["as_of"], file)
        bridges = [json.loads((folder / "run.json").read_text())["bridge"] for folder in (made, alone)]
        steps = [step["step"] for step in bridges[1]]
        assert bridges[0] == bridges[1][steps.index("ledger") :]
        shutil.rmtree(own)
