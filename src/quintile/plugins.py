"""Optional libraries, imported only when a wish needs them."""

from __future__ import annotations

import importlib
from typing import Any

from quintile.errors import SettingsError


def extra(module: str, extra_name: str) -> Any:  # noqa: ANN401 - a module
    """Import a library of an extra.

    Raises:
        SettingsError: The extra is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SettingsError(
            "extra",
            f"this needs the extra '{extra_name}'",
            fix=f"install it: pip install 'quintile[{extra_name}]'",
        ) from error
