"""crosswalk, written down: what was found as one HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import quintile
from quintile.export.crosswalk import crosswalk_page
from quintile.jobs.workplace.replacing import write_page

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_crosswalk(found: Mapping[str, Any], out: Path) -> None:
    """Write the page of a crosswalk.

    Args:
        found: What ``jobs.crosswalk`` found.
        out: The file to write.

    Raises:
        SettingsError: A file of another kind is there.
        StoreError: The file cannot be written.
    """
    write_page(crosswalk_page(found, version=quintile.__version__), out)
