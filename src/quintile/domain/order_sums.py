"""Order sums: what is told of the orders of one month in ways that add up, so that they need not be counted again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping


@dataclass(frozen=True)
class FateSum:
    """Parts of orders that share a fate and a currency: source rows, money, and how many of unknown money."""

    fate: int
    currency: str | None
    rows: int
    amount: Decimal | None
    paid_back: Decimal | None
    unknown: int

    @classmethod
    def of(cls, told: dict[str, Any]) -> FateSum:
        """Read it as JSON has it."""
        return cls(**{**told, "amount": _money(told["amount"]), "paid_back": _money(told["paid_back"])})


@dataclass(frozen=True)
class StateSum:
    """Orders that share a state and whether they come to nothing; ``beyond`` were paid back more than they cost."""

    state: int
    is_nothing: bool
    lines: int
    after_refunds: Decimal
    net: Decimal
    beyond: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, told: dict[str, Any]) -> StateSum:
        """Read it as JSON has it."""
        money = {key: Decimal(told[key]) for key in ("after_refunds", "net")}
        times = {key: datetime.fromisoformat(told[key]) for key in ("first_at", "last_at")}
        return cls(**(told | money | times))


@dataclass(frozen=True)
class MonthSums:
    """The sums of one month; ``column_refunds`` is the money that only a refund column says went back."""

    fates: tuple[FateSum, ...]
    states: tuple[StateSum, ...]
    column_refunds: Decimal

    @classmethod
    def of(cls, told: dict[str, Any]) -> MonthSums:
        """Read them as JSON has them."""
        fates, states = map(FateSum.of, told["fates"]), map(StateSum.of, told["states"])
        return cls(tuple(fates), tuple(states), Decimal(told["column_refunds"]))

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        found: dict[str, Any] = asdict(self)
        found = {**found, "column_refunds": format(self.column_refunds, "f")}
        return found | {key: [_as_json(line) for line in found[key]] for key in ("fates", "states")}


@dataclass(frozen=True)
class KeptMonths:
    """All orders month by month, by the month's first day; ``orders`` gives the text of the query of some months."""

    sums: Mapping[date, MonthSums]
    orders: Callable[[Collection[date]], str]

    def between(self, first: datetime | None, last: datetime) -> list[date]:
        """The months that have a part in the time from ``first`` up to ``last``, which is not in it."""
        return [month for month in self.sums if (first is None or first < after(month)) and first_of(month) < last]


def first_of(month: date) -> datetime:
    """When a month begins."""
    return datetime(month.year, month.month, 1)  # noqa: DTZ001 - the ledger's clock


def after(month: date) -> datetime:
    """When a month is over."""
    return datetime(month.year + month.month // 12, month.month % 12 + 1, 1)  # noqa: DTZ001 - the ledger's clock


def tallied(rows: Iterable[tuple[Any, ...]], months: Iterable[MonthSums]) -> list[tuple[Any, ...]]:
    """Rows of shape FateSum, and those of some months added to them, sorted."""
    found: dict[tuple[int, str | None], list[Any]] = {}
    kept = [(s.fate, s.currency, s.rows, s.amount, s.paid_back, s.unknown) for month in months for s in month.fates]
    for fate, currency, *sums in [*rows, *kept]:
        before = found.get((fate, currency))
        found[fate, currency] = sums if before is None else [_plus(*pair) for pair in zip(before, sums, strict=True)]
    return [(*key, *found[key]) for key in sorted(found, key=lambda key: (key[0], key[1] or ""))]


def _plus(one: Any, other: Any) -> Any:  # noqa: ANN401 - a count or money
    return one if other is None else other if one is None else one + other


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _as_json(line: dict[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:  # noqa: ANN401 - any value of a sum
        if isinstance(value, Decimal):
            return format(value, "f")
        return value.isoformat() if isinstance(value, datetime) else value

    return {key: plain(value) for key, value in line.items()}
