"""The tables [sources.NAME]: no secrets, no doubts, files beside the settings file."""

from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError

CANARY = "hunter2canary"
SERVER = 'kind = "postgresql"\ndatabase = "shop"\nuser = "reader"\ntable = "orders"\n'


def settings(folder, text, **flags):
    file = folder / "quintile.toml"
    file.write_text(text, encoding="utf-8")
    return read_settings(file, flags)


def refusal(folder, text):
    with pytest.raises(SettingsError) as error:
        settings(folder, text)
    assert CANARY not in str(error.value)
    assert error.value.__cause__ is None or CANARY not in str(error.value)
    return error.value


def test_a_server_is_read_as_it_is_written(tmp_path):
    text = f'[sources.shop]\n{SERVER}password_env = "SHOP_PASSWORD"\n[sources.shop.map]\namount = "total"\n'
    shop = settings(tmp_path, text).sources["shop"]
    assert (shop.host, shop.port, shop.database, shop.map) == ("localhost", None, "shop", {"amount": "total"})


@pytest.mark.parametrize("key", ["password", "Password", "passwd", "pwd", "dsn", "url", "uri", "connection_string"])
def test_a_password_is_refused_and_never_repeated(key, tmp_path):
    error = refusal(tmp_path, f'[sources.shop]\n{SERVER}{key} = "{CANARY}"\n')
    assert (error.code, 'password_env = "SHOP_PASSWORD"' in error.fix) == ("password", True)


@pytest.mark.parametrize(
    "text",
    [
        f'[sources]\nshop = "postgresql://reader:{CANARY}@db/shop"\n',
        f'sources = "postgresql://reader:{CANARY}@db/shop"\n',
        f'[sources.shop]\n{SERVER}host = "postgresql://reader:{CANARY}@db/shop"\n',
        f'[sources.shop]\n{SERVER}host = "reader:{CANARY}@db"\n',
        f'[sources.shop]\n{SERVER}password_env = "{CANARY}"\n',
        f'[sources.shop]\n{SERVER}host = "db password={CANARY}"\n',
    ],
)
def test_a_connection_string_is_refused_and_never_repeated(text, tmp_path):
    assert refusal(tmp_path, text).exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('kind = "oracle"\ntable = "t"\n', "'postgresql'"),
        ('kind = "sqlite"\ntable = "t"\n', "path"),
        ('kind = "postgresql"\npath = "x.db"\ntable = "t"\n', "server"),
        ('kind = "postgresql"\nuser = "a"\ntable = "t"\n', "database"),
        ('kind = "mysql"\ndatabase = "a"\ntable = "t"\n', "user"),
        ('kind = "sqlite"\npath = "x"\n', "table and query"),
        ('kind = "sqlite"\npath = "x"\ntable = "t"\nquery = "SELECT 1"\n', "table and query"),
        ('kind = "sqlite"\npath = "x"\nschema = "t"\nquery = "SELECT 1"\n', "schema"),
        ('kind = "sqlite"\npath = "x"\ntable = "t"\ntimeout_seconds = 0\n', "time"),
        ('kind = "sqlite"\npath = "x"\ntabel = "t"\n', "did you mean 'table'?"),
        ('kind = "sqlite"\npath = "x"\ntable = "t"\nport = "many"\n', "port"),
    ],
)
def test_a_table_that_makes_no_sense_says_how_to_mend_it(text, said, tmp_path):
    error = refusal(tmp_path, f"[sources.shop]\n{text}")
    assert said in str(error)
    assert "--shop" not in error.fix


def test_files_lie_beside_the_settings(tmp_path):
    text = '[sources.shop]\nkind = "sqlite"\npath = "shop.db"\ntable = "t"\nsslrootcert = "ca.pem"\n'
    shop = settings(tmp_path, text).sources["shop"]
    assert (shop.path, shop.sslrootcert) == (str(tmp_path / "shop.db"), str(tmp_path / "ca.pem"))


def test_a_flag_wins_over_the_sources_own_mapping(tmp_path):
    text = '[sources.shop]\nkind = "sqlite"\npath = "x"\ntable = "t"\nmap = {amount = "a", time = "b"}\n'
    found = settings(tmp_path, text, reading={"map": {"amount": "total"}})
    assert found.sources["shop"].map == {"time": "b"}
    assert found.reading.map == {"amount": "total"}


def test_an_address_in_a_file_holds_no_password(tmp_path):
    file = tmp_path / "quintile.toml"
    file.write_text('[engine]\nurl = "postgresql://me:canary@db/shop"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="must not hold a password") as raised:
        read_settings(file, {})
    assert "canary" not in str(raised.value)
    file.write_text('[engine]\nurl = "postgresql://me@db/shop"\n', encoding="utf-8")
    assert read_settings(file, {}).engine.url == "postgresql://me@db/shop"
