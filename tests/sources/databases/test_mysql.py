"""MySQL and MariaDB: their own types, their refusals, and lost connections."""

from __future__ import annotations

import pytest

from quintile.engine.render import render
from quintile.errors import DataError
from tests import services

ROWS = 8_000
WIDE = """
CREATE TABLE wide AS
SELECT seq + 9007199254740992 AS id, concat('C', seq % 97) AS customer_id, concat('o', seq) AS order_id,
       DATE('2025-01-01') AS order_date, seq / 100 AS amount, repeat('x', 3000) AS note
FROM seq_1_to_{rows} ORDER BY md5(seq)
"""
OTHERS = "SELECT id FROM information_schema.processlist WHERE id <> connection_id() AND db = 'shop'"
DIGEST = "SELECT count(*), count(DISTINCT order_id), sum(hash(t)) FROM ({query}) AS t"


@pytest.fixture
def shop(shop_of, monkeypatch):
    monkeypatch.setattr("quintile.sources.databases.resume._TOLD_EVERY", 1_000)
    return shop_of("mysql")


class Cut:
    """Told of progress, it cuts quintile's connection so many times."""

    def __init__(self, shop, times):
        self.shop, self.times = shop, times

    def __call__(self, step):
        if self.times and ": 0 rows" not in step:
            self.times -= 1
            for (connection,) in self.shop.run(OTHERS):
                self.shop.run(f"KILL CONNECTION {connection}")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("DECIMAL(20, 4)", "'1234.5600'", "1234.5600"),
        ("FLOAT", "123456.78", "123456.78"),
        ("FLOAT", "10.1", "10.1"),
        ("DOUBLE", "0.1e0 + 0.2e0", "0.30000000000000004"),
        ("BIGINT UNSIGNED", "18446744073709551615", "18446744073709551615"),
        ("CHAR(6)", "'0007'", "0007"),
        ("TIMESTAMP(6)", "'2025-03-30 01:30:00.25'", "2025-03-30 01:30:00.250000+00:00"),
        ("DATETIME", "'2025-03-30 03:30:00'", "2025-03-30 03:30:00"),
        ("DATETIME", "'0000-00-00 00:00:00'", "0000-00-00 00:00:00"),
        ("VARBINARY(4)", "x'DEADbeef'", "\\xdeadbeef"),
        ("JSON", "'{\"a\": 1}'", '{"a": 1}'),
        ("VARCHAR(20)", "'\U0001f600 \\\\ \"'", '\U0001f600 \\ "'),
        ("TEXT", "NULL", None),
        ("TEXT", "''", None),
    ],
)
def test_a_value_has_one_form_of_text(kind, value, text, shop, opened_from, engine):
    shop.run("SET SESSION sql_mode = ''")
    shop.run("SET GLOBAL time_zone = '+09:00'")
    shop.run(f"CREATE TABLE one (found {kind} NULL, one INT)")
    shop.run(f"INSERT INTO one VALUES ({value}, 1)")
    assert engine.rows(opened_from(shop, table="one").query) == [(text, "1")]


def refusal(opened_from, shop, **chosen):
    with pytest.raises(DataError) as error:
        opened_from(shop, **chosen)
    assert services.PASSWORD not in str(error.value)
    return error.value


def test_each_refusal_of_a_connection_says_what_to_mend(shop, opened_from, monkeypatch):
    wrong_port = refusal(opened_from, shop, port=services.free_port())
    assert (wrong_port.code, "check host and port" in wrong_port.fix) == ("connection_refused", True)
    wrong_database = refusal(opened_from, shop, database="shpo")
    assert (wrong_database.code, "'shpo'" in wrong_database.message) == ("database_not_found", True)
    assert refusal(opened_from, shop, sslmode="require").code == "encryption"
    assert refusal(opened_from, shop, user="nobody_here").code == "login_failed"
    monkeypatch.setenv("SHOP_PASSWORD", services.PASSWORD + "x")
    wrong_password = refusal(opened_from, shop)
    assert (wrong_password.code, "password_env" in wrong_password.fix) == ("login_failed", True)


def test_a_table_nobody_may_read_says_who_must_grant_it(shop, opened_from):
    shop.run("CREATE TABLE secret (a int)")
    shop.run("CREATE TABLE open_one (a int)")
    shop.run("DROP USER IF EXISTS reader")
    shop.run("CREATE USER reader IDENTIFIED BY ?", [services.PASSWORD])
    shop.run("GRANT SELECT ON shop.open_one TO reader")
    error = refusal(opened_from, shop, user="reader", table="secret")
    assert (error.code, "grant SELECT to 'reader'" in error.fix) == ("not_allowed", True)


def test_a_slow_query_ends_at_the_time_limit(shop, opened_from):
    shop.run("CREATE TABLE one AS SELECT seq FROM seq_1_to_100")
    error = refusal(opened_from, shop, query="SELECT sleep(1) AS a FROM one", timeout_seconds=1)
    assert (error.code, "timeout_seconds" in error.fix) == ("timeout", True)


def test_a_query_cannot_write_a_file_on_the_server(shop, opened_from):
    assert refusal(opened_from, shop, query="SELECT 1 INTO OUTFILE 'quintile-outfile'").code == "bad_query"
    outside = "SELECT 1) AS source INTO OUTFILE 'quintile-outfile' -- "
    assert refusal(opened_from, shop, query=outside).code == "bad_query"


def test_a_read_sees_one_state_although_others_write(shop, opened_from):
    shop.run(WIDE.format(rows=ROWS))

    def write(step):
        if ": 2,000 rows" in step:
            shop.run("DELETE FROM wide WHERE id % 2 = 0")

    assert opened_from(shop, write, table="wide").rows == ROWS
    assert shop.run("SELECT count(*) FROM wide") == [(ROWS // 2,)]


def digest(engine, table):
    """The rows whatever their order; each is in the table once."""
    rows, orders, content = engine.rows(render(DIGEST, query=table.query))[0]
    assert rows == orders == table.rows == ROWS
    return content


@pytest.mark.parametrize("key", ["id", "order_id"], ids=["number", "text"])
def test_a_resumed_read_equals_an_undisturbed_one(key, shop, opened_from, engine):
    shop.run(WIDE.format(rows=ROWS))
    undisturbed = digest(engine, opened_from(shop, table="wide"))
    cut = Cut(shop, 2)
    assert digest(engine, opened_from(shop, cut, table="wide", resume_by=key)) == undisturbed
    assert cut.times == 0


def test_a_read_that_cannot_be_resumed_starts_over_once(shop, opened_from, engine):
    shop.run(WIDE.format(rows=ROWS))
    undisturbed = digest(engine, opened_from(shop, table="wide"))
    assert digest(engine, opened_from(shop, Cut(shop, 1), table="wide")) == undisturbed
    assert refusal(opened_from, shop, tell=Cut(shop, 9), table="wide").code == "connection_lost"
