"""The command line in a folder of its own."""

from __future__ import annotations

import sys

import pytest

from quintile.cli.app import main


@pytest.fixture
def quintile(tmp_path, monkeypatch, capsys):
    """``quintile("plan", ...)`` in a folder of its own; returns the exit code, the output and the errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["quintile", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        return code, *capsys.readouterr()

    return run
