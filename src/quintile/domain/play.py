"""Play: what to do with the customers of one segment, and the messages to do it with.

A message is a template: it names fields of ``FIELDS`` as ``{{ first_name }}`` and can do nothing else.
"""

from __future__ import annotations

import difflib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Field:
    """What a field of a message stands for, and a made-up value to show it with."""

    meaning: str
    example: str


# All that a message may say about a customer; a field more is a line here and one in docs/playbook.md.
FIELDS: Mapping[str, Field] = {
    "first_name": Field("the customer's first name", "Ada"),
    "shop": Field("the name of your shop", "Hill Street Goods"),
    "last_order": Field("the day of the last order", "9 March"),
    "days_since": Field("days since the last order", "114"),
    "orders": Field("number of orders so far", "4"),
    "offer": Field("the offer, as the play words it", "15% off your next order"),
    "valid_until": Field("the last day of the offer", "31 July"),
    "link": Field("where the message leads", "https://shop.example/hello"),
    "unsubscribe": Field("where to leave the list", "https://shop.example/leave"),
}


@dataclass(frozen=True)
class Message:
    """A template in one tone; without a subject it is for a channel that has none, such as SMS."""

    tone: str
    body: str
    subject: str = ""


@dataclass(frozen=True)
class Play:
    """What to do with one segment.

    ``offer`` is what to give, told to the marketer; ``offer_words`` is how a message says it in ``{{ offer }}``.
    ``contact`` says how often to write. ``target`` is what the ``kpi`` should reach, empty where nothing general can
    be said.
    """

    segment: str
    intent: str
    actions: tuple[str, ...]
    offer: str
    channel: str
    tone: str
    contact: str
    avoid: str
    kpi: str
    target: str = ""
    offer_words: str = ""
    messages: tuple[Message, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The play as JSON holds it."""
        return asdict(self)


@dataclass(frozen=True)
class Playbook:
    """A play for every segment of a scheme by its name, best first, what no segment takes last."""

    scheme: str
    plays: Mapping[str, Play]

    @property
    def tones(self) -> tuple[str, ...]:
        """The tones its messages are written in, in the order they are met."""
        return tuple(dict.fromkeys(message.tone for play in self.plays.values() for message in play.messages))

    def find(self, segment: str) -> Play:
        """The play of a segment, in capital letters or small.

        Raises:
            SettingsError: The scheme has no such segment; names the near miss.
        """
        if segment in self.plays:
            return self.plays[segment]
        names = {name.casefold(): name for name in self.plays}
        wanted = " ".join(segment.split()).casefold()
        if wanted in names:
            return self.plays[names[wanted]]
        near = difflib.get_close_matches(wanted, list(names), n=1)
        message = f"the scheme '{self.scheme}' has no segment '{segment}'"
        known = f"Segments: {', '.join(self.plays)}"
        raise SettingsError("segment", message, fix=f"write '{names[near[0]]}'. {known}" if near else known)

    def as_dict(self) -> dict[str, Any]:
        """The playbook as JSON holds it."""
        return {"scheme": self.scheme, "plays": [play.as_dict() for play in self.plays.values()]}
