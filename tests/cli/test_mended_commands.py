"""Commands that once did harm, or fell over, and what they say now."""

from __future__ import annotations

import json
import os

import pytest

from tests.jobs.shop import write_shop


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("orders.csv", "id,total\n1,5\n"),
        ("orders.csv", ""),
        ("orders.csv", b"\xff\xfe"),
        ("rates.csv", "date,currency,rate\n2024-01-01,USD,0.92\n"),
        ("quintile.toml", '[model]\nwindow = "6mo"\n'),
    ],
)
def test_a_demo_never_writes_over_what_is_no_demo(quintile, tmp_path, file, content):
    own = content if isinstance(content, bytes) else content.encode()
    (tmp_path / file).write_bytes(own)
    code, _, errors = quintile("demo", "--customers", "5", "--only-shop", "--out", ".")
    assert (code, f"'{file}' is already there and was not made by quintile demo" in errors) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == [file]
    assert (tmp_path / file).read_bytes() == own


def test_a_demo_takes_the_place_of_an_earlier_one(quintile, tmp_path):
    shop = "demo", "--only-shop", "--customers"
    assert quintile(*shop, "5")[0] == 0
    assert quintile(*shop, "30", "--seed", "2")[0] == 0
    settings = tmp_path / "quintile-demo" / "quintile.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "[business]\n", encoding="utf-8")
    assert quintile(*shop, "5")[0] == 2  # what a person wrote into it stays


@pytest.mark.parametrize(("file", "content"), [("plan.md", "# My plans\n"), ("plan.html", "my plans")])
def test_a_plan_never_writes_over_what_is_no_plan(quintile, tmp_path, file, content):
    write_shop(tmp_path)
    (tmp_path / file).write_text(content, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    code, _, errors = quintile("plan", "orders.csv", "--scale", "3", "--out", ".")
    assert (code, "it is not the plan of an earlier time" in errors) == (2, True)
    assert (sorted(tmp_path.iterdir()), (tmp_path / file).read_text(encoding="utf-8")) == (before, content)


def test_a_plan_takes_the_place_of_an_earlier_one(quintile, tmp_path):
    write_shop(tmp_path)
    plan = "plan", "orders.csv", "--scale", "3", "--out", "plan"
    assert [quintile(*plan)[0], quintile(*plan)[0]] == [0, 0]


@pytest.mark.parametrize("command", ["run", "check", "fit"])
@pytest.mark.parametrize("day", ["9999-12-31", "9999-12-30", "2200-01-02", "9999-12-31T23:59:59"])
def test_a_date_beyond_every_order_is_refused(quintile, tmp_path, command, day):
    write_shop(tmp_path)
    places = {"run": ["--out", "results"], "fit": ["--out", "model.json"], "check": []}
    code, _, errors = quintile(command, "orders.csv", "--as-of", day, *places[command])
    assert (code, "error[as_of]" in errors, "leave it out" in errors) == (2, True, True)


@pytest.mark.parametrize("flag", [None, "--rates", "--returns", "--customers", "--merges", "--population"])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("loop", "error[not_found]: the source is a symbolic link that leads back to itself"),
        ("pipe", "error[format_not_supported]: the source is a pipe or a device"),
        ("device", "error[format_not_supported]: the source is a pipe or a device"),
        ("standard input", "error[format_not_supported]: the source is a pipe or a device"),
    ],
)
def test_what_never_ends_is_refused_at_once(quintile, tmp_path, flag, kind, said):
    write_shop(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    named = {"device": "/dev/zero", "standard input": "/dev/stdin"}.get(kind, kind)
    sources = [named] if flag is None else ["orders.csv", flag, named]
    code, _, errors = quintile("run", *sources, "--out", "results")
    assert (code, said in errors) == (2, True)
    code, told, _ = quintile("check", *sources, "--json")
    assert (code, json.loads(told)["error"]["code"]) == (2, said[6 : said.index("]")])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--rates nowhere.csv", "error[not_found]: the table of exchange rates is not there"),
        ("--sheet Foo", "no source is a workbook"),
        ("--map returns.order=x", "--map returns.order names a column of the table of returns, but none is read"),
        ("--map customers.email=x", "--map customers.email names a column of the table of customers"),
        ("--map rates.rate=x --rates ecb", "--map rates.rate names a column of the table of rates"),
        ("--map engagement.customer=x", "name both to quintile kpis"),
        ("--country XX", "'XX' is no country"),
        ("--country de", "did you mean 'DE'?"),
        ("--allow-hosts 10.0.0.0/99", "'10.0.0.0/99' is neither the name of a host"),
        ("--allow-hosts db:5432", "without a port"),
        ("--allow-hosts 10.0.0.300", "'10.0.0.300' is neither the name of a host"),
        ("--max-memory x", "error[max_memory]: 'x' is no size"),
        ("--max-file x", "error[max_file]: 'x' is no size"),
        ("--max-memory 10MB", "error[max_memory]: 10MB of memory is too little for the process that reads"),
        ("--max-seconds 0", "0 seconds are no time to read in"),
        ("--refit", "--refit says how a project is refreshed"),
        ("--accept volume_drop", "--accept says how a project is refreshed"),
        ("--because so", "--because says how a project is refreshed"),
        ("--mode full", "--mode says how a project is refreshed"),
        ("--method r=kmeans,r=ntile", "'r=ntile' contradicts the method before it"),
        ("--method r=kmeans,quantile", "'quantile' contradicts the method before it"),
        ("--method kmeans,ntile", "'ntile' contradicts the method before it"),
        ("--map amount=amount --map amount=total", "error[map]: amount is given two columns, 'amount' and 'total'"),
        ("--scheme nope", "error[scheme]: no scheme is called 'nope'"),
        ("--scheme rfm-9 --scale 7", "error[scheme]: the scheme 'rfm-9' is written for 5 scores, the scale has 7"),
        ("--f-cuts 1", "error[cuts]: the cut points of F are 1, but 5 scores need 4"),
        ("--method r=percentile --r-cuts 1,2,3,100", "error[percentile]: a percent rank of R is not between 0 and 100"),
        ("--method f=nested", "error[nested]: nested scores cannot be mixed"),
        ("--population customers", "error[population]: the customers of a list are to be scored"),
        ("--as-of 2025-07-01T12:00", "error[as_of]: calendar days know no time of day"),
        ("--backfill", "error[backfill]: --backfill says how a project is refreshed"),
        ("--threads 5000", "error[engine]: 5,000 threads are more than any machine has"),
        ("--scheme=", "error[empty]: --scheme is given an empty value"),
    ],
)
def test_an_option_that_would_say_nothing_is_refused(quintile, tmp_path, words, said):
    write_shop(tmp_path)
    code, _, errors = quintile("run", "orders.csv", *words.split(), "--out", "results")
    assert (code, said in errors, "Fix: " in errors) == (2, True, True)
    code, told, errors = quintile("check", "orders.csv", *words.split())
    assert (code, said.rpartition("]: ")[2] in errors + told) == (2, True)


