"""Frames: data frames as the database can take them, through their Arrow stream.

What a frame holds that Arrow or the database cannot carry is handed over as text, and typed by our own rules like any
other text: ids that are numbers here and words there, whole numbers of 128 bits, columns of nothing.
"""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from quintile.engine.duckdb import DatabaseError
from quintile.errors import DataError, Place
from quintile.sources.number_forms import OwnNumbers, without_mark

if TYPE_CHECKING:
    from collections.abc import Callable

    from quintile.engine.base import Engine
    from quintile.engine.render import Sql

_NOT_CARRIED = ("Null", "Int128", "UInt128", "Float16")  # kinds of polars
_ANYTHING = ("object", "category")  # kinds of pandas
_SHOWN = 200


def register_frame(engine: Engine, frame: Any, known_as: str, shown: str) -> Sql:  # noqa: ANN401 - any frame
    """Name a frame in the database.

    Args:
        engine: Where it is to be read.
        frame: A pandas, polars, pyarrow or DuckDB table with an Arrow stream.
        known_as: Its name there.
        shown: Its name in messages.

    Raises:
        DataError: ``duplicate_column``, or ``bad_column_type``: it holds values that are neither numbers, texts nor
            times.
    """
    columns = _columns(frame)
    _refuse_repeated(columns, shown)
    library = _library(frame)
    if library == "polars":
        frame = _cast(frame)
    elif library == "pandas":
        frame = frame.set_axis(columns, axis=1)
    try:
        return engine.register(known_as, frame)
    except DatabaseError as error:
        if library != "pandas":
            raise _not_carried(error, shown) from error
    try:
        return engine.register(known_as, _with_texts(frame))
    except DatabaseError as error:
        raise _not_carried(error, shown) from error


def _library(frame: object) -> str:
    return type(frame).__module__.partition(".")[0]


def _columns(frame: Any) -> list[str]:  # noqa: ANN401 - any frame
    names = getattr(getattr(frame, "schema", None), "names", None)
    if isinstance(names, list):  # of Arrow, whose columns are their values
        return names
    return [str(column) for column in getattr(frame, "columns", ())]


def _refuse_repeated(columns: list[str], shown: str) -> None:
    """The database would rename the second of two columns that differ by nothing but case."""
    seen: set[str] = set()
    for column in columns:
        if column.casefold() in seen:
            message = f"two columns are called '{column}'"
            place = Place(shown, column=column)
            raise DataError("duplicate_column", message, fix="give each column its own name", place=place)
        seen.add(column.casefold())


def _cast(frame: Any) -> Any:  # noqa: ANN401 - a frame of polars
    unknown = {column: str for column, kind in frame.schema.items() if str(kind) in _NOT_CARRIED}
    return frame.cast(unknown) if unknown else frame


def _with_texts(frame: Any) -> Any:  # noqa: ANN401 - a frame of pandas
    """Columns of any objects as columns of texts; those of nothing but floats as what they are."""
    texts = frame.copy(deep=False)
    for column, kind in frame.dtypes.items():
        if str(kind) in _ANYTHING:
            values = frame[column].astype(object)
            kinds = set(map(type, values.dropna()))
            floats = kinds and all(issubclass(kind, float) for kind in kinds)
            texts[column] = values.astype(float) if floats else values.map(_spelling(values), na_action="ignore")
    return texts


def _spelling(values: Any) -> Callable[[object], str]:  # noqa: ANN401 - a column of pandas
    """How to write the values: numbers with fractions, or beside texts that may have a comma, without any mark."""
    own, fractions = OwnNumbers(), False
    for value in values.dropna():
        if isinstance(value, Real | Decimal):
            own.number("", str(value))
            fractions = fractions or "e-" in without_mark(str(value))
        elif isinstance(value, str):
            own.text("", value)
    return _without_mark if own.torn or fractions else str


def _without_mark(value: object) -> str:
    return without_mark(str(value)) if isinstance(value, Real | Decimal) else str(value)


def _not_carried(error: Exception, shown: str) -> DataError:
    reason = str(error).partition("\n")[0].rpartition("failed: ")[2][:_SHOWN]
    message = f"the frame holds values that cannot be read: {reason}"
    fix = "turn that column into text, numbers or dates first"
    return DataError("bad_column_type", message, fix=fix, place=Place(shown))
