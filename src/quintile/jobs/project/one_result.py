"""One result: the snapshot that a person points at, by a folder or by a project, and what stands in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quintile.domain.columns import CUSTOMERS
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import Place, SettingsError
from quintile.jobs.project.stored import CUSTOMERS_FILE, files_of, refuse_elsewhere
from quintile.playbook.load import plays_of
from quintile.snapshots.order_files import ORDERS_JSON, OrderFiles
from quintile.snapshots.store import STORE, Store

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.play import Playbook
    from quintile.domain.scheme import Scheme
    from quintile.engine.base import Engine

_NEEDED = frozenset(
    ("snapshot", "as_of", "window", "counts", "model", "segments", "grid", "tie_receipt", "bridge", "inputs", "assumed")
)
_ROWS = "SELECT {columns} FROM read_parquet({file})"
# In a project the ids stand apart; they come in the order that a result's own have.
_IDENTIFIED = """
SELECT {columns} FROM read_parquet({file}) JOIN ({names}) USING (customer_key)
ORDER BY length(customer_id), customer_id
"""


def result_home(results: Path | None, project: Path | None) -> Path:
    """The folder of one snapshot; a run that publishes meanwhile changes nothing in it.

    Args:
        results: A results folder, or the folder of one snapshot.
        project: A project; its current snapshot is taken.

    Raises:
        SettingsError: Not exactly one of the two is named, or the project has no snapshot.
    """
    if results is None and project is None:
        message, fix = "say which result is meant", "name a results folder, or a project: --project DIR"
        raise SettingsError("results", message, fix=fix)
    if results is not None and project is not None:
        message, fix = "one result can be taken at a time", "drop the results folder, or --project"
        raise SettingsError("results", message, fix=fix)
    root = results or project / STORE  # type: ignore[operator] # one of the two is there
    current = Store(root).current() if root.is_dir() else None
    if current is None and project is not None:
        fix = f"publish one: quintile run SOURCE --project {project}"
        raise SettingsError("project", "the project has no snapshot yet", fix=fix, place=Place(str(project)))
    return current or root


def read_report(path: Path) -> dict[str, Any]:
    """The content of a run.json.

    Raises:
        SettingsError: ``results``, it cannot be read, or is no report of a run.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        fix = "name the folder that a run wrote: quintile run SOURCE --out DIR"
        raise SettingsError("results", "the results cannot be read", fix=fix, place=Place(str(path))) from error
    if not isinstance(found, dict) or not _NEEDED.issubset(found):
        message, fix = "the file is no report of a run", "write it anew: quintile run SOURCE --out DIR"
        raise SettingsError("results", message, fix=fix, place=Place(str(path)))
    return found


def customers_of(engine: Engine, home: Path) -> Sql:
    """The query of a snapshot's customers, shape CUSTOMERS, in the order of customers.csv.

    Args:
        engine: It may read ``readable(home)``.
        home: The snapshot's folder.

    Raises:
        SettingsError: ``results``, the snapshot holds no customers.parquet, or another one, or points to a table.
        DataError: ``corrupt_file``, the file is damaged.
    """
    refuse_elsewhere(home)
    file = home / CUSTOMERS_FILE
    if not file.is_file():
        message = f"the results hold no {CUSTOMERS_FILE}"
        raise SettingsError("results", message, fix="run again with --formats parquet,csv", place=Place(str(home)))
    columns = joined(map(name, CUSTOMERS))
    found = engine.columns(render("SELECT * FROM read_parquet({file})", file=literal(str(file))))
    if not {"customer_id", "customer_key"} & found.keys() or not {*CUSTOMERS} - {"customer_id"} <= found.keys():
        message, fix = "the file holds no scored customers", "write it anew: quintile run SOURCE --out DIR"
        raise SettingsError("results", message, fix=fix, place=Place(str(file)))
    if "customer_id" in found:
        return render(_ROWS, columns=columns, file=literal(str(file)))
    return render(_IDENTIFIED, columns=columns, file=literal(str(file)), names=_names_beside(home, file))


def readable(home: Path) -> Path:
    """The folder of all that a snapshot's customers are told by: its own, or the store that keeps the project's ids."""
    return home.resolve().parent.parent if (home / ORDERS_JSON).exists() else home


def _names_beside(home: Path, file: Path) -> Sql:
    """The query of keys and ids that a project's snapshot names."""
    orders = OrderFiles.of(home)
    if orders is None:
        message, fix = "nothing beside the file says whose the numbers are", "take the whole store of the project"
        raise SettingsError("results", message, fix=fix, place=Place(str(file)))
    return files_of(orders.name_paths(readable(home)))


def plays_for(scheme: Scheme | None, own: Path | None) -> Playbook | None:
    """What to do with the segments: the user's own plays, else those that come with the scheme.

    A scheme of the user's own has none, and needs none to be shown.

    Raises:
        SettingsError: The user's playbook cannot be read, does not fit the scheme, or there is no scheme.
    """
    if own is not None:
        if scheme is None:
            message, fix = "there are no segments without a scheme, so nothing to play", "drop --playbook"
            raise SettingsError("playbook", message, fix=fix, place=Place(str(own)))
        return plays_of(scheme, own)
    try:
        return plays_of(scheme) if scheme else None
    except SettingsError:
        return None
