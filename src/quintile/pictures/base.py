"""Picture: a drawing, and the same content as a table for those who cannot see it.

A drawing is an Apache ECharts option of plain JSON: no function, no HTML. What a page must do before it draws, and
nothing else, is written at ``Picture.option``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Named functions of the page: the text a drawn thing carries, on the canvas and in its tooltip.
LABEL, TIP = "quintile:label", "quintile:tip"
# At ``labelLayout``: numbers of a label that its area has no room for are made smaller, or go; they are never cut.
FIT = "quintile:fit"
# Named functions of the page for numbers along an axis: 25 -> "25%"; 1500000 -> "1.5M".
PERCENT, COUNT = "quintile:percent", "quintile:count"


@dataclass(frozen=True)
class PictureTable:
    """The content of a picture in words, for screen readers and for those who want the numbers.

    Every cell is text, ready to be shown: with thousands marks, and the units in ``columns``. A cell without a value
    is an empty text. The first column names the row. Columns whose place is in ``numbers`` are set to the right.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Picture:
    r"""One drawing with its title, one sentence that says what is to be seen, and its table.

    Every text may hold what a stranger wrote (names of segments): a page escapes all of it, and JSON inside a script
    element has its ``<`` written as ``\u003c``.

    Attributes:
        name: A short name for addresses and ids, unique among the pictures of a result: ``treemap-customers``.
        title: What it shows, a few words.
        caption: What is to be seen in it, in one or two plain sentences with figures; also its spoken label.
        option: The ECharts option. It is drawn on a transparent ground; three things in it belong to the page:

            - A text that begins with ``role:`` at a key that ends in ``olor`` (``color``, ``borderColor``), alone or
              in a list, stands for one of the colours ``palette.ROLES["light"]`` or ``["dark"]``, by the page's mode.
              At other keys such a text is a stranger's, and stays.
            - The text ``quintile:label`` at a key ``formatter`` is a function that returns ``params.data.said``;
              ``quintile:tip`` one that returns ``params.data.tip``, a list of lines, as HTML: each line escaped, the
              first in bold. ``quintile:percent`` and ``quintile:count`` get a number of an axis.
            - The text ``quintile:fit`` at a key ``labelLayout`` is a function that keeps the lines of a label below
              its first one whole: where its area is too narrow it returns a smaller ``fontSize``, or takes it away.
            - ``media`` changes it for narrow places, ECharts does this alone when it is resized.
        table: The same content in words.
        height: Pixels it needs, whatever the width.
    """

    name: str
    title: str
    caption: str
    option: dict[str, Any]
    table: PictureTable
    height: int
