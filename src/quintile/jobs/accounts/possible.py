"""Possible: a model that could score nobody, whoever the customers are, is refused before anything is read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from quintile.errors import SettingsError
from quintile.scoring.fit import require_fittable
from quintile.scoring.slack import require_margin
from quintile.segments.load import kept_scheme

if TYPE_CHECKING:
    from datetime import date

    from quintile.domain.rfm_model import RfmModel
    from quintile.jobs.workplace.wish import Wish


def require_possible(wish: Wish, model: RfmModel) -> None:
    """Refuse what a run would refuse once it scores.

    Args:
        wish: Its analysis date and its project count.
        model: The model that is to score.

    Raises:
        SettingsError: The scheme is not there, says something impossible or is written for another scale; the methods
            or their numbers give no cut points; a project's margin makes no sense with them; or ``as_of``.
    """
    scheme = kept_scheme(model.scheme, model.scheme_text)
    if scheme is not None:
        scheme.cells(model.scale.scores)
    if model.cuts is None:
        require_fittable(model)
    if wish.project is not None:
        require_margin(model)
    refuse_moment(wish.as_of, model)


def refuse_moment(as_of: date | None, model: RfmModel) -> None:
    """Refuse a time of day where calendar days are counted.

    Raises:
        SettingsError: ``as_of``.
    """
    if isinstance(as_of, datetime) and model.recency == "calendar":
        fix = "give a date, or count full days: --recency elapsed"
        raise SettingsError("as_of", "calendar days know no time of day", fix=fix)
