"""Identity: whose order is it? By customer id, by e-mail, or by account.

E-mail keys are case-folded. Guests (no id) are quarantined with their revenue, or known by their e-mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, render
from quintile.errors import SettingsError

if TYPE_CHECKING:
    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions


def customer_key(transactions: Transactions, settings: LedgerSettings) -> Sql:
    """The SQL of the customer key of one row; NULL where nobody is named.

    Raises:
        SettingsError: The wanted key has no column.
    """
    key = kind_of_key(transactions, settings)
    if key == "email":
        return _folded("email" if "email" in transactions.roles else "customer")
    if key == "account":
        return _column("account", transactions)
    if settings.guests == "email" and "email" in transactions.roles:
        return render("coalesce(CAST(customer AS VARCHAR), {email})", email=_folded("email"))
    return _column("customer", transactions)


def kind_of_key(transactions: Transactions, settings: LedgerSettings) -> str:
    """What names a customer: ``id``, ``email`` or ``account``; as the user says, or as the columns say."""
    if settings.customer_key is not None:
        return settings.customer_key
    if "customer" in transactions.roles:
        return "email" if transactions.assumed.get("customer_is_email") else "id"
    return "email" if "email" in transactions.roles else "account"


def _folded(column: str) -> Sql:
    return render("lower(CAST({column} AS VARCHAR))", column=Sql(column))


def _column(role: str, transactions: Transactions) -> Sql:
    if role not in transactions.roles:
        raise SettingsError(
            "customer_key",
            f"customers are to be known by their {'id' if role == 'customer' else role}, but no column plays that role",
            fix=f"name the column: --map {role}=COLUMN",
        )
    return Sql(role)
