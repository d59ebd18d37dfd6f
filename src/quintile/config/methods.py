"""A metric's own method and own cut points: one of them would be dropped in silence, so both together are refused.

Cut points beside a general method are no contradiction: that one scores the other metrics.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.rfm_model import METHODS
from quintile.errors import Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from quintile.domain.settings import ModelSettings

_LEARNING = {*METHODS, "spss-nested"} - {"threshold", "percentile"}  # the others take a person's numbers


def refuse_two_methods(model: ModelSettings, path: Path | None, in_file: Collection[str]) -> None:
    """Refuse cut points of a metric whose own method learns them.

    Args:
        model: The model as file and flags together describe it.
        path: The settings file; None when there is none.
        in_file: The model's keys that it gives and no flag overrules.

    Raises:
        SettingsError: ``method``.
    """
    for metric, chosen in _learning(model.method).items():
        given = getattr(model, f"{metric}_cuts")
        if given:
            both = f"{chosen}, which learns its cut points, and at given ones ({', '.join(map(str, given))})"
            is_written = {"method", f"{metric}_cuts"} & {*in_file}
            raise SettingsError(
                "method",
                f"{metric.upper()} cannot be scored by {both}",
                fix=f"leave out --{metric}-cuts ({metric}_cuts in a file) to score by {chosen},"
                f" or {metric}={chosen} in the method to score at the cut points",
                place=Place(str(path)) if is_written else Place(),
            )


def with_changes(model: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of ``[model]`` with changes on top: a metric's new method drops its old cut points, and the reverse.

    Args:
        model: All keys of the model as it is.
        changes: Those that are to be others.
    """
    dropped = {f"{metric}_cuts": () for metric in _learning(changes.get("method", ""))}
    cut = [metric for metric in _learning(model["method"]) if changes.get(f"{metric}_cuts")]
    kept = [part for part in model["method"].split(",") if part.partition("=")[0].strip() not in cut]
    method = ",".join([*kept, *(f"{metric}=threshold" for metric in cut)])
    return {**model, "method": method, **dropped, **changes}


def _learning(method: str) -> dict[str, str]:
    """For each metric that is named with a method which learns its cut points, that method."""
    parts = (part.strip().rpartition("=") for part in method.split(","))
    return {metric: chosen for metric, _, chosen in parts if metric in {"r", "f", "m"} and chosen in _LEARNING}
