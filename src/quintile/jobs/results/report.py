"""Report: what became of the rows, as it is shown by check and written into run.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.fate import DUPLICATE, EXCLUDED, QUARANTINED, REASON_OF
from quintile.domain.statuses import DEFAULT_STATUSES, EXCLUDABLE
from quintile.jobs.workplace.quarantine import examples_by_reason
from quintile.ledger.rules.statuses import REFUND_KINDS, words_of

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
    files = accounted.transactions.files
    first = files[0].assumed if files else {}
    said = {"date_format": settings.reading.date_format} if settings.reading.date_format else {}
    counted = {"grain": accounted.ledger.grain, "rules": rules(accounted, settings)}
    return {**first, **said, "time_zone": settings.ledger.time_zone, **counted}


def rules(accounted: Accounted, settings: Settings) -> dict[str, Any]:
    """How orders were counted: the settings, and the words that decided where a column of words was there.

    What a model written down elsewhere has to repeat.
    """
    chosen, roles = settings.ledger, accounted.transactions.roles
    exclude = list(EXCLUDABLE if chosen.exclude is None else chosen.exclude)
    found: dict[str, Any] = {
        "customer_key": accounted.ledger.key,
        "decimals": accounted.ledger.decimals,
        **{key: getattr(chosen, key) for key in ("guests", "refunds", "zero_orders", "duplicates")},
        "exclude": exclude,
    }
    if "status" in roles:
        # Marks that quintile itself set are no words of the shop.
        found["statuses"] = {
            kind: [word for word in words_of(chosen, kind) if not word.startswith("<")] for kind in DEFAULT_STATUSES
        }
    if "kind" in roles:
        found["refund_kinds"] = list(REFUND_KINDS)
    return found
