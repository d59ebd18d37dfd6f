"""What lies in the repository: described rooms, readable schemes, nothing that belongs to one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

ROOMS = sorted(path for path in (ROOT / "src" / "quintile").rglob("*") if path.is_dir() and any(path.glob("*.py")))
SCHEMES = sorted((ROOT / "src" / "quintile" / "segments" / "schemes").glob("*.toml"))
FOREIGN = re.compile(
    r"(?<![\w.~])/(?:home|root|work|tmp|opt|Users)/[\w.]"
    r"|pythonhosted\.org|pypi\.org/simple|index-url|find-links|--hash=|^-e |file://",
    re.MULTILINE,
)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_room_says_what_it_is_for(room: Path) -> None:
    header = room / "__init__.py"
    assert header.exists()
    assert ast.get_docstring(ast.parse(header.read_text()))


def test_what_several_jobs_need_knows_no_job() -> None:
    jobs = ROOT / "src" / "quintile" / "jobs"
    wishes = {f"quintile.jobs.{path.stem}" for path in jobs.glob("*.py")} - {"quintile.jobs.__init__"}
    shared = [path for path in jobs.rglob("*.py") if path.parent != jobs]
    assert wishes
    assert shared
    found = []
    for path in shared:
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        found += [f"{path.relative_to(ROOT)}: {node.module}" for node in imports if node.module in wishes]
    assert found == []


def test_every_scheme_is_toml() -> None:
    assert SCHEMES
    for path in SCHEMES:
        assert tomllib.loads(path.read_text()), path.name


def test_no_file_names_a_place_of_one_machine() -> None:
    listed = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    found = []
    for path in (ROOT / name for name in names if name):
        if not path.is_file() or path == Path(__file__).resolve():
            continue
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in FOREIGN.finditer(text)]
    assert found == []
