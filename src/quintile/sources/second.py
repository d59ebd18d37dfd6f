"""Second: opens a table that stands beside the orders, in its own dialect, and finds the columns of its roles.

Its names are looked for first; then a role of the orders' own mapping helps, if that column is there too. Each table is
staged in a folder of its own, so that no two of them take the same name.
"""

from __future__ import annotations

import contextlib
import csv
import difflib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quintile.domain.settings import ReadingSettings
from quintile.engine.render import Sql, joined, literal, name, render
from quintile.errors import DataError, Place, SettingsError
from quintile.sources.dates import suggest_dates
from quintile.sources.encodings import find_encoding
from quintile.sources.first_line import first_line
from quintile.sources.identifiers import id_sql, look_at_ids
from quintile.sources.located import ROW_NUMBER
from quintile.sources.mapping import suggest_column
from quintile.sources.numbers import suggest_numbers
from quintile.sources.open import open_source
from quintile.sources.written import write_rows, written_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from quintile.engine.base import Engine
    from quintile.sources.dates import DateFormat
    from quintile.sources.located import SourceTable
    from quintile.sources.number_forms import Mark
    from quintile.sources.numbers import NumberFormat

EXAMPLES = 3
_NOTHING = Sql("CAST(NULL AS VARCHAR)")
_AS_TEXT = "CAST({column} AS VARCHAR)"
_DOUBTFUL = re.compile("[0-9]{1,3}[.,][0-9]{3}")
_BAD = """
SELECT problem, rows, number, raw FROM (
    SELECT problem, count(*) OVER (PARTITION BY problem) AS rows, number, raw,
           row_number() OVER (PARTITION BY problem ORDER BY number) AS place
    FROM (SELECT {problem} AS problem, {row} AS number, {raw} AS raw FROM ({located})) WHERE problem IS NOT NULL
) WHERE place <= {most} ORDER BY problem, number
"""


@dataclass(frozen=True)
class Form:
    """One kind of second table: its name, what its columns may be called by role, and the role of a lone column."""

    kind: str
    names: Mapping[str, str]
    lone: str | None = None


@dataclass(frozen=True)
class Second:
    """An opened second table and the column of each role it has."""

    form: Form
    table: SourceTable
    columns: dict[str, str]

    def id(self, engine: Engine, role: str) -> Sql:
        """A role's clean ids as text; nothing where it has no column."""
        if role not in self.columns:
            return _NOTHING
        column = self.columns[role]
        kind = self.table.columns[column]
        _, whole = look_at_ids(engine, self.table.query, column, kind)
        return render("CAST({id} AS VARCHAR)", id=id_sql(column, kind, whole=whole))

    def text(self, role: str) -> Sql:
        """A role's cells as text; nothing where it has no column."""
        if role not in self.columns:
            return _NOTHING
        return render(_AS_TEXT, column=name(self.columns[role]))

    def numbers(self, engine: Engine, role: str, settings: ReadingSettings | None) -> NumberFormat:
        """How a role's numbers are written; the user's decimal mark decides only where the column does not.

        The mark that parts the table's own cells is no answer, nor is any without settings.
        """
        column = self.columns[role]
        kind = self.table.columns[column]
        own: Mark | None = "." if column in self.table.typed else None
        decimal = settings.decimal if settings else None
        with self._placing(engine):
            try:
                return suggest_numbers(engine, self.table.query, column, own, kind)
            except DataError as error:
                if error.code != "ambiguous_decimal":
                    raise
                delimiter = self.table.assumed.get("delimiter")
                if decimal is None or decimal == delimiter:
                    may_ask = settings is not None and decimal is None
                    error.fix = _fix_beside(delimiter, error) if may_ask else _fix_without_mark(error.place)
                    raise
            return suggest_numbers(engine, self.table.query, column, decimal, kind)

    def dates(self, engine: Engine, role: str, settings: ReadingSettings) -> DateFormat:
        """How a role's dates are written; the user's date order decides only where the column does not."""
        column = self.columns[role]
        kind = self.table.columns[column]
        with self._placing(engine):
            try:
                return suggest_dates(engine, self.table.query, column, kind=kind)
            except DataError as error:
                if error.code not in {"ambiguous_date", "two_digit_year"} or settings.date_order is None:
                    raise
            return suggest_dates(engine, self.table.query, column, kind=kind, date_order=settings.date_order)

    @contextlib.contextmanager
    def _placing(self, engine: Engine) -> Iterator[None]:
        """Every error has the table's file for its place, and the line if it can be told."""
        try:
            yield
        except DataError as error:
            at = error.place
            error.place = replace(
                at, file=at.file or self.table.name, line=at.line or first_line(engine, self.table, at)
            )
            raise

    def bad_rows(self, engine: Engine, problems: Mapping[str, Sql], *, show: bool = True) -> list[dict[str, Any]]:
        """The rows with a problem, by reason: how many, and the first with line, column and (unless private) raw text.

        Args:
            engine: Runs the looking.
            problems: For each role the SQL of its problem, NULL where there is none.
            show: Whether the raw text may be shown; never where it may name a person.
        """
        found: dict[str, dict[str, Any]] = {}
        for row in self.table.rejected:
            reason = found.setdefault(row.reason, {"reason": row.reason, "rows": 0, "examples": []})
            reason["rows"] += 1
            _add(reason, {"file": row.file, "line": row.line, "column": row.column, "raw": row.raw if show else ""})
        for role, problem in problems.items():
            raw = self.text(role)
            query = render(
                _BAD, problem=problem, row=Sql(ROW_NUMBER), raw=raw, located=self.table.located, most=literal(EXAMPLES)
            )
            rows = engine.rows(query)
            lines = self.table.lines([number for *_, number, _ in rows])
            counted = {code: count for code, count, *_ in rows}
            for code, count in counted.items():
                found.setdefault(code, {"reason": code, "rows": 0, "examples": []})["rows"] += count
            for code, _, number, text in rows:
                shown = {"line": lines[number], "column": self.columns[role], "raw": (text or "") if show else ""}
                _add(found[code], {"file": self.table.name, **shown})
        return [found[code] for code in sorted(found)]

    def report(self, **counts: object) -> dict[str, Any]:
        """What is told of the table: file, checksum, rows, columns, and these counts."""
        return {
            "table": self.form.kind,
            "name": self.table.name,
            "sha256": self.table.sha256,
            "rows": self.table.rows,
            "columns": self.columns,
            **counts,
        }


