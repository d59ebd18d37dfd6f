"""Known rows: what a later source of a project brings that its ledger holds already, in another version, or not yet.

A row of an order (or of an order's line that has its own id) is a version of it: equal content is a repeat, other
content a correction, and the latest ``updated_at`` counts, or the later source where there is none. All other rows
(refunds, lines without an id, rows without an order id) are counted: the k-th equal row is a repeat if k are known, and
one that differs in its status or its refund alone is a correction of the one it equals.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from quintile.domain.fate import QUARANTINED
from quintile.engine.render import Sql, joined, literal, render
from quintile.ledger.rows import KNOWN_ROW, ledger_rows, line_key

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

KNOWN_FILE = 65_535
TOLD = ("row_no", "updated_at", "told_status", "told_kind", "is_typed")
COMPARED, VERDICTS = "compared_rows", "verdicts"


class Verdict(IntEnum):
    """What a new row is to the ledger; up to ``RENEWED`` it enters the ledger's files."""

    NEW = 0
    CORRECTED = 1
    RENEWED = 2  # nothing but its updated_at is new
    REPEATED = 3
    OTHER_CUSTOMER = 4
    CONTRADICTED = 5  # the source has two versions of a known order, and nothing says which is the later one
    USELESS = 6  # nobody can use it, and its order is known


@dataclass(frozen=True)
class Comparison:
    """What was found: the table ``verdicts`` (file_no, row_no, verdict, ...) and the known rows that are superseded.

    ``replaced`` counts these, ``corrected`` the new rows with other content. ``late`` and ``earliest`` are the new rows
    dated before the moment that was asked for; ``further`` counts new lines without an id in orders that are known, and
    ``contradicted`` the rows that are set aside because they say two things of a known order.
    """

    verdicts: Sql
    superseded: Sql
    replaced: int = 0
    corrected: int = 0
    late: int = 0
    earliest: date | None = None
    further: int = 0
    contradicted: int = 0


NOTHING_KNOWN = Comparison(Sql("verdicts"), Sql("SELECT CAST(NULL AS BIGINT) AS row_key LIMIT 0"))

