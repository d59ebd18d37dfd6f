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


# An e-mail of several ids names nobody for sure: such a guest is known by the e-mail alone.
_KNOWN = """
(SELECT guest.*, known.customer AS known_customer FROM {transactions} AS guest
 LEFT JOIN (
    SELECT {email} AS known_email, min(customer) AS customer FROM {transactions}
    WHERE customer IS NOT NULL AND email IS NOT NULL GROUP BY known_email HAVING min(customer) = max(customer)
 ) AS known ON guest.customer IS NULL AND {guest} = known.known_email)
"""


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
    if _names_guests(transactions, settings):
        names = "coalesce(CAST(customer AS VARCHAR), CAST(known_customer AS VARCHAR), {email})"
        return render(names, email=_folded("email"))
    return _column("customer", transactions)


def kind_of_key(transactions: Transactions, settings: LedgerSettings) -> str:
    """What names a customer: ``id``, ``email`` or ``account``; as the user says, or as the columns say."""
    if settings.customer_key is not None:
        return settings.customer_key
    if "customer" in transactions.roles:
        return "email" if transactions.assumed.get("customer_is_email") else "id"
    return "email" if "email" in transactions.roles else "account"


def with_known_guests(transactions: Transactions, settings: LedgerSettings, table: Sql) -> Sql:
    """The rows to read: with ``known_customer``, the one id a guest's e-mail belongs to, where guests are named."""
    if not _names_guests(transactions, settings):
        return table
    return render(_KNOWN, transactions=table, email=_folded("email"), guest=_folded("guest.email"))


def _names_guests(transactions: Transactions, settings: LedgerSettings) -> bool:
    by_id = kind_of_key(transactions, settings) == "id"
    return by_id and settings.guests == "email" and {"email", "customer"} <= transactions.roles


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
