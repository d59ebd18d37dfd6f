"""sql, steps: a model written down for a database, or for a marketing tool's segment builder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quintile.domain.engine_table import EngineTable
from quintile.errors import SettingsError
from quintile.export.recipe import Recipe
from quintile.jobs.accounts.scored import scored_result
from quintile.jobs.project.one_result import read_report, result_home
from quintile.jobs.project.project import RUN_JSON
from quintile.jobs.workplace.replacing import replacing
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.segments.load import kept_scheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from quintile.domain.scheme import Scheme
    from quintile.jobs.workplace.wish import Wish


@dataclass(frozen=True)
class WrittenModel:
    """A fitted model: what it does to a table of transactions, its scheme if it has one, and the currency of money."""

    recipe: Recipe
    scheme: Scheme | None
    currency: str

    @property
    def intents(self) -> dict[str, str]:
        """What the business wants of each segment."""
        return {segment.name: segment.intent for segment in self.scheme.segments} if self.scheme else {}

    def over(self, table: str) -> Recipe:
        """The recipe over a table of a database, written ``table`` or ``schema.table``.

        Raises:
            SettingsError: ``table``, it is no name.
        """
        require_table(table)
        return replace(self.recipe, table=tuple(EngineTable(table).parts))


def require_table(table: str) -> None:
    """Refuse what is no name of a table.

    Raises:
        SettingsError: ``table``.
    """
    if not EngineTable(table).is_name:
        fix = "write --table schema.table, a name with a dot in double quotes"
        raise SettingsError("table", f"'{table}' is no name of a table", fix=fix)


def model_of_sources(wish: Wish, *, on_step: Callable[[str], None] = silent) -> WrittenModel:
    """Score the sources; nothing is published.

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    with workplace(wish.files, wish.settings.engine, anywhere=wish.lies_there, on_step=on_step) as place:
        return _written(scored_result(place, wish).report)


def model_of_result(results: Path | None = None, *, project: Path | None = None) -> WrittenModel:
    """The model of a result: of a results folder or one snapshot, or of a project's current snapshot.

    Raises:
        SettingsError: There is no result, it is not one, or it is of a version that did not tell how orders counted.
    """
    return _written(read_report(result_home(results, project) / RUN_JSON))


def write_text(text: str, out: Path, what: str) -> None:
    """Write a text file in one piece; only a file that begins with the same word is replaced.

    Raises:
        SettingsError: ``out``, a file of another kind is there, or no folder.
        StoreError: It cannot be written.
    """
    with replacing(out, what, text.split(maxsplit=1)[0].encode()) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def _written(report: dict[str, Any]) -> WrittenModel:
    scheme = kept_scheme(report["model"]["scheme"], report["model"]["scheme_text"])
    return WrittenModel(Recipe.of(report, scheme), scheme, report["currency"] or "")
