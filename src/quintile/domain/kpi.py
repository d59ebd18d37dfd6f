"""KPIs: the figures that are watched segment by segment, each with its formula and with the side that is better."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from quintile.errors import SettingsError

EVERY_SEGMENT = "*"
CHURN_DAYS = (30, 60, 90)
MOST_GROWTH = 10
"""Eleven times the customers from one date to the next; what is beyond was meant as percent."""
_FORBID_UNKNOWN = {"extra": "forbid"}
Target = Decimal | dict[str, Decimal]


@dataclass(frozen=True)
class Kpi:
    """One figure: its key in settings and JSON, its name, its formula, and whether a target is a floor or a ceiling."""

    key: str
    name: str
    unit: Literal["share", "money", "count"]
    formula: str
    low_is_good: bool = False

    def meets(self, value: Fraction, target: Decimal) -> bool:
        """Whether a value reaches its target; a value that equals it does."""
        return value <= Fraction(target) if self.low_is_good else value >= Fraction(target)


def _churn(days: int) -> Kpi:
    formula = (
        f"new customers without a second order within {days} days of the first / new customers whose {days} days"
        " are complete"
    )
    return Kpi(f"churn_{days}", f"Churn of new customers, {days} days", "share", formula, low_is_good=True)


KPIS = (
    Kpi("revenue_share", "Revenue contribution", "share", "revenue of the segment / revenue of all customers"),
    Kpi("orders", "Order volume", "count", "orders of the segment's customers in the window"),
    Kpi(
        "repeat_purchase_rate",
        "Repeat purchase rate",
        "share",
        "customers with two or more orders in the window / customers",
    ),
    Kpi("average_order_value", "Average order value", "money", "revenue in the window / orders in the window"),
    Kpi("list_growth", "List growth", "share", "customers / customers in the snapshot before - 1"),
    *map(_churn, CHURN_DAYS),
    Kpi(
        "second_purchase_rate",
        "Second purchase rate",
        "share",
        "new customers with a second order before the analysis date / new customers",
    ),
    Kpi(
        "unsubscribe_rate",
        "Unsubscribe rate",
        "share",
        "customers who unsubscribed in the window / customers",
        low_is_good=True,
    ),
)


@dataclass(frozen=True)
class TargetSettings:
    """The table ``[targets]``: what each KPI must reach, or must not exceed.

    A number holds for every segment; a table names segments, ``"*"`` standing for all that it does not name. Shares are
    written 0.8, not 80. What is written replaces the default of that KPI.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    revenue_share: Target | None = None
    orders: Target | None = None
    repeat_purchase_rate: Target | None = field(default_factory=lambda: {"Champions": Decimal("0.8")})
    average_order_value: Target | None = None
    list_growth: Target | None = None
    churn_30: Target | None = None
    churn_60: Target | None = None
    churn_90: Target | None = None
    second_purchase_rate: Target | None = None
    unsubscribe_rate: Target | None = None

    def of(self, kpi: Kpi, segment: str) -> Decimal | None:
        """The target of a segment, if it has one."""
        found: Target | None = getattr(self, kpi.key)
        if isinstance(found, dict):
            return found.get(segment, found.get(EVERY_SEGMENT))
        return found

    def named(self) -> set[str]:
        """The segments that some target names."""
        tables = (getattr(self, key.name) for key in fields(self))
        return {name for table in tables if isinstance(table, dict) for name in table} - {EVERY_SEGMENT}

    def check(self) -> None:
        """Refuse what no figure can be, such as shares beyond 1, which were meant as percent.

        Raises:
            SettingsError: ``targets``, a share is written in percent, or a value is below what the figure can be.
        """
        for kpi in KPIS:
            found = getattr(self, kpi.key)
            for value in found.values() if isinstance(found, dict) else [found]:
                if value is not None:
                    _refuse_impossible(kpi, value)


def _refuse_impossible(kpi: Kpi, value: Decimal) -> None:
    what = f"the target {value} of {kpi.key}"
    if kpi.key == "list_growth":
        if not -1 <= value <= MOST_GROWTH:
            fix = f"write a number from -1 to {MOST_GROWTH}; 5 percent more customers are {kpi.key} = 0.05"
            raise SettingsError("targets", f"{what} is no growth of a list", fix=fix)
    elif kpi.unit == "share":
        if not 0 <= value <= 1:
            raise SettingsError("targets", f"{what} is no share", fix=f"write a number from 0 to 1: {kpi.key} = 0.8")
    elif value < 0:
        raise SettingsError("targets", f"{what} is below 0", fix=f"write 0 or more: {kpi.key} = 45")


@dataclass(frozen=True)
class KpiSettings:
    """The table ``[kpis]``: a file of the mail programme's events, with customer, event and time."""

    __pydantic_config__ = _FORBID_UNKNOWN

    engagement: str | None = None


@dataclass(frozen=True)
class AlertSettings:
    """The table ``[alerts]``: where alerts are sent, and how many customers must have moved to be worth one.

    ``secret_env`` names the environment variable with the webhook's secret; the secret itself stands in no file.
    """

    __pydantic_config__ = _FORBID_UNKNOWN

    webhook: str | None = None
    secret_env: str = "QUINTILE_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
    least_customers: int = 10

    def check(self) -> None:
        """Refuse a number of customers below 0.

        Raises:
            SettingsError: ``alerts``, it is.
        """
        if self.least_customers < 0:
            message = f"alerts.least_customers is {self.least_customers}, and fewer than none cannot move"
            raise SettingsError("alerts", message, fix="write 0 or more: least_customers = 10")
