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
from quintile.jobs.toml_text import as_toml, quoted, source_tables
from quintile.jobs.wish import last_day
from quintile.jobs.workplace import silent, workplace
from quintile.ledger.build import build_ledger
from quintile.sources.read import Reading, read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quintile.domain.transactions import FileRead
    from quintile.jobs.workplace import Workplace

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
_NO_COMMENT = ("see quintile run --help", "")  # of a setting that was just added

# What stands beside each key, and the example shown where there is no value.
_COMMENTS: dict[tuple[str, str], tuple[str, object]] = {
    ("reading", "map"): ("which column plays which role", {}),
    ("reading", "delimiter"): ("what parts the columns of a text file: one character, or tab", ";"),
    ("reading", "encoding"): ("of a text file", "cp1252"),
    ("reading", "decimal"): ('decimal mark of amounts: "." or ","', ","),
    ("reading", "date_order"): ("dmy, mdy or ymd; needed for dates such as 03/04/2025", "dmy"),
    ("reading", "date_format"): ("exact form of all dates, if they have an unusual one", "%d-%b-%y"),
    ("reading", "sheet"): ("sheet of a workbook", "Orders"),
    ("reading", "max_bad_share"): ("share of bad rows (0 to 1) above which a source is rejected", None),
    ("ledger", "base_currency"): ("three-letter code; all money is converted to it", "EUR"),
    ("ledger", "time_zone"): ("where the shop is: the day of an order is the shop's day", None),
    ("ledger", "grain"): ("what a row is: order, line (of an order), or day (one order a customer and day)", "line"),
    ("ledger", "customer_key"): ("what names a customer: id, email, phone or account", "email"),
    ("ledger", "guests"): ("rows without a customer: quarantine, or named by email or phone", None),
    ("ledger", "refunds"): ("net (taken off their order), gross (ignored), exclude_order", None),
    ("ledger", "zero_orders"): ("orders worth nothing: ignore or count", None),
    ("ledger", "duplicates"): ("drop repeats of an order's key, of a whole row, or keep all: key, row, keep", None),
    ("ledger", "exclude"): ("kinds of status that do not count", ("cancelled", "failed", "pending", "test")),
    ("ledger", "rates"): ("table date,currency,rate (base currency for one unit), or ecb", "rates.csv"),
    ("ledger", "returns"): ("table of what came back, by order id; amount, line and date where known", "returns.csv"),
    ("ledger", "customers"): ("table of customers: contacts, consent, account", "customers.csv"),
    ("ledger", "merges"): ("table of old ids and the new ids they were merged into", "merges.csv"),
    ("ledger", "country"): ("where phone numbers without a country code are: two letters", "DE"),
    ("ledger", "statuses"): ("how the shop writes each kind of status; upper and lower case are the same", None),
    ("model", "window"): ("how far back orders count: 12mo, 365d, 2y or all", None),
    ("model", "recency"): ("calendar days, or elapsed (full 24 hours)", None),
    ("model", "monetary"): ("total of a customer's orders, or average per order", None),
    ("model", "population"): ("who is scored: buyers (of the window), ever, or customers (all of that table)", None),
    ("model", "scale"): ("number of scores, 2 to 10", None),
    ("model", "best"): ("show the best score as the highest number (high) or as 1 (low)", None),
    ("model", "method"): ("how scores are cut, for all or each metric: r=threshold,f=quantile,m=kmeans", None),
    ("model", "r_cuts"): ("own cut points in days, ascending, such as [14, 45, 90, 150]", None),
    ("model", "f_cuts"): ("own cut points in orders, ascending, such as [2, 3, 5, 7]", None),
    ("model", "m_cuts"): ("own cut points in money, ascending, such as [100, 300, 600, 1000]", None),
    ("model", "scheme"): ("segment scheme: a name (quintile schemes lists them) or a TOML file", "rfm-9"),
    ("refresh", "mode"): ("what a project's source is: append (more rows) or full (the whole extract)", None),
    ("refresh", "accept"): ("drifts accepted by name; better said for one run: --accept CODE", None),
    ("refresh", "because"): ("why they are accepted", "prices are in cents from May on"),
    ("network", "allow_hosts"): ('names, addresses or networks, such as ["10.0.0.0/8"]', None),
    ("output", "formats"): ("customer files to write: parquet, csv", None),
    ("output", "report"): ("the report page: true or false", None),
    ("engine", "memory"): ("memory the database may use; beyond it, it works on disk", "2GB"),
    ("engine", "threads"): ("processor threads; the results do not depend on it", 2),
    ("limits", "max_memory"): ("memory the child process that parses unknown files may take", None),
    ("limits", "max_seconds"): ("seconds it may take for one source", None),
    ("limits", "max_file"): ("size of a temporary file it may write", None),
}
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
_HEADS = {
    "reading": "How the sources are read. What is commented out is detected at every run.",
    "ledger": "What an order is, whose it is, what it is worth, and what counts.",
    "model": "What is measured, how it is scored, which segments follow.",
    "refresh": "What a later source of the same project may change.",
    "network": "Which machines of a private network may be connected to.",
    "output": "What a run leaves behind.",
    "engine": "What the database may take of this machine.",
    "limits": "What no unknown file may go beyond.",
}


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
            lines += ["", f"# {_HEADS.get(group.name, group.name.capitalize())}", f"[{group.name}]"]
            kept = before if group.name == "network" else Settings()
            lines += _group(group.name, getattr(kept, group.name), look, asked)
    lines += source_tables(before.sources, folder) or _A_DATABASE
    return SettingsDraft("\n".join(lines) + "\n", look.found, tuple(look.questions))


def write_settings(path: Path, text: str, *, force: bool) -> None:
    """Write a settings file.

    Raises:
        SettingsError: It is there already and ``force`` is not set, or the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        message, fix = f"the settings file cannot be written: {error.strerror}", "choose another --project"
        if isinstance(error, FileExistsError) and path.exists():
            message, fix = "the settings file is already there", "keep it, or overwrite it with --force"
        raise SettingsError("settings", message, fix=fix, place=Place(str(path))) from error


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
        comment = _COMMENTS.get((group, key), _NO_COMMENT)[0]
        lines += ["", *_question(asked.get((group, key))), f"[{group}.{key}]  # {comment}"]
        lines += [f"{name} = {as_toml(value)}" for name, value in values[key].items()]
        if key == "map":
            lines += _others(look.others)
    return lines


def _entry(group: str, key: str, value: object, asked: dict[tuple[str, str], DataError]) -> list[str]:
    comment, example = _COMMENTS.get((group, key), _NO_COMMENT)
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
