"""Documentation pages as programs: their commands run from top to bottom, their shown output is the real one.

A fenced block means what its language says: ``bash`` and ``python`` run, ``toml`` is read, ``text`` shows. A comment
right before a block says more of it::

    <!-- file: quintile.toml -->      the block is the content of this file
    <!-- exit 2 -->                   its last command ends with this code
    <!-- not run: REASON -->          it needs what no test has
    <!-- output: Segments -->         it shows what was printed last: all, or the paragraph that begins so
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from quintile.cli.app import main
from scripts.docs_shop import lay_out

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
# Programs that change the machine, not the shop; a page names them, nobody runs them here.
INSTALLERS = ("pip", "crontab")
_BLOCK = re.compile(
    r"(?:^<!-- (?P<told>[^\n]*) -->\n\n?)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SHELL = re.compile(r"[|<>;&$*]|^\w+=")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text, what the comment before it says, and where its text stands."""

    language: str
    text: str
    told: str
    begin: int
    end: int

    @property
    def word(self) -> str:
        """What the comment says first: file, exit, not run, output; nothing without a comment."""
        return re.split(r"[: ]*\d|:", self.told)[0]

    @property
    def value(self) -> str:
        """What the comment says after its first word."""
        return self.told.removeprefix(self.word).strip(": ")

    @property
    def commands(self) -> list[str]:
        """The block's lines without comments; a line that ends with a backslash goes on."""
        lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in self.text.replace("\\\n", " ").splitlines()]
        return [line for line in lines if line]


@dataclass
class Run:
    """What running a page has come to: the folder it is in, its Python names, what was printed last, what is wrong."""

    folder: Path
    names: dict[str, object]
    printed: str
    faults: list[str]


def blocks_of(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(found["language"], found["text"], (found["told"] or "").strip(), found.start("text"), found.end("text"))
        for found in _BLOCK.finditer(page)
    ]


def run_page(page: str, folder: Path) -> tuple[str, list[str]]:
    """Run a page in a folder, from top to bottom.

    Returns:
        The page with the output as it really is, and what ended otherwise than the page says.
    """
    run = Run(folder, {"__name__": "page"}, "", [])
    real, shift = page, 0
    for block in blocks_of(page):
        if block.word == "not run":
            continue
        if block.word == "file":
            (run.folder / block.value).parent.mkdir(parents=True, exist_ok=True)
            (run.folder / block.value).write_text(block.text, encoding="utf-8")
        elif block.word == "output":
            shown = _excerpt(run.printed, block.value)
            real = real[: block.begin + shift] + shown + real[block.end + shift :]
            shift += len(shown) - len(block.text)
        elif block.language == "bash":
            _run_commands(block, run)
        elif block.language == "python":
            _run_python(block, run)
    return real, run.faults


def _run_commands(block: Block, run: Run) -> None:
    run.printed = ""
    last = int(re.sub(r"\D", "", block.told) or 0) if block.word == "exit" else 0
    for number, command in enumerate(block.commands, start=1):
        wanted = last if number == len(block.commands) else 0
        words = shlex.split(command)
        if words[0] in INSTALLERS:
            continue
        if words[0] == "cd":
            run.folder = (run.folder / words[1]).resolve()
            continue
        ended, printed, complained = (
            _quintile(words[1:], run.folder) if _is_plain(command) else _shell(command, run.folder)
        )
        run.printed += printed + complained
        if ended != wanted:
            run.faults.append(f"{command}: exit {ended}, not {wanted}\n{printed[-1500:]}{complained[-3000:]}")


def _is_plain(command: str) -> bool:
    return command.startswith("quintile ") and not _SHELL.search(command)


def _quintile(words: list[str], folder: Path) -> tuple[int, str, str]:
    """The command in this process, which is a second faster than in one of its own."""
    printed, complained, code = io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", ["quintile", *words]),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(complained),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        except Exception:  # noqa: BLE001 - a bug is told with the page that met it
            code = 1
            complained.write(traceback.format_exc())
    return code, printed.getvalue(), complained.getvalue()


def _shell(command: str, folder: Path) -> tuple[int, str, str]:
    """Anything else in a shell, where ``quintile`` is this Python's."""
    call = f'quintile() {{ {shlex.quote(sys.executable)} -m quintile "$@"; }}; export -f quintile\n{command}'
    packages = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    ended = subprocess.run(
        ["/usr/bin/env", "bash", "-c", call],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": packages, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def _run_python(block: Block, run: Run) -> None:
    printed = io.StringIO()
    with contextlib.chdir(run.folder), contextlib.redirect_stdout(printed):
        try:
            exec(compile(block.text, "page", "exec"), run.names)  # noqa: S102 - the page is this repository's own
        except Exception as error:  # noqa: BLE001 - told with the page that is at fault
            run.faults.append(f"python: {error!r}\n{block.text}")
    run.printed = printed.getvalue()


def _excerpt(printed: str, begin: str) -> str:
    """What was printed, or the first paragraph of it that begins so; blanks at the ends of lines are left out."""
    lines = [line.rstrip() for line in printed.splitlines()]
    if begin:
        fitting = [place for place, line in enumerate(lines) if line.strip().startswith(begin)]
        first = min(fitting, key=lambda place: (not lines[place].startswith(begin), place), default=len(lines))
        lines = lines[first : next((place for place in range(first, len(lines)) if not lines[place]), len(lines))]
    text = "\n".join(lines).strip("\n")
    return f"{text}\n" if text else ""


def fill() -> int:
    """Run every page and write the output as it really is into it; the number of commands that ended otherwise."""
    faults = 0
    with tempfile.TemporaryDirectory() as spare:
        lay_out(Path(spare) / "shop")
        for file in PAGES:
            page = file.read_text(encoding="utf-8")
            folder = Path(spare) / file.stem
            shutil.copytree(Path(spare) / "shop", folder)
            real, wrong = run_page(page, folder)
            sys.stderr.writelines(f"{file.name}: {fault}\n" for fault in wrong)
            faults += len(wrong)
            if real != page:
                file.write_text(real, encoding="utf-8")
    return faults


if __name__ == "__main__":
    sys.exit(min(fill(), 1))