def test_a_project_s_source_is_checked_against_impossible_settings_too(quintile, tmp_path):
    write_shop(tmp_path)
    assert quintile("run", "orders.csv", "--project", "shop")[0] == 0
    for words, said in (
        (["--scheme", "nope"], "no scheme is called 'nope'"),
        (["--f-cuts", "1"], "the cut points of F are 1"),
        (["--method", "nested", "--dwell", "2", "--margin", "0.1"], "nobody is a margin past it"),
    ):
        for command in ("check", "run"):
            code, _, errors = quintile(command, "orders.csv", "--project", "shop", *words)
            assert (code, said in errors) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ["run", "orders.csv", "--out", ""],
        ["run", "orders.csv", "--project="],
        ["check", "orders.csv", "--project", ""],
        ["init", "--project", ""],
        ["demo", "--out", ""],
        ["run", "", "--out", "results"],
    ],
)
def test_an_empty_name_is_not_the_current_folder(quintile, tmp_path, words):
    write_shop(tmp_path)
    code, _, errors = quintile(*words)
    assert (code, "error[empty]: " in errors, "Fix: write a value there" in errors) == (2, True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_an_empty_list_and_a_role_without_a_column_have_a_meaning(quintile, tmp_path):
    write_shop(tmp_path)
    assert quintile("check", "orders.csv", "--exclude", "", "--map", "currency=", "--map=email=")[0] == 0


def test_a_kept_model_learns_nothing_anew(quintile, tmp_path):
    write_shop(tmp_path)
    assert quintile("fit", "orders.csv", "--scale", "3", "--out", "model.json")[0] == 0
    code, _, errors = quintile("score", "orders.csv", "--model", "model.json", "--refit", "--project", "shop")
    assert (code, "error[refit]: a kept model brings its own cut points" in errors) == (2, True)


def test_what_a_settings_file_says_of_a_workbook_may_wait_for_one(quintile, tmp_path):
    write_shop(tmp_path)
    lines = ["[reading]", 'sheet = "Orders"', "[returns.map]", 'order = "x"', "[refresh]", "refit = true"]
    (tmp_path / "quintile.toml").write_text("\n".join(lines), encoding="utf-8")
    assert quintile("check", "orders.csv")[0] == 0


def test_guests_that_nothing_names_are_told(quintile, tmp_path):
    write_shop(tmp_path)
    for guests in ("email", "phone"):
        for place in (["--out", "results"], ["--project", "shop"]):
            code, said, _ = quintile("run", "orders.csv", "--guests", guests, *place, "--json")
            told = [warning for warning in json.loads(said)["warnings"] if warning["code"] == "guests_unnamed"]
            assert (code, len(told), guests in told[0]["message"]) == (0, 1, True)
    assert "guests_unnamed" in quintile("check", "orders.csv", "--guests", "email", "--json")[1]
    assert "guests_unnamed" not in quintile("check", "orders.csv", "--json")[1]
