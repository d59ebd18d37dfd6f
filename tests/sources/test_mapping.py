from __future__ import annotations

import pytest

from quintile.domain.transactions import ROLES
from quintile.errors import DataError, SettingsError
from quintile.sources.mapping import map_columns, suggest_column


def refusal(columns, chosen=None, kind=DataError):
    with pytest.raises(kind) as caught:
        map_columns(columns, chosen or {}, "orders.csv")
    return str(caught.value)


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        (["customer_id", "order_id", "order_date", "amount"], ["customer", "order", "time", "amount"]),
        (
            ["Client ID", "Invoice", "InvoiceDate", "Price", "Qty"],
            ["customer", "order", "time", "unit_price", "quantity"],
        ),
        (["CUST-NO", "Order No.", "createdAt", "Total"], ["customer", "order", "time", "amount"]),
        (["Kundennummer", "Bestellnummer", "Bestelldatum", "Umsatz"], ["customer", "order", "time", "amount"]),
        (["Kunde", "Bestellung", "Datum", "Betrag"], ["customer", "order", "time", "amount"]),
        (["Müşteri No", "SİPARİŞ NO", "Sipariş Tarihi", "Tutar"], ["customer", "order", "time", "amount"]),
        (["id_cliente", "fecha", "importe", "moneda"], ["customer", "time", "amount", "currency"]),
        (["Client", "date", "montant", "devise"], ["customer", "time", "amount", "currency"]),
        (["email", "paid_at", "Subtotal"], ["email", "time", "amount"]),
        (["Company", "date", "sales", "Type", "status"], ["account", "time", "amount", "kind", "status"]),
        (["customer_id", "date", "Total Amount (EUR)"], ["customer", "time", "amount"]),
        (["Kunde", "Datum", "Umsatz [€]"], ["customer", "time", "amount"]),
        (["customer_id", "date", "unit_price_(USD)", "qty"], ["customer", "time", "unit_price", "quantity"]),
    ],
)
def test_columns_are_recognised_in_many_spellings_and_languages(columns, roles):
    assert map_columns(columns, {}) == dict(zip(roles, columns, strict=True))


@pytest.mark.parametrize("other", ["amount (net)", "(EUR)", "amount (EUR) old", "amount (pcs)"])
def test_only_a_currency_may_stand_in_brackets_behind_a_name(other):
    assert f"columns seen: customer_id, date, {other}" in refusal(["customer_id", "date", other])


def test_amounts_in_two_currencies_are_a_choice():
    assert "2 columns could be the amount" in refusal(["customer_id", "date", "amount (EUR)", "amount (USD)"])


def test_roles_come_in_one_order_whatever_the_order_of_the_columns():
    columns = ["status", "amount", "order_date", "order_id", "customer_id"]
    assert list(map_columns(columns, {})) == ["customer", "order", "time", "amount", "status"]
    assert list(map_columns(columns[::-1], {})) == [role for role in ROLES if role in map_columns(columns, {})]


def test_an_exact_name_is_believed_before_a_general_one():
    found = map_columns(["customer", "customer_id", "date", "order_date", "amount", "total"], {})
    assert (found["customer"], found["time"], found["amount"]) == ("customer_id", "order_date", "amount")


def test_a_column_plays_one_role_only():
    assert map_columns(["customer_id", "date", "total"], {"order": "date", "time": "date"})["time"] == "date"
    assert "status" not in map_columns(["customer_id", "date", "total", "status"], {"kind": "status"})


def test_the_person_s_own_map_wins():
    found = map_columns(["customer_id", "shopper", "order_date", "amount", "net"], {"customer": "shopper"})
    assert (found["customer"], found["amount"]) == ("shopper", "amount")
    assert map_columns(["customer_id", "order_date", "amount", "net"], {"amount": "net"})["amount"] == "net"


def test_a_role_can_be_left_without_a_column():
    columns = ["customer_id", "order_id", "order_date", "amount", "status"]
    assert list(map_columns(columns, {"order": "", "status": ""})) == ["customer", "time", "amount"]


def test_an_amount_needs_no_quantity_and_price():
    columns = ["customer_id", "order_date", "amount", "quantity", "unit_price"]
    assert list(map_columns(columns, {})) == ["customer", "time", "amount"]


