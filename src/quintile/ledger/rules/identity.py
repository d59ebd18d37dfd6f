"""Identity: whose order is it? By customer id, by e-mail, by phone, or by account.

E-mail keys are case-folded, phones stand in their international form. Guests (no id) are quarantined with their
revenue, or known by their e-mail or phone. Merged ids become one before anything else looks at them. What the orders do
not say of a customer, the table of customers may.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.engine.render import Sql, name, render
from quintile.errors import DataError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quintile.domain.settings import LedgerSettings
    from quintile.domain.transactions import Transactions

ROLE_OF = {"id": "customer", "email": "email", "phone": "phone", "account": "account"}
PEOPLE = "people"

# A contact of several ids names nobody for sure: such a guest is known by the contact alone.
_KNOWN = """
(SELECT guest.*, known.customer AS known_customer FROM {rows} AS guest
 LEFT JOIN (
    SELECT {contact} AS known_contact, min(customer) AS customer FROM ({named})
    WHERE customer IS NOT NULL AND {contact} IS NOT NULL GROUP BY known_contact HAVING min(customer) = max(customer)
 ) AS known ON guest.customer IS NULL AND guest.{contact} = known.known_contact)
"""
_NAMED_BY_BOTH = """
SELECT CAST(customer AS VARCHAR) AS customer, {contact} FROM {rows}
UNION ALL SELECT customer, {contact} FROM {customers}
"""
_MERGED = """
(SELECT listed.* REPLACE (coalesce(merge.new_key, CAST(listed.{role} AS VARCHAR)) AS {role}) FROM {rows} AS listed
 LEFT JOIN {merges} AS merge ON CAST(listed.{role} AS VARCHAR) = merge.old_key)
"""
_FOLDED = "(SELECT * REPLACE (lower(CAST({role} AS VARCHAR)) AS {role}) FROM {rows})"
_WRITTEN_OUT = """
(SELECT listed.* REPLACE (spelled.phone AS phone) FROM {rows} AS listed
 LEFT JOIN {phones} AS spelled ON CAST(listed.phone AS VARCHAR) = spelled.raw)
"""
# A customer with two accounts belongs to none for sure.
_LOOKED_UP = """
(SELECT listed.*, looked.{role} AS {role} FROM {rows} AS listed
 LEFT JOIN (
    SELECT customer, min({role}) AS {role} FROM {customers}
    WHERE customer IS NOT NULL AND {role} IS NOT NULL GROUP BY customer HAVING min({role}) = max({role})
 ) AS looked ON CAST(listed.customer AS VARCHAR) = looked.customer)
