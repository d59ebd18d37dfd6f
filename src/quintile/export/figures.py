"""Figures: the numbers of a page, each marked with the place in run.json that it comes from.

A figure is ``<data value="1204" data-at="/counts/customers">1,204</data>``: the exact value, a JSON pointer to it, and
what a person reads. A sum of counts names all its places in ``data-sum``. Nothing is computed from rounded numbers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quintile.pictures.words import exact, measured, money, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Step = str | int
NOTHING = Markup("&ndash;")


class Figures:
    """The figures of one report.

    Args:
        report: The content of run.json; what else a page shows stands in it under a key of its own.
    """

    def __init__(self, report: Mapping[str, Any]) -> None:
        self._report = report

    def raw(self, *path: Step) -> Any:  # noqa: ANN401 - whatever the report holds there
        """What the report holds at a place."""
        found: Any = self._report
        for step in path:
            found = found[step]
        return found

    def count(self, *path: Step) -> Markup:
        """A count with thousands marks; a dash where there is none."""
        value = self.raw(*path)
        return self._marked("" if value is None else number(value), value, path)

    def off(self, *path: Step) -> Markup:
        """A count or an amount that was taken off, with its sign."""
        value = self.raw(*path)
        amount = Decimal(value)
        return self._marked(exact(str(-amount if amount else abs(amount))), value, path)

    def share(self, *path: Step) -> Markup:
        """A share, 0 to 1, as a percentage with one decimal."""
        value = self.raw(*path)
        return self._marked(percent(value), value, path)

    def exact(self, *path: Step) -> Markup:
        """An exact decimal with thousands marks; a dash where there is none."""
        value = self.raw(*path)
        return self._marked(exact(value), value, path)

    def measured(self, *path: Step) -> Markup:
        """A value of R, F or M as it was measured, without the zeros that say nothing."""
        value = self.raw(*path)
        return self._marked(measured(value), value, path)

    def money(self, *path: Step) -> Markup:
        """An amount with the report's currency, if that is known."""
        unit = self._report["currency"]
        figure = self.exact(*path)
        return Markup("{} {}").format(figure, unit) if unit and figure is not NOTHING else figure

    def roughly(self, *path: Step) -> Markup:
        """An amount to be read in passing, with the report's currency."""
        value = self.raw(*path)
        return self._marked(money(value, self._report["currency"]), value, path)

    def length(self, *path: Step) -> Markup:
        """How many entries a list has."""
        length = len(self.raw(*path))
        return Markup('<data value="{}" data-length="{}">{}</data>').format(length, pointer(path), number(length))

    def sum(self, *paths: Iterable[Step]) -> Markup:
        """The sum of several counts."""
        total = sum(self.raw(*path) for path in paths)
        places = " ".join(pointer(path) for path in paths)
        return Markup('<data value="{}" data-sum="{}">{}</data>').format(total, places, number(total))

    @staticmethod
    def _marked(text: str, value: Any, path: tuple[Step, ...]) -> Markup:  # noqa: ANN401 - a number, or its text
        if value is None:
            return NOTHING
        return Markup('<data value="{}" data-at="{}">{}</data>').format(value, pointer(path), text)


def pointer(path: Iterable[Step]) -> str:
    """A place in a JSON document, as RFC 6901 writes it."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
