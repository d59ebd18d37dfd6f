"""quintile init on the command line, and what every command line must do with pipes and help."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

ORDERS = "customer_id,order_date,amount\nC1,01/02/2025,10.00\nC2,03/04/2025,5.50\n"


def quintile(*arguments, folder, **environment):
    return subprocess.run(
        [sys.executable, "-m", "quintile", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_init_writes_settings_and_says_what_is_open(tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    done = quintile("init", "orders.csv", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Written: quintile.toml, with 1 open question: search it for QUESTION\n")
    assert "reading.map.customer  customer_id" in done.stdout
    assert "--date-order dmy" in done.stdout
    assert "# QUESTION" in (tmp_path / "quintile.toml").read_text()


def test_init_without_source_writes_the_defaults_into_a_project(tmp_path):
    done = quintile("init", "--project", "shop", folder=tmp_path)
    assert done.stdout == "Written: shop/quintile.toml\n\nNext: quintile check SOURCE --project shop\n"
    assert (tmp_path / "shop" / "quintile.toml").is_file()


def test_init_keeps_settings_unless_forced(tmp_path):
    (tmp_path / "quintile.toml").write_text("[model]\nscale = 3\n")
    refused = quintile("init", folder=tmp_path)
    assert refused.returncode == 2
    assert "Fix: keep it, or overwrite it with --force" in refused.stderr
    assert (tmp_path / "quintile.toml").read_text() == "[model]\nscale = 3\n"
    assert quintile("init", "--force", folder=tmp_path).returncode == 0
    assert "scale = 5" in (tmp_path / "quintile.toml").read_text()


def test_init_keeps_the_databases_unless_the_settings_cannot_be_read(tmp_path):
    settings = tmp_path / "quintile.toml"
    settings.write_text('[sources.shop]\nkind = "sqlite"\npath = "shop.db"\ntable = "orders"\n')
    assert quintile("init", "--force", folder=tmp_path).returncode == 0
    assert '[sources."shop"]\nkind = "sqlite"\npath = "shop.db"\ntable = "orders"\n' in settings.read_text()
    settings.write_text("no TOML")
    assert quintile("init", folder=tmp_path).returncode == 2
    assert quintile("init", "--force", folder=tmp_path).returncode == 0
    assert "scale = 5" in settings.read_text()


def test_init_refuses_a_source_that_is_not_there(tmp_path):
    refused = quintile("init", "absent.csv", folder=tmp_path)
    assert refused.returncode == 2
    assert not (tmp_path / "quintile.toml").exists()


def test_help_shows_the_commands_in_groups(tmp_path):
    page = quintile("--help", folder=tmp_path).stdout
    wanted = ("─ Begin ", "│ demo ", "─ Score ", "│ run ", "─ Segment schemes ", "│ lint ")
    heads = [page.index(head) for head in wanted]
    assert heads == sorted(heads)


def test_help_shows_the_settings_in_groups(tmp_path):
    page = quintile("run", "--help", folder=tmp_path).stdout
    heads = [page.index(head) for head in ("─ Reading ", "--map", "─ Ledger ", "--refunds", "─ Model ", "─ Results ")]
    assert heads == sorted(heads)


def test_help_loads_no_database_and_no_settings_library(tmp_path):
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "quintile", "--help"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "quintile.cli.app" in loaded
    assert not [line for line in loaded.splitlines() if line.split("|")[-1].strip() in {"duckdb", "pydantic"}]


@pytest.mark.parametrize("command", [["schemes"], ["lint", "rfm-9"], ["check", "orders.csv"], ["--help"]])
def test_a_pipe_carries_no_escape_codes_and_no_blanks_at_line_ends(tmp_path, command):
    (tmp_path / "orders.csv").write_text(ORDERS)
    page = quintile(*command, folder=tmp_path, TERM="xterm-256color").stdout
    assert page
    assert "\x1b" not in page
    if command != ["--help"]:
        assert [line for line in page.splitlines() if line != line.rstrip()] == []


def test_a_page_in_a_pipe_is_100_columns_wide_whatever_the_terminal(tmp_path):
    narrow = quintile("schemes", folder=tmp_path, COLUMNS="40")
    assert narrow.stdout == quintile("schemes", folder=tmp_path, COLUMNS="200").stdout
    assert 80 < max(len(line) for line in narrow.stdout.splitlines()) <= 100


def test_json_is_ascii_in_every_encoding(tmp_path):
    scheme = 'title = "é"\nsource = "s"\nscale = 2\nbest = "high"\n'
    scheme += '[[segments]]\nname = "Süß\u202e"\nintent = "do"\nrules = [{}]\n'
    (tmp_path / "ours.toml").write_text(scheme, encoding="utf-8")
    done = quintile("lint", "ours.toml", "--json", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["cells_per_segment"] == {"Süß\u202e": 8}


def test_a_terminal_that_lacks_letters_gets_the_page_without_them(tmp_path):
    done = quintile("lint", "rfm-9", folder=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Champions" in done.stdout


@pytest.mark.parametrize("command", ["run", "score"])
def test_waiting_for_another_run_can_be_asked_for(tmp_path, command):
    assert "--wait" in quintile(command, "--help", folder=tmp_path).stdout
