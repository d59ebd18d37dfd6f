"""The forecast's page, and the command."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from quintile.cli.app import app
from quintile.cli.show.forecast import show_forecast
from tests.export.test_prospects import FORECAST
from tests.golden.refreshes import Refreshed
from tests.jobs.regulars import write_regulars

PAGE = """\
If nobody buys, 3 customers (41.50 EUR) fall to a worse segment by 29 September 2025.

What is coming
  The last order of 1 customer leaves the window by 29 September 2025.
  2 Top (40.00 EUR) will be Rest on 6 August 2025.
  1 Top (1.50 EUR) will be Rest on 5 August 2025.

Customers now and at the end, if nobody buys
        2025-07-01  2025-09-29
  Top            4           1  ######
  Rest           2           4  ########################

The largest moves
  on          from  to              customers  revenue EUR
  2025-08-05  Top   Rest                    1         1.50  ############
  2025-08-06  Top   Rest                    2        40.00  ########################
  2025-09-01  Rest  scored no more          1         2.00  ############

note: 2 orders from then on do not count here

note: by the scores; the dwell rule publishes a move later
"""


def test_the_page_shows_segments_and_moves():
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="replace")
    show_forecast(FORECAST, console=Console(file=file, width=100, color_system=None))
    file.seek(0)
    assert file.read().replace("?EUR", " EUR") == PAGE


def test_where_nobody_moves_the_page_says_so():
    nothing = {"moves": [], "statements": [], "orders_later": 0, "dwell": False}
    told = io.StringIO()
    show_forecast({**FORECAST, **nothing}, console=Console(file=told, width=100, color_system=None))
    assert told.getvalue().startswith("Nobody leaves a segment by 2025-09-29.\n")
    assert "moves" not in told.getvalue()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    made = Refreshed(folder, output={"report": False})
    made.run(write_regulars(folder).read_text(encoding="utf-8"))
    return made


def called(*arguments):
    return CliRunner().invoke(app, ["forecast", *map(str, arguments)])


def test_the_command_shows_and_writes(project, tmp_path):
    out = tmp_path / "coming.csv"
    shown = called("--project", project.home, "--days", "30", "--out", out)
    assert shown.exit_code == 0
    moves = len(out.read_text(encoding="utf-8").splitlines()) - 1
    assert " ".join(shown.output.split()).endswith(f"coming.csv ({moves} moves)")
    found = json.loads(called("--project", project.home, "--days", "30", "--json").output)
    assert (found["days"], sum(line["customers"] for line in found["moves"])) == (30, moves)
    assert str(called("--days", "30").exception).startswith("error[project]: say which project")
