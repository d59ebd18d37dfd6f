"""The engines under test: a PostgreSQL server and a Spark cluster (a master, two workers), both real, on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.services import Server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server with a database whose language has another order of letters than their bytes."""
    import psycopg  # noqa: PLC0415 - only where its tests run

    with services.postgresql() as server:
        url = f"postgresql://{server.user}@{server.host}:{server.port}/postgres"
        with psycopg.connect(url, password=server.password, autocommit=True) as owner:
            owner.execute("CREATE DATABASE shop TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'")
        yield server


@pytest.fixture
def url_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """``url_of("spark")``: the address of an engine; its processes start when the first test asks for it."""

    def url(kind: str) -> str:
        if kind == "spark":
            return str(request.getfixturevalue("spark_master"))
        server = request.getfixturevalue("postgresql")
        monkeypatch.setenv("PGPASSWORD", server.password)
        return f"postgresql://{server.user}@{server.host}:{server.port}/shop"

    return url
