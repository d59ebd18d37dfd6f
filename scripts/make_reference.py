"""Write pages of docs/reference from the real things: commands, settings, Python names, codes.

A test compares the files with what this makes, so that they cannot drift.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import typer

from quintile import errors
from quintile.cli.app import app
from quintile.cli.flags import FLAGS, PANELS
from quintile.domain import codes, fate, words
from quintile.domain.database import DatabaseSettings
from quintile.domain.settings import Settings
from quintile.domain.statuses import DEFAULT_STATUSES
from quintile.jobs.settings_file.setting_comments import COMMENTS, HEADS
from scripts.markdown_text import first, help_text, sentence, table
from scripts.reference_python import python_page

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
HEAD = "<!-- Made by scripts/make_reference.py (make docs); do not edit. -->\n"
HIDDEN_CODES = {"fail-at"}  # of the tests' own switch
_COMMANDS_HEAD = """\
Every command explains itself with `--help`; `quintile --version` says the version.
What a command ends with stands under [exit codes](codes.md#exit-codes).
"""
_SETTINGS_HEAD = """\
Each setting is a key in `quintile.toml` and a flag of the same name; a flag wins. The file is looked for in the current
folder, or in the project's. `quintile init` writes one with all keys explained, filled with what your files show.

An empty default means: found out from the source, and shown.
"""
EXIT_CODES = {
    0: "done",
    1: "a bug in quintile (with its traceback), or nobody read the output to its end",
    errors.QuintileError.exit_code: "data or settings: the message says what, where and how to mend it; also `quintile"
    " check` on a source that would be rejected, `quintile lint` on a scheme with gaps, and a flag that does not exist",
    errors.DeliveryError.exit_code: "what was found could not be handed over, such as alerts to a webhook",
    4: "`quintile alerts --exit-code`: there are alerts",
    errors.StoreFullError.exit_code: "the disk is full; the last good results are untouched",
    errors.StoreBusyError.exit_code: "another run holds the same folder; try later, or `--wait`",
    130: "interrupted with Ctrl-C",
}


def pages() -> dict[str, str]:
    """Every page of the reference that is made, by its file name."""
    return {
        "cli.md": _cli(),
        "settings.md": _settings(),
        "python.md": HEAD + "\n" + python_page(),
        "codes.md": _codes(),
    }


def _cli() -> str:
    group: Any = typer.main.get_command(app)
    parts = [
        HEAD,
        "# Commands\n",
        f"{sentence(group.help)}\n",
        _COMMANDS_HEAD,
        table(
            ("command", "what it does"),
            (
                (f"[`quintile {name}`](#quintile-{name})", first(command.help))
                for name, command in group.commands.items()
            ),
        ),
    ]
    for name, command in group.commands.items():
        parts += [f"## quintile {name}\n", f"{sentence(command.help)}\n", *_parameters(command)]
    return "\n".join(parts)


def _parameters(command: Any) -> Iterator[str]:  # noqa: ANN401 - the command line's own type
    own = [one for one in command.params if one.rich_help_panel not in PANELS.values() and one.name != "help"]
    arguments = [one for one in own if one.param_type_name == "argument"]
    options = [one for one in own if one.param_type_name == "option"]
    settings = len(own) < len([one for one in command.params if one.name != "help"])
    usage = " ".join([one.metavar.strip("[]") if one.required else f"[{one.metavar.strip('[]')}]" for one in arguments])
    many = "..." if any(one.nargs == -1 for one in arguments) else ""
    yield f"```text\nquintile {command.name}{' ' + usage + many if usage else ''} [OPTIONS]\n```\n"
    if own:
        rows = [(f"`{one.metavar.strip('[]')}`", "", help_text(one.help)) for one in arguments]
        rows += [(_spelled(one), _default(one), help_text(one.help)) for one in options]
        yield table(("parameter", "default", "what it is for"), rows)
    if settings:
        yield "And a flag for [every setting](settings.md).\n"


def _spelled(option: Any) -> str:  # noqa: ANN401 - the command line's own type
    value = "" if option.is_flag else f" {option.metavar or 'N'}"
    return f"`{', '.join(option.opts)}{value}`" + (" (needed)" if option.required else "")


def _default(option: Any) -> str:  # noqa: ANN401 - the command line's own type
    return "" if option.is_flag or option.default is None or option.required else f"`{option.default}`"


def _settings() -> str:
    parts = [
        HEAD,
        "# Settings\n",
        _SETTINGS_HEAD,
    ]
    defaults = Settings()
    for group in (field.name for field in dataclasses.fields(Settings) if field.name != "sources"):
        chosen = getattr(defaults, group)
        rows = [_setting(group, field.name, getattr(chosen, field.name)) for field in dataclasses.fields(chosen)]
        heading = f"## {PANELS.get(group, group.capitalize())}: [{group}]\n"
        head = HEADS.get(group, "").split(". ")[0].rstrip(".")  # the rest speaks of the file
        parts += [
            heading,
            f"{head}.\n" if head else "",
            table(("key", "flag and values", "default", "what it decides"), rows),
        ]
    statuses = ((f"`{kind}`", ", ".join(texts)) for kind, texts in DEFAULT_STATUSES.items())
    parts += [
        "## Kinds of status\n",
        "What a status means where `[ledger.statuses]` does not say otherwise; upper and lower case are the same.\n",
        table(("kind", "usual words"), statuses),
        "## Databases: [sources.NAME]\n",
        "Keys of a database that is read as a source; [more about databases](../databases.md).\n",
        table(("key", "values", "default"), map(_database_key, dataclasses.fields(DatabaseSettings))),
    ]
    return "\n".join(parts)


def _setting(group: str, key: str, default: object) -> tuple[str, ...]:
    flag = next((flag for flag in FLAGS if (flag.group, flag.key) == (group, key)), None)
    comment, _ = COMMENTS.get((group, key), ("", None))
    if flag is None:
        return f"`{key}`", "no flag", _toml(default), _upper(comment)
    value = "" if flag.kind is bool else f" {flag.metavar}"
    return f"`{key}`", f"`{flag.spelled}{value}`", _toml(default), flag.help.rstrip(".")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _database_key(field: dataclasses.Field[Any]) -> tuple[str, ...]:
    kind = get_type_hints(DatabaseSettings)[field.name]
    kinds = [one for one in get_args(kind) if one is not NoneType] if NoneType in get_args(kind) else [kind]
    choices = [choice for one in kinds if get_origin(one) is Literal for choice in get_args(one)]
    said = ", ".join(choices) if choices else {int: "number", str: "text"}.get(kinds[0], "a table: role = column")
    default = "" if field.default is dataclasses.MISSING else _toml(field.default)
    return f"`{field.name}`", said, default


def _toml(value: object) -> str:
    if value in (None, (), {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return ", ".join(f"`{key} = {one}`" for key, one in value.items())
    if isinstance(value, tuple):
        return "`" + ", ".join(map(str, value)) + "`"
    return f"`{value}`"


def _codes() -> str:
    quarantined = (
        (f"`{reason}`", words.called(reason), help_text(words.REMEDIES[reason])) for reason in fate.QUARANTINE_REASONS
    )
    excluded = ((f"`{reason}`", words.called(reason)) for reason in fate.EXCLUSION_REASONS)
    parts = [
        HEAD,
        "# Codes\n",
        "A code is the short name of what is the matter; programs read it from `--json` and `run.json`.\n",
        "## Exit codes\n",
        table(("code", "meaning"), ((str(code), text) for code, text in sorted(EXIT_CODES.items()))),
        "## Rows that are set aside\n",
        "A row with one of these reasons is counted with its money and [can be corrected](../quarantine.md).\n",
        table(("code", "name", "remedy"), quarantined),
        "## Rows that do not count\n",
        "Left out on purpose. `--exclude` chooses which statuses of an order do not count.\n",
        table(("code", "name"), excluded),
        "## Warnings\n",
        "The run goes on; the warning stands in `run.json`, in the report and on the terminal.\n",
        table(("code", "name", "remedy"), _worded(codes.WARNINGS)),
        "## Errors of data and databases\n",
        "Nothing is published. The message names the place and brings its own fix; what stands here holds always.\n",
        table(("code", "name", "remedy"), _worded(codes.ERRORS)),
        "## Errors of settings, schemes and results\n",
        "Nothing is published. The code is mostly the name of the setting or flag that is wrong.\n",
        table(("what is wrong", "codes"), _other_codes()),
    ]
    return "\n".join(parts)


def _worded(table: dict[str, codes.Words]) -> Iterator[tuple[str, ...]]:
    for code, said in sorted(table.items()):
        yield f"`{code}`", said.name, help_text(said.remedy)


def _other_codes() -> list[tuple[str, ...]]:
    """Codes that are written in the source where an error of settings or of the store is raised, by kind of error."""
    found: dict[str, set[str]] = {}
    for file in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                kind, code = getattr(errors, node.func.id, None), node.args[0]
                if (
                    _is_settings_or_store(kind)
                    and isinstance(code, ast.Constant)
                    and isinstance(code.value, str)
                    and code.value not in HIDDEN_CODES
                ):
                    found.setdefault(first(kind.__doc__), set()).add(f"`{code.value}`")
    return [(kind.rstrip("."), ", ".join(sorted(written))) for kind, written in sorted(found.items())]


def _is_settings_or_store(kind: Any) -> bool:  # noqa: ANN401 - whatever a name in errors is
    return inspect.isclass(kind) and issubclass(kind, errors.QuintileError) and not issubclass(kind, errors.DataError)


def write() -> None:
    """Write the pages where they lie."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
