"""Business: what the owner says of the shop, for the plan document; nothing here changes a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BusinessSettings:
    """The shop in its owner's words.

    ``customers`` is how many the owner counts, ``fields`` the columns that are there for use, ``window`` and
    ``purchase_cycle`` (the usual time between two purchases) are lengths such as ``12mo``, ``6w`` or ``45d``.
    """

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - read by the settings reader, never changed

    industry: str | None = None
    product: str | None = None
    customers: int | None = None
    fields: tuple[str, ...] = ()
    window: str | None = None
    purchase_cycle: str | None = None
    model: Literal["b2b", "b2c"] | None = None
