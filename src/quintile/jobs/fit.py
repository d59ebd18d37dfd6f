"""fit: learn a model's cut points from sources and keep them as JSON."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quintile.errors import Place, SettingsError
from quintile.jobs.accounts.scored import scored_result
from quintile.jobs.workplace.replacing import refuse_missing_folder, replacing
from quintile.jobs.workplace.workplace import silent, workplace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace.wish import Wish


def fit(wish: Wish, *, on_step: Callable[[str], None] = silent) -> tuple[RfmModel, dict[str, Any]]:
    """Learn the cut points.

    Args:
        wish: Sources, settings, analysis date; the cut points that its model brings are learned anew.
        on_step: Told the name of each step as it begins.

    Returns:
        The fitted model, and the report of the run it was learned in (what was read, bridge, tie receipt).

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    if wish.model is not None:
        wish = replace(wish, model=replace(wish.model, cuts=None, fitted=None))
    with workplace(wish.files, wish.settings.engine, anywhere=True, on_step=on_step) as place:
        result = scored_result(place, wish)
        return result.model, result.report


def refuse_foreign(out: Path) -> None:
    """Refuse to write a model over anything but an older model.

    Raises:
        SettingsError: The file holds something else, or its folder is not there.
    """
    refuse_missing_folder(out)
    if not out.exists():
        return
    with contextlib.suppress(OSError, ValueError):
        kept = json.loads(out.read_text(encoding="utf-8"))
        if isinstance(kept, dict) and "quintile_model" in kept:
            return
    raise SettingsError(
        "out", "the file is there already and is no model", fix="choose another --out", place=Place(str(out))
    )


def keep_model(model: RfmModel, out: Path) -> None:
    """Write the model beside its place and move it there in one step, so that no half a model is ever left.

    Raises:
        StoreError: The file cannot be written.
    """
    with replacing(out, "the model") as draft:
        draft.write_text(model.to_json(), encoding="utf-8")
