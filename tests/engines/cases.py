"""Conformance cases: sources and settings whose answer must be the same on every engine, to the last digit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from quintile.engine.duckdb import DuckDbEngine
from quintile.sources.sample_shop import write_sample_shop
from tests.conftest import find_shared
from tests.golden.test_ledger_by_hand import FIRST_FILE, HEADER, RATES, SECOND_FILE
from tests.golden.test_public_data import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Half past two comes twice on 27 October 2024 and never on 30 March 2025; the day of an order is Berlin's.
CLOCKS = """\
customer,order,time,amount
a,1,2024-10-26T22:30:00Z,10.00
a,2,2024-10-27T00:30:00Z,10.05
b,3,2024-10-27T01:30:00Z,20.00
c,4,2025-03-30T00:59:59Z,30.00
c,5,2025-03-30T01:00:00Z,30.01
d,6,2025-06-30T21:59:59Z,1.00
e,7,2025-06-30T22:00:00Z,99.00
"""
# Ids that are the same to many a database, and are not the same; words that look like nothing.
HOSTILE = """\
customer,order,time,amount
Ana,1,2025-05-01,10.00
ana,2,2025-05-02,10.00
"a'na",3,2025-05-03,0.01
"a""na",4,2025-05-04,33.33
ÁNA,5,2025-05-05,5.00
A\u0301NA,6,2025-05-06,7.00
007,7,2025-05-07,1.10
7,8,2025-05-08,2.20
NULL,9,2025-05-09,1.00
\\N,10,2025-05-10,4.00
日本,11,2025-05-11,8.00
😀,12,2025-05-12,8.00
\u202ex,13,2025-05-13,6.00
 Ana ,14,2025-05-14,3.00
