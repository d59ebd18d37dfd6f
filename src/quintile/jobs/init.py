"""init: look at sources and write down every setting, with what was found or the default, for a person to change.

What cannot be told from the sources is written as a question at the setting that answers it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quintile.domain.database import DatabaseSource
from quintile.domain.settings import Settings
from quintile.errors import DataError, Place, SettingsError
from quintile.jobs.settings_file.setting_comments import COMMENTS, HEADS, NO_COMMENT
from quintile.jobs.settings_file.toml_text import as_toml, quoted, source_tables
from quintile.jobs.workplace.replacing import replacing
from quintile.jobs.workplace.wish import last_day
from quintile.jobs.workplace.workplace import silent, workplace
from quintile.ledger.build import build_ledger
from quintile.snapshots.disk import full_disk
from quintile.sources.read import Reading, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quintile.domain.transactions import FileRead
    from quintile.jobs.workplace.workplace import Workplace

Keys = dict[tuple[str, str], Any]

# The key that answers an error of the sources, and the answer taken for trial so that further questions are found too.
_QUESTIONS: dict[str, tuple[str, str, object]] = {
    "ambiguous_date": ("reading", "date_order", "dmy"),
    "two_digit_year": ("reading", "date_order", "dmy"),
    "bad_date": ("reading", "date_format", None),
    "ambiguous_decimal": ("reading", "decimal", "."),
    "missing_columns": ("reading", "map", None),
    "doubtful_columns": ("reading", "map", None),
    "date_is_number": ("reading", "map", None),
    "bad_column_type": ("reading", "map", None),
    "dialect": ("reading", "delimiter", None),
    "not_tabular": ("reading", "delimiter", None),
    "encoding": ("reading", "encoding", None),
    "choose_sheet": ("reading", "sheet", None),
    "mixed_currency": ("ledger", "base_currency", None),
}
_MOST_QUESTIONS = 4
_MOST_COLUMNS = 40
_COMMENT_AT = 32
_A_DATABASE = (
    "",
    "# A database instead of files: name it here, then write quintile run shop. No password stands in this file.",
    "# [sources.shop]",
    '#   kind = "postgresql"            # or mysql, sqlite, duckdb',
    '#   host = "db.example.com"',
    '#   database = "shop"',
    '#   user = "reader"',
    '#   password_env = "SHOP_PASSWORD" # the name of an environment variable',
    '#   table = "orders"               # or query = "SELECT ..."',
)


@dataclass(frozen=True)
class SettingsDraft:
    """The text of a settings file, what was found in the sources by key, and what only a person can answer."""

    text: str
    found: Keys
    questions: tuple[DataError, ...] = ()


def draft_settings(
    sources: Sequence[object],
    before: Settings = Settings(),  # noqa: B008 - a frozen value
    *,
    folder: Path = Path(),
    on_step: Callable[[str], None] = silent,
) -> SettingsDraft:
    """Write down every setting: what the sources show, else the default.

    Args:
        sources: Files of transactions, or databases; none gives the defaults.
        before: The settings so far; of them only the databases are kept, and the hosts they may be on.
        folder: Where the settings file lies.
        on_step: Told the name of each step as it begins.

    Raises:
        DataError: A source cannot be read, whatever the settings.
    """
    look = _Look()
    if sources:
        look = _look(sources, Settings(network=before.network), on_step)
    asked = {_QUESTIONS[error.code][:2]: error for error in look.questions}
    lines = ["# Settings of quintile: keys are also flags, base_currency is --base-currency; a flag wins."]
    if sources:
        lines.append("# Found in: " + ", ".join(quoted(_called(source)) for source in sources))
    for group in fields(Settings):
        if group.name != "sources":
            lines += ["", f"# {HEADS.get(group.name, group.name.capitalize())}", f"[{group.name}]"]
            kept = before if group.name == "network" else Settings()
            lines += _group(group.name, getattr(kept, group.name), look, asked)
    lines += source_tables(before.sources, folder) or _A_DATABASE
    return SettingsDraft("\n".join(lines) + "\n", look.found, tuple(look.questions))


def write_settings(path: Path, text: str, *, force: bool) -> None:
    """Write a settings file.

    Raises:
        SettingsError: It is there already and ``force`` is not set, or its folder cannot be made.
        StoreError: It cannot be written, or the disk is full; one that was there before stays whole.
    """
    if path.exists() and not force:
        fix = "keep it, or overwrite it with --force"
        raise SettingsError("settings", "the settings file is already there", fix=fix, place=Place(str(path)))
    try:
        with full_disk(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the settings file cannot be written: {error.strerror}"
        raise SettingsError("settings", message, fix="choose another --project", place=Place(str(path))) from error
    with replacing(path, "the settings file") as draft:
        draft.write_text(text, encoding="utf-8")


@dataclass
class _Look:
    """What looking at the sources showed."""

    found: Keys
    questions: list[DataError]
    others: list[str]

    def __init__(self) -> None:
        self.found, self.questions, self.others = {}, [], []


def _called(source: object) -> str:
    return source.name if isinstance(source, Path | DatabaseSource) else "a table"


def _look(sources: Sequence[object], settings: Settings, on_step: Callable[[str], None]) -> _Look:
    look = _Look()
    files = [source for source in sources if isinstance(source, Path)]
    while True:
        try:
            with workplace(files, settings.engine, on_step=on_step) as place:
                _see(place, sources, settings, look)
        except DataError as error:
            if error.code not in _QUESTIONS or len(look.questions) == _MOST_QUESTIONS:
                raise
            look.questions.append(error)
            group, key, trial = _QUESTIONS[error.code]
            if trial is None:
                return look
            settings = replace(settings, **{group: replace(getattr(settings, group), **{key: trial})})
        else:
            return look


def _see(place: Workplace, sources: Sequence[object], settings: Settings, look: _Look) -> None:
    place.on_step("reading")
    tables = place.open(sources, settings)
    look.others = list(dict.fromkeys(column for table in tables for column in table.columns))
    transactions = read(place.engine, tables, settings.reading, Reading())
    asked = {_QUESTIONS[error.code][:2] for error in look.questions}
    look.found = {key: value for key, value in _found(transactions.files).items() if key not in asked}
    look.others = [column for column in look.others if column not in look.found["reading", "map"].values()]
    place.on_step("building the ledger")
    ledger = build_ledger(place.engine, transactions, settings.ledger, last_day=last_day(None, settings), rates=None)
    if "currency" in transactions.roles and ledger.currency:
        look.found["ledger", "base_currency"] = ledger.currency


def _found(files: Sequence[FileRead]) -> Keys:
    """What all files have in common; the rest stays to be detected for each."""
    first, *others = [file.assumed for file in files]
    shared = ("delimiter", "encoding", "decimal", "date_order")
    found: Keys = {
        ("reading", key): first[key]
        for key in shared
        if first.get(key) is not None and all(other.get(key) == first[key] for other in others)
    }
    found["reading", "map"] = {
        role: column
        for role, column in first["columns"].items()
        # A recognised export is read by rules that a mapping would overrule.
        if "export" not in first and all(other["columns"].get(role) == column for other in others)
    }
    return found


def _group(
    group: str,
    defaults: Any,  # noqa: ANN401 - any group of settings
    look: _Look,
    asked: dict[tuple[str, str], DataError],
) -> list[str]:
    names = [field.name for field in fields(defaults)]
    values = {key: look.found.get((group, key), getattr(defaults, key)) for key in names}
    tables = [key for key, value in values.items() if isinstance(value, dict)]
    lines = [line for key in values if key not in tables for line in _entry(group, key, values[key], asked)]
    for key in tables:
        comment = COMMENTS.get((group, key), NO_COMMENT)[0]
        lines += ["", *_question(asked.get((group, key))), f"[{group}.{key}]  # {comment}"]
        lines += [f"{name} = {as_toml(value)}" for name, value in values[key].items()]
        if key == "map":
            lines += _others(look.others)
    return lines


def _entry(group: str, key: str, value: object, asked: dict[tuple[str, str], DataError]) -> list[str]:
    comment, example = COMMENTS.get((group, key), NO_COMMENT)
    written = f"# {key} = {as_toml(example)}" if value is None else f"{key} = {as_toml(value)}"
    return [*_question(asked.get((group, key))), f"{written.ljust(_COMMENT_AT)}  # {comment}"]


def _others(columns: list[str]) -> list[str]:
    if not columns:
        return []
    more = len(columns) - _MOST_COLUMNS
    shown = ", ".join(quoted(column) for column in columns[:_MOST_COLUMNS])
    return [f"# columns without a role: {_plain(shown)}" + (f" and {more:,} more" if more > 0 else "")]


def _question(error: DataError | None) -> list[str]:
    if error is None:
        return []
    where = f" ({error.place})" if str(error.place) else ""
    return [f"# QUESTION: {_plain(error.message + where)}", f"#   {_plain(error.fix)}"]


def _plain(text: str) -> str:
    """A comment's text: one line, without control characters, which TOML forbids."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
