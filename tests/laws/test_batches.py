"""Laws of refreshes: how rows come in batches changes nothing, nor does sending some of them again."""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from quintile.config.read import read_settings
from quintile.jobs.run import run
from quintile.jobs.workplace.wish import Wish
from tests.laws.shop import AS_OF, Line, few, messy_orders, orders

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT = Line("O-kept", "C1", 5, Decimal("10.05"))
# Batches of a few rows look unlike each other; that is not what is tested here.
ANY_DRIFT = ["schema_drift", "volume_drop", "distribution_shift", "identity_shift"]


def write(rows: Sequence[dict[str, Any]], file: Path) -> Path:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return file


def rows_of(lines: Sequence[Line], *, numbered: bool) -> list[dict[str, Any]]:
    """The lines as rows of a source; with numbers, each line of an order has its own."""
    seen: dict[str, int] = {}
    rows = []
    for line in lines:
        seen[line.order] = seen.get(line.order, 0) + 1
        number = {"line_id": seen[line.order]} if numbered else {}
        rows.append(
            {
                "order_id": line.order,
                **number,
                "customer_id": line.customer,
                "order_date": line.day.isoformat(),
                "amount": str(line.amount),
            }
        )
    return rows


def chosen(grain: str) -> dict[str, dict[str, Any]]:
    return {
        "ledger": {"grain": grain},
        "model": {"window": "all", "scheme": "none"},
        "refresh": {"accept": ANY_DRIFT, "refit": True},
        "reading": {"max_bad_share": 1, "decimal": "."},
    }


def customers_of(folder: Path, store: str = "") -> bytes:
    return (folder / store / "customers.csv").read_bytes()


def at_once(rows: Sequence[dict[str, Any]], folder: Path, grain: str) -> bytes:
    settings = read_settings(None, chosen(grain))
    run(Wish([write(rows, folder / "all.csv")], settings, AS_OF), folder / "out")
    return customers_of(folder / "out")


def in_batches(batches: Sequence[Sequence[dict[str, Any]]], folder: Path, grain: str) -> bytes:
    settings = read_settings(None, chosen(grain))
    for number, batch in enumerate(batches):
        wish = Wish([write(batch, folder / f"{number}.csv")], settings, AS_OF, project=folder / "project")
        run(wish, folder / "project", in_project=True)
    return customers_of(folder / "project", "store/current")


@st.composite
def cut(draw, rows):
    """The rows in batches, in any order, each with some rows that were sent before."""
    # The first batch holds a purchase that nobody pays back, since nothing can be scored without one.
    kept = [row for row in rows if row["order_id"] == KEPT.order]
    rows = kept + draw(st.permutations([row for row in rows if row not in kept]))
    cuts = sorted(draw(st.sets(st.integers(1, max(1, len(rows) - 1)), max_size=2)))
    batches = [list(rows[start:end]) for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    sent: list[dict[str, Any]] = []
    found = []
    for batch in batches:
        again = draw(st.lists(st.sampled_from(sent), max_size=3, unique_by=id)) if sent else []
        found.append([*batch, *again])
        sent += batch
    return [batch for batch in found if batch]


def unlike(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without those that equal another: in two batches, nobody could tell them from a repetition."""
    return list({tuple(row.items()): row for row in rows}.values())


@few(6)
@given(st.data())
def test_orders_may_come_in_any_batches(data):
    bought = data.draw(orders(most=12))
    paid_back = [
        replace(line, amount=-line.amount, days_ago=max(1, line.days_ago - 2))
        for line in data.draw(st.lists(st.sampled_from(bought), max_size=4))
    ]
    rows = unlike(rows_of([*bought, *paid_back, KEPT], numbered=False))
    batches = data.draw(cut(rows))
    with tempfile.TemporaryDirectory() as folder:
        assert in_batches(batches, Path(folder), "order") == at_once(rows, Path(folder), "order")


@few(6)
@given(messy_orders(), st.data(), st.booleans())
def test_the_lines_of_an_order_may_come_in_any_batches(lines, data, numbered):
    rows = unlike(rows_of(lines, numbered=numbered))
    batches = data.draw(cut(rows))
    with tempfile.TemporaryDirectory() as folder:
        assert in_batches(batches, Path(folder), "line") == at_once(rows, Path(folder), "line")
