"""What the tests of the written-down model share: each model is fitted once, each server started once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests import services
from tests.export.databases import MariaDb, PostgreSql, Spark
from tests.export.parity import Shop, Written, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


@pytest.fixture(scope="session")
def shop_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Written]:
    """``shop_of(shop, settings)``: what quintile and its programs found in a shop's orders."""
    known: dict[str, Written] = {}

    def found(shop: Shop, settings: dict[str, dict[str, Any]]) -> Written:
        key = json.dumps([shop.name, settings], sort_keys=True)
        if key not in known:
            file = shop.write(tmp_path_factory.mktemp(shop.name))
            known[key] = written(file, {"reading": {"map": shop.map}, **settings})
        return known[key]

    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSql]:
    """A PostgreSQL database."""
    with services.postgresql() as server, PostgreSql(server) as database:
        yield database


@pytest.fixture(scope="session")
def mysql() -> Iterator[MariaDb]:
    """A MariaDB database that knows the time zones the tests use."""
    with services.mariadb() as server, MariaDb(server) as database:
        yield database


@pytest.fixture
def spark(spark_master: str) -> Spark:
    """A session of the cluster; its clock is not in UTC, so that nothing rests on that."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only where its tests run

    session = SparkSession.builder.master(spark_master).getOrCreate().newSession()
    session.conf.set("spark.sql.session.timeZone", "America/New_York")
    session.conf.set("spark.sql.shuffle.partitions", "2")
    return Spark(session)
