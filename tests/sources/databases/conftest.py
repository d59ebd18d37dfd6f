"""What the tests of databases share: one server of each kind a session, and a way to read a source from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quintile.domain.outgoing import Outgoing
from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql
from quintile.sources.databases import resume
from quintile.sources.databases.open import open_database
from quintile.sources.open import open_source
from quintile.sources.read import Reading, read
from tests import services
from tests.sources.databases.shops import MAP, Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from quintile.engine.duckdb import DuckDbEngine
    from quintile.sources.located import SourceTable
    from tests.services import Server

_TYPED = "SELECT customer, order_id, ordered_at, amount, time_problem, amount_problem FROM transactions ORDER BY ALL"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server."""
    with services.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A MariaDB server."""
    with services.mariadb() as server:
        yield server


@pytest.fixture
def shop_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Shop]]:
    """``shop_of("mysql")``: an empty database of a kind; its server starts when the first test asks for it."""
    made: list[Shop] = []

    def shop(kind: str) -> Shop:
        server = {"postgresql": "postgresql", "mysql": "mariadb"}.get(kind)
        found = Shop(kind, request.getfixturevalue(server) if server else None, tmp_path / f"shop.{kind}")
        made.append(found)
        return found

    yield shop
    for each in made:
        each.close()


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password of every server, and no waiting between attempts."""
    monkeypatch.setenv("SHOP_PASSWORD", services.PASSWORD)
    monkeypatch.setattr(resume, "WAITS", (0.05,) * 5)


@pytest.fixture
def opened_from(engine: DuckDbEngine, staging: Path) -> Callable[..., SourceTable]:
    """``opened_from(shop, table="orders")`` reads a table of a shop."""

    def opened(shop: Shop, tell: Callable[[str], None] = lambda _: None, **chosen: Any) -> SourceTable:
        if shop.kind == "duckdb":
            shop.close()
        return open_database(engine, shop.source(**chosen), staging, Outgoing(loopback=True), tell)

    return opened


@pytest.fixture
def typed(engine: DuckDbEngine, staging: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """``typed(table)``: customer, order, time in Berlin, amount and problems of each row; also of a path."""

    def rows(source: SourceTable | Path, **settings: Any) -> list[tuple[Any, ...]]:
        chosen = ReadingSettings(**{"map": MAP, **settings})
        table = open_source(engine, source, staging, chosen) if isinstance(source, Path) else source
        read(engine, [table], chosen, Reading(time_zone="Europe/Berlin"))
        return engine.rows(Sql(_TYPED))

    return rows
