"""Gallery: all pictures of one result, in the order they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from quintile.pictures.deciles import deciles
from quintile.pictures.distribution import distribution
from quintile.pictures.heat import heat
from quintile.pictures.lorenz import lorenz
from quintile.pictures.scheme_grid import scheme_grid
from quintile.pictures.segment_bars import segment_bars
from quintile.pictures.treemap import has_areas, treemap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quintile.pictures.base import Picture

_SIZES: tuple[Literal["customers", "revenue"], ...] = ("customers", "revenue")
_HEATS: tuple[Literal["customers", "revenue", "mean"], ...] = ("customers", "revenue", "mean")


def gallery(report: Mapping[str, Any]) -> tuple[Picture, ...]:
    """The pictures of a result, without those that have nothing to show: no revenue above zero, nobody to share it.

    Args:
        report: The content of run.json. One that an older version wrote has fewer parts, and so fewer pictures.
    """
    currency, segments, model = report["currency"], report["segments"], report["model"]
    ranking = report.get("ranking") or [line["segment"] for line in segments]
    scale, best = model["scale"], model["best"]
    codes = {(cell["r"], cell["f"], cell["m"]): cell["segment"] for cell in report["grid"] if "segment" in cell}
    concentration = report.get("concentration")
    is_shared = bool(concentration and concentration["lorenz"] and concentration["lorenz"][0] is not None)
    sizes = [size for size in _SIZES if size == "customers" or has_areas(segments, size)]
    return (
        *(treemap(segments, ranking=ranking, currency=currency, size=size) for size in sizes),
        segment_bars(segments, ranking=ranking, currency=currency),
        *(heat(report["grid"], scale=scale, best=best, currency=currency, show=show) for show in _HEATS),
        *([scheme_grid(codes, ranking=ranking, scale=scale, best=best)] if codes else []),
        *(distribution(found, currency=currency) for found in report.get("distributions", [])),
        *([lorenz(concentration), deciles(concentration, currency=currency)] if concentration and is_shared else []),
    )