"""
RETURNS = "order,amount,currency\n1,4.00,EUR\n3,,\n5,40.00,\n5,40.00,\n99,1.00,EUR\n"
# Money without cents, which converting gives some.
WHOLE = "customer,order,time,amount,currency\na,1,2025-03-07,10,EUR\nb,3,2025-03-10,20,USD\nc,5,2025-03-12,41,USD\n"
TIES = "customer,order,time,amount\n" + "".join(
    f"c{number},{number},2025-06-{1 + number % 3:02},{10 + number % 2}.00\n" for number in range(60)
)
# Ids that are numbers without gaps, which are grouped in a quicker way; of the second, one order has two customers.
NUMBERS = "customer,order,time,amount\n" + "".join(
    f"{row // 2 % 17},{row // 2},2025-0{1 + row % 6}-1{row % 9},{row % 7}.50\n" for row in range(120)
)
SHARED = NUMBERS.replace("\n3,", "\n4,", 1)


@dataclass(frozen=True)
class Case:
    """One question: what the sources are made of, and the settings by group."""

    name: str
    texts: tuple[str, ...] = ()
    file: str | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    as_of: date | None = None

    def __str__(self) -> str:
        return self.name

    def sources(self, folder: Path) -> list[Path]:
        """The files, written where they are made for the test."""
        if self.file is not None:
            return [find_shared(f"data/{self.file}")]
        if not self.texts:
            return [sample_shop(folder / "shop")]
        paths = [folder / f"orders_{number}.csv" for number in range(len(self.texts))]
        for path, text in zip(paths, self.texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return paths

    def rates(self, folder: Path) -> str:
        """The table of exchange rates that fits the sources."""
        if not self.texts:
            return str(folder / "shop" / "rates.csv")
        (folder / "rates.csv").write_text(RATES, encoding="utf-8")
        return str(folder / "rates.csv")

    def returns(self, folder: Path) -> str:
        """A table of what came back."""
        (folder / "returns.csv").write_text(RETURNS, encoding="utf-8")
        return str(folder / "returns.csv")


def sample_shop(folder: Path) -> Path:
    """The orders of a small sample shop; its rates lie beside them."""
    folder.mkdir(exist_ok=True)
    engine = DuckDbEngine([folder])
    try:
        return write_sample_shop(engine, folder, customers=250, seed=7, last_day=date(2025, 6, 30)).orders
    finally:
        engine.close()


def by_hand(refunds: str) -> Case:
    """The ledger worked out by hand."""
    ledger = {"refunds": refunds, "guests": "email", "base_currency": "EUR", "rates": "rates"}
    texts = (HEADER + FIRST_FILE, HEADER + SECOND_FILE)
    return Case(f"by hand, {refunds}", texts, settings={"ledger": ledger}, as_of=date(2025, 7, 1))


def shop(name: str, ledger: Mapping[str, Any] | None = None, **model: Any) -> Case:
    """The sample shop under some settings."""
    chosen = {"base_currency": "EUR", "rates": "rates", "time_zone": "Europe/Berlin", **(ledger or {})}
    return Case(f"shop, {name}", settings={"ledger": chosen, "model": {"window": "12mo", **model}})


def public(place: int) -> Case:
    """One variant of the public data."""
    one = VARIANTS[place]
    return Case(str(one), file=one.source, settings=one.settings, as_of=date.fromisoformat(one.as_of))


LINES = {"ledger": {"grain": "line"}}
BERLIN = {"ledger": {"time_zone": "Europe/Berlin"}}
SMALL = (
    by_hand("net"),
    by_hand("gross"),
    by_hand("exclude_order"),
    Case("clocks, calendar", (CLOCKS,), settings=BERLIN, as_of=date(2025, 7, 1)),
    Case("clocks, elapsed", (CLOCKS,), settings={**BERLIN, "model": {"recency": "elapsed"}}),
    Case(
        "clocks, up to a moment",
        (CLOCKS,),
        settings={**BERLIN, "model": {"recency": "elapsed", "window": "1d", "population": "ever"}},
        as_of=datetime(2025, 3, 31, 3),  # noqa: DTZ001 - the shop's wall time; of orders 4 and 5 only 5 lies in the window
    ),
    Case(
        "clocks, a day's order, elapsed",
        (CLOCKS,),
        settings={"ledger": {"time_zone": "America/New_York", "grain": "day"}, "model": {"recency": "elapsed"}},
    ),
    Case(
        "clocks, ever on average",
        (CLOCKS,),
        settings={**BERLIN, "model": {"population": "ever", "monetary": "average", "window": "1mo"}},
    ),
    Case("hostile ids", (HOSTILE,), settings={"model": {"scale": 3}}),
    Case("hostile ids, parted", (HOSTILE,), settings={"model": {"method": "ntile"}}),
    Case("returns", (CLOCKS,), settings={"ledger": {"base_currency": "EUR", "returns": "returns"}}),
    Case(
        "returns, converted",
        (WHOLE,),
        settings={"ledger": {"base_currency": "EUR", "rates": "rates", "returns": "returns"}, "model": {"scale": 3}},
        as_of=date(2025, 7, 1),
    ),
    Case("ties", (TIES,)),
    Case("numbers", (NUMBERS,), settings=LINES),
    Case("numbers of two customers", (SHARED,), settings=LINES),
    shop("quantile"),
    shop("average", monetary="average", scale=3, best="low"),
    shop(
        "ever",
        population="ever",
        method="percentile",
        r_cuts=[20, 40, 60, 80],
        f_cuts=[20, 40, 60, 80],
        m_cuts=[20, 40, 60, 80],
    ),
)
MORE = (
    shop("threshold", method="threshold", r_cuts=[14, 45, 90, 150], f_cuts=[2, 3, 5, 7], m_cuts=[50, 100, 300, 600]),
    shop("ntile", method="ntile"),
    shop("nested", method="nested"),
    shop("kmeans", method="kmeans"),
    shop("r-rfm", method="r-rfm"),
    shop("ten scores", scale=10, recency="elapsed"),
    shop("e-mail", {"customer_key": "email", "duplicates": "row"}, window="all"),
    shop("guests", {"guests": "email", "zero_orders": "count", "refunds": "exclude_order"}, window="6mo"),
    *(public(place) for place in range(len(VARIANTS)) if not VARIANTS[place].source.startswith("uci")),
)
LARGE = (public(1), public(3))
