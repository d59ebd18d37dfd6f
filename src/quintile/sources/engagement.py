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
SELECT CASE WHEN contains(who, '@') THEN lower(who) ELSE who END AS customer_id, event, CAST(moment AS DATE) AS day
FROM (SELECT {customer} AS who, nullif(trim({event}), '') AS event, {time} AS moment FROM ({query}))
"""
_SPAN = """
SELECT count_if(day IS NULL), count_if(customer_id IS NULL), min(day), max(day), count_if({leaving})
FROM {events}
"""
_SEEN = """
SELECT event, count(*) FROM {events} WHERE event IS NOT NULL GROUP BY event ORDER BY count(*) DESC, event LIMIT {most}
"""
_MOST_SHOWN = 10


@dataclass(frozen=True)
class Engagement:
    """The events of leaving: table ``left`` with customer_id and day; ``first`` and ``last`` day of any event."""

    left: Sql
    first: date
    last: date
    report: dict[str, Any]


def read_engagement(engine: Engine, path: Path, staging: Path, settings: ReadingSettings, time_zone: str) -> Engagement:
    """Read a file of engagement.

    Args:
        engine: Where the table is made.
        path: The file, of any readable format.
        staging: For copies.
        settings: Of the orders; its mapping may name columns (``engagement.event``).
        time_zone: The shop's: the day of an event is the shop's day.

    Returns:
        The events of unsubscribing, and what is told of the file; rows without a readable day or a customer are
        counted there and left out.

    Raises:
        DataError: A column is missing, the file cannot be read, or no row has a readable day.
    """
    second = open_second(engine, path, staging, FORM, settings)
    for role in FORM.names:
        if role not in second.columns:
            fix = f"say which column it is: --map {role}=COLUMN"
            raise missing_columns(second, f"the {role}", fix)
    time, _ = time_sql(name(second.columns["time"]), second.dates(engine, "time", settings), time_zone)
    typed = render(
        _TYPED, customer=second.id(engine, "customer"), event=second.text("event"), time=time, query=second.table.query
    )
    events = engine.table("engagement_events", typed)
    leaving = _is_leaving()
    undated, unnamed, first, last, gone = engine.rows(render(_SPAN, leaving=leaving, events=events))[0]
    if first is None:
        message = "no row of the engagement file has a day that can be read"
        fix = "say which column holds the time: --map time=COLUMN"
        raise DataError("bad_date", message, fix=fix, place=Place(second.table.name))
    seen = dict(engine.rows(render(_SEEN, events=events, most=literal(_MOST_SHOWN))))
    query = render("SELECT customer_id, day FROM {events} WHERE {leaving}", events=events, leaving=leaving)
    left = engine.table(ENGAGEMENT, render("{query} AND customer_id IS NOT NULL AND day IS NOT NULL", query=query))
    engine.drop("engagement_events")
    told = second.report(
        unreadable=undated + len(second.table.rejected),
        without_customer=unnamed,
        first=first.isoformat(),
        last=last.isoformat(),
        events=seen,
        unsubscribed=gone,
    )
    return Engagement(left, first, last, told)


def _is_leaving() -> Sql:
    """The test that an event is one of leaving, whatever stands between its letters."""
    words = joined(literal(word) for word in sorted(_LEAVING))
    return render(
        "coalesce(regexp_replace(lower(strip_accents(event)), '[^a-z]', '', 'g') IN ({words}), false)", words=words
    )
