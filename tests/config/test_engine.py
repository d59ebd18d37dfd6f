"""A place for results that the named engine does not have is refused, unless a file names it for another day."""

from __future__ import annotations

import pytest

from quintile.config.read import read_settings
from quintile.errors import SettingsError


@pytest.mark.parametrize(
    ("key", "value", "url", "says"),
    [
        ("schema", "mart", None, "on this machine"),
        ("storage", "s3a://shop/x", None, "on this machine"),
        ("storage", "s3a://shop/x", "duckdb", "on this machine"),
        ("storage", "s3a://shop/x", "postgresql://db/shop", "another one"),
        ("schema", "mart", "spark://master:7077", "another one"),
    ],
)
def test_a_place_of_another_engine_is_refused(key, value, url, says):
    with pytest.raises(SettingsError, match=says) as raised:
        read_settings(None, {"engine": {key: value} | ({"url": url} if url else {})})
    assert raised.value.code == key
    assert f"drop --{key}" in raised.value.fix
    assert raised.value.fix.startswith("name another engine" if url else "name the engine, too")


def test_a_file_may_name_it_for_another_engine(tmp_path):
    path = tmp_path / "quintile.toml"
    path.write_text('[engine]\nurl = "postgresql://db/shop"\nschema = "mart"\n', encoding="utf-8")
    settings = read_settings(path, {"engine": {"url": "duckdb"}})
    assert (settings.engine.is_local, settings.engine.schema) == (True, "mart")
