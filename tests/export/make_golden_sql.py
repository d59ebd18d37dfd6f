"""Writes golden_sql/*.sql anew, one file a dialect: PYTHONPATH=src:. python -m tests.export.make_golden_sql.

Look at what changed before it is kept: only four of the dialects are executed in tests.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from quintile.export.dialects import DIALECTS
from quintile.export.sql_document import sql_document
from tests.export.parity import LINES, written

if TYPE_CHECKING:
    from quintile.export.recipe import Recipe

GOLDEN = Path(__file__).with_name("golden_sql")
MODEL = {"scale": 3, "scheme": "six-27", "monetary": "average", "window": "90d", "population": "ever"}


def golden_recipe(folder: Path) -> Recipe:
    """A model with most of what dialects differ in; time zones apart, which one of them does not know."""
    return written(LINES.write(folder), {"reading": {"map": LINES.map}, "model": MODEL}).recipe


def main() -> None:
    """Write the files."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = golden_recipe(Path(folder))
    GOLDEN.mkdir(exist_ok=True)
    for dialect in DIALECTS.values():
        (GOLDEN / f"{dialect.name}.sql").write_text(sql_document(recipe, dialect), encoding="utf-8")


if __name__ == "__main__":
    main()
