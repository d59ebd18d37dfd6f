"""Statuses: cancelled, failed, pending and test orders do not count; each kind has its words and its switch.

A status no list knows counts as a good order; which statuses were met is reported.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from quintile.domain.fate import EXCLUDED
from quintile.domain.statuses import DECIDED_STATUSES, DEFAULT_STATUSES, EXCLUDABLE, PENDING_COUNTS
from quintile.engine.render import Sql, joined, literal, name, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.statuses import StatusKind
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

# Words of a row-kind column that mean money went back.
REFUND_KINDS = ("refund", "refunded", "return", "returned", "credit", "credit note", "creditnote", "chargeback")
TEST_KINDS = ("test",)


# Words of good orders; any other word that no list knows counts too, and is reported.
# fmt: off
GOOD = (
    "paid", "complete", "completed", "processing", "shipped", "delivered", "fulfilled", "unfulfilled", "partial",
    "closed", "settled", "captured", "succeeded", "success", "ok", "done", "sale", "sold", "open", "active",
    "confirmed", "invoiced", "ready", "partially_paid", "partially paid", "awaiting fulfillment", "awaiting shipment",
    "awaiting pickup", "partially shipped",
)
# Words for nothing.
NO_STATUS = ("null", "none", "n/a", "na", "nan", "-")
# Words of orders of which something was paid back; how much, something else must say.
PARTLY_REFUNDED = (
    "partially_refunded", "partially refunded", "partially-refunded", "partiallyrefunded",
    "partial refund", "partial-refund", "partial_refund",
    "teilweise erstattet", "partiellement remboursé", "partiellement remboursée", "reembolso parcial",
    "parcialmente reembolsado", "rimborso parziale", "parzialmente rimborsato",
)
# fmt: on
_MET = """
SELECT met, count(*) FROM (SELECT {status} AS met FROM {transactions} WHERE nullif(trim(status), '') IS NOT NULL)
WHERE met NOT IN ({known}) GROUP BY met ORDER BY 2 DESC, 1
"""
_PARTLY = """
SELECT count(*) FROM {orders}
SEMI JOIN (SELECT order_id FROM {transactions} WHERE {partly} AND order_id IS NOT NULL) USING (order_id)
WHERE refunded = 0
"""
_PARTLY_ALONE = "SELECT count(*) FROM {transactions} WHERE {partly} AND {unnamed} AND {unsaid}"
_PLAIN = "nfc_normalize(lower(trim({column})))"


def unknown_statuses(engine: Engine, transactions: Transactions, settings: LedgerSettings) -> list[tuple[str, int]]:
    """The statuses no list knows, with their rows, the most frequent first: they count as good orders.

    ``PENDING_COUNTS`` is among them where pending orders of a shop's export count, and so are ``PARTLY_REFUNDED``.
    """
    if "status" not in transactions.roles:
        return []
    words = [word for kind in DEFAULT_STATUSES for word in words_of(settings, kind)]
    query = render(
        _MET,
        status=render(_PLAIN, column=Sql("status")),
        transactions=name(transactions.table),
        known=_listed([*words, *GOOD, *NO_STATUS]),
    )
    return [(met, rows) for met, rows in engine.rows(query)]


def partly_refunded(
    engine: Engine, transactions: Transactions, settings: LedgerSettings, orders: Sql, met: Iterable[str]
) -> int:
    """How many orders were paid back in part by their status alone, so that nothing says how much."""
    if settings.refunds == "gross" or not {*met} & {*map(_spelled, PARTLY_REFUNDED)}:
        return 0
    shared = {"transactions": name(transactions.table), "partly": _is_one_of("status", PARTLY_REFUNDED)}
    has_ids = "order" in transactions.roles and settings.grain != "day"
    unnamed = Sql("order_id IS NULL" if has_ids else "true")
    unsaid = Sql("coalesce(refund, 0) = 0" if "refund" in transactions.roles else "true")
    alone = engine.rows(render(_PARTLY_ALONE, unnamed=unnamed, unsaid=unsaid, **shared))[0][0]
    named = engine.rows(render(_PARTLY, orders=orders, **shared))[0][0] if has_ids else 0
    return int(alone) + int(named)


def exclusions(transactions: Transactions, settings: LedgerSettings) -> Sql:
    """``WHEN .. THEN fate`` branches for rows whose status or kind excludes them; may be empty."""
    branches = []
    for reason in EXCLUDABLE if settings.exclude is None else settings.exclude:
        tests = []
        words = words_of(settings, reason)
        if "status" in transactions.roles and words:
            tests.append(_is_one_of("status", words))
        if "kind" in transactions.roles and reason == "test":
            tests.append(_is_one_of("kind", TEST_KINDS))
        branches += [render("WHEN {test} THEN {fate}", test=test, fate=literal(EXCLUDED[reason])) for test in tests]
    return joined(branches, " ")


def is_cancelled(transactions: Transactions, settings: LedgerSettings) -> Sql:
    """The test that a row's status cancels its order, if such orders do not count."""
    words = words_of(settings, "cancelled")
    wanted = settings.exclude is None or "cancelled" in settings.exclude
    if "status" not in transactions.roles or not words or not wanted:
        return Sql("false")
    return _is_one_of("status", words)


def signed_amount(transactions: Transactions) -> Sql:
    """The amount of a row, negative where the row's kind says that money went back."""
    if "kind" not in transactions.roles:
        return Sql("amount")
    return render("CASE WHEN {refund} THEN -abs(amount) ELSE amount END", refund=_is_one_of("kind", REFUND_KINDS))


def refunded_by_status(transactions: Transactions, settings: LedgerSettings) -> Sql | None:
    """The test that a row's status says the whole row was refunded; None without a status column."""
    words = words_of(settings, "refunded")
    if "status" not in transactions.roles or not words:
        return None
    return _is_one_of("status", words)


def _is_one_of(column: str, words: Iterable[str]) -> Sql:
    return render("{status} IN ({words})", status=render(_PLAIN, column=Sql(column)), words=_listed(words))


def _listed(words: Iterable[str]) -> Sql:
    return joined(literal(_spelled(word)) for word in words)


def _spelled(word: str) -> str:
    return unicodedata.normalize("NFC", word.lower())


def words_of(settings: LedgerSettings, kind: StatusKind) -> tuple[str, ...]:
    """The words of a kind of status: the shop's own, or the usual ones, and what an export decided by other columns."""
    words = (*settings.statuses.get(kind, DEFAULT_STATUSES[kind]), DECIDED_STATUSES[kind])
    # Who writes the kinds to exclude means every pending order.
    return (*words, PENDING_COUNTS) if kind == "pending" and settings.exclude is not None else words