"""
# Text that is a number only by its look (007) is none of the ledger's numbers.
_PEOPLE = """
SELECT DISTINCT CAST(key AS {type}) AS customer_key FROM (SELECT {key} AS key FROM {customers})
WHERE key IS NOT NULL AND CAST(TRY_CAST(key AS {type}) AS VARCHAR) = key
"""
_MERGES_MET = """
SELECT count(*) FROM {merges} SEMI JOIN (SELECT DISTINCT {key} AS old_key FROM {rows}) USING (old_key)
"""


def customer_key(transactions: Transactions, settings: LedgerSettings) -> Sql:
    """The SQL of the customer key of one row of ``identified_rows``; NULL where nobody is named.

    Raises:
        SettingsError: The wanted key has no column.
    """
    key = kind_of_key(transactions, settings)
    if _key_is_looked_up(transactions, settings):
        return Sql(ROLE_OF[key])
    if key == "email":
        # Ids that are addresses may stand under either name.
        by_id = "email" not in transactions.roles and transactions.assumed.get("customer_is_email")
        return _text_key("customer" if by_id else "email", transactions)
    column = _column(ROLE_OF[key], transactions)
    listed = transactions.second.customers
    if listed is not None and (ROLE_OF[key] if ROLE_OF[key] in listed.roles else "customer") in listed.texts:
        # People whose ids are no numbers could not stand among customers whose ids all are.
        column = render("CAST({column} AS VARCHAR)", column=column)
    contact = _contact_of_guests(transactions, settings)
    if contact is None:
        return column
    guests = _text_key(contact, transactions)
    return render("coalesce(CAST(customer AS VARCHAR), CAST(known_customer AS VARCHAR), {guests})", guests=guests)


def kind_of_key(transactions: Transactions, settings: LedgerSettings) -> str:
    """What names a customer: ``id``, ``email``, ``phone`` or ``account``; as the user or else the columns say."""
    if settings.customer_key is not None:
        return settings.customer_key
    if "customer" in transactions.roles:
        return "email" if transactions.assumed.get("customer_is_email") else "id"
    return next(key for key in ("email", "account", "phone") if key in transactions.roles)


def needs_phones(transactions: Transactions, settings: LedgerSettings) -> bool:
    """Whether phones name anybody, so that their spellings must be read."""
    by_id = kind_of_key(transactions, settings) == "id"
    return kind_of_key(transactions, settings) == "phone" or (by_id and settings.guests == "phone")


def folds_addresses(transactions: Transactions, settings: LedgerSettings) -> bool:
    """Whether e-mail addresses are keys, the same in upper and lower case."""
    return kind_of_key(transactions, settings) == "email" or settings.guests == "email"


def identified_rows(transactions: Transactions, settings: LedgerSettings, table: Sql) -> Sql:
    """The rows to read: ids merged, contacts in one spelling, and what the table of customers says of them.

    Guests that are named by a contact get ``known_customer``, the one id that contact belongs to.
    """
    second = transactions.second
    if _key_is_looked_up(transactions, settings):
        role = ROLE_OF[kind_of_key(transactions, settings)]
        rows = table if second.merges is None else _merged(table, ["customer"], second.merges.table)
        looked = render(_LOOKED_UP, rows=rows, role=Sql(role), customers=_customers(transactions, settings))
        return looked if second.merges is None else _merged(looked, [role], second.merges.table)
    contact = _contact_of_guests(transactions, settings)
    key = ROLE_OF[kind_of_key(transactions, settings)]
    wanted = [key if key in transactions.roles else "customer", *([contact] if contact else [])]
    rows = _in_one_spelling(table, wanted, transactions, settings)
    if contact is None:
        return rows
    named = render("SELECT customer, {contact} FROM {rows}", contact=Sql(contact), rows=rows)
    if second.customers is not None and {"customer", contact} <= second.customers.roles:
        listed = _customers(transactions, settings)
        named = render(_NAMED_BY_BOTH, contact=Sql(contact), rows=rows, customers=listed)
    return render(_KNOWN, rows=rows, named=named, contact=Sql(contact))


def people_query(transactions: Transactions, settings: LedgerSettings, key_type: str) -> Sql | None:
    """The keys of the table of customers, each once, of the ledger's own type; None without such a table.

    Raises:
        DataError: ``missing_columns``, the table has no column for what names a customer.
    """
    found = transactions.second.customers
    if found is None:
        return None
    role = ROLE_OF[kind_of_key(transactions, settings)]
    key = role if role in found.roles else "customer"
    if key not in found.roles:
        raise DataError(
            "missing_columns",
            f"customers are known by their {_said(role)}, but the table of customers has no column for it",
            fix=f"say which column it is: --map customers.{role}=COLUMN",
        )
    named: Sql = Sql(key)
    contact = _contact_of_guests(transactions, settings)
    if contact in found.roles and key == "customer" and contact is not None:
        named = render("coalesce(customer, {contact})", contact=Sql(contact))
    return render(_PEOPLE, key=named, type=Sql(key_type), customers=_customers(transactions, settings))


def merges_met(transactions: Transactions, settings: LedgerSettings) -> Sql | None:
    """The query that counts the merges whose old id occurs among the rows; None without a merge map."""
    merges = transactions.second.merges
    if merges is None:
        return None
    looked_up = _key_is_looked_up(transactions, settings)
    role = "customer" if looked_up else ROLE_OF[kind_of_key(transactions, settings)]
    role = role if role in transactions.roles else "customer"
    key = render("CAST({role} AS VARCHAR)", role=Sql(role))
    if role == "email" or (kind_of_key(transactions, settings) == "email" and not looked_up):
        key = render("lower({key})", key=key)
    return render(_MERGES_MET, merges=name(merges.table), key=key, rows=name(transactions.table))


def _in_one_spelling(table: Sql, roles: Iterable[str], transactions: Transactions, settings: LedgerSettings) -> Sql:
    """Rows whose named columns hold keys as they compare: phones written out, merged addresses folded, ids merged."""
    rows, second = table, transactions.second
    by_mail = kind_of_key(transactions, settings) == "email"
    roles = list(roles)
    if "phone" in roles and second.phones is not None:
        rows = render(_WRITTEN_OUT, rows=rows, phones=name(second.phones.table))
    for role in roles:
        if role == "email" or (role == "customer" and by_mail and "email" not in transactions.roles):
            rows = render(_FOLDED, rows=rows, role=Sql(role))
    return rows if second.merges is None else _merged(rows, roles, second.merges.table)


def _merged(rows: Sql, roles: Iterable[str], merges: str) -> Sql:
    for role in roles:
        rows = render(_MERGED, rows=rows, role=Sql(role), merges=name(merges))
    return rows


def _customers(transactions: Transactions, settings: LedgerSettings) -> Sql:
    """The table of customers, its keys spelled and merged as those of the rows."""
    second = transactions.second
    if second.customers is None:
        message = "there is no table of customers"
        raise ValueError(message)
    rows = render(_FOLDED, rows=name(second.customers.table), role=Sql("email"))
    if kind_of_key(transactions, settings) == "email" and "email" not in second.customers.roles:
        rows = render(_FOLDED, rows=rows, role=Sql("customer"))
    if second.phones is not None:
        rows = render(_WRITTEN_OUT, rows=rows, phones=name(second.phones.table))
    if second.merges is not None:
        rows = _merged(rows, ROLE_OF.values(), second.merges.table)
    return rows


def _key_is_looked_up(transactions: Transactions, settings: LedgerSettings) -> bool:
    """Whether the rows hold no column of the key, but ids by which the table of customers tells it."""
    role = ROLE_OF[kind_of_key(transactions, settings)]
    customers = transactions.second.customers
    if role in transactions.roles or role == "customer" or "customer" not in transactions.roles or customers is None:
        return False
    return {"customer", role} <= customers.roles


def _contact_of_guests(transactions: Transactions, settings: LedgerSettings) -> str | None:
    contact = settings.guests
    by_id = kind_of_key(transactions, settings) == "id"
    return contact if by_id and contact != "quarantine" and {contact, "customer"} <= transactions.roles else None


def _text_key(role: str, transactions: Transactions) -> Sql:
    return render("CAST({column} AS VARCHAR)", column=_column(role, transactions))


def _column(role: str, transactions: Transactions) -> Sql:
    if role not in transactions.roles:
        raise SettingsError(
            "customer_key",
            f"customers are to be known by their {_said(role)}, but no column plays that role",
            fix=f"name the column: --map {role}=COLUMN",
        )
    return Sql(role)


def _said(role: str) -> str:
    return "id" if role == "customer" else role
