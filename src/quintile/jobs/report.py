"""Report: what became of the rows, as it is shown by check and written into run.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.fate import DUPLICATE, EXCLUDED, QUARANTINED, REASON_OF
from quintile.jobs.quarantine import examples_by_reason

if TYPE_CHECKING:
    from quintile.domain.settings import Settings
    from quintile.engine.base import Engine
    from quintile.pipeline import Accounted


def inputs(accounted: Accounted) -> list[dict[str, Any]]:
    """Each source: name, checksum of its bytes (None for frames), physical records, what was assumed about it."""
    return [
        {"name": file.name, "sha256": file.sha256, "rows": file.rows, "assumed": file.assumed}
        for file in accounted.transactions.files
    ]


def counts(accounted: Accounted) -> dict[str, int]:
    """Rows in, kept, quarantined, deduplicated and excluded; they add up."""
    fates = accounted.ledger.fates
    quarantined = sum(tally.rows for code, tally in fates.items() if code in QUARANTINED.values())
    excluded = sum(tally.rows for code, tally in fates.items() if code in EXCLUDED.values())
    duplicates = fates[DUPLICATE].rows if DUPLICATE in fates else 0
    rows = accounted.ledger.rows
    return {
        "rows_in": rows,
        "rows_kept": rows - quarantined - duplicates - excluded,
        "rows_quarantined": quarantined,
        "rows_deduplicated": duplicates,
        "rows_excluded": excluded,
    }


def set_aside(engine: Engine, accounted: Accounted, *, examples: bool = True) -> dict[str, Any]:
    """The quarantined rows by reason, with examples where they are wanted, and the excluded ones by reason."""
    fates = accounted.ledger.fates
    shown = examples_by_reason(engine, accounted) if examples else {}
    return {
        "quarantine": [
            {"reason": REASON_OF[code], "rows": fates[code].rows, "examples": shown.get(REASON_OF[code], [])}
            for code in QUARANTINED.values()
            if code in fates
        ],
        "excluded": [
            {"reason": REASON_OF[code], "rows": fates[code].rows} for code in EXCLUDED.values() if code in fates
        ],
    }


def second_tables(accounted: Accounted) -> list[dict[str, Any]]:
    """What became of each second table: its file and checksum, rows, columns, counts; nothing that names a person."""
    return list(accounted.ledger.second)


def assumptions(accounted: Accounted, settings: Settings) -> dict[str, Any]:
    """What was assumed about the sources, the first file's dialect standing for all that share it."""
    first = accounted.transactions.files[0].assumed
    return {**first, "time_zone": settings.ledger.time_zone, "grain": accounted.ledger.grain}
