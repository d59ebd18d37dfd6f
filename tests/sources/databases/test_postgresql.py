"""PostgreSQL: its own types, its refusals, and lost connections."""

from __future__ import annotations

from decimal import Decimal

import pytest

from quintile.engine.render import render
from quintile.errors import DataError
from quintile.sources.databases.base import LostConnectionError
from tests import services

ROWS = 10_000
WIDE = """
CREATE TABLE wide AS
SELECT g AS id, 'C' || g % 97 AS customer_id, 'O' || g AS order_id, DATE '2025-01-01' AS order_date,
       g / 100.0 AS amount, repeat('x', 3000) AS note
FROM generate_series(1, {rows}) AS g ORDER BY md5(g::text)
"""
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'quintile'"
DIGEST = "SELECT count(*), count(DISTINCT order_id), sum(hash(t)) FROM ({query}) AS t"


@pytest.fixture
def shop(shop_of, monkeypatch):
    monkeypatch.setattr("quintile.sources.databases.resume._TOLD_EVERY", 2_000)
    return shop_of("postgresql")


@pytest.fixture
def texts(engine, shop, opened_from):
    """``texts("SELECT ...")``: the first row as the texts it became."""

    def first(query):
        table = opened_from(shop, query=query)
        return engine.rows(table.query)[0]

    return first


class Cut:
    """Told of progress, it cuts quintile's connection so many times."""

    def __init__(self, shop, times):
        self.shop, self.times = shop, times

    def __call__(self, step):
        if self.times and ": 0 rows" not in step:
            self.times -= len(self.shop.run(KILL))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.5600::numeric", "1234.5600"),
        ("123456789012345678901234567890.12::numeric", "123456789012345678901234567890.12"),
        ("'NaN'::numeric", "NaN"),
        ("'-Infinity'::numeric", "-Infinity"),
        ("0.1::float8 + 0.2::float8", "0.30000000000000004"),
        ("10.1::real", "10.1"),
        ("1e20::float8", "1e+20"),
        ("1234.5::money", "1234.50"),
        ("'0007'::char(6)", "0007"),
        ("timestamptz '2025-03-30 03:30:00.25+02'", "2025-03-30 01:30:00.25+00"),
        ("timestamp '2025-03-30 03:30:00'", "2025-03-30 03:30:00"),
        ("date '2025-03-04'", "2025-03-04"),
        ("'infinity'::timestamptz", "infinity"),
        ("date '0044-03-15 BC'", "0044-03-15 BC"),
        ("'\\xDEADbeef'::bytea", "\\xdeadbeef"),
        ("ARRAY[1, 2]", "{1,2}"),
        ("ARRAY['a,b', NULL]", '{"a,b",NULL}'),
        ("true", "true"),
        ("'{\"a\": 1}'::jsonb", '{"a": 1}'),
        ("NULL::text", None),
        ("''", None),
        ("'\\.'", "\\."),
    ],
)
def test_a_value_has_one_form_of_text_whatever_the_servers_settings(value, text, shop, texts):
    for setting in ("DateStyle = 'German, DMY'", "TimeZone = 'Asia/Tokyo'", "bytea_output = 'escape'"):
        shop.run(f"ALTER DATABASE shop SET {setting}")
    shop.run("ALTER DATABASE shop SET extra_float_digits = -5")
    assert texts(f"SELECT {value} AS found, 1 AS one") == (text, "1")


def test_times_without_end_and_numbers_that_are_none_are_problems_of_their_rows(shop, opened_from, typed):
    table = opened_from(
        shop,
        query="""
        SELECT * FROM (VALUES ('1', 'a', timestamptz '2025-01-01 12:00+00', 1.5::numeric),
                              ('2', 'b', 'infinity', 2), ('3', 'c', '2025-01-01', 'NaN'),
                              ('4', 'd', '0044-03-15 BC', 4)) AS v (customer_id, order_id, order_date, amount)
        """,
        map={},
    )
    found = typed(table, map={})
    assert [(row[0], row[3], row[4], row[5]) for row in found] == [
        ("1", Decimal("1.5"), None, None),
        ("2", 2, "bad_date", None),
        ("3", None, None, "nonfinite_amount"),
        ("4", 4, "bad_date", None),
    ]


def refusal(opened_from, shop, **chosen):
    with pytest.raises(DataError) as error:
        opened_from(shop, **chosen)
    assert services.PASSWORD not in str(error.value)
    return error.value


