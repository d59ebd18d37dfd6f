"""Bridge: every row and every cent from the source to the scores, as a table that adds up by eye."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quintile.cli.show.page import grid, quiet, said, section
from quintile.cli.show.palette import HEADING
from quintile.cli.show.plain import exact, number, taken_off
from quintile.domain.words import called

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

_MOST_COLUMNS = 2


def bridge(steps: list[dict[str, Any]]) -> Group | None:
    """The totals, and with a sign what was taken off between two of them; money by currency."""
    if not steps:
        return None
    currencies = sorted({currency or "" for step in steps for currency in _amounts(step)})
    table = _side_by_side(steps, currencies) if len(currencies) <= _MOST_COLUMNS else _stacked(steps)
    return section("Every row and every cent", table)


def _side_by_side(steps: list[dict[str, Any]], currencies: list[str]) -> Table:
    table = grid("lr" + "r" * len(currencies))
    table.add_row(*quiet("", "rows", *(currency or "money" for currency in currencies)))
    for step in steps:
        amounts = _amounts(step)
        money = [_money(step, amounts[currency]) if currency in amounts else "" for currency in currencies]
        table.add_row(*_first_cells(step), *(said(amount, _style(step)) for amount in money))
    return table


def _stacked(steps: list[dict[str, Any]]) -> Table:
    table = grid("lrrl")
    table.add_row(*quiet("", "rows", "money", ""))
    for step in steps:
        cells = _first_cells(step)
        for currency, amount in _amounts(step).items():
            table.add_row(*cells, said(_money(step, amount), _style(step)), said(currency, _style(step)))
            cells = [said(""), said("")]
    return table


def _first_cells(step: dict[str, Any]) -> list[Text]:
    rows = number(step["rows"]) if step["total"] else taken_off(str(step["rows"]))
    label = called(step["step"])
    return [said(label if step["total"] else f"  {label}", _style(step)), said(rows, _style(step))]


def _money(step: dict[str, Any], amount: str) -> str:
    return exact(amount) if step["total"] else taken_off(amount)


def _amounts(step: dict[str, Any]) -> dict[str, str]:
    return step.get("amounts") or {step.get("currency") or "": step["amount"]}


def _style(step: dict[str, Any]) -> str:
    return HEADING if step["total"] else ""