def test_quantity_and_price_by_wish_need_no_amount():
    columns = ["customer_id", "order_date", "total", "quantity", "unit_price"]
    chosen = {"quantity": "quantity", "unit_price": "unit_price"}
    assert list(map_columns(columns, chosen)) == ["customer", "time", "quantity", "unit_price"]


def test_two_columns_for_one_role_are_a_doubt():
    assert refusal(["cust_no", "client_id", "order_date", "amount"]) == (
        "error[doubtful_columns]: 2 columns could be the customer: cust_no, client_id\n"
        "  Where: orders.csv\n"
        "  Fix: say which one: --map customer=cust_no"
    )
    assert map_columns(["cust_no", "client_id", "order_date", "amount"], {"customer": "client_id"})["customer"] == (
        "client_id"
    )


def test_missing_columns_are_named_with_what_was_seen():
    assert refusal(["shop", "order_date"]) == (
        "error[missing_columns]: no column was recognised for customer and amount (such as customer_id, amount);"
        " columns seen: shop, order_date\n"
        "  Where: orders.csv\n"
        "  Fix: say which column it is: --map customer=COLUMN --map amount=COLUMN; amount may also be"
        " --map quantity=COLUMN --map unit_price=COLUMN"
    )


def test_a_quantity_without_a_price_is_no_amount():
    assert "recognised for amount" in refusal(["customer_id", "order_date", "quantity"])


def test_many_columns_are_not_all_listed():
    columns = [f"c{place}" for place in range(25)]
    assert "c19 and 5 more\n" in refusal(columns)
    assert "c20" not in refusal(columns)


def test_a_column_that_is_not_there_is_refused_with_the_nearest_one():
    columns = ["customer_id", "order_date", "amount", "net_total"]
    assert refusal(columns, {"amount": "net_totl"}) == (
        "error[missing_columns]: the column 'net_totl' given for amount is not in the source\n"
        "  Where: orders.csv\n"
        "  Fix: did you mean 'net_total'? columns seen: customer_id, order_date, amount, net_total"
    )


def test_an_unknown_role_is_refused_with_the_nearest_one():
    assert refusal(["customer_id"], {"custmer": "customer_id"}, SettingsError) == (
        f"error[map]: 'custmer' is no role\n  Fix: did you mean 'customer'? roles are {', '.join(ROLES)}"
    )


@pytest.mark.parametrize("column", ["", "  ", "日付", "x"])
def test_a_name_that_says_nothing_plays_no_role(column):
    assert all(suggest_column(role, [column], None) is None for role in ROLES)


FIRST_ROW = ["C001", "O0001", "2025-01-05", "10.50", "completed"]
OF_VALUES = {"customer": "C001", "time": "2025-01-05", "amount": "10.50"}


def test_a_first_row_of_values_is_no_header_whatever_is_mapped():
    assert "Fix: add a first line with the names of the columns" in refusal(FIRST_ROW)
    assert "'C001', given for customer, and the names beside it read like values" in refusal(FIRST_ROW, OF_VALUES)
    smith = {**OF_VALUES, "customer": "Smith"}
    assert "'2025-01-05', given for time" in refusal(["Smith", *FIRST_ROW[1:]], smith)


def test_years_and_articles_beside_names_are_a_header():
    years = ["customer_id", "order_date", "2023", "2024", "2025", "SKU-0001"]
    assert map_columns(years, {"amount": "2025"}) == {"customer": "customer_id", "time": "order_date", "amount": "2025"}
    assert "Fix: say which column it is: --map amount=COLUMN" in refusal(years)


def test_names_that_stand_in_no_line_may_be_numbers():
    numbers = ["0", "1", "2"]
    chosen = {"customer": "0", "time": "1", "amount": "2"}
    assert map_columns(numbers, chosen, titled=False) == chosen
    assert "read like values" in refusal(numbers, chosen)


@pytest.mark.parametrize("taken", ["file_row_number", "Quintile_Row_Number", "quintile_text_3"])
def test_a_column_that_bears_a_name_of_quintile_s_own_is_refused(taken):
    assert f"'{taken}' bears a name that quintile needs" in refusal(["customer_id", "order_date", "amount", taken])
