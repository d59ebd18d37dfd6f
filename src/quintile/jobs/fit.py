"""fit: learn a model's cut points from sources and keep them as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.jobs.run import scored_result
from quintile.jobs.workplace import silent, workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.run import Wish


def fit(wish: Wish, *, on_step: Callable[[str], None] = silent) -> tuple[RfmModel, dict[str, Any]]:
    """Learn the cut points.

    Args:
        wish: Sources, settings, analysis date; it must not bring a kept model.
        on_step: Told the name of each step as it begins.

    Returns:
        The fitted model, and the report of the run it was learned in (what was read, bridge, tie receipt).

    Raises:
        QuintileError: The data or a setting is not as it must be.
    """
    with workplace(wish.files, wish.settings.engine, on_step=on_step) as place:
        result = scored_result(place, wish)
        return result.model, result.report