def test_each_refusal_of_a_connection_says_what_to_mend(shop, opened_from, monkeypatch):
    wrong_port = refusal(opened_from, shop, port=services.free_port())
    assert (wrong_port.code, "check host and port" in wrong_port.fix) == ("connection_refused", True)
    wrong_database = refusal(opened_from, shop, database="shpo")
    assert (wrong_database.code, wrong_database.message[-20:]) == (
        "database_not_found",
        " has no database 'shpo'"[-20:],
    )
    unencrypted = refusal(opened_from, shop, sslmode="require")
    assert unencrypted.code == "encryption"
    wrong_user = refusal(opened_from, shop, user="nobody_here")
    assert wrong_user.code == "login_failed"
    monkeypatch.setenv("SHOP_PASSWORD", services.PASSWORD + "x")
    wrong_password = refusal(opened_from, shop)
    assert (wrong_password.code, "password_env" in wrong_password.fix) == ("login_failed", True)


def test_a_table_nobody_may_read_says_who_must_grant_it(shop, opened_from):
    shop.run("CREATE TABLE secret (a int)")
    shop.run("DROP ROLE IF EXISTS reader")
    shop.run(f"CREATE ROLE reader LOGIN PASSWORD $pw${services.PASSWORD}$pw$")
    error = refusal(opened_from, shop, user="reader", table="secret")
    assert (error.code, "grant SELECT to 'reader'" in error.fix) == ("not_allowed", True)


def test_a_slow_query_ends_at_the_time_limit(shop, opened_from):
    error = refusal(opened_from, shop, query="SELECT pg_sleep(30)::text AS a", timeout_seconds=1)
    assert (error.code, "timeout_seconds" in error.fix) == ("timeout", True)


def test_a_function_that_writes_is_refused(shop, opened_from):
    shop.run("CREATE SEQUENCE numbers")
    assert refusal(opened_from, shop, query="SELECT nextval('numbers') AS a").code == "bad_query"
    assert shop.run("SELECT is_called FROM numbers") == [(False,)]


def test_a_read_sees_one_state_although_others_write(shop, opened_from):
    shop.run(WIDE.format(rows=ROWS))

    def write(step):
        if ": 2,000 rows" in step:
            shop.run("DELETE FROM wide WHERE id % 2 = 0")
            shop.run("INSERT INTO wide (id, customer_id) VALUES (0, 'late')")

    table = opened_from(shop, write, table="wide")
    assert table.rows == ROWS
    assert shop.run("SELECT count(*) FROM wide") == [(ROWS // 2 + 1,)]


def digest(engine, table):
    """The rows whatever their order; each is in the table once."""
    rows, orders, content = engine.rows(render(DIGEST, query=table.query))[0]
    assert rows == orders == table.rows == ROWS
    return content


@pytest.mark.parametrize("key", ["id", "order_id"], ids=["number", "text"])
def test_a_read_resumed_three_times_equals_an_undisturbed_one(key, shop, opened_from, engine):
    shop.run(WIDE.format(rows=ROWS))
    undisturbed = digest(engine, opened_from(shop, table="wide"))
    cut = Cut(shop, 3)
    told: list[int] = []

    def tell(step):
        told.append(int(step.rpartition(": ")[2].removesuffix(" rows").replace(",", "")))
        cut(step)

    found = opened_from(shop, tell, table="wide", resume_by=key)
    assert cut.times == 0
    assert digest(engine, found) == undisturbed
    assert told == sorted(told)  # nothing was read again


def test_a_read_that_cannot_be_resumed_starts_over_once(shop, opened_from, engine):
    shop.run(WIDE.format(rows=ROWS))
    undisturbed = digest(engine, opened_from(shop, table="wide"))
    assert digest(engine, opened_from(shop, Cut(shop, 1), table="wide")) == undisturbed
    with pytest.raises(LostConnectionError) as error:
        opened_from(shop, Cut(shop, 9), table="wide")
    assert error.value.code == "connection_lost"
    assert "resume_by" in error.value.fix


def test_rows_that_share_the_key_are_not_lost(shop, opened_from, engine):
    shop.run(WIDE.format(rows=ROWS))
    undisturbed = digest(engine, opened_from(shop, table="wide"))
    assert digest(engine, opened_from(shop, Cut(shop, 1), table="wide", resume_by="customer_id")) == undisturbed


def test_rows_without_the_key_are_not_lost(shop, opened_from, engine):
    shop.run(WIDE.format(rows=ROWS))
    shop.run("UPDATE wide SET id = NULL WHERE id > 5000")
    undisturbed = digest(engine, opened_from(shop, table="wide"))
    assert digest(engine, opened_from(shop, Cut(shop, 1), table="wide", resume_by="id")) == undisturbed


def test_a_view_and_another_schema_are_read(shop, opened_from):
    shop.run('CREATE SCHEMA "sa.les"')
    shop.run('CREATE VIEW "sa.les"."or\'ders" AS SELECT 1 AS customer_id')
    assert opened_from(shop, schema="sa.les", table="or'ders").rows == 1
