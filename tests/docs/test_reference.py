"""The reference says what is: made pages are made again and compared, written ones are held against real files."""

from __future__ import annotations

import csv
import json
import re

import pytest

from quintile.cli.flags import FLAGS
from quintile.domain.codes import ERRORS, WARNINGS
from quintile.domain.columns import CUSTOMERS, SEGMENTS
from quintile.domain.settings import Settings
from quintile.jobs.demo import make_sample_shop, sample_wish
from quintile.jobs.run import run
from scripts.make_reference import EXIT_CODES, FOLDER, pages

FILES = (FOLDER / "files.md").read_text(encoding="utf-8")
# Only in run.json of a project, whose second and later sources are refreshes.
IN_PROJECTS = {"refresh", "cut_drift", "refit", "dwell"}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    run(sample_wish(make_sample_shop(folder, customers=60, seed=1)), folder / "results")
    return folder / "results"


def described(heading):
    """What the first column of the table under a heading names, in order."""
    section = re.split(r"^## ", FILES, flags=re.MULTILINE)
    table = next(part for part in section if part.startswith(f"{heading}\n"))
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_made_page_is_as_it_would_be_made_now(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "make docs"


def test_every_command_setting_and_code_is_there():
    made = pages()
    assert all(flag.spelled in made["settings.md"] for flag in FLAGS)
    assert all(f": [{group}]" in made["settings.md"] for group in {*Settings.__dataclass_fields__} - {"sources"})
    assert all(f"| `{code}` |" in made["codes.md"] for code in {*ERRORS, *WARNINGS})
    assert sorted(EXIT_CODES) == [0, 1, 2, 3, 4, 74, 75, 130]


def test_the_columns_of_the_files_are_described(results):
    assert tuple(described("customers")) == CUSTOMERS
    assert tuple(described("segments")) == SEGMENTS
    for name, columns in (("customers.csv", CUSTOMERS), ("segments.csv", SEGMENTS)):
        with (results / name).open(encoding="utf-8", newline="") as file:
            assert tuple(next(csv.reader(file))) == columns


def test_the_keys_of_run_json_and_model_json_are_described(results):
    report = json.loads((results / "run.json").read_text(encoding="utf-8"))
    assert set(described("run.json")) - {"step", "rows", "amount", "amounts", "total"} == {*report, *IN_PROJECTS}
    assert described("model.json") == list(json.loads((results / "model.json").read_text(encoding="utf-8")))


def test_every_file_of_a_run_is_described(results):
    named = " ".join(described("What a run writes"))
    assert {path.name for path in results.iterdir()} == {name.rstrip("/") for name in named.split()}
