"""The rows of a file for people: the database neutralises as Python does, and touches no number."""

from __future__ import annotations

from decimal import Decimal

from quintile.domain.formulas import BLANKS, FORMULA_STARTS, neutralised
from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.render import joined, literal, render
from quintile.jobs.results.for_people import for_people

TEXTS = ["A", "007", "", "'=1", "a=b", *(blank + start + "1" for blank in ("", *BLANKS) for start in FORMULA_STARTS)]


def test_texts_are_neutralised_and_numbers_stay_numbers():
    engine = DuckDbEngine()
    values = joined(render("({text}, -1.50)", text=literal(text)) for text in TEXTS)
    rows = render('SELECT * FROM (VALUES {values}) AS shown("segment", money)', values=values)
    found = engine.rows(for_people(rows, ["segment"]))
    engine.close()
    assert found == [(neutralised(text), Decimal("-1.50")) for text in TEXTS]


def test_rows_keep_their_order_whatever_the_threads(tmp_path):
    engine, customers = DuckDbEngine([tmp_path], threads=4), 200_000
    rows = engine.table("ids", render("SELECT CAST(range AS VARCHAR) AS id FROM range({n})", n=literal(customers)))
    engine.write(for_people(render("SELECT * FROM {rows}", rows=rows), ["id"]), tmp_path / "ids.csv")
    engine.close()
    assert (tmp_path / "ids.csv").read_text(encoding="utf-8").split() == ["id", *map(str, range(customers))]
