"""Second: reads the tables that stand beside the orders; only those the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quintile.domain.second_tables import SecondTables
from quintile.engine.render import Sql, joined, name, render
from quintile.ledger.rules.identity import folds_addresses, kind_of_key, needs_phones
from quintile.sources.customers import read_customers
from quintile.sources.merges import read_merges
from quintile.sources.phones import read_phones
from quintile.sources.returns import read_returns

if TYPE_CHECKING:
    from quintile.domain.second_tables import SecondTable
    from quintile.domain.settings import Settings
    from quintile.domain.transactions import Transactions
    from quintile.engine.base import Engine

_SPELLED = "SELECT CAST(phone AS VARCHAR) AS raw FROM {rows}"


def second_files(settings: Settings) -> list[Path]:
    """The files of the second tables the settings name, without rates."""
    named = (settings.ledger.returns, settings.customers, settings.ledger.merges)
    return [Path(file) for file in named if file is not None]


def read_second(engine: Engine, staging: Path, transactions: Transactions, settings: Settings) -> SecondTables:
    """Read the second tables that the settings name.

    Args:
        engine: Where the tables are made.
        staging: For copies.
        transactions: What was read; its phones are read once a spelling, where phones name people.
        settings: The user's settings.

    Raises:
        DataError: A table cannot be read; names the file.
        SettingsError: A role of ``map`` is unknown, or an optional library is absent.
    """
    reading, ledger = settings.reading, settings.ledger
    returns = customers = merges = None
    if ledger.returns is not None:
        clock = (ledger.time_zone, "utc" if settings.model.recency == "elapsed" else "local")
        returns = read_returns(engine, Path(ledger.returns), staging, reading, clock)
    if settings.customers is not None:
        key = kind_of_key(transactions, ledger)
        customers = read_customers(engine, Path(settings.customers), staging, reading, key=key)
    if ledger.merges is not None:
        fold = folds_addresses(transactions, ledger)
        merges = read_merges(engine, Path(ledger.merges), staging, reading, fold=fold)
    phones = None
    if needs_phones(transactions, ledger):
        phones = read_phones(engine, _spellings(transactions, customers), staging, ledger.country)
    return SecondTables(returns, customers, merges, phones)


def _spellings(transactions: Transactions, customers: SecondTable | None) -> Sql:
    """Every phone as it is written, of the orders and of the customers."""
    tables = [name(transactions.table)] if "phone" in transactions.roles else []
    if customers is not None:
        tables.append(name(customers.table))
    listed = [render(_SPELLED, rows=table) for table in tables]
    return joined(listed, " UNION ALL ") if listed else Sql("SELECT NULL AS raw")