# Only the orders that the new rows name, and rows without an order id of the same time and amount.
_ASKED = """
SELECT *, file_no = {known} AS is_known, fate NOT IN ({quarantined}) AS is_sound,
       coalesce(updated_at, TIMESTAMP '-infinity') AS moment, {line} AS line_id,
       concat_ws(chr(31), {rest}) AS rest,
       concat_ws(chr(31), customer_key, ordered_at, amount, coalesce(currency, ''), {rest}) AS content,
       {has_versions} AND order_id IS NOT NULL AND coalesce(amount, 0) >= 0 AS has_key,
       has_key AND (is_known OR is_sound) AS is_version
FROM (
    SELECT * FROM {rows} SEMI JOIN (SELECT order_id FROM {rows} WHERE file_no <> {known}) USING (order_id)
    WHERE is_typed
    UNION ALL
    SELECT * FROM {rows}
    SEMI JOIN (SELECT ordered_at, amount FROM {rows} WHERE file_no <> {known} AND order_id IS NULL)
        USING (ordered_at, amount)
    WHERE is_typed AND order_id IS NULL
)
"""
# An order that comes again whole under another customer, as of a later moment, was corrected; any other contradicts.
_WITH_OWNER = """
WITH asked AS MATERIALIZED ({asked}), owners AS (
    SELECT order_id, true AS order_is_known, min(customer_key) AS owner, max(moment) AS known_until,
        bool_and(has_key) AS has_keys
    FROM asked WHERE is_known AND is_sound AND order_id IS NOT NULL
    GROUP BY order_id HAVING min(customer_key) = max(customer_key)
), moved AS (
    SELECT order_id FROM (
        SELECT order_id, line_id, bool_or(is_known AND is_sound) AS is_owned,
            bool_and(updated_at IS NOT NULL AND moment > known_until) FILTER (NOT is_known) AS is_later,
            min(customer_key) FILTER (NOT is_known) AS least, max(customer_key) FILTER (NOT is_known) AS most
        FROM asked JOIN owners USING (order_id) WHERE has_keys AND (is_known OR is_version)
        GROUP BY order_id, line_id
    )
    GROUP BY order_id HAVING bool_and(coalesce(is_later, NOT is_owned)) AND min(least) = max(most)
)
SELECT asked.*, order_is_known,
       bool_or(is_known) OVER (PARTITION BY asked.order_id, line_id, content) AS content_is_known,
       coalesce(NOT is_known AND is_sound AND customer_key <> owner, false)
           AND asked.order_id NOT IN (SELECT order_id FROM moved) AS is_foreign
FROM asked LEFT JOIN owners USING (order_id)
"""
_VERSIONS = """
SELECT file_no, row_no, is_known, is_sound, ordered_at,
    bool_or(verdict IN ({replacing})) OVER (PARTITION BY order_id, line_id) AS is_replaced, verdict,
    false AS is_further
FROM (
    SELECT *, CASE
        WHEN is_known THEN NULL
        WHEN moment < newest THEN {repeated}
        WHEN known_disagree AND first_content = last_content AND moment >= known_moment THEN {corrected}
        WHEN content_is_known AND moment > known_moment THEN {renewed}
        WHEN content_is_known THEN {repeated}
        WHEN known_moment IS NULL THEN {new}
        WHEN first_content <> last_content THEN {contradicted}
        WHEN moment < known_moment AND updated_at IS NOT NULL THEN {repeated}
        ELSE {corrected} END AS verdict
    FROM (
        SELECT *,
            min(content) FILTER (NOT is_known AND moment = newest) OVER same AS first_content,
            max(content) FILTER (NOT is_known AND moment = newest) OVER same AS last_content,
            min(content) FILTER (is_known AND is_sound AND moment = known_moment) OVER same
                <> max(content) FILTER (is_known AND is_sound AND moment = known_moment) OVER same AS known_disagree
        FROM (
            SELECT *,
                max(moment) FILTER (is_known) OVER same AS known_moment,
                max(moment) FILTER (NOT is_known) OVER same AS newest
            FROM {compared} WHERE is_version AND NOT is_foreign
            WINDOW same AS (PARTITION BY order_id, line_id)
        )
        WINDOW same AS (PARTITION BY order_id, line_id)
    )
)
"""
_EQUAL = """
SELECT *, row_number() OVER (PARTITION BY is_known, {base}, rest ORDER BY moment, row_no) AS copy
FROM {compared} WHERE NOT is_version AND NOT is_foreign
"""
_PAIRED = """
SELECT *, bool_or(is_known) OVER pair AS has_known, bool_or(NOT is_known) OVER pair AS has_new,
       max(moment) FILTER (is_known) OVER pair AS known_moment
FROM ({rows}) WINDOW pair AS (PARTITION BY {base}, {copy})
"""
# Rows that found no equal partner, in their order.
_UNLIKE = """
SELECT * EXCLUDE (has_known, has_new, known_moment),
       row_number() OVER (PARTITION BY is_known, {base} ORDER BY rest, moment, row_no) AS place
FROM ({equal}) WHERE NOT (has_known AND has_new) AND is_sound
"""
_COUNTED = """
SELECT file_no, row_no, is_known, is_sound, ordered_at,
       is_known AND bool_or(NOT is_known AND moment > known_moment) OVER (PARTITION BY {base}, rest, copy)
           AS is_replaced,
       CASE WHEN is_known THEN NULL WHEN moment > known_moment THEN {renewed} ELSE {repeated} END AS verdict,
       false AS is_further
FROM ({equal}) WHERE has_known AND has_new
UNION ALL
SELECT file_no, row_no, is_known, is_sound, ordered_at, has_known AND has_new AND is_known
        AND bool_or(NOT is_known AND (updated_at IS NULL OR moment >= known_moment)) OVER (PARTITION BY {base}, place),
       CASE WHEN is_known THEN NULL WHEN NOT has_known THEN {new}
            WHEN moment < known_moment AND updated_at IS NOT NULL THEN {repeated} ELSE {corrected} END,
       NOT is_known AND NOT has_known AND order_is_known AND amount > 0
FROM ({unlike})
UNION ALL
SELECT file_no, row_no, is_known, is_sound, ordered_at, false,
       CASE WHEN is_known THEN NULL WHEN has_key AND content_is_known THEN {repeated}
            WHEN order_is_known THEN {useless} ELSE {new} END, false
FROM ({equal}) WHERE NOT (has_known AND has_new) AND NOT is_sound
UNION ALL
SELECT file_no, row_no, is_known, is_sound, ordered_at, false, {other_customer}, false
FROM {compared} WHERE is_foreign
"""
_VERDICTS = """
SELECT file_no, row_no, is_known, is_sound, ordered_at, coalesce(is_replaced, false) AS is_replaced,
       CAST(verdict AS UTINYINT) AS verdict, coalesce(is_further, false) AS is_further
FROM (({versions}) UNION ALL ({counted}))
"""
_FOUND = """
SELECT count_if(is_replaced AND is_known), count_if(verdict = {corrected}), count_if({is_late}),
       min(CASE WHEN {is_late} THEN ordered_at END), count_if(is_further), count_if(verdict = {contradicted})
FROM {verdicts}
"""
_BASE = Sql("customer_key, order_id, line, ordered_at, amount, currency")


