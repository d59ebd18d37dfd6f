"""Customers: a table of people, whether they bought or not: who is to be scored, their contacts, consent and account.

A file of a single column is a list of customers. Contacts stay inside the engine: what is told of them is counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quintile.domain.second_tables import SecondTable
from quintile.engine.render import Sql, render
from quintile.errors import DataError, Place
from quintile.sources.second import Form, missing_columns, one_of, open_second
from quintile.sources.words import NO, YES

if TYPE_CHECKING:
    from pathlib import Path

    from quintile.domain.settings import ReadingSettings
    from quintile.engine.base import Engine

CUSTOMERS = "second_customers"
KEYS = {"id": "customer", "email": "email", "phone": "phone", "account": "account"}
_NAMES = {
    "customer": "customerid customerkey customerno customernumber customercode custid custno clientid userid buyerid "
    "memberid kundennummer kundenid idclient idcliente musterino | customer client user buyer member cust cid kunde "
    "cliente musteri shopperid contactid id",
    "email": "email emailaddress customeremail buyeremail | mail eposta emailadresse correo",
    "phone": "phone phonenumber customerphone mobile mobilephone telephone | telefon tel handy telefono cep",
    "account": "accountid accountno companyid organisationid organizationid | account company organisation "
    "organization firma empresa sirket",
    "name": "fullname customername customerfullname | name",
    "consent": "consent acceptsmarketing acceptsemailmarketing emailconsent marketingconsent optin emailoptin "
    "subscribed newsletter einwilligung consentement consentimiento izin | ",
}
_CUSTOMERS = """
SELECT {customer} AS customer, {email} AS email, {phone} AS phone, {account} AS account, {name} AS name,
       {consent} AS consent
FROM ({query})
"""
_CONSENT = "CASE WHEN {yes} THEN true WHEN {no} THEN false END"
_COUNTS = """
SELECT count(CASE WHEN consent THEN 1 END), count(CASE WHEN NOT consent THEN 1 END), count_if(consent IS NULL),
       count_if(customer IS NULL AND email IS NULL AND phone IS NULL AND account IS NULL),
       count_if(customer <> coalesce(CAST(TRY_CAST(customer AS BIGINT) AS VARCHAR), '')),
       count_if(account <> coalesce(CAST(TRY_CAST(account AS BIGINT) AS VARCHAR), ''))
FROM {customers}
"""


def read_customers(engine: Engine, path: Path, staging: Path, settings: ReadingSettings, *, key: str) -> SecondTable:
    """Read a table of customers.

    Args:
        engine: Where the table is made.
        path: The file.
        staging: For copies.
        settings: Of the orders; its mapping may name columns (``customers.email``).
        key: What names a customer in the ledger (``id``, ``email``, ``phone``, ``account``): a lone column holds it.

    Returns:
        Table ``second_customers``, a row a line; consent is true, false, or NULL where nothing readable is said.

    Raises:
        DataError: No column can name a customer, or nobody is named.
    """
    form = Form("customers", _NAMES, lone=KEYS[key])
    second = open_second(engine, path, staging, form, settings)
    if not set(second.columns) & set(KEYS.values()):
        raise missing_columns(second, "the customer", "say which column it is: --map customers.customer=COLUMN")
    consent = Sql("CAST(NULL AS BOOLEAN)")
    if "consent" in second.columns:
        text = second.text("consent")
        consent = render(_CONSENT, yes=one_of(text, YES), no=one_of(text, NO))
    columns = {role: second.id(engine, role) for role in ("customer", "email", "phone", "account", "name")}
    query = render(_CUSTOMERS, consent=consent, query=second.table.query, **columns)
    customers = engine.table(CUSTOMERS, query)
    agreed, refused, silent, unnamed, *texts = engine.rows(render(_COUNTS, customers=customers))[0]
    if unnamed == second.table.rows - len(second.table.rejected):
        raise DataError(
            "empty_input",
            "the table of customers names nobody",
            fix="give a table with customer ids, or say which column holds them: --map customers.customer=COLUMN",
            place=Place(second.table.name),
        )
    told = {"unnamed": unnamed, "quarantine": second.bad_rows(engine, {}, show=False)}
    if "consent" in second.columns:
        told["consent"] = {"yes": agreed, "no": refused, "unknown": silent}
    text_roles = frozenset(role for role, some in zip(("customer", "account"), texts, strict=True) if some)
    return SecondTable(CUSTOMERS, frozenset(second.columns), second.table.rows, second.report(**told), text_roles)
