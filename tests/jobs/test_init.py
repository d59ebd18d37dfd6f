"""init: the written settings are all settings, load again, and mean what was detected."""

from __future__ import annotations

import re
import sqlite3
import tomllib
from dataclasses import fields, replace
from decimal import Decimal

import pytest

from quintile.config.read import read_settings
from quintile.domain.database import DatabaseSettings, DatabaseSource
from quintile.domain.settings import NetworkSettings, Settings
from quintile.errors import DataError, SettingsError
from quintile.jobs.check import check
from quintile.jobs.init import draft_settings, write_settings
from quintile.jobs.settings_file.toml_text import as_toml
from quintile.jobs.workplace.wish import Wish

PLAIN = (
    "customer_id,order_id,order_date,amount,currency,note\nC1,O1,2025-01-01,10.00,EUR,x\nC2,O2,2025-02-03,5.50,EUR,y\n"
)
TABBED = PLAIN.replace(",", "\t")
GERMAN = "Kundennummer;Bestelldatum;Umsatz;Land\n7;31.01.2025;1.234,50;DE\n8;13.02.2025;5,00;DE\n"


def source(folder, text, name="orders.csv", encoding="utf-8"):
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def loaded(folder, text):
    path = folder / "quintile.toml"
    write_settings(path, text, force=True)
    return read_settings(path, {})


def found(path, settings):
    wish = Wish(sources=[path], settings=settings)
    result = check(wish)
    result["assumed"].pop("delimiter", None)
    return result


def test_without_a_source_the_defaults_are_written(tmp_path):
    assert loaded(tmp_path, draft_settings([]).text) == Settings()


def test_every_setting_is_written_or_commented_at_its_group():
    group, seen = "", set[tuple[str, str]]()
    for line in draft_settings([]).text.splitlines():
        if line.startswith("["):
            group, _, table = line.split("]")[0].strip("[").partition(".")
            seen |= {(group, table)} if table else set()
        elif " = " in line:
            seen.add((group, line.removeprefix("# ").split(" = ")[0]))
    groups = {part.name: getattr(Settings(), part.name) for part in fields(Settings) if part.name != "sources"}
    wanted = {(group, key.name) for group, settings in groups.items() for key in fields(settings)}
    assert wanted <= seen


def test_the_commented_database_loads(tmp_path):
    example = draft_settings([]).text.partition("# [sources.shop]")
    text = "".join(line.removeprefix("# ") for line in "".join(example[1:]).splitlines(keepends=True))
    assert loaded(tmp_path, text).sources["shop"].password_env == "SHOP_PASSWORD"


def test_every_commented_example_is_a_setting_that_loads(tmp_path):
    text = draft_settings([]).text
    settings = loaded(tmp_path, re.sub("^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE))
    assert settings.ledger.base_currency == "EUR"
    assert settings.reading.date_format == "%d-%b-%y"


def test_what_is_found_is_written_and_loads(tmp_path):
    draft = draft_settings([source(tmp_path, PLAIN)])
    settings = loaded(tmp_path, draft.text)
    assert settings.reading.map == {
        "customer": "customer_id",
        "order": "order_id",
        "time": "order_date",
        "amount": "amount",
        "currency": "currency",
    }
    assert (settings.reading.delimiter, settings.reading.encoding, settings.reading.decimal) == (",", "utf-8", ".")
    assert settings.ledger == replace(Settings().ledger, base_currency="EUR")
    assert settings.model == Settings().model
    assert draft.questions == ()
    assert '# columns without a role: "note"' in draft.text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(PLAIN, "utf-8"), (PLAIN, "utf-8-sig"), (PLAIN, "utf-16"), (GERMAN, "cp1252"), (TABBED, "utf-8")],
    ids=["plain", "mark", "wide", "german", "tab"],
)
def test_the_written_settings_find_the_same_as_the_detection(tmp_path, text, encoding):
    path = source(tmp_path, text, encoding=encoding)
    assert found(path, loaded(tmp_path, draft_settings([path]).text)) == found(path, Settings())


def test_public_data_is_read_the_same_with_the_written_settings(tmp_path, shared):
    path = shared("data/superstore/superstore.csv")
    draft = draft_settings([path])
    assert draft.found["reading", "map"]["customer"] == "Customer ID"
    assert '"Ship Mode"' in draft.text
    result = found(path, loaded(tmp_path, draft.text))
    assert result == found(path, Settings())
    assert Decimal(result["net_total"]) == Decimal("2297200.8603")


def test_a_german_shop_is_understood(tmp_path):
    draft = draft_settings([source(tmp_path, GERMAN)])
    settings = loaded(tmp_path, draft.text).reading
    assert (settings.delimiter, settings.decimal, settings.date_order) == (";", ",", "dmy")


def test_a_doubt_becomes_a_question_at_its_key(tmp_path):
    path = source(tmp_path, "customer_id,order_date,amount\nC1,01/02/2025,10.00\nC2,03/04/2025,5.50\n")
    draft = draft_settings([path])
    assert [error.code for error in draft.questions] == ["ambiguous_date"]
    lines = draft.text.splitlines()
    asked = next(place for place, line in enumerate(lines) if line.startswith("# QUESTION: "))
    assert lines[asked + 2].startswith("# date_order = ")
    assert ("reading", "date_order") not in draft.found
    assert draft.found["reading", "map"]["customer"] == "customer_id"
    with_question = loaded(tmp_path, draft.text)
    assert check(Wish(sources=[path], settings=with_question))["error"]["code"] == "ambiguous_date"


