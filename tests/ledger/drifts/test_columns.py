"""Columns: what played a role must go on playing it, written as before, unless a person says otherwise."""

from __future__ import annotations

from dataclasses import replace

from quintile.domain.drift import Shape
from quintile.domain.settings import LedgerSettings, ReadingSettings, Settings
from quintile.ledger.drifts.columns import column_drift

ROLES = {"customer": ["client"], "order": ["order_id"], "time": ["day"], "amount": ["total"], "status": ["status"]}
USUAL = Shape(["client", "day", "note", "order_id", "status", "total"], ROLES, {"decimal": "."}, "order")


def drift(now, known=(USUAL,), settings=None):
    return list(column_drift(now, known, settings or Settings()))


def codes(*arguments, **named):
    return [(one.code, one.error) for one in drift(*arguments, **named)]


def without(column, *more):
    roles = {role: columns for role, columns in ROLES.items() if columns != [column]}
    return replace(USUAL, columns=sorted({*USUAL.columns, *more} - {column}), roles=roles)


def test_the_same_columns_are_no_drift():
    assert drift(USUAL) == []


def test_a_renamed_column_is_refused_with_both_names_and_the_fix():
    found, new = drift(without("status", "zustand"))
    assert found.message == "the column 'status', which was the status, is gone; new is 'zustand'"
    assert "--map status=zustand" in found.fix
    assert (found.code, found.column, new.code) == ("schema_drift", "status", "new_column")


def test_another_column_in_the_role_is_refused_until_it_is_mapped():
    moved = replace(USUAL, columns=[*USUAL.columns, "net"], roles={**ROLES, "amount": ["net"]})
    assert codes(moved) == [("schema_drift", True), ("new_column", False)]
    said = Settings(reading=ReadingSettings(map={"amount": "net"}))
    assert codes(moved, settings=said) == [("new_column", False)]


def test_a_removed_column_of_a_role_is_refused_and_one_without_is_told():
    assert codes(without("status")) == [("schema_drift", True)]
    assert codes(without("note")) == [("removed_column", False)]


def test_a_new_column_is_told_with_the_role_it_plays():
    (plain,) = drift(replace(USUAL, columns=[*USUAL.columns, "coupon"]))
    assert plain.message == "a column that earlier sources did not have: 'coupon'; not used"
    (played,) = drift(replace(USUAL, columns=[*USUAL.columns, "email"], roles={**ROLES, "email": ["email"]}))
    assert played.message == "a column that earlier sources did not have: 'email'; read as the email"


def test_another_decimal_mark_is_refused_until_it_is_said():
    comma = replace(USUAL, forms={"decimal": ","})
    (found,) = drift(comma)
    assert (found.code, found.column) == ("schema_drift", "total")
    assert "was . before and is , now" in found.message
    assert "--decimal ','" in found.fix
    assert drift(comma, settings=Settings(reading=ReadingSettings(decimal=","))) == []


def test_a_form_that_was_never_seen_is_no_drift():
    assert drift(replace(USUAL, forms={})) == []
    assert drift(replace(USUAL, forms={"decimal": ".", "date_order": "dmy"})) == []


def test_rows_that_mean_something_else_are_refused_until_it_is_said():
    lines = replace(USUAL, grain="line")
    assert codes(lines) == [("schema_drift", True)]
    assert drift(lines, settings=Settings(ledger=LedgerSettings(grain="line"))) == []


def test_a_second_kind_of_source_is_compared_with_its_own_kind():
    roles = {"customer": ["buyer"], "amount": ["price"], "time": ["when"]}
    till = Shape(["buyer", "price", "when"], roles, {}, "order")
    assert drift(till, (till, USUAL)) == []
    assert drift(USUAL, (till, USUAL)) == []
