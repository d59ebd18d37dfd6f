"""customer: one customer's page: orders, scores, why they last moved, when they will fall, what one order would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from quintile.domain.bridge import plain
from quintile.domain.ledger import PURCHASE
from quintile.domain.snapshot import LAST, as_now_known, chosen
from quintile.export.prospects import customer_statements
from quintile.insight.own_rhythm import own_rhythm
from quintile.insight.smallest_order import Wanted, smallest_order, with_order
from quintile.jobs.erasing.meant import meant
from quintile.jobs.moves.chain import is_cut
from quintile.jobs.moves.kept_scores import KeptScores
from quintile.jobs.profile.outlook import AFTER, STATES, ComingDays, outlook_of, own_orders, prove, published_row
from quintile.jobs.profile.own_story import own_story
from quintile.jobs.project.opened import open_snapshot
from quintile.jobs.project.shortened import cut_note
from quintile.jobs.workplace.wish import Wish
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.snapshots.series import series
from quintile.snapshots.store import STORE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction
    from pathlib import Path

    from quintile.domain.ladder import Border, Ladder
    from quintile.domain.settings import Settings
    from quintile.insight.profile import Outlook, Standing
    from quintile.jobs.profile.outlook import OwnOrder
    from quintile.jobs.project.opened import Opened

_CENTS, _RATIO_DIGITS, _DAY_DIGITS = 2, 2, 1
_FEWEST_ORDERS = 1


def customer(
    project: Path,
    asked: str,
    settings: Settings,
    *,
    as_of: str = LAST,
    on_step: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Everything about one customer as of a snapshot; nothing is published, nobody else is named.

    Args:
        project: The project's folder.
        asked: The customer's id, or an e-mail or phone number that is theirs alone.
        settings: The project's settings.
        as_of: The snapshot: ``last``, ``first``, a date, ``DATE@N`` or an id.
        on_step: Told the name of each step as it begins.

    Returns:
        JSON values, money and shares as text. ``now`` (None: not scored), ``orders``, ``rhythm`` (None: never came
        back), ``borders`` of each metric, ``changes`` of the scores if nothing is bought, ``falls`` (None: never while
        in the window), ``leaves`` (the date on which the last order is out of the window), ``order`` with the smallest
        one that ``keeps`` the segment and the smallest that ``raises`` it (None: none does), ``history`` through all
        snapshots, ``statements``. What ranks segments is the scheme; without a ranking nothing falls (``ranked``).
        With a dwell rule all that lies ahead is about the segment by the scores, which is published later. Where
        retention removed orders that the snapshot counted, ``note`` says so, and nothing is said of what lies ahead.

    Raises:
        SettingsError: The project has no such snapshot or no such customer.
        StoreError: A file is damaged, or the snapshot does not follow from its orders.
    """
    store = project / STORE
    found = series(store)
    opened = open_snapshot(chosen(found, as_of))
    with workplace(Wish([], settings).files, settings.engine, store, on_step=on_step) as place:
        on_step("looking for the customer")
        number, name = meant(place, store, opened, asked, settings)
        on_step("reading the orders")
        ledger = KeptScores(place, store, number).ledger(opened)
        orders = own_orders(place, ledger, opened.clock(opened.model))
        outlook = outlook_of(opened, orders, number, Decimal(1).scaleb(-ledger.decimals))
        published = published_row(place, opened, number)
        on_step("looking through the snapshots")
        story = own_story(place, store, as_now_known(found), number)
    page = {
        "customer_id": name,
        "snapshot": _snapshot(opened),
        "currency": opened.report["currency"],
        "now": None,
        "orders": [_order(one) for one in orders],
        "rhythm": _rhythm(orders, opened.snapshot.day),
        "history": story,
        "note": cut_note(opened.report, opened.model, untold="what lies ahead") if is_cut(opened) else None,
    }
    if published is not None:
        page["now"] = {key: _json(value) for key, value in published.items()}
    if published is not None and not is_cut(opened):
        prove(opened, outlook, published)
        page |= _Prospect(opened, outlook, ledger.decimals).as_dict()
    page["statements"] = customer_statements(page)
    return page


def _snapshot(opened: Opened) -> dict[str, Any]:
    window = opened.clock(opened.model).window
    return {
        "id": opened.snapshot.id,
        "as_of": opened.snapshot.as_of,
        "known": opened.snapshot.known,
        "scheme": opened.model.scheme,
        "ranked": opened.is_ranked,
        "window": {"start": window.start and window.start.isoformat(), "end": window.as_of.isoformat()},
    }


def _order(one: OwnOrder) -> dict[str, Any]:
    return {
        "date": one.day.isoformat(),
        "order_id": one.order_id,
        "gross": plain(one.gross),
        "refunded": plain(one.refunded),
        "net": plain(one.net),
        "state": STATES[one.state],
        "place": one.place,
    }


