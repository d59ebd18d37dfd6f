"""migration, written down: who moved and why as one HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import quintile
from quintile.export.migration import migration_page
from quintile.jobs.replacing import HTML, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_migration(found: Mapping[str, Any], out: Path) -> None:
    """Write the page of a migration.

    Args:
        found: What ``jobs.migration`` found.
        out: The file to write.

    Raises:
        StoreError: The file cannot be written.
    """
    page = migration_page(found, version=quintile.__version__)
    with replacing(out, "the page", HTML) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
