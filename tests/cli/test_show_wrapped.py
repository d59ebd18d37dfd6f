"""Messages in the width of a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from quintile.cli.show.wrapped import wrapped

LONG = "a name that is far too long to stand in one line of a narrow terminal at all"


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_lines_are_broken_at_blanks_alone(width):
    text = f"error[map]: {LONG}\n  Where: {LONG}\n  Fix: {LONG}"
    lines = wrapped(text, width).split("\n")
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert all(len(line) <= width for line in lines if "Where:" not in line)
    assert f"  Where: {LONG}" in lines
    after = lines[lines.index(f"  Where: {LONG}") + 2 :]
    assert all(line.startswith(" " * 7) for line in after)


@pytest.mark.parametrize(
    "whole",
    [
        "quintile run SOURCE --project DIR --as-of 2025-07-01",
        "--out DIR",
        "--map returns.order=COLUMN",
        "f_cuts = [2, 3, 5, 7]",
        'kind = "my own kind"',
        "'a folder/with blanks in it/orders.csv'",
        "/data/a-very-long-path/that-has-hyphens/and.points/orders-2025-07-01.csv",
    ],
)
def test_what_is_to_be_copied_stays_whole(whole):
    assert all(whole in wrapped(f"  Fix: {'x ' * lead}{whole} and so on", 30) for lead in range(30))


def test_a_short_message_stays_as_it_is():
    assert wrapped("error[map]: no\n  Fix: yes", 20) == "error[map]: no\n  Fix: yes"


def test_a_terminal_is_asked_for_its_width_and_a_pipe_is_not(tmp_path):
    words = [sys.executable, "-m", "quintile", "run", "nowhere.csv", "--out", "results"]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    subprocess.run([*words, "--country", "X"], stdout=subprocess.PIPE, stderr=theirs, cwd=tmp_path, check=False)
    os.close(theirs)
    lines = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert (len(lines), max(map(len, lines)) <= 40) == (3, True)
    piped = subprocess.run([*words, "--country", "X"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert " ".join(piped.stderr.split()) == " ".join(" ".join(lines).split())
    assert len(piped.stderr.splitlines()) == 2
