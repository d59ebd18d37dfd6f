"""Playbook: all segments with what to do, or one with its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from quintile.cli.show.page import grid, put, quiet, said, section, stdout
from quintile.cli.show.palette import HEADING, QUIET, segment_colours
from quintile.cli.show.plain import exact, number, percent, printable, several
from quintile.domain.play import FIELDS
from quintile.playbook.messages import rendered

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from quintile.domain.play import Message, Play
    from quintile.jobs.playbook import Plays

_MADE_UP = "Names, days and links are made up. As templates: --json"


def show_playbook(plays: Plays, console: Console | None = None) -> None:
    """List the segments, best first, with what is wanted from each and the first thing to do; or a tone's messages."""
    if plays.tone:
        told = [part for play in _shown(plays) for part in _messages_of(plays, play)]
        put(console or stdout(), [*told, said(_MADE_UP, QUIET)])
        return
    counts = plays.counted
    revenue = f"revenue {plays.currency or ''}".strip()
    table = grid("lrrl" if counts else "ll")
    table.add_row(*quiet("segment", *(["customers", revenue] if counts else []), "what to do"))
    for play in _shown(plays):
        cells = [said(play.segment, f"bold {_colours(plays)[play.segment]}")]
        if counts:
            line = counts.get(play.segment)
            cells += [said(number(line["customers"]) if line else "0"), said(exact(line["revenue"] if line else None))]
        table.add_row(*cells, Text.assemble(said(play.intent), "\n", said(play.actions[0], QUIET)))
    first = next(iter(plays.playbook.plays))
    more = said(f'One of them with its messages: quintile playbook "{first}"', QUIET)
    put(console or stdout(), [section(f"Playbook of {plays.playbook.scheme}", table), more])


def show_play(plays: Plays, play: Play, console: Console | None = None) -> None:
    """Show one segment's play and its messages, filled in with made-up fields; the messages alone of a single tone."""
    table = grid("ll")
    lines = [
        *((f"Action {place}", action) for place, action in enumerate(play.actions, start=1)),
        ("Offer", play.offer),
        ("Channel", play.channel),
        ("Tone", play.tone),
        ("How often", play.contact),
        ("Avoid", play.avoid),
        ("Watch", f"{play.kpi}. Target: {play.target}" if play.target else play.kpi),
    ]
    for name, text in lines:
        table.add_row(said(name, QUIET), said(text))
    title, *messages = _messages_of(plays, play)
    about: list[RenderableType] = [title] if plays.tone else [Group(title, said(play.intent)), table]
    fields = said(_MADE_UP, QUIET) if play.messages else None
    put(console or stdout(), [*about, *messages, fields])


def _messages_of(plays: Plays, play: Play) -> list[Text | Group]:
    """The segment's name with its numbers, then its messages, filled in with made-up fields."""
    title = Text.assemble(said(play.segment, f"bold {_colours(plays)[play.segment]}"), said(_count(plays, play)))
    examples = {name: field.example for name, field in FIELDS.items()} | {"offer": play.offer_words}
    nothing = [said(f"No message of the tone {plays.tone}.", QUIET)] if plays.tone and not play.messages else []
    return [title, *nothing, *(_message(rendered(message, examples)) for message in play.messages)]


def _shown(plays: Plays) -> list[Play]:
    """All plays; that for customers in no segment only when there are some, or nothing was counted."""
    every = list(plays.playbook.plays.values())
    return every if not plays.counted or every[-1].segment in plays.counted else every[:-1]


def _colours(plays: Plays) -> dict[str, str]:
    *names, fallback = plays.playbook.plays
    return {**segment_colours(names), fallback: QUIET}


def _count(plays: Plays, play: Play) -> str:
    line = plays.counted.get(play.segment)
    if line is None:
        return ""
    money = f"{exact(line['revenue'])} {plays.currency or ''}".strip()
    people = f"{several(line['customers'], 'customer')} ({percent(line['customers_share'])})"
    return f"  {people}, revenue {money} ({percent(line['revenue_share'])})"


def _message(message: Message) -> Group:
    """A message as it arrives; its own lines are kept."""
    head = [said(f"Subject: {message.subject}", HEADING), Text()] if message.subject else []
    body = Text(printable(message.body))
    return section(f"Message, {message.tone}", *head, body)
