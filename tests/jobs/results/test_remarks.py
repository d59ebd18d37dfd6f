"""What is told of a scheme that is not complete: counts, and a command that can be pasted."""

from __future__ import annotations

import shlex

import pytest

import quintile
from quintile.segments.lint import lint
from quintile.segments.load import load_scheme
from tests.jobs.shop import AS_OF, write_shop

_SEGMENT = '[[segments]]\nname = "{}"\nintent = "Do."\nrules = [{}]\n'


@pytest.mark.parametrize("folder", ["ours", "our own"])
@pytest.mark.parametrize(
    ("taken", "left"),
    [
        ("[1, 3]", "4 codes without a segment and 1 segment without a code"),
        ("[1, 4]", "0 codes without a segment and 2 segments without a code"),
    ],
)
def test_an_incomplete_scheme_is_named_as_it_was_given(tmp_path, folder, taken, left):
    path = tmp_path / folder / "few.toml"
    path.parent.mkdir()
    low, rest = f"{{ r = {taken}, f = [1, 4], m = [1, 4] }}", "{ r = [4, 4], f = [1, 4], m = [2, 4] }"
    last = "{ r = [4, 4], f = [4, 4], m = [2, 4] }"
    body = _SEGMENT.format("Low", low) + _SEGMENT.format("High", rest) + _SEGMENT.format("None", last)
    path.write_text(f'title = "Few"\nsource = "ours"\nscale = 4\nbest = "high"\n{body}', encoding="utf-8")
    assert lint(load_scheme(str(path))).unreachable
    settings = {"model": {"scheme": str(path), "scale": 4}}
    report = quintile.run(write_shop(tmp_path), as_of=AS_OF, settings=settings).report
    [warning] = [one for one in report["warnings"] if one["code"] == "scheme_incomplete"]
    assert left in warning["message"]
    assert shlex.split(warning["message"].partition("see ")[2]) == ["quintile", "lint", str(path)]