def test_several_doubts_are_all_asked(tmp_path):
    text = "customer_id;order_date;amount;currency\nC1;01/02/2025;1.234;EUR\nC2;03/04/2025;5.678;USD\n"
    draft = draft_settings([source(tmp_path, text)])
    assert {error.code for error in draft.questions} == {"ambiguous_date", "ambiguous_decimal", "mixed_currency"}
    assert draft.text.count("# QUESTION: ") == 3
    assert loaded(tmp_path, draft.text).ledger.base_currency is None
    assert draft.found["reading", "map"]["time"] == "order_date"


def test_a_missing_column_is_asked_with_the_columns_that_are_there(tmp_path):
    draft = draft_settings([source(tmp_path, "who,order_date,amount\n1,2025-01-01,1.00\n")])
    assert [error.code for error in draft.questions] == ["missing_columns"]
    lines = draft.text.splitlines()
    table = lines.index("[reading.map]  # which column plays which role")
    assert lines[table - 2].startswith("# QUESTION: no column was recognised for customer")
    assert lines[table + 1] == '# columns without a role: "who", "order_date", "amount"'
    loaded(tmp_path, draft.text)


def test_what_the_files_do_not_share_stays_to_be_detected(tmp_path):
    one = source(tmp_path, PLAIN)
    other = source(tmp_path, PLAIN.replace(",", ";").replace("order_date", "date"), "other.csv")
    draft = draft_settings([one, other])
    assert ("reading", "delimiter") not in draft.found
    assert "time" not in draft.found["reading", "map"]
    settings = loaded(tmp_path, draft.text)
    assert check(Wish(sources=[one, other], settings=settings))["outcome"] == "accept"


def test_names_that_are_code_to_toml_are_quoted(tmp_path):
    evil = 'a"] \\ [x] # \x7f\u2028é😀'
    quoted = '"' + evil.replace('"', '""') + '"'
    path = source(tmp_path, f"{quoted},order_date,amount,b\nC1,2025-01-01,1.00,x\n")
    assert "# columns without a role: " in draft_settings([path]).text
    table = {"customer": evil}
    draft = draft_settings([source(tmp_path, f"customer_id,order_date,amount,{quoted}\nC1,2025-01-01,1.00,x\n")])
    assert loaded(tmp_path, draft.text).reading.map["customer"] == "customer_id"
    assert tomllib.loads(f"customer = {as_toml(evil)}") == table


def test_a_file_that_cannot_be_read_at_all_writes_nothing(tmp_path):
    with pytest.raises(DataError, match="cannot be opened"):
        draft_settings([tmp_path / "absent.csv"])


def test_settings_are_not_overwritten_unless_forced(tmp_path):
    path = tmp_path / "quintile.toml"
    write_settings(path, "one", force=False)
    with pytest.raises(SettingsError, match="already there"):
        write_settings(path, "two", force=False)
    assert path.read_text() == "one"
    write_settings(path, "two", force=True)
    assert path.read_text() == "two"


def test_the_project_folder_is_made(tmp_path):
    write_settings(tmp_path / "new" / "quintile.toml", "one", force=False)
    assert (tmp_path / "new" / "quintile.toml").read_text() == "one"


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="cannot be written"):
        write_settings(tmp_path / "file" / "quintile.toml", "one", force=False)


def test_every_setting_and_every_group_has_a_comment_of_its_own():
    text = draft_settings([]).text
    assert "see quintile run --help" not in text
    assert not [part.name for part in fields(Settings) if f"# {part.name.capitalize()}\n[" in text]


def test_a_setting_that_was_just_added_does_not_stop_init(monkeypatch):
    monkeypatch.setattr("quintile.jobs.init.COMMENTS", {})
    monkeypatch.setattr("quintile.jobs.init.HEADS", {})
    text = draft_settings([]).text
    assert "# Model\n[model]\n" in text
    assert read_settings_of(text) == Settings()


def read_settings_of(text):
    return read_settings(None, {group: table for group, table in tomllib.loads(text).items() if group != "sources"})


def test_a_database_is_looked_at_and_kept_with_all_that_was_said_of_it(tmp_path):
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders (id TEXT PRIMARY KEY, who TEXT, order_date TEXT, amount TEXT)")
        database.execute("INSERT INTO orders VALUES ('1', 'A', '2025-06-01', '1.00')")
    shop = DatabaseSettings(kind="sqlite", path=str(tmp_path / "shop.db"), table="orders", map={"customer": "who"})
    before = Settings(sources={"my shop": shop}, network=NetworkSettings(allow_hosts=("10.0.0.0/8",)))
    draft = draft_settings([DatabaseSource("my shop", shop)], before, folder=tmp_path)
    assert '# Found in: "my shop"\n' in draft.text
    assert 'path = "shop.db"\n' in draft.text
    settings = loaded(tmp_path, draft.text)
    assert (settings.sources, settings.network) == (before.sources, before.network)
    assert settings.reading.map["time"] == "order_date"
    assert draft_settings([], settings, folder=tmp_path).text.count("[sources.") == 2
