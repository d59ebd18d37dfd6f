"""Statuses: cancelled, failed, pending and test orders do not count; each kind has its words and its switch.

A status no list knows counts as a good order; which statuses were met is reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.fate import EXCLUDED
from quintile.engine.render import Sql, joined, literal, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions

# Words of a row-kind column that mean money went back.
REFUND_KINDS = ("refund", "refunded", "return", "returned", "credit", "credit note", "creditnote", "chargeback")
TEST_KINDS = ("test",)


def exclusions(transactions: Transactions, settings: LedgerSettings) -> Sql:
    """``WHEN .. THEN fate`` branches for rows whose status or kind excludes them; may be empty."""
    branches = []
    for reason in settings.exclude:
        tests = []
        words = settings.statuses.get(reason, ())
        if "status" in transactions.roles and words:
            tests.append(_is_one_of("status", words))
        if "kind" in transactions.roles and reason == "test":
            tests.append(_is_one_of("kind", TEST_KINDS))
        branches += [render("WHEN {test} THEN {fate}", test=test, fate=literal(EXCLUDED[reason])) for test in tests]
    return joined(branches, " ")


def signed_amount(transactions: Transactions) -> Sql:
    """The amount of a row, negative where the row's kind says that money went back."""
    if "kind" not in transactions.roles:
        return Sql("amount")
    return render("CASE WHEN {refund} THEN -abs(amount) ELSE amount END", refund=_is_one_of("kind", REFUND_KINDS))


def refunded_by_status(transactions: Transactions, settings: LedgerSettings) -> Sql | None:
    """The test that a row's status says the whole row was refunded; None without a status column."""
    words = settings.statuses.get("refunded", ())
    if "status" not in transactions.roles or not words:
        return None
    return _is_one_of("status", words)


def _is_one_of(column: str, words: Iterable[str]) -> Sql:
    listed = joined(literal(word.casefold()) for word in words)
    return render("lower(trim({column})) IN ({words})", column=Sql(column), words=listed)
