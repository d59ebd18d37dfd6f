"""ShopExport: what is known of one shop system's export, read from its TOML file; names match in any case.

A header is an export's when each group of ``needs`` has a column in it; more or fewer columns do not matter, nor does
their order.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FOLDER = Path(__file__).parent
_OTHER_SPELLING = "|"
YES_WORDS, NO_WORDS = "<yes>", "<no>"
"""Patterns for a word that says yes or no in any language."""


@dataclass(frozen=True)
class StatusRule:
    """What other columns say about a row's status: ``kind`` holds when all of ``when`` fit and none of ``unless``.

    Both give patterns for a column (``*`` for any text, ``_`` for any letter), in lower case; ``<yes>`` and ``<no>``
    are all words for these.
    """

    kind: Literal["cancelled", "failed", "pending", "test", "refunded", "counts"]
    when: dict[str, list[str]]
    unless: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ShopExport:
    """One export.

    ``rows`` says what a row is: an order; one of an order's ``lines``; or ``continued``: the first row of an order has
    its money, the others only a line. ``columns`` gives the possible columns of each role, best first, ``customer``
    those that may name a customer, by their kind (id, email, phone), best first. ``settled`` are money columns of
    ``columns`` in the shop's own currency, taken when customers paid in several. ``zone`` is the time zone of times
    without one, ``zone_column`` the column that names it. A status may begin with ``status_prefix``, an id of
    ``nobody`` is a guest. ``refund_parts`` is what the amounts are called in a refund column of several; ``refund_in``
    is the total in whose currency the refund is. ``walk_ins``: most sales have no customer, which is no damage. Exports
    of one ``shape_of`` tell the same sales in different rows.
    """

    name: str
    title: str
    evidence: str
    needs: list[list[str]]
    says: list[str]
    advice: str
    columns: dict[str, list[str]]
    customer: dict[str, list[str]] = field(default_factory=dict)
    rows: Literal["orders", "lines", "continued"] = "orders"
    status: tuple[StatusRule, ...] = ()
    status_prefix: str = ""
    settled: dict[str, str] = field(default_factory=dict)
    nobody: str = ""
    time_of_day: list[str] = field(default_factory=list)
    zone: str | None = None
    zone_column: str | None = None
    refund_parts: str | None = None
    refund_in: list[str] = field(default_factory=list)
    walk_ins: bool = False
    shape_of: str = ""

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a header is this export's."""
        return all(first_column(group, header) is not None for group in self.needs)


def first_column(spellings: str | Iterable[str], header: Sequence[str]) -> str | None:
    """The header's column that has one of these names, the earlier name first; ``A | B`` is two names."""
    names = spellings.split(_OTHER_SPELLING) if isinstance(spellings, str) else spellings
    folded = {column.strip().casefold(): column for column in header}
    return next((folded[name.strip().casefold()] for name in names if name.strip().casefold() in folded), None)


@functools.cache
def shop_exports() -> tuple[ShopExport, ...]:
    """All exports that are known, by name."""
    return tuple(_parsed(path) for path in sorted(_FOLDER.glob("*.toml")))


def _parsed(path: Path) -> ShopExport:
    given: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = tuple(StatusRule(**rule) for rule in given.pop("status", []))
    return ShopExport(name=path.stem.replace("_", "-"), status=rules, **given)
