"""Past: what a project's earlier snapshots add to a page: the trend, who moved since the last one, what is unusual."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quintile.export.cards import ranked
from quintile.export.headlines import day_text
from quintile.pictures.flow import flow
from quintile.pictures.trend import trend
from quintile.pictures.words import money, number, percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quintile.insight.alerts import Movement
    from quintile.pictures.base import Picture


@dataclass(frozen=True)
class Past:
    """What was before a snapshot.

    Attributes:
        previous: The analysis date before it, whoever scored it.
        dates: ``as_of`` and ``segments`` of the dates before it of the same scheme and scale, the earliest first.
        before: The last of these, if it is the previous date.
        moves: ``from``, ``to`` (segments; None: not in that snapshot) and ``customers`` since then; None: not known.
        unusual: The segments that moved more than usual since then; None: another model scored them.
        missed: The missed targets, a sentence each.
        why: Who moved since then and why, in sentences; empty: not asked.
    """

    previous: str
    dates: Sequence[Mapping[str, Any]]
    before: Mapping[str, Any] | None = None
    moves: Sequence[Mapping[str, Any]] | None = None
    unusual: Sequence[Movement] | None = None
    missed: Sequence[str] = ()
    why: Sequence[str] = ()


def past_pictures(report: Mapping[str, Any], past: Past) -> list[Picture]:
    """The trend with the snapshot itself at its end, and the flow where it is known."""
    if not past.dates:
        return []
    best_first, currency = ranked(report), report["currency"]
    drawn = [trend([*past.dates, report], ranking=best_first, currency=currency)]
    if past.moves is not None:
        drawn.append(flow(past.moves, ranking=best_first, currency=currency))
    return drawn


def past_words(report: Mapping[str, Any], past: Past) -> dict[str, Any]:
    """The sentences: ``lead``, ``alerts``, ``since`` (from which date on customers are followed) and ``why``."""
    day = day_text(past.previous)
    if not past.dates:
        lead = f"Another scheme or scale made the segments until {day}; they cannot be laid beside these."
        return {"lead": lead, "alerts": _missed(past), "since": None, "why": ()}
    first = day_text(past.dates[0]["as_of"])
    if past.unusual is None:
        alerts = [Markup("Another model scored the customers on {}, so no change since then is judged.").format(day)]
    else:
        quiet = Markup("No segment moved more than it usually does since {}.").format(day)
        alerts = [_alert(one, day, report["currency"]) for one in past.unusual] or [quiet]
    return {
        "lead": f"{number(len(past.dates) + 1)} analysis dates since {first}, each as it is known now.",
        "alerts": [*_missed(past), *alerts],
        "since": day if past.moves is not None else None,
        "why": past.why,
    }


def _missed(past: Past) -> list[Markup]:
    return [Markup('Target missed: <span dir="auto">{}</span>').format(one) for one in past.missed]


def _alert(one: Movement, day: str, currency: str | None) -> Markup:
    now, before, low, high = (
        _said(one, value, currency) for value in (one.now, one.before, max(one.low, Decimal(0)), one.high)
    )
    usual = low if low == high else f"{low} to {high}"
    change = f"{_change(one)} than on {day} ({before})" if one.before > 0 else f"none on {day}"
    what = f"{now} customers" if one.measure == "customers" else f"revenue {now}"
    text = Markup("<bdi>{}</bdi>: {}, {}. As usual would have been {}.")
    return text.format(one.segment, what, change, usual)


def _said(one: Movement, value: Decimal, currency: str | None) -> str:
    return number(round(value)) if one.measure == "customers" else money(value, currency)


def _change(one: Movement) -> str:
    less = "fewer" if one.measure == "customers" else "less"
    return f"{percent(str(abs(one.now - one.before) / one.before))} {'more' if one.now > one.before else less}"
