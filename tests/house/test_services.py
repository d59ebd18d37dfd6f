"""Servers that are not installed: a skip at home, a failure where the tests must be complete."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import ROOT
from tests.services import program, require


def test_an_absent_server_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="not installed"):
        require(program("no-such-server"), "no-such-server")


def test_an_absent_server_fails_in_continuous_integration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="not installed"):
        require(program("no-such-server"), "no-such-server")


def test_the_script_names_what_is_missing_where_it_may_not_install(tmp_path) -> None:
    script = (ROOT / "scripts" / "install-test-services.sh").read_text(encoding="utf-8")
    assert "services=(\n" in script
    absent = script.replace("services=(\n", 'services=(\n  "/no/such/file some-server"\n')
    # As on a machine without apt-get, so that nothing is installed whoever runs the test.
    ended = subprocess.run(
        ["/usr/bin/env", "-i", "/bin/bash", "-s"],
        input=absent.replace("command -v apt-get", "false"),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert "some-server" in ended.stderr
