"""Engagement: what the mail programme knows of customers, as a table of events: customer, event, time.

Only leaving the list is asked for; a programme's word for it is recognised however it is spelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place
from quintile.sources.dates import time_sql
from quintile.sources.second import Form, missing_columns, open_second

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine
    from quintile.sources.second import Second

ENGAGEMENT = "engagement"
FORM = Form(
    ENGAGEMENT,
    {
        "customer": "customerid customerkey customerno customernumber customer custid custno clientid userid contactid "
        "subscriberid profileid memberid kundennummer | client user subscriber contact recipient cust kunde cliente "
        "musteri email emailaddress",
        "event": "event eventtype eventname activity activitytype emailevent | action type kind metric status",
        "time": "eventtime eventdate eventat occurredat timestamp datetime unsubscribedat | time date createdat day "
        "datum fecha tarih at",
    },
)
# Letters only, small and without accents: "Email_Unsubscribed" is emailunsubscribed.
_LEAVING = (
    *("unsubscribe", "unsubscribed", "unsub", "unsubs", "optout", "optedout", "listunsubscribe", "groupunsubscribe"),
    *("emailunsubscribe", "emailunsubscribed", "unsubscribedfromlist", "unsubscribefromlist"),
    *("abmeldung", "abgemeldet", "desabonnement", "desabonne", "desinscription", "desinscrit"),
    *("baja", "disiscrizione", "disiscritto", "uitschrijving", "uitgeschreven", "abonelikiptali"),
)
_TYPED = """
SELECT CASE WHEN contains(who, '@') THEN lower(who) ELSE who END AS customer_id, event, day, problem
FROM (SELECT {customer} AS who, nullif(trim({event}), '') AS event, CAST({time} AS DATE) AS day, {problem} AS problem
      FROM ({query}))
"""
_OUTSIDE = "CASE WHEN {problem} IS NOT NULL THEN {problem} WHEN {is_outside} THEN {outside} END"
_IS_OUTSIDE = "CAST({time} AS DATE) NOT BETWEEN {first} AND {last}"
_NOBODY = "CASE WHEN {customer} IS NULL THEN 'null_customer' END"
_SPAN = """
SELECT min(day) FILTER (problem IS NULL), max(day) FILTER (problem IS NULL),
       count_if(coalesce(problem <> {outside}, false)), count_if(coalesce(problem = {outside}, false)),
       count_if(customer_id IS NULL), count_if({leaving}),
       count_if({leaving} AND customer_id IS NOT NULL AND problem IS NULL)
FROM {events}
"""
_SEEN = """
SELECT event, count(*) FROM {events} WHERE event IS NOT NULL GROUP BY event ORDER BY count(*) DESC, event LIMIT {most}
"""
_MOST_SHOWN = 10
OUTSIDE = "outside_project_dates"


@dataclass(frozen=True)
class Shop:
    """What is known of the shop: its time zone, and the days between which events can be meant."""

    time_zone: str
    first: date
    last: date


@dataclass(frozen=True)
class Engagement:
    """The events of leaving: table ``left`` with customer_id and day; ``first`` and ``last`` day of any event.

    Unless ``has_word`` no event of the file is a known word for leaving, and nobody knows who left.
    """

    left: Sql
    first: date
    last: date
    has_word: bool
    report: dict[str, Any]


def read_engagement(engine: Engine, path: Path, staging: Path, settings: ReadingSettings, shop: Shop) -> Engagement:
    """Read a file of engagement.

    Args:
        engine: Where the table is made.
        path: The file, of any readable format.
        staging: For copies.
        settings: Of the orders; its mapping may name columns (``engagement.event``).
        shop: The day of an event is the shop's day; one that lies outside its dates is set aside.

    Returns:
        The events of unsubscribing, and what is told of the file; rows without a day that can be meant, or without a
        customer, are left out and told there, with their places.

    Raises:
        DataError: A column is missing, the file cannot be read, or no row has a readable day.
    """
    second = open_second(engine, path, staging, FORM, settings)
    for role in FORM.names:
        if role not in second.columns:
            fix = f"say which column it is: --map {role}=COLUMN"
            raise missing_columns(second, f"the {role}", fix)
    customer = second.id(engine, "customer")
    time, problem = time_sql(name(second.columns["time"]), second.dates(engine, "time", settings), shop.time_zone)
    is_outside = render(_IS_OUTSIDE, time=time, first=literal(shop.first), last=literal(shop.last))
    problem = render(_OUTSIDE, problem=problem, is_outside=is_outside, outside=literal(OUTSIDE))
    typed = {"customer": customer, "event": second.text("event"), "time": time, "problem": problem}
    events = engine.table("engagement_events", render(_TYPED, **typed, query=second.table.query))
    leaving = _is_leaving()
    span = render(_SPAN, outside=literal(OUTSIDE), leaving=leaving, events=events)
    first, last, undated, outside, unnamed, words, gone = engine.rows(span)[0]
    if first is None:
        raise _undated(second, shop, outside)
    seen = dict(engine.rows(render(_SEEN, events=events, most=literal(_MOST_SHOWN))))
    query = render("SELECT customer_id, day FROM {events} WHERE {leaving}", events=events, leaving=leaving)
    left = engine.table(ENGAGEMENT, render("{query} AND customer_id IS NOT NULL AND problem IS NULL", query=query))
    engine.drop("engagement_events")
    problems = {"customer": render(_NOBODY, customer=customer), "time": problem}
    unreadable = undated + len(second.table.rejected)
    told = second.report(
        unreadable=unreadable,
        without_customer=unnamed,
        outside=outside,
        # The rows name persons, so that none is shown.
        set_aside=second.bad_rows(engine, problems, show=False) if unreadable or unnamed or outside else [],
        first=first.isoformat(),
        last=last.isoformat(),
        events=seen,
        has_word=bool(words),
        unsubscribed=gone,
    )
    return Engagement(left, first, last, bool(words), told)


def _undated(second: Second, shop: Shop, outside: int) -> DataError:
    message = "no row of the engagement file has a day that can be read"
    if outside:
        message = f"no row of the engagement file has a day of the project's time, {shop.first} to {shop.last}"
    fix = "say which column holds the time: --map time=COLUMN"
    return DataError("bad_date", message, fix=fix, place=Place(second.table.name))


def _is_leaving() -> Sql:
    """The test that an event is one of leaving, whatever stands between its letters."""
    words = joined(literal(word) for word in sorted(_LEAVING))
    return render(
        "coalesce(regexp_replace(lower(strip_accents(event)), '[^a-z]', '', 'g') IN ({words}), false)", words=words
    )
