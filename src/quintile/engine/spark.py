"""Spark: the same SQL on a cluster; nothing is collected but small aggregates.

What is materialised is written to a folder that all workers reach, and read from there: so plans stay short, and a
lost worker costs nothing but its own work.
"""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from sqlglot import exp

from quintile.engine.duckdb import DuckDbEngine
from quintile.engine.names import Names
from quintile.engine.render import Sql, name, render
from quintile.engine.spark_cluster import require_cores, require_master, watched
from quintile.engine.spark_files import SparkFiles
from quintile.engine.spark_lake import format_at, remedy
from quintile.engine.spark_scratch import scratch_name
from quintile.engine.spark_words import told
from quintile.engine.translate import parsed, quoted
from quintile.errors import DataError, Place, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame


# The same answers as everywhere: times without a zone, whole decimals, an error where a value does not fit.
_SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
}
_KINDS = {
    "tinyint": "TINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp_ntz": "TIMESTAMP",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "boolean": "BOOLEAN",
    "void": '"NULL"',
}
_DIGEST = "SELECT count(*), coalesce(sum(CAST(xxhash64(*) AS DECIMAL(38, 0))), 0) FROM {table}"
_READ_IT = (
    "name Parquet files, a Delta or an Iceberg table by an address that all workers reach, or as catalog.schema.table"
)
_NANOSECONDS = "write the times in microseconds, which Spark reads: pandas.to_parquet(..., coerce_timestamps='us')"
_LOCAL = re.compile(r"^file:/{2}(?=[^/])")  # names no machine: a stroke was lost on the way through a path
_UNKNOWN = "Failed to find the data source"
_WHICH_CALL = "An error occurred while calling"
_HEX = 12  # digits of a result's name
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
# Who says that no worker takes the work, or that the master is lost: without them, nothing does.
_WAITS = ("TaskSchedulerImpl", "cluster.StandaloneSchedulerBackend")
_GIVEN_UP = "stopped SparkContext"  # what Spark says when the machine answers, but not as a master


