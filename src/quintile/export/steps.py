"""Steps: each segment in words, the way a marketing tool's segment builder puts it together."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quintile.domain.words import amount
from quintile.errors import SettingsError
from quintile.export.bounds import bounds_of, segment_boxes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from quintile.export.bounds import Bound
    from quintile.export.recipe import Recipe

_HEAD = (
    "Steps for a segment builder. 'Placed order' is the tool's event for an order, 'value' what it was worth.",
    "A customer is in a segment when all lines of one of its groups hold. Days count back from today.",
)
Ways = list[tuple[str, ...]]


@dataclass(frozen=True)
class _Way:
    """One group: whole days and orders, both ends included, and money; None on a side that is open."""

    days_over: int | None
    days: int | None
    orders: int | None
    most_orders: int | None
    money: Decimal | None
    money_below: Decimal | None

    @classmethod
    def of(cls, bounds: tuple[Bound, ...]) -> _Way:
        recency, frequency, monetary = bounds
        return cls(
            days_over=math.floor(recency.missed.value) if recency.missed else None,
            days=math.floor(recency.reached.value) if recency.reached else None,
            orders=math.ceil(frequency.reached.value) if frequency.reached else None,
            most_orders=math.ceil(frequency.missed.value) - 1 if frequency.missed else None,
            money=monetary.reached.value if monetary.reached else None,
            money_below=monetary.missed.value if monetary.missed else None,
        )

    def said_of(self, recipe: Recipe) -> _Way | None:
        """This group in terms of the window, before which no order counts; None where nobody can be in it."""
        window = _window_days(recipe)
        found = self if self.days is None or window is None else replace(self, days=min(self.days, window))
        population = recipe.model.population
        bought = found.asks_for_an_order or population == "buyers" or (population == "ever" and window is None)
        if found.most_orders is not None and found.most_orders < max(found.orders or 0, int(bought)):
            return None
        if found.days_over is not None and found.days is not None and found.days_over >= found.days:
            return None
        # Who bought in the window has no more days than it, so that more days are left to those who did not.
        if found.most_orders != 0 and (window is None or (found.days_over or 0) < window):
            return found
        return None if bought else _NO_ORDER

    @property
    def asks_for_an_order(self) -> bool:
        """Whether only those who bought in the window can be in it; amounts are above zero where others count."""
        return self.days is not None or bool(self.orders) or self.money is not None


_NO_ORDER = _Way(days_over=None, days=None, orders=None, most_orders=0, money=None, money_below=None)


def _window_days(recipe: Recipe) -> int | None:
    return None if recipe.start is None else (recipe.end - recipe.start).days


def steps_of(recipe: Recipe, currency: str) -> dict[str, Ways]:
    """For each segment, best first, the groups of conditions; all of a group must hold, and one group is enough.

    A segment that nobody can be in with these cut points has no group.

    Args:
        recipe: What the model does.
        currency: What amounts are in.

    Raises:
        SettingsError: ``ties`` or ``nested``, the scores do not follow from a customer's own values; ``money``, those
            without an order in the window would lie between amounts.
    """
    _refuse_unsayable(recipe)
    found: dict[str, Ways] = {}
    for segment, boxes in segment_boxes(recipe).items():
        bounds = [bounds_of(recipe, box) for box in boxes]
        ways = [_Way.of(each).said_of(recipe) for each in bounds if not any(bound.nobody for bound in each)]
        found[segment] = list(dict.fromkeys(_conditions(recipe, way, currency) for way in ways if way is not None))
    return found


def _refuse_unsayable(recipe: Recipe) -> None:
    if any(step.first_id is not None for ladder in recipe.ladders for step in ladder.steps):
        message = "this method parts equal customers by their ids, which no segment builder can"
        raise SettingsError("ties", message, fix="fit with --method quantile")
    lowest = min((step.value for step in recipe.ladders[2].steps), default=1)
    if recipe.model.population != "buyers" and lowest <= 0:
        message = "those without an order in the window have the worst score of money, below amounts under zero"
        raise SettingsError("money", message, fix="fit with --population buyers, or with --m-cuts above zero")


def steps_text(found: Mapping[str, Ways], intents: Mapping[str, str]) -> str:
    """The steps as a plain text, each segment under its name and what the business wants of it."""
    return (
        "\n".join([*_HEAD, *(line for segment, ways in found.items() for line in _segment(segment, ways, intents))])
        + "\n"
    )


def _segment(segment: str, ways: Ways, intents: Mapping[str, str]) -> list[str]:
    lines = ["", " ".join(segment.split()), *([f"  {intents[segment]}"] if segment in intents else [])]
    if not ways:
        return [*lines, "  With these cut points nobody is here."]
    for number, way in enumerate(ways):
        lines += ["  OR"] * bool(number)
        lines += [f"  {'AND ' if place else ''}{condition}" for place, condition in enumerate(way)]
    return lines


def _conditions(recipe: Recipe, way: _Way, currency: str) -> tuple[str, ...]:
    population, days = recipe.model.population, _window_days(recipe)
    window = "over all time" if days is None else f"in the last {days} days"
    said = [*_days(way), *_orders(way, window), *_money(recipe, way, window, currency)]
    if population == "customers":
        said.insert(0, "Is on the list of customers")
    elif way.days is None and (way.orders is None or not said):
        said.insert(0, f"Placed order at least once {'over all time' if population == 'ever' else window}")
    return tuple(said)


def _days(way: _Way) -> list[str]:
    said = []
    if way.days is not None:
        said.append(f"Placed order at least once {_last(way.days)}")
    if way.days_over is not None:
        said.append(f"Placed order zero times {_last(way.days_over)}")
    return said


def _last(days: int) -> str:
    return "in the last day" if days == 1 else f"in the last {days} days"


def _orders(way: _Way, window: str) -> list[str]:
    """One order is said already by who bought in the last days."""
    least = None if way.orders == 1 and way.days is not None else way.orders
    if way.most_orders is not None and way.most_orders in {way.orders, 0}:
        return [f"Placed order {_times('exactly', way.most_orders)} {window}"]
    said = []
    if least is not None:
        said.append(f"Placed order {_times('at least', least)} {window}")
    if way.most_orders is not None:
        said.append(f"Placed order {_times('at most', way.most_orders)} {window}")
    return said


def _times(how: str, count: int) -> str:
    return "zero times" if count == 0 else f"{how} once" if count == 1 else f"{how} {count} times"


def _money(recipe: Recipe, way: _Way, window: str, currency: str) -> list[str]:
    what = "Average order value" if recipe.model.monetary == "average" else "Total value of orders"
    ends = (("at least", way.money), ("less than", way.money_below))
    return [
        f"{what} is {how} {' '.join(filter(None, (amount(value), currency)))} {window}"
        for how, value in ends
        if value is not None
    ]
