from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quintile.domain.settings import ReadingSettings
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import Sql
from quintile.errors import DataError
from quintile.sources import ahead
from quintile.sources.open import open_source
from quintile.sources.read import Reading, read

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 30_000
HEADER = "customer_id,order_id,order_date,amount\n"


def lines(*odd):
    rows = [
        f"{number % 700 + 1},{number},2025-01-{number % 28 + 1:02} 10:00:00,{number % 90}.50\n"
        for number in range(ROWS)
    ]
    for place, row in odd:
        rows[place] = row
    return HEADER + "".join(rows)


@pytest.fixture(autouse=True)
def any_size_is_large(monkeypatch):
    monkeypatch.setattr(ahead, "FEWEST_BYTES", 0)


def found(tmp_path: Path, text: str, **wish):
    path, staging = tmp_path / "orders.csv", tmp_path / "staging"
    path.write_bytes(text.encode())
    staging.mkdir()
    settings = ReadingSettings(**wish)
    engine = DuckDbEngine([staging], [path])
    try:
        table = open_source(engine, path, staging, settings)
        transactions = read(engine, [table], settings, Reading())
        kinds = engine.columns(Sql(f"SELECT * FROM {transactions.table}"))
        rows, total = engine.rows(Sql(f"SELECT count(*), sum(amount) FROM {transactions.table}"))[0]
        return table, kinds, (rows, str(total), len(transactions.rejected))
    finally:
        engine.close()


def test_a_sound_file_is_copied_while_it_is_counted(tmp_path):
    table, kinds, told = found(tmp_path, lines())
    assert (table.copied is not None, kinds["customer"]) == (True, "BIGINT")
    assert (table.rows, told) == (ROWS, (ROWS, "1349100.00", 0))


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        ((20_000, "1,2,2025-01-01\n"), (ROWS - 1, "1349079.50", 1)),
        ((20_000, '1,20000,2025-01-01 10:00:00,5"0\n'), (ROWS, "1349079.50", 0)),
        ((20_000, ",,,\n"), (ROWS - 1, "1349079.50", 0)),
        ((20_000, "1,20000,2025-01-01 10:00:00,20.50\r\n"), (ROWS, "1349100.00", 0)),
        ((20_000, "1,20000,2025-01-01\x00 10:00:00,20.50\n"), (ROWS - 1, "1349079.50", 1)),
    ],
    ids=["ragged", "stray quote", "empty", "other line end", "control character"],
)
def test_the_copy_of_a_file_that_is_not_sound_is_thrown_away(tmp_path, odd, told):
    table, _, seen = found(tmp_path, lines(odd))
    assert (table.copied, seen) == (None, told)


def test_a_copy_of_other_columns_is_not_used(tmp_path):
    text = lines().replace("amount\n", "amount,paid\n", 1).replace(".50\n", ".50,1.00\n")
    table, _, told = found(tmp_path, text)
    assert told[1] == "1349100.00"
    other = ReadingSettings(map={"amount": "paid"})
    staging = tmp_path / "again"
    staging.mkdir()
    engine = DuckDbEngine([staging], [tmp_path / "orders.csv"])
    try:
        table = open_source(engine, tmp_path / "orders.csv", staging, ReadingSettings())
        transactions = read(engine, [table], other, Reading())
        assert engine.rows(Sql(f"SELECT sum(amount) FROM {transactions.table}")) == [(ROWS,)]
    finally:
        engine.close()


def test_a_quote_that_never_closes_is_named_while_the_copy_runs(tmp_path):
    with pytest.raises(DataError) as refused:
        found(tmp_path, lines((20_000, '"1,20000,2025-01-01 10:00:00,20.50\n')))
    assert (refused.value.code, refused.value.place.line) == ("unterminated_quote", 20_002)


def test_a_refused_mapping_is_still_refused(tmp_path):
    with pytest.raises(DataError) as refused:
        found(tmp_path, lines(), map={"amount": "price"})
    assert refused.value.code == "missing_columns"
