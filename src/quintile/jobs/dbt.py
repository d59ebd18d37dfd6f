"""dbt: a fitted model written down as a dbt project, in a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile import __version__
from quintile.errors import Place, SettingsError, StoreError
from quintile.export.dbt import FIRST_LINE, PROJECT_FILE, dbt_project
from quintile.export.dbt_models import PATHS
from quintile.jobs.workplace.replacing import replacing
from quintile.snapshots.disk import full_disk

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.export.dialects import SqlDialect
    from quintile.jobs.sql import WrittenModel


def write_dbt(model: WrittenModel, dialect: SqlDialect, out: Path, *, table: str | None = None) -> list[str]:
    """Write a model as a dbt project; an earlier one takes its place, file by file.

    Other files of the folder stay: profiles, a database, what dbt made.

    Args:
        model: The model.
        dialect: The database's dialect.
        out: The project's folder; made if need be.
        table: The user's table, with its schema if need be; None takes the server's table that was read, or the name
            of the file.

    Returns:
        The paths of its files, sorted.

    Raises:
        SettingsError: ``dialect``, ``scheme`` or ``table``, the project cannot be made; ``out``, others are there.
        StoreError: It cannot be written.
    """
    recipe = model.over(table) if table else model.recipe
    files = dbt_project(recipe, dialect, model.intents, __version__)
    _refuse_foreign(out)
    try:
        with full_disk(out):
            for folder in {(out / path).parent for path in files}:
                folder.mkdir(parents=True, exist_ok=True)
        for path in PATHS - files.keys():
            (out / path).unlink(missing_ok=True)  # a model that this one does not need would be read all the same
    except OSError as error:
        message, fix = f"the project cannot be written ({error.strerror})", "name another folder: --out DIR"
        raise StoreError("output", message, fix=fix, place=Place(str(out))) from error
    # The project file comes first, so that a project that was left half written is known as one.
    for path in sorted(files, key=lambda path: (path != PROJECT_FILE, path)):
        with replacing(out / path, "the dbt project") as draft:
            draft.write_text(files[path], encoding="utf-8", newline="\n")
    return sorted(files)


def _refuse_foreign(out: Path) -> None:
    """Never write over a project that quintile did not write, or among other things."""
    if not out.exists():
        return
    fix = "name a folder of its own: --out DIR"
    if not out.is_dir():
        raise SettingsError("out", f"'{out}' is a file, not a folder", fix=fix, place=Place(str(out)))
    project = out / PROJECT_FILE
    if project.is_file() and project.read_bytes().startswith(FIRST_LINE.encode()):
        return
    if any(out.iterdir()):
        message = "the folder holds other things than a dbt project that quintile wrote"
        raise SettingsError("out", message, fix=fix, place=Place(str(out)))
