"""Flags: each setting of quintile.toml is a flag of the same name, made from one table.

``with_settings`` gives a command all of them, so that no command repeats thirty parameters.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SETTINGS_FILE = Path("quintile.toml")


@dataclass(frozen=True)
class Flag:
    """One flag: the group and key it sets, what it is for, and in which box of the help it stands."""

    group: str
    key: str
    help: str
    metavar: str = "TEXT"
    kind: type = str
    several: bool = False
    listed: bool = False
    pairs: bool = False
    flag: str | None = None

    @property
    def spelled(self) -> str:
        """``base_currency`` is written ``--base-currency``, ``report`` is ``--report`` or ``--no-report``."""
        name = (self.flag or self.key).replace("_", "-")
        return f"--{name}/--no-{name}" if self.kind is bool else f"--{name}"


PANELS = {
    "reading": "Reading",
    "ledger": "Ledger",
    "model": "Model",
    "refresh": "Refresh",
    "output": "Results",
    "engine": "Machine",
    "limits": "Limits",
    "network": "Network",
}
FLAGS = (
    Flag("reading", "map", "Which column plays a role; repeat it.", "[TABLE.]ROLE=COLUMN", several=True, pairs=True),
    Flag("reading", "delimiter", "What separates the columns of a text file.", "CHAR|tab"),
    Flag("reading", "encoding", "Encoding of a text file.", "NAME"),
    Flag("reading", "decimal", "Decimal mark of amounts.", ".|,"),
    Flag("reading", "date_order", "Order of day, month and year.", "dmy|mdy|ymd"),
    Flag("reading", "date_format", "Exact form of dates, such as %d-%b-%y.", "FORMAT"),
    Flag("reading", "sheet", "Sheet of a workbook.", "NAME"),
    Flag("reading", "max_bad_share", "Reject the source when more of its rows are bad.", "SHARE", float),
    Flag("ledger", "time_zone", "The shop's time zone: the day of an order is the shop's day.", "ZONE"),
    Flag("ledger", "base_currency", "All money is converted to it.", "CODE"),
    Flag("ledger", "rates", "Table date,currency,rate; or ecb (extra fx).", "FILE|ecb"),
    Flag("ledger", "returns", "Table of what came back, by order id.", "FILE"),
    Flag("ledger", "customers", "Table of customers: contacts, consent, account.", "FILE"),
    Flag("ledger", "merges", "Table of old ids and the new ids they were merged into.", "FILE"),
    Flag("ledger", "grain", "What one row is: a whole order, an order line; or one order a day.", "order|line|day"),
    Flag("ledger", "customer_key", "What names a customer.", "id|email|phone|account"),
    Flag("ledger", "guests", "Rows without a customer id.", "quarantine|email|phone"),
    Flag("ledger", "country", "Where phone numbers without a country code are.", "DE"),
    Flag("ledger", "refunds", "Policy for returns.", "net|gross|exclude_order"),
    Flag("ledger", "zero_orders", "Orders worth nothing.", "ignore|count"),
    Flag("ledger", "duplicates", "Drop repeated orders, repeated rows, or nothing.", "key|row|keep"),
    Flag("ledger", "exclude", "Statuses that do not count.", "cancelled,failed,pending,test", listed=True),
    Flag("model", "window", "How far back orders count.", "12mo|365d|all"),
    Flag("model", "recency", "Calendar days, or full 24 hours.", "calendar|elapsed"),
    Flag("model", "monetary", "Sum of the orders, or mean per order.", "total|average"),
    Flag("model", "population", "Who is scored.", "buyers|ever|customers|FILE"),
    Flag("model", "scale", "How many scores, 2 to 10.", "N", int),
    Flag("model", "best", "Show the best score as the highest, or as 1.", "high|low"),
    Flag("model", "method", "How scores are cut, for all or each metric (r=threshold,f=kmeans).", "NAME"),
    Flag("model", "r_cuts", "Own cut points for recency, ascending days.", "14,45,90,150", listed=True),
    Flag("model", "f_cuts", "Own cut points for frequency, ascending.", "2,3,5,7", listed=True),
    Flag("model", "m_cuts", "Own cut points for monetary, ascending.", "100,300,600,1000", listed=True),
    Flag("model", "scheme", "Segment scheme: a name or a TOML file.", "NAME|FILE"),
    Flag("model", "dwell", "In a project: publish a new segment once it stood in so many snapshots.", "N", int),
    Flag("model", "margin", "In a project: publish a new segment at once beyond this share of the border.", "0.05"),
    Flag("refresh", "mode", "What a project's source is: more rows, or the whole extract.", "append|full"),
    Flag("refresh", "refit", "Learn a project's cut points anew.", kind=bool),
    Flag("refresh", "accept", "Publish in spite of a drift of this code; repeat it.", "CODE", several=True),
    Flag("refresh", "because", "Why the drift is accepted; kept in run.json."),
    Flag("engine", "url", "Where the work is done.", "duckdb|postgresql://…|spark://…", flag="engine"),
    Flag("engine", "schema", "Where results go in a PostgreSQL server.", "NAME"),
    Flag("engine", "storage", "Where results go in a cluster: all workers reach it.", "ADDRESS"),
    Flag("engine", "memory", "Memory the database may use; beyond it, it works on disk.", "2GB"),
    Flag("engine", "spill", "Folder for what does not fit into memory.", "DIR"),
    Flag("engine", "threads", "Processor threads; the results do not depend on it.", "N", int),
    Flag("limits", "max_memory", "Memory the child process of a check may take.", "4GB"),
    Flag("limits", "max_seconds", "Seconds it may take for one request.", "N", int),
    Flag("limits", "max_file", "Size of a temporary file it may write.", "50GB"),
    Flag("network", "allow_hosts", "Private hosts that may be connected to.", "HOST,10.0.0.0/8", listed=True),
    Flag("output", "formats", "Customer files to write.", "parquet,csv", listed=True),
    Flag("output", "report", "Write the report page, report.html.", kind=bool),
)
GivenFlags = dict[str, dict[str, Any]]


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all setting flags; it receives those that were written, by group, as ``flags``."""

    @functools.wraps(command)
    def called(**arguments: Any) -> None:  # noqa: ANN401 - the flags' values
        given: GivenFlags = {}
        for flag in FLAGS:
            value = arguments.pop(flag.key)
            if value not in (None, ()):
                given.setdefault(flag.group, {})[flag.key] = _value(flag, value)
        command(**arguments, flags=given)

    signature = inspect.signature(command, eval_str=True)
    own = [parameter for name, parameter in signature.parameters.items() if name != "flags"]
    called.__signature__ = signature.replace(parameters=[*own, *_parameters()])  # type: ignore[attr-defined]
    return called