def compare(
    engine: Engine,
    both: Transactions,
    settings: LedgerSettings,
    last_day: date,
    *,
    said: Collection[str],
    before: date | None = None,
) -> Comparison:
    """Compare the new rows with the known ones.

    Args:
        engine: Where the rows are.
        both: Known and new rows in one view of shape TRANSACTIONS with the further columns ``TOLD``; the known ones
            have the file number ``KNOWN_FILE``.
        settings: The ledger's rules.
        last_day: As for ``build_ledger``.
        said: Roles the new source has a column for; what it does not say is no difference.
        before: New rows of an earlier time are late.

    Returns:
        One verdict a new row that could be read; the others have none.
    """
    rows = ledger_rows(engine, both, settings, last_day, also=TOLD)
    key = line_key(both, settings)
    asked = render(
        _ASKED,
        rows=rows,
        known=literal(KNOWN_FILE),
        quarantined=joined(map(literal, QUARANTINED.values())),
        line=Sql("line" if key == "line" else "NULL"),
        has_versions=literal(key != "none"),
        rest=_rest(said),
    )
    compared = engine.table(COMPARED, render(_WITH_OWNER, asked=asked))
    codes = {verdict.name.lower(): literal(int(verdict)) for verdict in Verdict}
    replacing = joined((codes["corrected"], codes["renewed"]))
    versions = render(_VERSIONS, compared=compared, replacing=replacing, **codes)
    verdicts = engine.table(VERDICTS, render(_VERDICTS, versions=versions, counted=_counted(compared, codes)))
    engine.drop(COMPARED)
    is_late = Sql("false")
    if before is not None:
        is_late = render(
            "verdict = {new} AND is_sound AND ordered_at < {before}", before=literal(before), new=codes["new"]
        )
    shown = {code: codes[code] for code in ("corrected", "contradicted")}
    found = render(_FOUND, verdicts=verdicts, is_late=is_late, **shown)
    replaced, corrected, late, earliest, further, contradicted = engine.rows(found)[0]
    return Comparison(
        verdicts=render("(SELECT * FROM {verdicts} WHERE NOT is_known)", verdicts=verdicts),
        superseded=render("SELECT row_no AS row_key FROM {verdicts} WHERE is_replaced AND is_known", verdicts=verdicts),
        replaced=replaced or 0,
        corrected=corrected or 0,
        late=late or 0,
        earliest=earliest.date() if earliest else None,
        further=further or 0,
        contradicted=contradicted or 0,
    )


def problem_of(verdict: Sql, *, alone: bool) -> Sql:
    """The row problem a verdict means; nothing for rows that count.

    Args:
        verdict: The column of verdicts.
        alone: The new rows stand alone, so that one whose ``updated_at`` alone is new is a repeat; beside the ledger it
            takes the place of the known one.
    """
    return render(
        "CASE WHEN {verdict} = {repeated} OR ({verdict} = {renewed} AND {alone}) THEN {known_row}"
        " WHEN {verdict} = {other} THEN 'order_customer_conflict'"
        " WHEN {verdict} = {contradicted} THEN 'duplicate_order_conflict' END",
        verdict=verdict,
        repeated=literal(int(Verdict.REPEATED)),
        renewed=literal(int(Verdict.RENEWED)),
        other=literal(int(Verdict.OTHER_CUSTOMER)),
        contradicted=literal(int(Verdict.CONTRADICTED)),
        known_row=literal(KNOWN_ROW),
        alone=literal(alone),
    )


def _rest(said: Collection[str]) -> Sql:
    """What may change of a row that is still the same: its status, its kind, what was paid back."""
    columns = {"status": "told_status", "kind": "told_kind", "refund": "CAST(nullif(refund, 0) AS VARCHAR)"}
    shown = [render("coalesce({column}, '')", column=Sql(column)) for role, column in columns.items() if role in said]
    return joined(shown or [Sql("''")])


def _counted(compared: Sql, codes: dict[str, Sql]) -> Sql:
    same = joined((_BASE, Sql("rest")))
    equal = render(_EQUAL, compared=compared, base=_BASE)
    equal = render(_PAIRED, rows=equal, base=same, copy=Sql("copy"))
    unlike = render(_PAIRED, rows=render(_UNLIKE, equal=equal, base=_BASE), base=_BASE, copy=Sql("place"))
    return render(_COUNTED, equal=equal, unlike=unlike, compared=compared, base=_BASE, **codes)