class SparkEngine:
    """A session of a Spark cluster; one that this process has already is used, and left open.

    Args:
        url: ``spark://host:7077``, ``local[2]`` or whatever else Spark calls a master.
        storage: A folder or address that all workers reach: results and what is materialised lie there.

    Raises:
        SettingsError: ``engine``, the cluster cannot be reached.
    """

    name = "spark"

    def __init__(self, url: str, storage: str) -> None:
        self._is_ours = SparkSession.getActiveSession() is None
        if self._is_ours:
            require_master(url)
        try:
            found = _session(url, is_ours=self._is_ours)
            self._session = found.newSession()  # with settings and names of its own
            for setting, value in _SESSION.items():
                self._session.conf.set(setting, value)
            if self._is_ours:
                require_cores(found, url)
        except (PySparkException, Py4JError, RuntimeError) as error:
            reason = "no master of Spark answers there" if _GIVEN_UP in str(error) else _reason(error)
            message = f"the Spark cluster {url} cannot be used: {reason}"
            fix = "check the address of its master, and that Java 17 is installed here"
            raise SettingsError("engine", message, fix=fix) from error
        self._ended = watched(found, url) if self._is_ours else None
        self._files = SparkFiles(self._session)
        self._storage = storage.rstrip("/")
        self._files.remove_abandoned(self._storage)
        self._scratch = f"{self._storage}/{scratch_name()}"
        self._names = Names("spark", told, lambda query: list(self._session.sql(query).columns))

    def rows(self, query: Sql) -> list[tuple[Any, ...]]:
        """Run a query and return its (few) rows."""
        with _explained():
            return [tuple(row) for row in self._frame(query).collect()]

    def table(self, table_name: str, query: Sql) -> Sql:
        """Materialise a query in the folder of the session."""
        made = self._names.new(table_name)
        with _explained():
            rows = self._frame(query)
            rows.write.parquet(f"{self._scratch}/{made}")
            written = self._session.read.schema(rows.schema).parquet(f"{self._scratch}/{made}")
            return self._stand(table_name, made, written)

    def view(self, view_name: str, query: Sql) -> Sql:
        """Name a query; it is put where its name stands."""
        self._names.stand(view_name, parsed(query))
        return name(view_name)

    def drop(self, table_name: str) -> None:
        """Forget a table; its files go with the session."""
        known = self._names.forget(table_name)
        if isinstance(known, exp.Table):
            self._session.catalog.dropTempView(known.name)

    def columns(self, query: Sql) -> dict[str, str]:
        """Column names, and what DuckDB calls their types."""
        with _explained():
            fields = self._frame(query).schema.fields
        return {field.name: _kind(field.dataType.simpleString()) for field in fields}

    def write(self, query: Sql, path: Path, day: str = "") -> None:
        """Write a query's rows as Parquet to the storage, in a folder named by its content; the file says which."""
        view = self._names.new("written")
        made = f"{self._scratch}/{view}"
        with _explained():
            self._frame(query).write.parquet(made)
            self._session.read.parquet(made).createOrReplaceTempView(view)
            rows, digest = self._session.sql(_DIGEST.format(table=f"`{view}`")).collect()[0]
            of = f"as_of={day}/" if day else ""
            target = f"{self._storage}/{path.stem}/{of}content={int(digest) % 16**_HEX:0{_HEX}x}"
            self._session.read.parquet(made).write.mode("overwrite").parquet(target)
        told_where = {"engine": self.name, "folder": target, "rows": rows}
        path.write_text(json.dumps(told_where, indent=2) + "\n", encoding="utf-8")

    def register(self, table_name: str, frame: object) -> Sql:
        """Write a frame (anything with the Arrow C stream) to the storage and read it from there.

        A text is the address of Parquet files, of a Delta or an Iceberg table, or the name of one in the catalog.

        Raises:
            DataError: ``not_found``, there is no such table.
        """
        if isinstance(frame, str):
            return self._found(table_name, frame)
        made = self._names.new(table_name)
        with tempfile.TemporaryDirectory(prefix="quintile-") as folder:
            local = Path(folder) / "frame.parquet"
            reader = DuckDbEngine([Path(folder)])
            try:
                rows = render("SELECT * FROM {frame}", frame=reader.register("frame", frame))
                reader.write(rows, local)
            finally:
                reader.close()
            with _explained():
                self._files.bring(local, f"{self._scratch}/{made}/frame.parquet")
        with _explained():
            return self._stand(table_name, made, self._session.read.parquet(f"{self._scratch}/{made}"))

    def close(self) -> None:
        """End the session and remove what it materialised."""
        if self._ended is not None:
            self._ended.set()
        with contextlib.suppress(PySparkException, Py4JError):  # a cluster that is gone keeps what it has
            self._files.remove(self._scratch)
        if self._is_ours:
            self._session.stop()

    def _found(self, table_name: str, address: str) -> Sql:
        kind, address = "table", _LOCAL.sub("file:/", address)
        try:
            if "/" not in address:
                found = self._session.table(address)
            else:
                kind = format_at(self._files, address)
                found = self._session.read.format(kind).load(address)
        except (PySparkException, Py4JError) as error:
            message = f"the cluster has no table {address} to read: {_reason(error)}"
            known = remedy(kind, unknown=_UNKNOWN in message)
            fix = _NANOSECONDS if "NANOS" in message else known or _READ_IT
            raise DataError("not_found", message, fix=fix, place=Place(address)) from error
        return self._stand(table_name, self._names.new(table_name), found)

    def _stand(self, table_name: str, made: str, frame: DataFrame) -> Sql:
        frame.createOrReplaceTempView(made)
        self.drop(table_name)
        self._names.stand(table_name, exp.Table(this=quoted(made)))
        return name(table_name)

    def _frame(self, query: Sql) -> DataFrame:
        return self._session.sql(self._names.told(query))


def _session(url: str, *, is_ours: bool) -> SparkSession:
    builder = SparkSession.builder.master(url).appName("quintile")
    for setting, value in _QUIET.items():
        builder = builder.config(setting, value)
    session = builder.getOrCreate()
    context: Any = session.sparkContext
    if is_ours and context.getConf().get("spark.log.level") is None:
        context.setLogLevel("ERROR")
        log = context._jvm.org.apache.logging.log4j  # noqa: SLF001 - as in SparkFiles
        for waits in _WAITS:
            log.core.config.Configurator.setLevel(f"org.apache.spark.scheduler.{waits}", log.Level.WARN)
    return session


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Say what the cluster cannot do.

    Raises:
        SettingsError: ``engine``.
    """
    try:
        yield
    except (PySparkException, Py4JError) as error:
        fix = "see to it that its workers run and reach --storage, and that the source's files are whole and alike"
        raise SettingsError("engine", f"Spark cannot do it: {_reason(error)}", fix=fix) from error


def _kind(kind: str) -> str:
    return kind.upper() if kind.startswith("decimal") else _KINDS.get(kind, "VARCHAR")


def _reason(error: Exception) -> str:
    # Of an error of the Java side the first line only says which call it was.
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith(_WHICH_CALL)]
    return (lines or [""])[0].removeprefix(": ")[:300]
