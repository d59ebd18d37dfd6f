from __future__ import annotations

from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from quintile.domain.transactions import ROLES
from quintile.engine.render import Sql
from quintile.errors import DataError
from quintile.sources.shops.export import first_column, shop_exports
from quintile.sources.shops.recognise import Wanted, as_export
from quintile.sources.shops.zones import ZONES

EXPORTS = shop_exports()
NAMES = [export.name for export in EXPORTS]


def columns_of(export):
    """Every column an export may have, each once, the first spelling of each."""
    named = [*export.needs, *export.columns.values(), *export.customer.values(), export.time_of_day, export.refund_in]
    named += [[column] for column in export.settled.values()]
    named += [[names.split("|")[0].strip()] for rule in export.status for names in (*rule.when, *rule.unless)]
    found = [columns[0] for columns in named if columns] + ([export.zone_column] if export.zone_column else [])
    return list({column.casefold(): column for column in found}.values())


@pytest.fixture
def recognised(engine, opened):
    """``recognised(header, row, ...)``: the table as its export's rules read it."""

    def of_rows(header, *rows, **wanted):
        given = {column: [dict(zip(header, row, strict=True))[column] for row in rows] for column in header}
        frame = pa.table({column: pa.array(texts, pa.string()) for column, texts in given.items()})
        return as_export(engine, opened(frame), Wanted(**{"chosen": {}, **wanted}))

    return of_rows


@pytest.mark.parametrize("export", EXPORTS, ids=NAMES)
def test_an_export_is_complete_and_names_only_what_there_is(export):
    assert all((export.title, export.evidence, export.needs, export.says, export.advice))
    assert set(export.columns) <= set(ROLES) - {"customer"}
    assert {"time", "amount", "order"} <= set(export.columns)
    assert set(export.settled) <= {"amount", "refund", "currency"}
    assert set(export.customer) <= {"id", "email", "phone"}
    assert all(rule.when for rule in export.status)
    texts = [text for rule in export.status for words in (*rule.when.values(), *rule.unless.values()) for text in words]
    assert texts == [text.lower() for text in texts]


@pytest.mark.parametrize("export", EXPORTS, ids=NAMES)
def test_a_full_header_fits_its_own_export_alone_in_any_case_and_order(export):
    header = columns_of(export)
    for seen in (header, [column.upper() for column in reversed(header)], ["Something new", *header]):
        assert [one.name for one in EXPORTS if one.fits(seen)] == [export.name]


@pytest.mark.parametrize("export", EXPORTS, ids=NAMES)
def test_a_header_that_lacks_one_needed_group_does_not_fit(export):
    for group in export.needs:
        names = {name.casefold() for name in group}
        assert not export.fits([column for column in columns_of(export) if column.casefold() not in names])


def test_every_time_zone_is_one():
    assert all(ZoneInfo(zone).key == zone for zone in ZONES.values())


def test_a_column_is_found_by_the_first_of_its_names():
    assert first_column(["Refunded Amount", "Amount Refunded"], ["amount refunded ", "x"]) == "amount refunded "
    assert first_column("Cancelled at | Canceled at", ["Canceled At"]) == "Canceled At"
    assert first_column("Cancelled at", ["Canceled at"]) is None


def test_a_table_that_is_no_export_is_given_back_as_it_is(engine, opened):
    table = opened(pa.table({"customer_id": ["A"], "order_date": ["2025-06-01"], "amount": ["1"]}))
    assert as_export(engine, table, Wanted({})) is table


def test_a_header_with_a_derived_name_is_left_alone(recognised):
    header = [
        "id",
        "Created (UTC)",
        "Amount",
        "Amount Refunded",
        "Currency",
        "Status",
        "Customer ID",
        "Quintile amount",
    ]
    assert recognised(header, ["ch", "2026-05-03", "1", "0", "usd", "Paid", "c", "2"]).roles is None


def test_an_order_s_lines_are_numbered_by_what_they_hold_not_by_where_they_stand(recognised, engine):
    header = ["Name", "Created at", "Total", "Financial Status", "Lineitem name", "Email"]
    rows = [["#1", "2026-05-03", "10", "paid", "mug", "a@x.example"], *(["#1", "", "", "", x, ""] for x in "cab")]
    query = 'SELECT "Lineitem name", "quintile line" FROM export_0 ORDER BY ALL'
    numbered = []
    for order in (rows, rows[::-1]):
        recognised(header, *order, all_columns=True)
        numbered.append(engine.rows(Sql(query)))
    assert numbered[0] == numbered[1]
    assert sorted(number for _, number in numbered[0]) == ["line 0", "line 1", "line 2", "order 0"]


def test_what_an_order_says_once_holds_for_all_its_rows_and_its_money_stands_once(recognised, engine):
    header = ["Name", "Created at", "Total", "Financial Status", "Lineitem name", "Email", "Currency"]
    table = recognised(
        header, ["#1", "2026-05-03", "10", "paid", "mug", "A@x.example", "EUR"], ["#1", "", None, "", "cup", "", " "],
        ["", "2026-05-04", "", "", "cup", "", ""],
    )  # fmt: skip
    roles = ("customer", "amount", "currency", "time", "status")
    query = ", ".join(f'"{table.roles[role]}"' for role in roles)
    assert engine.rows(Sql(f"SELECT {query} FROM ({table.query}) ORDER BY ALL")) == [
        ("a@x.example", "0", "EUR", "2026-05-03", "paid"),
        ("a@x.example", "10", "EUR", "2026-05-03", "paid"),
        (None, None, None, "2026-05-04", None),
    ]


def test_the_raw_texts_stay_those_of_the_file(recognised, engine):
    table = recognised(
        ["Name", "Created at", "Total", "Financial Status", "Lineitem name", "Email"],
        ["#1", "2026-05-03", "10", "paid", "mug", " A@x.example"], ["#1", "", "", "", "cup", ""],
    )  # fmt: skip
    raws = ", ".join(table.raws[table.roles[role]] for role in ("customer", "amount", "time"))
    assert engine.rows(Sql(f"SELECT quintile_row_number, {raws} FROM ({table.located}) ORDER BY 1")) == [
        (1, "A@x.example", "10", "2026-05-03"),
        (2, "", "", ""),
    ]


def test_only_the_columns_that_play_a_role_are_kept(recognised):
    header = ["id", "Created (UTC)", "Amount", "Amount Refunded", "Currency", "Status", "Customer ID", "Description"]
    row = ["ch", "2026-05-03", "1", "0", "usd", "Paid", "c", "long"]
    assert "Description" not in recognised(header, row).columns
    assert "Description" in recognised(header, row, all_columns=True).columns
    assert "Description" in recognised(header, row, chosen={"account": "Description"}).columns


def test_an_export_without_what_names_customers_says_what_to_export(recognised):
    header = ["id", "Created (UTC)", "Amount", "Amount Refunded", "Currency", "Status"]
    with pytest.raises(DataError) as caught:
        recognised(header, ["ch", "2026-05-03", "1", "0", "usd", "Paid"])
    assert str(caught.value) == (
        "error[missing_columns]: this is an export of Stripe payments, but no column of it names the customers\n"
        "  Where: frame 1\n"
        "  Fix: export again with the columns Customer ID and Customer Email ticked, or name a column with"
        " --map customer=COLUMN"
    )
