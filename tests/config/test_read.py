from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from quintile.config.read import read_settings
from quintile.domain.settings import Settings
from quintile.errors import SettingsError


@pytest.fixture
def toml(tmp_path):
    """``toml(text)`` writes a settings file."""

    def written(text, encoding="utf-8"):
        path = tmp_path / "quintile.toml"
        path.write_text(text, encoding=encoding)
        return path

    return written


def refusal(path, flags=None):
    with pytest.raises(SettingsError) as caught:
        read_settings(path, flags or {})
    return caught.value


def test_without_file_and_flags_there_are_the_defaults():
    assert read_settings(None, {}) == Settings()


def test_an_empty_file_says_nothing(toml):
    assert read_settings(toml(""), {}) == Settings()


def test_flags_win_over_the_file_key_by_key(toml):
    path = toml('[ledger]\nbase_currency = "EUR"\ntime_zone = "Europe/Berlin"\n[model]\nscale = 3\n')
    settings = read_settings(path, {"ledger": {"time_zone": "Europe/Istanbul"}, "model": {"window": "6mo"}})
    assert (settings.ledger.base_currency, settings.ledger.time_zone) == ("EUR", "Europe/Istanbul")
    assert (settings.model.scale, settings.model.window) == (3, "6mo")


def test_maps_of_file_and_flags_are_merged_role_by_role(toml):
    path = toml('[reading]\nmap = {customer = "cust", amount = "total"}\n')
    settings = read_settings(path, {"reading": {"map": {"amount": "net", "time": "day"}}})
    assert settings.reading.map == {"customer": "cust", "amount": "net", "time": "day"}
    assert read_settings(path, {"reading": {"delimiter": ";"}}).reading.map == {"customer": "cust", "amount": "total"}


def test_cut_points_are_exact_decimals(toml):
    path = toml('[model]\nm_cuts = ["0.10", "90071992547409.93"]\nr_cuts = [14, 45]\n')
    model = read_settings(path, {}).model
    assert model.m_cuts == (Decimal("0.10"), Decimal("90071992547409.93"))
    assert model.r_cuts == (Decimal(14), Decimal(45))


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (
            {"model": {"scal": 5}},
            (
                "error[settings]: 'model.scal' is no setting\n  Fix: did you mean 'scale'? keys are window, recency,"
                " monetary, population, scale, best, method, r_cuts, f_cuts, m_cuts, scheme, dwell, margin"
            ),
        ),
        (
            {"output": {"zzz": 5}},
            "error[settings]: 'output.zzz' is no setting\n  Fix: keys are formats, report",
        ),
        (
            {"modell": {"scale": 5}},
            (
                "error[settings]: 'modell' is no setting\n  Fix: did you mean 'model'?"
                " keys are reading, ledger, model, refresh, output, engine, network,"
                " business, state, retention, targets, kpis, alerts, sources, limits"
            ),
        ),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(flags, text):
    assert str(refusal(None, flags)) == text


def test_an_unknown_key_of_a_file_is_placed(toml):
    path = toml("[model]\nscal = 5\n")
    error = refusal(path)
    assert (error.message, error.place.file) == ("'model.scal' is no setting", str(path))


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (
            {"model": {"scale": "many"}},
            (
                "error[settings]: model.scale cannot be 'many': it must be a whole number\n"
                "  Fix: give another value in the settings file or with --scale"
            ),
        ),
        (
            {"ledger": {"zero_orders": "maybe"}},
            (
                "error[settings]: ledger.zero_orders cannot be 'maybe': it must be 'ignore' or 'count'\n"
                "  Fix: give another value in the settings file or with --zero-orders"
            ),
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_flag(flags, text):
    assert str(refusal(None, flags)) == text


@pytest.mark.parametrize(
    ("group", "key", "value", "shown"),
    [
        ("model", "f_cuts", "2,3,5,7", "[2, 3, 5, 7]"),
        ("model", "m_cuts", "0.50, 12.75", "[0.50, 12.75]"),
        ("model", "r_cuts", "30", "[30]"),
        ("ledger", "exclude", "cancelled, test", '["cancelled", "test"]'),
        ("output", "formats", "csv", '["csv"]'),
        ("business", "fields", "cost,5", '["cost", "5"]'),
        ("network", "allow_hosts", "10.0.0.7", '["10.0.0.7"]'),
    ],
)
def test_the_list_that_is_shown_in_place_of_a_text_is_taken(group, key, value, shown):
    assert refusal(None, {group: {key: value}}).fix == f"write {key} = {shown}"
    read_settings(None, {group: tomllib.loads(f"{key} = {shown}")})


def test_no_list_is_shown_that_would_be_refused_too():
    assert "write exclude" not in refusal(None, {"ledger": {"exclude": "lost"}}).fix


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (
            'fields = "margin"',
            "business.fields cannot be 'margin': it must be a list\n  Fix: write fields = [\"margin\"]",
        ),
        ("fields = 5", "business.fields cannot be '5': it must be a list"),
        ("industry = 5", "business.industry cannot be '5': it must be a text"),
        ('customers = "many"', "business.customers cannot be 'many': it must be a whole number"),
        ("customers = 2.5", "business.customers cannot be '2.5': it must be a whole number"),
        ('model = "b2x"', "business.model cannot be 'b2x': it must be 'b2b' or 'b2c'"),
    ],
)
def test_a_wrong_kind_of_value_is_told_in_plain_words(toml, line, text):
    path = toml(f"[business]\n{line}\n")
    said, fix = text.partition("\n")[::2]
    error = refusal(path)
    assert str(error).startswith(f"error[settings]: {said}\n  Where: {path}\n{fix}")


