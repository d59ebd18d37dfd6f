"""Small shops for the laws: strategies for order lines, and the ways to run them through the whole product."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import quintile
from quintile.config.read import read_settings
from quintile.jobs.run import run as run_job
from quintile.jobs.workplace.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from quintile import Result

    Settings = Mapping[str, Mapping[str, object]]

AS_OF = date(2025, 7, 1)
LONGEST_AGO = 400
METHODS_THAT_LEARN = ("quantile", "ntile", "nested", "kmeans", "r-rfm")
FEWEST_SCORES, MOST_SCORES = 2, 10


def few(examples: int) -> settings:
    """So many examples; each runs the whole product, which takes a quarter of a second."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Line:
    """One source row; a negative amount is money paid back."""

    order: str
    customer: str
    days_ago: int
    amount: Decimal

    @property
    def day(self) -> date:
        return AS_OF - timedelta(days=self.days_ago)


amounts = st.decimals(min_value=Decimal("0.01"), max_value=2000, places=2)


@st.composite
def orders(draw, fewest=2, most=24, customers=7, longest_ago=LONGEST_AGO):
    """Orders of one line each on whole days; the first lies in the window, so that there is something to score."""
    drawn = draw(
        st.lists(
            st.tuples(st.integers(1, customers), st.integers(1, longest_ago), amounts), min_size=fewest, max_size=most
        )
    )
    found = [Line(f"O{place}", f"C{who}", ago, amount) for place, (who, ago, amount) in enumerate(drawn)]
    return [replace(found[0], days_ago=min(found[0].days_ago, 300)), *found[1:]]


@st.composite
def messy_orders(draw):
    """Orders of several lines, some of them with a partial or a whole refund, and some lines that come twice."""
    found = draw(orders(most=10))
    for line in list(found):
        what = draw(st.sampled_from(["plain", "lines", "refund", "whole refund", "orphan"]))
        if what == "lines":
            found.append(replace(line, amount=draw(amounts)))
        elif what == "refund":
            found.append(replace(line, amount=Decimal("-0.01"), days_ago=max(1, line.days_ago - 3)))
        elif what == "whole refund":
            found.append(replace(line, amount=-line.amount))
        elif what == "orphan":
            found.append(Line(f"R-{line.order}", line.customer, line.days_ago, -draw(amounts)))
    keep = Line("O-kept", "C1", 5, Decimal("10.05"))
    return [*found, keep]


methods = st.sampled_from([*METHODS_THAT_LEARN, "r=kmeans,f=quantile,m=r-rfm"])


def model_of(method: str, scale: int = 5, **more: object) -> Settings:
    """Settings of a model over order lines; methods that need a person's numbers are given some that fit the scale."""
    if method in ("threshold", "percentile"):
        given = range(1, scale) if method == "threshold" else [100 * step // scale for step in range(1, scale)]
        more = {f"{metric}_cuts": list(given) for metric in "rfm"} | more
    return {"model": {"method": method, "scale": scale, **more}, "ledger": {"grain": "line"}}


def as_table(lines: Sequence[Line]) -> pa.Table:
    """The lines as an Arrow table, all text, as a source brings them."""
    return pa.table(
        {
            "order_id": [line.order for line in lines],
            "customer_id": [line.customer for line in lines],
            "order_date": [line.day.isoformat() for line in lines],
            "amount": [str(line.amount) for line in lines],
        }
    )


def write_csv(lines: Sequence[Line], file: Path) -> Path:
    rows = [f"{line.order},{line.customer},{line.day},{line.amount}\n" for line in lines]
    file.write_text("order_id,customer_id,order_date,amount\n" + "".join(rows), encoding="utf-8")
    return file


def run(lines: Sequence[Line], chosen: Settings | None = None) -> Result:
    """Score the lines in memory."""
    return quintile.run(as_table(lines), as_of=AS_OF, settings=chosen)


def customers_of(result: Result) -> list[dict[str, Any]]:
    """The customers, one dict each, in the result's order."""
    return result.to_arrow().to_pylist()


def by_customer(result: Result) -> dict[str, dict[str, Any]]:
    """Customer id -> its row."""
    return {str(row["customer_id"]): row for row in customers_of(result)}


def published(sources: Sequence[Path], out: Path, chosen: Settings) -> dict[str, bytes]:
    """Publish a snapshot and give the bytes of its tables."""
    run_job(Wish(sources=sources, settings=read_settings(None, chosen), as_of=AS_OF), out)
    return {name: (out / name).read_bytes() for name in ("customers.parquet", "customers.csv", "segments.csv")}
