"""A project's state may lie on a server; its secrets come from the environment alone."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from quintile.config.read import read_settings
from quintile.domain.keeping import StateSettings
from quintile.domain.settings import Settings
from quintile.errors import QuintileError, SettingsError
from quintile.jobs.erase import erase
from quintile.jobs.log import log
from quintile.jobs.project.state import open_state
from quintile.jobs.verify import verify
from tests import services
from tests.jobs.kept import project_of, restored, traces


@pytest.fixture(scope="module")
def server():
    with services.postgresql() as found:
        yield found


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))


def on(server, **more):
    where = {"host": server.host, "port": server.port, "user": server.user, "database": "postgres"}
    return {"kind": "postgresql", **where, "password_env": "STATE_PASSWORD", **more}


def test_a_project_with_its_state_on_a_server_is_erased_and_stays_so_when_it_is_restored(server, tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_PASSWORD", server.password)
    state = on(server, schema="shop")
    project = project_of(tmp_path / "own", state=state)
    settings = replace(Settings(), state=StateSettings(**state))
    assert not (project.home / "state.sqlite").exists()
    assert [run["outcome"] for run in log(project.home, settings)["runs"]] == ["published", "published"]
    shutil.copytree(project.home, tmp_path / "backup", symlinks=True)
    erase(project.home, ["CAN-0001"], settings)
    assert traces(project.home) == []
    shutil.rmtree(tmp_path / "state-home")  # the server alone still knows
    restored(project, tmp_path / "backup")
    assert verify(project.home, settings)["problems"] == []
    assert traces(project.home) == []


def test_a_password_that_is_not_set_is_told(server, tmp_path, monkeypatch):
    monkeypatch.delenv("STATE_PASSWORD", raising=False)
    with pytest.raises(SettingsError, match="STATE_PASSWORD is not set"):
        open_state(tmp_path, replace(Settings(), state=StateSettings(**on(server))))


def test_a_private_host_is_refused_until_it_is_allowed(tmp_path):
    state = StateSettings(kind="postgresql", host="10.0.0.1", database="x", user="x")
    with pytest.raises(QuintileError, match="private"):
        open_state(tmp_path, replace(Settings(), state=state))


def test_a_server_needs_a_database_and_a_user(tmp_path):
    with pytest.raises(SettingsError, match="no database"):
        open_state(tmp_path, replace(Settings(), state=StateSettings(kind="postgresql")))


@pytest.mark.parametrize(
    "line", ['password = "canary"', 'url = "postgresql://canary@x"', 'key_env = "canary value"', 'secret = "canary"']
)
def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path, line):
    file = tmp_path / "quintile.toml"
    file.write_text(f"[state]\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        read_settings(file, {})
    assert refused.value.code == "password"
    assert "canary" not in str(refused.value).replace(str(tmp_path), "")


def test_a_key_of_the_environment_needs_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_KEY", "a long and secret text")
    project = project_of(tmp_path / "own", state={"key_env": "SHOP_KEY"})
    settings = replace(Settings(), state=StateSettings(key_env="SHOP_KEY"))
    erase(project.home, ["CAN-0001"], settings)
    assert not (project.home / "erasure.key").exists()
    assert traces(project.home) == []
    monkeypatch.delenv("SHOP_KEY")
    with pytest.raises(SettingsError, match="SHOP_KEY is not set"):
        erase(project.home, ["A"], settings)