def test_a_value_where_a_table_belongs_is_refused(toml):
    path = toml("model = 5\n")
    assert str(refusal(path)) == (
        f"error[settings]: 'model' is a table, not a value\n  Where: {path}\n  Fix: write [model]"
    )


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("scale = 3", "write it under [model]"),
        ('time_zone = "UTC"', "write it under [ledger]"),
        ("max_memory = '1GB'\n[model]", "write it under [limits]"),
        ("colour = 3", "tables are reading, ledger, model, "),
    ],
)
def test_a_value_outside_of_any_table_is_told_where_it_belongs(toml, line, fix):
    error = refusal(toml(f"{line}\n"))
    assert error.message == f"'{line.split(' ')[0]}' stands outside of any table"
    assert error.fix is not None
    assert error.fix.startswith(fix)


def test_a_file_that_is_no_toml_says_where_it_breaks(toml):
    path = toml('[model]\nscale = 5\nscheme = "rfm\n')
    error = refusal(path)
    assert error.message.startswith("the settings file is no TOML: ")
    assert "line 3" in error.message
    assert (error.fix, error.place.file) == ("mend that line", str(path))


def test_bytes_that_are_no_text_are_no_toml(toml):
    assert refusal(toml('[model]\nscheme = "é"\n', "latin-1")).message.startswith("the settings file is no TOML: ")


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path):
    path = tmp_path / "quintile.toml"
    assert str(refusal(path)) == (
        f"error[settings]: the settings file cannot be read\n  Where: {path}\n  Fix: write one with: quintile init"
    )


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../../etc/passwd", "/etc/passwd", "CET-1\0"])
def test_what_is_no_time_zone_is_refused(zone):
    error = refusal(None, {"ledger": {"time_zone": zone}})
    assert (error.code, error.message) == ("time_zone", f"'{zone}' is no time zone")
    assert error.fix == "write one such as --time-zone Europe/Istanbul, or UTC"


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        ("eur", "did you mean 'EUR'? write for example EUR"),
        ("EURO", "did you mean 'EUR'? write for example EUR"),
        ("€", "write for example EUR"),
    ],
)
def test_what_is_no_currency_is_refused_with_the_nearest_one(code, fix):
    error = refusal(None, {"ledger": {"base_currency": code}})
    assert (error.code, error.message, error.fix) == ("base_currency", f"'{code}' is no currency code", fix)


def test_files_a_settings_file_names_lie_beside_it(toml, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    for file in ("rates.csv", "people.csv", "own.toml"):
        (tmp_path / file).write_text("", encoding="utf-8")
    path = toml('[ledger]\nrates = "rates.csv"\n[model]\npopulation = "people.csv"\nscheme = "own.toml"\n')
    settings = read_settings(path, {})
    assert settings.ledger.rates == str(tmp_path / "rates.csv")
    assert settings.model.population == str(tmp_path / "people.csv")
    assert settings.model.scheme == str(tmp_path / "own.toml")


def test_words_that_are_no_files_stay_words(toml):
    path = toml('[ledger]\nrates = "ecb"\n[model]\npopulation = "ever"\nscheme = "rfm-9"\n')
    settings = read_settings(path, {})
    assert (settings.ledger.rates, settings.model.population, settings.model.scheme) == ("ecb", "ever", "rfm-9")


def test_a_file_named_by_a_flag_lies_where_the_command_runs(toml, tmp_path):
    (tmp_path / "rates.csv").write_text("", encoding="utf-8")
    settings = read_settings(toml(""), {"ledger": {"rates": "rates.csv"}})
    assert settings.ledger.rates == str(Path("rates.csv"))


def test_a_person_s_statuses_replace_the_lists(toml):
    path = toml('[ledger]\nstatuses = {cancelled = ["weg"]}\n')
    assert read_settings(path, {}).ledger.statuses == {"cancelled": ("weg",)}


def test_a_table_of_its_own_maps_its_columns(toml):
    path = toml('[reading.map]\norder = "no"\n[returns.map]\norder = "what"\n[customers.map]\nemail = "mail"\n')
    assert read_settings(path, {"reading": {"map": {"returns.order": "which"}}}).reading.map == {
        "order": "no",
        "returns.order": "which",
        "customers.email": "mail",
    }


def test_a_table_of_its_own_has_no_other_key(toml):
    error = refusal(toml('[returns]\nfile = "returns.csv"\n'), {})
    assert (error.message, error.fix) == (
        "'returns.file' is no setting",
        "write [returns.map]; the file itself is named under [ledger], as returns = 'FILE'",
    )
