"""Movements: the list of customers who moved between two snapshots, as a CSV file by their ids."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quintile.domain.toml_keys import near
from quintile.engine.render import Sql, joined, literal, render
from quintile.errors import SettingsError
from quintile.jobs.project.stored import files_of
from quintile.jobs.results.for_people import for_people
from quintile.jobs.workplace.replacing import refuse_other_list, replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quintile.jobs.project.opened import Opened
    from quintile.jobs.workplace.workplace import Workplace

NEW, LOST = "new", "lost"
HEADER = "customer_id,from,to,cause,path,code_before,code_after,revenue_before,revenue_after"

_NAMES = """
SELECT customer_key, customer_id FROM ({later})
UNION ALL SELECT customer_key, customer_id FROM ({earlier}) AS before ANTI JOIN ({later}) AS after USING (customer_key)
"""
_MOVEMENTS = """
SELECT {columns} FROM {traced} LEFT JOIN ({names}) AS names USING (customer_key)
WHERE {wanted}
ORDER BY length(customer_id), customer_id
"""
_MOVED = '"from" IS DISTINCT FROM "to"'
_OF_PAIR = '"from" IS NOT DISTINCT FROM {before} AND "to" IS NOT DISTINCT FROM {after}'
_COUNT = "SELECT count(*) FROM {traced} WHERE {wanted}"


@dataclass(frozen=True)
class Wanted:
    """Which customers to list, and where: all who moved, came or went, or those of one pair of segments.

    ``pair`` may say ``new`` in place of the segment before, and ``lost`` in place of the one after.
    """

    out: Path
    pair: tuple[str, str] | None = None

    def refuse_unknown(self, segments: Sequence[str]) -> None:
        """Refuse a segment that no scheme has, and a place that is no CSV file or holds something else.

        Raises:
            SettingsError: ``list`` or ``out``.
        """
        known = [*dict.fromkeys(segments)]
        for given, other in zip(self.pair or (), (NEW, LOST), strict=False):
            if given not in {*known, other, "Unclassified"}:
                message = f"no segment is called '{given}'"
                fix = f"{near(given, known)}Segments: {', '.join(known)}; '{NEW}' before or '{LOST}' after"
                raise SettingsError("list", message, fix=fix)
        refuse_other_list(self.out, HEADER, "list of movements", "moved.csv")

    @property
    def test(self) -> Sql:
        """The test that a customer is wanted."""
        if self.pair is None:
            return Sql(_MOVED)
        before, after = self.pair
        ends = (None if before == NEW else before, None if after == LOST else after)
        return render(_OF_PAIR, before=literal(ends[0]), after=literal(ends[1]))


def write_movements(
    place: Workplace, traced: Sql, ends: tuple[Opened, Opened], store: Path, wanted: Wanted
) -> dict[str, str | int]:
    """Write the list in the order of ids, no cell one that a spreadsheet would take for a formula.

    Args:
        place: Where the customers were traced.
        traced: What ``Chain.traced`` made.
        ends: The earlier and the later snapshot; merged customers keep the id of the earlier.
        store: The project's store.
        wanted: Who is wanted, and where.

    Returns:
        The file and how many customers stand in it.

    Raises:
        StoreError: The file cannot be written.
    """
    earlier, later = (files_of(one.orders.name_paths(store)) for one in ends)
    query = render(
        _MOVEMENTS,
        columns=joined(Sql(f'"{column}"') for column in HEADER.split(",")),
        traced=traced,
        names=render(_NAMES, earlier=earlier, later=later),
        wanted=wanted.test,
    )
    staged = place.staging / "movements.csv"
    place.engine.write(for_people(query, ("customer_id", "from", "to")), staged)
    with replacing(wanted.out, "the list") as draft:
        shutil.copyfile(staged, draft)
    count = place.engine.rows(render(_COUNT, traced=traced, wanted=wanted.test))[0][0]
    return {"file": str(wanted.out), "customers": int(count)}
