"""Whatever form the reader claims to know, a table of amounts and dates written in it comes back equal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quintile.domain.settings import ReadingSettings
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import name, render
from quintile.sources import stored
from quintile.sources.open import open_source
from quintile.sources.read import Reading, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal


def _grouped(amount: Decimal, thousands: str, mark: str) -> str:
    return f"{amount:,}".replace(",", "T").replace(".", mark).replace("T", thousands)


def _indian(amount: Decimal) -> str:
    whole, _, cents = f"{abs(amount)}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(end - 2, 0) : end] for end in range(len(head), 0, -2)][::-1]
    return ("-" if amount < 0 else "") + ",".join([*pairs, tail]) + "." + cents


def _minus(amount: Decimal, below: str, else_: str = "{}") -> str:
    return (below if amount < 0 else else_).format(_grouped(abs(amount), ",", "."))


AMOUNTS: dict[str, tuple[Callable[[Decimal], str], str | None]] = {
    "plain": (str, None),
    "comma": (lambda amount: str(amount).replace(".", ","), None),
    "english": (lambda amount: _grouped(amount, ",", "."), None),
    "german": (lambda amount: _grouped(amount, ".", ","), None),
    "french": (lambda amount: _grouped(amount, "\u202f", ","), None),
    "russian": (lambda amount: _grouped(amount, "\u00a0", ","), None),
    "si": (lambda amount: _grouped(amount, " ", "."), None),
    "swiss": (lambda amount: _grouped(amount, "'", "."), None),
    "swiss print": (lambda amount: "CHF " + _grouped(amount, "\u2019", "."), None),
    "indian": (lambda amount: "₹" + _indian(amount), None),
    "accounting": (lambda amount: _minus(amount, "({})"), None),
    "accounting with sign": (lambda amount: _minus(amount, "$({})", "${}"), None),
    "minus after": (lambda amount: _minus(amount, "{}-"), None),
    "unicode minus": (lambda amount: _minus(amount, "\u2212{}"), None),
    "minus before sign": (lambda amount: _minus(amount, "-£{}", "£{}"), None),
    "minus after sign": (lambda amount: _minus(amount, "£ -{}", "£ {}"), None),
    "code before": (lambda amount: _minus(amount, "USD -{}", "USD {}"), None),
    "sign after": (lambda amount: _grouped(amount, ".", ",") + " €", None),
    "plus": (lambda amount: _minus(amount, "-{}", "+{}"), None),
    "blanks around": (lambda amount: f" {amount} ", None),
    "scientific": (lambda amount: f"{amount:.12e}", "."),
    "fewest digits": (lambda amount: format(amount.normalize(), "f"), "."),
}
DAYS: dict[str, tuple[str, str | None]] = {
    "iso": ("%Y-%m-%d", None),
    "slashed iso": ("%Y/%m/%d", None),
    "compact": ("%Y%m%d", None),
    "german": ("%d.%m.%Y", "dmy"),
    "british": ("%d/%m/%Y", "dmy"),
    "american": ("%m/%d/%Y", "mdy"),
    "short": ("%d/%m/%y", "dmy"),
    "oracle": ("%d-%b-%Y", None),
    "english": ("%B %d, %Y", None),
    "mail": ("%a, %d %b %Y", None),
}
CLOCKS = {"none": "", "blank": " %H:%M:%S", "minutes": " %H:%M", "halves": " %I:%M:%S %p", "utc": " %H:%M:%S UTC"}

amounts = st.decimals(-(10**9), 10**9, places=2).map(lambda amount: amount + 0)  # no negative zero
moments = st.datetimes(datetime(1971, 1, 2), datetime(2037, 12, 31)).map(  # noqa: DTZ001 - wall time
    lambda moment: moment.replace(microsecond=0)
)


@pytest.fixture(scope="module")
def read_back(tmp_path_factory):
    """``read_back(amounts, times, wish)``: what a file of these texts is read as."""
    folder = tmp_path_factory.mktemp("written")
    engine = DuckDbEngine([folder], threads=2)

    def of(written, times, wish):
        staging = folder / f"{len(list(folder.iterdir()))}"
        staging.mkdir()
        path = staging.with_suffix(".csv")
        rows = [
            f'C{place},"{amount}","{time}"\n' for place, (amount, time) in enumerate(zip(written, times, strict=True))
        ]
        path.write_text("customer_id,amount,order_date\n" + "".join(rows), encoding="utf-8")
        found = read(engine, [open_source(engine, path, staging, wish)], wish, Reading())
        columns = "SELECT amount, CAST(ordered_at AS VARCHAR), amount_problem, time_problem FROM {table}"
        return engine.rows(render(columns + " ORDER BY customer", table=name(found.table)))

    yield of
    engine.close()


@pytest.mark.parametrize("fewest", [1, stored.FEWEST_ROWS], ids=["large", "small"])
@given(
    rows=st.lists(st.tuples(amounts, moments), min_size=1, max_size=9),
    forms=st.tuples(*(st.sampled_from(sorted(forms)) for forms in (AMOUNTS, DAYS, CLOCKS))),
)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_is_written_in_a_known_form_comes_back_equal(read_back, monkeypatch, fewest, rows, forms):
    amount_form, day_form, clock = forms
    monkeypatch.setattr(stored, "FEWEST_ROWS", fewest)
    write, decimal = AMOUNTS[amount_form]
    day, order = DAYS[day_form]
    known = {"none": timedelta(days=1), "minutes": timedelta(minutes=1)}.get(clock, timedelta(seconds=1))
    start = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time
    times = [start + (moment - start) // known * known for _, moment in rows]
    found = read_back(
        [write(amount) for amount, _ in rows],
        [f"{time:{day + CLOCKS[clock]}}" for time in times],
        ReadingSettings(decimal=decimal, date_order=order),  # type: ignore[arg-type]  # the forms' own marks
    )
    assert found == [
        (amount, f"{time:%Y-%m-%d %H:%M:%S}", None, None) for (amount, _), time in zip(rows, times, strict=True)
    ]
