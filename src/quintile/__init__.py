"""quintile: RFM customer segmentation from raw transactions to action.

    import quintile

    result = quintile.run("orders.csv", as_of="2025-07-01")
    result.to_pandas()  # one row per customer: R, F, M, scores, segment
    result.segments  # one line per segment
    result.report["bridge"]  # every row and every cent accounted for

Nothing heavy is loaded until it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quintile.api import Result, check, fit, run, score
    from quintile.domain.rfm_model import Method, RfmModel
    from quintile.domain.scale import Scale
    from quintile.domain.scheme import Scheme
    from quintile.domain.window import WindowLength
    from quintile.errors import QuintileError
    from quintile.segments.lint import lint
    from quintile.segments.load import load_scheme

__version__ = "0.1.0"

_HOMES = {
    "Method": "quintile.domain.rfm_model",
    "QuintileError": "quintile.errors",
    "Result": "quintile.api",
    "RfmModel": "quintile.domain.rfm_model",
    "Scale": "quintile.domain.scale",
    "Scheme": "quintile.domain.scheme",
    "WindowLength": "quintile.domain.window",
    "check": "quintile.api",
    "fit": "quintile.api",
    "lint": "quintile.segments.lint",
    "load_scheme": "quintile.segments.load",
    "run": "quintile.api",
    "score": "quintile.api",
}

__all__ = [
    "Method",
    "QuintileError",
    "Result",
    "RfmModel",
    "Scale",
    "Scheme",
    "WindowLength",
    "check",
    "fit",
    "lint",
    "load_scheme",
    "run",
    "score",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    if name not in _HOMES:
        message = f"module 'quintile' has no attribute '{name}'"
        raise AttributeError(message)
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
