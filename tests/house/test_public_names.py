"""The public face: few names, each described, none of them heavy to import."""

from __future__ import annotations

import subprocess
import sys

import pytest

import quintile

MOST_PUBLIC_NAMES = 15
HEAVY = "duckdb", "pydantic", "pandas", "polars", "pyarrow", "numpy", "sqlalchemy"
IMPORT = "import quintile"
HELP = """
from quintile.cli.app import main
sys.argv = ["quintile", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
REPORT = f"\nprint('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"


@pytest.mark.parametrize("program", [IMPORT, HELP], ids=["import quintile", "quintile --help"])
def test_no_engine_is_loaded_by(program: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import sys\n" + program + REPORT], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines()[-1].strip() == "loaded:"


def test_the_public_names_are_few_and_sorted() -> None:
    assert 0 < len(quintile.__all__) <= MOST_PUBLIC_NAMES
    assert list(quintile.__all__) == sorted(quintile.__all__)


def test_every_public_name_is_described() -> None:
    documents = {name: getattr(quintile, name).__doc__ for name in quintile.__all__}
    # A dataclass without a docstring is given its own signature for one.
    assert [name for name, text in documents.items() if not text or text.startswith(f"{name}(")] == []