def _rhythm(orders: Sequence[OwnOrder], as_of: date) -> dict[str, Any] | None:
    """Days between purchases; ``ratio`` is the present pause over the median gap."""
    rhythm = own_rhythm((one.day for one in orders if one.state == PURCHASE and one.place != AFTER), as_of)
    if rhythm is None:
        return None
    return {
        "gaps": rhythm.gaps,
        "median_days": _rounded(rhythm.median, _DAY_DIGITS),
        "shortest_days": rhythm.shortest,
        "longest_days": rhythm.longest,
        "pause_days": rhythm.pause,
        "ratio": _rounded(rhythm.pause / rhythm.median, _RATIO_DIGITS),
        "longer_gaps": rhythm.longer,
    }


@dataclass(frozen=True)
class _Prospect:
    """What lies ahead of a customer who is scored."""

    opened: Opened
    outlook: Outlook
    decimals: int

    def as_dict(self) -> dict[str, Any]:
        now = self.outlook.on(0)
        fall, leaves = self.outlook.fall(now.segment), self.outlook.leaves
        return {
            "borders": self._borders(now) if now.recency is not None else None,
            "changes": [self._change(one) for one in self.outlook.changes],
            "falls": None if fall is None else {**self._day(fall.day), "from": now.segment, "to": fall.segment},
            "leaves": None if leaves is None else self._day(leaves)["on"],
            "order": {"keeps": self._keeping(now, fall), "raises": self._raising(now)},
        }

    def _day(self, day: int) -> dict[str, Any]:
        return {"on": ComingDays(self.opened).date(day).isoformat(), "days": day}

    def _change(self, one: Standing) -> dict[str, Any]:
        before = self.outlook.on(one.day - 1)
        left = (one.frequency, one.monetary) != (before.frequency, before.monetary)
        reasons = {"recency": one.cell[0] != before.cell[0], "orders_left": left}
        return {
            **self._day(one.day),
            "segment": one.segment,
            "rfm": None if one.segment is None else self.opened.model.scale.code(*one.cell),
            "recency_days": one.recency,
            "frequency": one.frequency,
            "monetary": plain(one.monetary),
            "because": [reason for reason, holds in reasons.items() if holds],
        }

    def _borders(self, now: Standing) -> dict[str, Any]:
        """The nearest better and worse score of each metric, the others staying as they are."""
        (r, f, _), rules = now.cell, self.outlook.rules
        soonest = 0 if self.opened.model.recency == "elapsed" else 1
        metrics: dict[str, tuple[Decimal | int, Ladder, int | None]] = {
            "r": (now.recency or 0, rules.ladder("r"), soonest),
            "f": (now.frequency, rules.ladder("f", r), _FEWEST_ORDERS),
            "m": (now.monetary, rules.ladder("m", r, f), None),
        }
        return {
            metric: {
                way: self._border(value, border if border and (least is None or border.at >= least) else None)
                for way, border in (("better", ladder.better(value)), ("worse", ladder.worse(value)))
            }
            for metric, (value, ladder, least) in metrics.items()
        }

    def _border(self, value: Decimal | int, border: Border | None) -> dict[str, Any] | None:
        """The border's value, and how far it is: days or orders as numbers, money as text."""
        if border is None:
            return None
        whole = isinstance(value, int)
        at, distance = border.at, abs(border.at - value)
        shown = self.opened.model.scale.shown(border.score)
        return {
            "score": shown,
            "at": int(at) if whole else plain(at),
            "distance": int(distance) if whole else plain(distance),
        }

    @property
    def _step(self) -> Decimal:
        """Amounts are as fine as the shop's own, at the finest in cents."""
        return Decimal(1).scaleb(-min(self.decimals, _CENTS))

    def _keeping(self, now: Standing, fall: Standing | None) -> dict[str, Any] | None:
        """The smallest order with which the customer is not worse off on the day of the fall, nor before."""
        if fall is None:
            return None
        rank = self.outlook.rules.rank(now.segment)
        amount = self._smallest(fall.day, lambda place: place <= rank if rank is not None else False)
        if amount is None:
            return None
        ordered = with_order(self.outlook, amount)
        later = ordered.fall(now.segment)
        until = None if later is None else {**self._day(later.day), "to": later.segment}
        return self._amount(amount) | {"segment": ordered.on(fall.day).segment, "falls": until}

    def _raising(self, now: Standing) -> dict[str, Any] | None:
        """The smallest order that makes a better segment on the day after it."""
        rank = self.outlook.rules.rank(now.segment)
        amount = self._smallest(1, lambda place: place < rank if rank is not None else False)
        if amount is None:
            return None
        return self._amount(amount) | {"segment": with_order(self.outlook, amount).on(1).segment}

    def _smallest(self, until: int, will_do: Callable[[int], bool]) -> Decimal | None:
        def allowed(segment: str | None) -> bool:
            place = self.outlook.rules.rank(segment)
            return place is not None and will_do(place)

        return smallest_order(self.outlook, Wanted(until, allowed), self._step)

    def _amount(self, amount: Decimal) -> dict[str, Any]:
        """``any``: an order of whatever value does."""
        return {"amount": plain(amount), "any": amount == self._step}


def _json(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _rounded(value: Fraction, digits: int) -> str:
    return plain(Decimal(round(value * 10**digits)).scaleb(-digits))
