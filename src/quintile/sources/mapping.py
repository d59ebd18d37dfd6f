"""Mapping: which column plays which role (customer, order, time, amount, ...).

Names suggest; the user's ``map`` always wins; a required role that is missing, or two columns that both could play it,
is an error that lists what was seen and what to write.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from shlex import quote
from typing import TYPE_CHECKING

from quintile.domain.transactions import ROLES
from quintile.errors import DataError, Place, SettingsError
from quintile.sources.dialect import DATA_LIKE
from quintile.sources.signs import without_currency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Names as they are found in shops' exports, written without case, blanks and marks. Before the bar: names that say
# exactly this role. After it: general names, believed only where no exact one stands.
_NAMES = {
    "customer": "customerid customerkey customerno customernumber customercode custid custno clientid userid buyerid "
    "memberid kundennummer kundenid idclient idcliente musterino | customer client user buyer member cust cid kunde "
    "cliente musteri shopperid contactid customername",
    "order": "orderid orderno ordernumber ordernr orderkey invoiceno invoiceid invoicenumber invoicenr transactionid "
    "transid receiptid receiptno bestellnummer purchaseid siparisno | order invoice receipt transaction bestellung",
    "line": "lineid lineno linenumber linenr orderline orderlineid lineitemid orderitemid positionsnr | rowid line "
    "position",
    "time": "orderdate ordertime orderdatetime ordertimestamp orderedat ordereddate invoicedate "
    "purchasedate purchasedat "
    "purchasetime transactiondate transactiontime transdate trandate bestelldatum siparistarihi | date "
    "datetime timestamp "
    "createdat createdon time datum fecha tarih paidat processedat d",
    "amount": "amount ordertotal orderamount ordervalue orderrevenue totalamount totalprice netamount tranamount "
    "transactionamount linetotal lineamount grandtotal purchaseamount revenue | amt total sales value spend "
    "monetaryvalue dollarvalue netsales grosssales subtotal betrag umsatz montant importe tutar paid",
    "quantity": "quantity qty orderquantity itemquantity | units menge quantite cantidad adet",
    "unit_price": "unitprice itemprice priceperunit priceeach | price einzelpreis",
    "currency": "currency currencycode ordercurrency | waehrung wahrung devise moneda parabirimi",
    "status": "orderstatus paymentstatus | status",
    "email": "email emailaddress customeremail buyeremail | mail eposta",
    "refund": "refund refunded refundamount refundedamount amountrefunded totalrefunded refundtotal returnamount "
    "returnedamount amountreturned",
    "kind": "kind orderkind ordertype transactiontype rowtype recordtype | type",
    "account": "accountid accountno companyid organisationid organizationid | account company "
    "organisation organization",
    "phone": "phone phonenumber customerphone mobile telephone",
    "name": "fullname customerfullname",
    "updated_at": "updatedat modifiedat lastmodified updatedon changedat",
}
RESERVED = re.compile(r"quintile_row_number|quintile_repeated|quintile_text_\d+|file_row_number", re.IGNORECASE)
_AMOUNT_FROM = ("quantity", "unit_price")
_NO_HEADER = "add a first line with the names of the columns, such as order_id,customer_id,order_date,amount"
_MONEY = {"amount", "unit_price", "refund"}


def map_columns(
    columns: Sequence[str], chosen: Mapping[str, str], file: str | None = None, *, titled: bool = True
) -> dict[str, str]:
    """Give every role that can be recognised its column.

    Args:
        columns: The source's column names.
        chosen: The user's own ``role -> column``; ``role -> ""`` leaves the role without a column.
        file: Named in errors.
        titled: The names stand in a line of the source, which may be its first row.

    Returns:
        ``role -> column``; always with ``customer`` (or ``email``), ``time``, and ``amount`` or both of ``quantity``
        and ``unit_price``.

    Raises:
        SettingsError: ``chosen`` names an unknown role or a column that is not there.
        DataError: ``missing_columns``, or ``doubtful_columns`` when two columns could play one role.
    """
    _refuse_reserved(columns, file)
    mapped = {role: column for role, column in _checked(columns, chosen, file).items() if column}
    taken = set(mapped.values())
    for role in ROLES:
        if role in chosen or _amount_is_settled(role, mapped):
            continue
        column = suggest_column(role, [column for column in columns if column not in taken], file)
        if column is not None:
            mapped[role] = column
            taken.add(column)
    # A header of years or articles has columns that count under other names; a first row has values there too.
    is_first_row = titled and looks_like_data(columns) and looks_like_data([*mapped.values()])
    _require(mapped, columns, file, fix=_NO_HEADER if is_first_row else None)
    if is_first_row:
        role, column = next((role, column) for role, column in mapped.items() if DATA_LIKE.fullmatch(column))
        message = f"'{column}', given for {role}, and the names beside it read like values: that line would be lost"
        raise DataError("missing_columns", message, fix=_NO_HEADER, place=Place(file))
    return {role: mapped[role] for role in ROLES if role in mapped}


def looks_like_data(names: Sequence[str]) -> bool:
    """Whether a header's names read like values (numbers, dates, codes, addresses): probably there is no header."""
    return sum(1 for name in names if DATA_LIKE.fullmatch(name)) * 2 >= len(names)


