"""crosswalk, written down: what was found as one HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import quintile
from quintile.export.crosswalk import crosswalk_page
from quintile.jobs.replacing import HTML, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_crosswalk(found: Mapping[str, Any], out: Path) -> None:
    """Write the page of a crosswalk.

    Args:
        found: What ``jobs.crosswalk`` found.
        out: The file to write.

    Raises:
        StoreError: The file cannot be written.
    """
    page = crosswalk_page(found, version=quintile.__version__)
    with replacing(out, "the page", HTML) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
