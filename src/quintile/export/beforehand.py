"""Beforehand: what has to be done to a table before a written-down model can read it, as quintile does itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.domain.words import called
from quintile.pictures.words import number, several

if TYPE_CHECKING:
    from collections.abc import Mapping

UNREADABLE = frozenset({"bad_amount", "nonfinite_amount", "amount_out_of_range", "bad_date"})
# What the programs see for themselves, or what cannot change a score.
_SEEN = UNREADABLE | {"null_customer", "order_customer_conflict", "future_date"}
KEY_ROLES = {"id": ("customer",), "email": ("email", "customer"), "account": ("account",), "phone": ("phone",)}


def beforehand(report: Mapping[str, Any], *, converts: bool) -> tuple[str, ...]:
    """What the programs leave to be done, a sentence each.

    Args:
        report: The content of run.json.
        converts: Whether they convert currencies themselves.
    """
    how = report["assumed"]
    told = [*_sources_before(report), *_texts_before(how), *_people_before(how, report["model"]["population"])]
    tables = {table["table"] for table in report["second_tables"]} - ({"rates"} if converts else set())
    told += [text for table, text in _SECOND.items() if table in tables]
    left = [line for line in report["quarantine"] if line["reason"] not in _SEEN]
    if left:
        listed = ", ".join(f"{called(line['reason'])} ({number(line['rows'])})" for line in left)
        told.append(f"Take out the rows that this run set aside for other reasons than a missing value: {listed}.")
    return tuple(told)


def alike(inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sources that are read like the first one."""
    return [one for one in inputs if one["assumed"] == inputs[0]["assumed"]]


def _sources_before(report: Mapping[str, Any]) -> list[str]:
    how, inputs = report["assumed"], report["inputs"]
    told = []
    if "export" in how:
        rules = "; ".join(how["export_rules"])
        told.append(f"The source is an export of {how['export']}, whose columns quintile reads by rules: {rules}.")
    if others := len(inputs) - len(alike(inputs)):
        told.append(f"Add the rows of {several(others, 'further source')}, whose columns are written differently.")
    if "refresh" in report:
        told.append("The table has to hold all transactions of the project, not those of the last source alone.")
    if "updated_at" in how["columns"]:
        told.append("Keep of each order or line only the version that was changed last.")
    return told


def _texts_before(how: Mapping[str, Any]) -> list[str]:
    """What quintile reads of texts that no database's cast does."""
    told = []
    if how.get("amounts_with_marks"):
        marks = "thousands marks, a currency, brackets or a sign behind them"
        told.append(f"Write amounts as plain numbers, such as -1234.50: some stand with {marks}.")
    if "date_forms" in how:
        told.append(f"Write dates as 2025-01-31: some stand with {', '.join(how['date_forms'])}.")
    if any(how.get(f"{role}_is_cleaned") for role in ("order", "line", *sum(KEY_ROLES.values(), ()))):
        marks = "white space around them, characters that nobody sees, or letters in two parts"
        told.append(f"Clean the ids, and write them in one Unicode form (NFC): some stand with {marks}.")
    return told


def _people_before(how: Mapping[str, Any], population: str) -> list[str]:
    rules, told = how["rules"], []
    key = rules["customer_key"]
    if not any(role in how["columns"] for role in KEY_ROLES[key]):
        told.append(f"Put each customer's {key}, as the table of customers has it, beside the orders.")
    if rules["guests"] != "quarantine":
        told.append(f"Give guests a customer id by their {rules['guests']}; rows without one are left out here.")
    if key == "phone":
        told.append("Write phone numbers in their international form: they name the customers.")
    if population == "customers":
        told.append("People of the table of customers who bought nothing in the window are missing: add them.")
    return told


_SECOND = {
    "rates": "Convert all amounts to the base currency, each order at its own day's rate, rounded to its digits.",
    "returns": "Write what came back, by the table of returns, as rows of their orders with a negative amount.",
    "merges": "Replace customer ids by those they were merged into.",
}