def _refuse_reserved(columns: Sequence[str], file: str | None) -> None:
    taken = [column for column in columns if RESERVED.fullmatch(column)]
    if taken:
        raise DataError(
            "duplicate_column",
            f"the column '{taken[0]}' bears a name that quintile needs for itself",
            fix="give the column another name",
            place=Place(file, column=taken[0]),
        )


def _amount_is_settled(role: str, mapped: Mapping[str, str]) -> bool:
    """An amount needs no quantity and price beside it, nor the other way round."""
    if role == "amount":
        return all(part in mapped for part in _AMOUNT_FROM)
    return role in _AMOUNT_FROM and "amount" in mapped


def _checked(columns: Sequence[str], chosen: Mapping[str, str], file: str | None) -> Mapping[str, str]:
    for role, column in chosen.items():
        if role not in ROLES:
            near = difflib.get_close_matches(role, ROLES, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise SettingsError("map", f"'{role}' is no role", fix=f"{hint}roles are {', '.join(ROLES)}")
        if column and column not in columns:
            folded = {one.casefold(): one for one in columns}
            near = difflib.get_close_matches(column.casefold(), folded, n=1)
            hint = f"did you mean '{folded[near[0]]}'? " if near else ""
            raise DataError(
                "missing_columns",
                f"the column '{column}' given for {role} is not in the source",
                fix=f"{hint}columns seen: {_listed(columns)}",
                place=Place(file),
            )
    return chosen


def suggest_column(
    role: str,
    columns: Sequence[str],
    file: str | None,
    *,
    names: Mapping[str, str] = _NAMES,
    flag: str | None = None,
) -> str | None:
    """The column whose name says the role; None if there is none.

    Args:
        role: The role.
        columns: The columns it may be.
        file: Named in errors.
        names: For each role the names its column may have, exact ones before a bar, general ones after it.
        flag: How the role is written with ``--map``, if not by its own name.

    Raises:
        DataError: ``doubtful_columns``, several names say it.
    """
    exact, _, general = names[role].partition("|")
    # A column of money may name its currency: Amount (EUR).
    called = {column: _plain(without_currency(column)[0] if role in _MONEY else column) for column in columns}
    for known in (exact.split(), general.split()):
        found = [column for column in columns if called[column] in known]
        if len(found) > 1:
            raise DataError(
                "doubtful_columns",
                f"{len(found)} columns could be the {role}: {_listed(found)}",
                fix=f"say which one: --map {flag or role}={quote(found[0])}",
                place=Place(file),
            )
        if found:
            return found[0]
    return None


def _require(mapped: Mapping[str, str], columns: Sequence[str], file: str | None, *, fix: str | None) -> None:
    """Refuse a mapping that lacks a role; ``fix`` is what to do about names that read like values."""
    missing = [] if {"customer", "email", "account", "phone"} & mapped.keys() else ["customer"]
    missing += [] if "time" in mapped else ["time"]
    if "amount" not in mapped and not all(role in mapped for role in _AMOUNT_FROM):
        missing.append("amount")
    if not missing:
        return
    wanted = {"customer": "customer_id", "time": "order_date", "amount": "amount"}
    such = ", ".join(wanted[role] for role in missing)
    message = f"no column was recognised for {' and '.join(missing)} (such as {such}); columns seen: {_listed(columns)}"
    if fix is not None:
        message = f"{message}; these read like values, as if there were no header"
    else:
        fix = "say which column it is: " + " ".join(f"--map {role}=COLUMN" for role in missing)
        fix += "; amount may also be --map quantity=COLUMN --map unit_price=COLUMN" if "amount" in missing else ""
    raise DataError("missing_columns", message, fix=fix, place=Place(file))


def _plain(column: str) -> str:
    decomposed = unicodedata.normalize("NFKD", column).casefold()
    return re.sub(r"[^a-z0-9]", "", decomposed)


def _listed(columns: Sequence[str]) -> str:
    shown = 20
    text = ", ".join(column[:60] for column in columns[:shown])
    return text + (f" and {len(columns) - shown} more" if len(columns) > shown else "")