def open_second(engine: Engine, path: Path, staging: Path, form: Form, settings: ReadingSettings) -> Second:
    """Open a second table and find its columns.

    Args:
        engine: Reads it.
        path: The file, of any readable format and dialect.
        staging: For links and copies; a folder of the table's own is made in it.
        form: What the table is.
        settings: Of the orders; ``map`` may hold ``returns.order`` beside the orders' own roles.

    Raises:
        DataError: The file cannot be read, or two columns could play one role.
        SettingsError: The mapping names an unknown role.
    """
    folder = staging / f"second_{form.kind}"
    folder.mkdir(exist_ok=True)
    table = _opened(engine, path, folder, form)
    own, shared = _chosen(form, settings, table)
    columns = list(table.columns)
    mapped = {role: column for role, column in own.items() if column}
    for role in form.names:
        if role in own:
            continue
        free = [column for column in columns if column not in mapped.values()]
        found = suggest_column(role, free, table.name, names=form.names, flag=f"{form.kind}.{role}")
        if found is None and shared.get(role) in free:
            found = shared[role]
        if found is not None:
            mapped[role] = found
    if form.lone is not None and len(columns) == 1 and not mapped:
        mapped[form.lone] = columns[0]
    return Second(form, table, {role: mapped[role] for role in form.names if role in mapped})


def missing_columns(second: Second, wanted: str, fix: str) -> DataError:
    """The error for a table without a column it cannot do without."""
    seen = ", ".join(column[:60] for column in list(second.table.columns)[:20])
    return DataError(
        "missing_columns",
        f"the table of {second.form.kind} has no column for {wanted}; columns seen: {seen}",
        fix=fix,
        place=Place(second.table.name),
    )


def one_of(text: Sql, words: frozenset[str]) -> Sql:
    """The test that a cell is one of some words, upper and lower case the same."""
    listed = joined(literal(word) for word in sorted(words))
    return render("lower(trim({text})) IN ({listed})", text=text, listed=listed)


def _fix_beside(delimiter: str | None, error: DataError) -> str:
    """How to settle ambiguous numbers, where the mark that parts the cells cannot be named."""
    if delimiter not in {",", "."}:
        return error.fix
    other = "." if delimiter == "," else ","
    if delimiter in (error.place.like or ""):
        return _fix_without_mark(error.place)
    return f"--decimal {other} if that mark begins the decimals; or {_fix_without_mark(error.place)}"


def _fix_without_mark(place: Place) -> str:
    """How to mend ambiguous numbers in the table itself."""
    like = place.like or ""
    such = (f", such as {like}0", f", such as {re.sub('[.,]', '', like)}") if _DOUBTFUL.fullmatch(like) else ("", "")
    return f"write them with four decimals{such[0]}; or, if that mark parts thousands, without it{such[1]}"


def _chosen(form: Form, settings: ReadingSettings, table: SourceTable) -> tuple[dict[str, str], dict[str, str]]:
    own, shared = {}, {}
    for key, column in settings.map.items():
        kind, dot, role = key.partition(".")
        if not dot and key in form.names:
            shared[key] = column
        if not dot or kind != form.kind:
            continue
        if role not in form.names:
            near = difflib.get_close_matches(role, form.names, n=1)
            hint = f"did you mean '{form.kind}.{near[0]}'? " if near else ""
            fix = f"{hint}roles of {form.kind} are {', '.join(form.names)}"
            raise SettingsError("map", f"'{key}' is no role", fix=fix)
        if column and column not in table.columns:
            near = difflib.get_close_matches(column, table.columns, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise DataError(
                "missing_columns",
                f"the column '{column}' given for {key} is not in the table of {form.kind}",
                fix=f"{hint}columns seen: {', '.join(table.columns)}",
                place=Place(table.name),
            )
        own[role] = column
    return own, shared


def _opened(engine: Engine, path: Path, folder: Path, form: Form) -> SourceTable:
    """A list may be a single column, which has no delimiter to be told by."""
    try:
        return open_source(engine, path, folder, ReadingSettings())
    except DataError as error:
        if error.code != "not_tabular" or form.lone is None:
            raise
    # The only column needs no name: its first line is a name if it reads like one, otherwise an id.
    text = path.read_text(find_encoding(path))
    rows = [
        (line, cells) for line, cells in enumerate(csv.reader(text.splitlines()), start=1) if "".join(cells).strip()
    ]
    header = form.lone
    if rows and _reads_like_a_name(rows[0][1][0], form, path):
        header = rows.pop(0)[1][0].strip()
    written = folder / "lone.csv"
    return written_table(path, written, [header], write_rows(written, [header], rows), form="text")


def _reads_like_a_name(cell: str, form: Form, path: Path) -> bool:
    return any(suggest_column(role, [cell], path.name, names=form.names) for role in form.names)


def _add(reason: dict[str, Any], example: dict[str, Any]) -> None:
    if len(reason["examples"]) < EXAMPLES:
        reason["examples"].append(example)