@functools.cache
def _parameters() -> tuple[inspect.Parameter, ...]:
    return tuple(_parameter(flag) for flag in FLAGS)


def _parameter(flag: Flag) -> inspect.Parameter:
    metavar = None if flag.kind is bool else flag.metavar
    option = typer.Option(
        flag.spelled, help=flag.help, metavar=metavar, rich_help_panel=PANELS[flag.group], show_default=False
    )
    kind: Any = list[str] if flag.several else flag.kind
    return inspect.Parameter(
        flag.key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind | None, option]
    )


def _value(flag: Flag, value: Any) -> Any:  # noqa: ANN401 - as typed on the command line
    if flag.pairs:
        return mapping(value)
    if flag.listed:
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def refuse_empty(words: Sequence[str]) -> None:
    """Refuse an empty value, such as that of a variable that is not set: as a path it would be the current folder.

    An empty list has a meaning: ``--exclude ""`` excludes nothing.

    Raises:
        SettingsError: ``empty``.
    """
    lists = {flag.spelled for flag in FLAGS if flag.listed}
    for before, word in pairwise(("", *words)):
        option, equals, value = word.partition("=") if word.startswith("--") else (before, "=", word)
        if equals and not value and option not in lists:
            what = f"{option} is given an empty value" if option.startswith("-") else "an argument is empty"
            raise SettingsError("empty", what, fix="write a value there, or leave it out")


def mapping(pairs: list[str]) -> Mapping[str, str]:
    """Columns by role, from ``role=column`` as typed.

    Raises:
        SettingsError: ``map``, a text maps nothing, or a role is given two columns.
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        named, equals, column = pair.partition("=")
        role = named.strip()
        if not equals:
            fix = "write --map role=column, such as --map amount=total"
            raise SettingsError("map", f"'{pair}' maps nothing", fix=fix)
        if mapping.setdefault(role, column) != column:
            message = f"{role} is given two columns, '{mapping[role]}' and '{column}'"
            raise SettingsError("map", message, fix=f"keep one of them: --map {role}={column}")
    return mapping
