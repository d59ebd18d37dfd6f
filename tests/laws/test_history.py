"""Past snapshots made in one pass are those of a run at each date, whatever the shop, the policies and the dates."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import example, given
from hypothesis import strategies as st

from quintile.config.read import read_settings
from quintile.domain.rhythm import Rhythm
from quintile.jobs.history import Dates, history
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.golden.refreshes import ANY_DRIFT
from tests.laws.shop import few

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.domain.settings import Settings

AS_OF = date(2025, 7, 1)
FIRST_DAY = datetime.fromisoformat("2024-12-15")
HEADER = "order_id,customer_id,order_date,amount,currency\n"
LEDGERS: list[dict[str, Any]] = [
    {},
    {"refunds": "gross"},
    {"refunds": "exclude_order"},
    {"zero_orders": "count"},
    {"grain": "day"},
    {"time_zone": "Europe/Berlin"},
    {"time_zone": "America/Santiago", "refunds": "exclude_order"},
]
MODELS: list[dict[str, Any]] = [
    {},
    {"window": "all", "population": "ever"},
    {"window": "45d", "population": "customers"},
    {"window": "1mo", "monetary": "average"},
    {"window": "3mo", "recency": "elapsed"},
    {"window": "2mo", "recency": "elapsed", "population": "ever", "monetary": "average"},
    {"window": "all", "method": "ntile", "scale": 3, "best": "low"},
    {"window": "6mo", "method": "nested", "population": "customers", "monetary": "average"},
    {"window": "2mo", "dwell": 2, "margin": 0.1},
]
amounts = st.sampled_from(["19.90", "5.005", "120", "0.01", "0", "-5.005", "-19.90", "-300"])
lines = st.tuples(st.integers(0, 14), st.integers(0, 198 * 24), amounts)


def text_of(drawn: list[tuple[int, int, str]]) -> str:
    """Lines of orders: number, hours since the first day, amount. Who ordered and in which money is in the number."""
    rows = (
        f"O{order},C{order % 6},{FIRST_DAY + timedelta(hours=hours)},{amount},{'EUR' if order % 3 else 'USD'}\n"
        for order, hours, amount in drawn
    )
    return HEADER + "".join(rows)


class Shop:
    """A project with a first source, and late rows in a second one."""

    def __init__(self, folder: Path, sources: list[str], settings: Settings) -> None:
        self.home, self.settings, self.files = folder / "project", settings, []
        for number, text in enumerate(sources):
            file = folder / f"source{number}.csv"
            file.write_text(text, encoding="utf-8")
            run(Wish([file], settings, AS_OF, project=self.home), self.home, in_project=True)
            self.files.append(file)

    @property
    def pointer(self) -> Path:
        return (self.home / "store" / "current").readlink()

    def past(self, day: str) -> tuple[dict[str, Any], bytes, bytes]:
        """What a run of its own publishes for a date, in a copy of the project."""
        own = self.home.with_name("own")
        shutil.copytree(self.home, own, symlinks=True)
        wish = Wish(self.files[-1:], self.settings, date.fromisoformat(day), project=own, backfill=True)
        run(wish, own, in_project=True)
        found = content(own / "store" / "current")
        shutil.rmtree(own)
        return found


def content(folder: Path) -> tuple[dict[str, Any], bytes, bytes]:
    """What must not differ: the report but for what a run tells of its own rows, the customers, the segments."""
    report = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    of_runs = {
        "snapshot",
        "files",
        "inputs",
        "refresh",
        "quarantine",
        "excluded",
        "second_tables",
        "bridge",
        "counts",
        "cut_drift",
        "refit",
    }
    same = {key: value for key, value in report.items() if key not in of_runs}
    same["warnings"] = [one for one in report["warnings"] if one["code"] in SUFFICIENCY]
    same["counts"] = {key: value for key, value in report["counts"].items() if not key.startswith("rows_")}
    steps = [line["step"] for line in report["bridge"]]
    same["bridge"] = report["bridge"][steps.index("ledger") :]
    return same, (folder / "customers.parquet").read_bytes(), (folder / "segments.csv").read_bytes()


SUFFICIENCY = {
    *("few_buyers", "short_history", "no_recent_order", "no_repeat_buyers"),
    *("fewer_customers_than_bins", "dominant_customer", "negative_customer_total"),
}


def settings_of(folder: Path, ledger: Mapping[str, Any], model: Mapping[str, Any], *, refit: bool) -> Settings:
    days = (FIRST_DAY.date() + timedelta(days=number) for number in range(-5, 210))
    rates = "".join(f"{day},USD,0.9{day.day}\n" for day in days)
    (folder / "rates.csv").write_text("date,currency,rate\n" + rates, encoding="utf-8")
    (folder / "people.csv").write_text("customer_id\nC1\nC2\nC3\nC77\n", encoding="utf-8")
    listed = {"customers": str(folder / "people.csv")} if model.get("population") == "customers" else {}
    chosen = {"base_currency": "EUR", "rates": str(folder / "rates.csv"), "grain": "line", **ledger, **listed}
    refresh = {"refit": refit, "accept": ANY_DRIFT}
    output = {"report": False, "formats": ["parquet"]}
    reading = {"decimal": "."}
    groups = {"reading": reading, "ledger": chosen, "model": dict(model), "refresh": refresh, "output": output}
    return read_settings(None, groups)


SOLD = [(20, 5 * 24, "19.90"), (21, 180 * 24, "19.90"), (22, 100 * 24 - 1, "120"), (23, 30 * 24, "5.005")]
# A refund of a known order, one without its order, a gift, and an order of the first moment of 31 January.
LATE = [(20, 60 * 24, "-5.005"), (1, 90 * 24, "-300"), (4, 40 * 24, "0"), (3, 47 * 24, "1")]


@given(
    st.lists(lines, min_size=3, max_size=25),
    st.lists(lines, min_size=1, max_size=8),
    st.sampled_from(LEDGERS),
    st.sampled_from(MODELS),
    st.sampled_from(["frozen", "refit"]),
    st.tuples(st.integers(20, 60), st.sampled_from(["month", "34d", "3d"])),
)
@example(SOLD, LATE, {}, MODELS[2], "frozen", (47, "month"))
@example(SOLD, LATE, LEDGERS[6], MODELS[5], "refit", (47, "month"))
@example(SOLD, LATE, {}, MODELS[-1], "frozen", (47, "week"))
@few(4)
def test_a_past_snapshot_is_that_of_a_run_at_its_date(drawn, late, ledger, model, cuts, spaced):
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_of(Path(folder), ledger, model, refit=cuts == "refit")
        shop = Shop(Path(folder), [text_of([*SOLD, *drawn]), text_of(late)], settings)
        pointer = shop.pointer
        begin, every = spaced
        dates = Dates(Rhythm.parse(every), (FIRST_DAY + timedelta(days=begin)).date())
        found = history(shop.home, settings, dates)
        assert shop.pointer == pointer
        for line in found["snapshots"][:: len(found["snapshots"]) // 3 or 1]:
            made = shop.home / "store" / "snapshots" / line["snapshot"]
            assert content(made) == shop.past(line["as_of"])
        # Dates that are left out are those that a run refuses.
        assert {line["reason"] for line in found["left_out"]} <= {"before_first_order", "empty_window"}
        assert len(found["snapshots"]) + len(found["left_out"]) == len(dates.every.dates(dates.first, AS_OF))
