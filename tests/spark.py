"""A Spark cluster for the tests: one a run of pytest, on loopback, in a folder that is thrown away."""

from __future__ import annotations

import contextlib
import logging
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.services import HOST, free_port, program, require, running

if TYPE_CHECKING:
    from collections.abc import Iterator

# Modules that let Spark read what it has no package for: see tests/engines/lake.
SOURCES = Path(__file__).with_name("engines") / "lake"
# Virtual machines that live for minutes start quickly rather than run fast.
_QUICK = {"JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}


def pyspark_home() -> Path:
    """The folder of the package, which must be installed."""
    try:
        import pyspark  # noqa: PLC0415 - only where its tests run
    except ImportError:
        return Path(require(None, "pyspark"))
    return Path(pyspark.__file__).parent


@contextlib.contextmanager
def cluster(workers: int = 2) -> Iterator[str]:
    """A master and its workers, each a process of its own, on loopback; gives the master's address."""
    require(program("java"), "Java")
    home = pyspark_home()
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="quintile-spark-") as folder, contextlib.ExitStack() as stack:

        def start(kind: str, *arguments: str) -> None:
            log = Path(folder) / f"{kind}-{len(arguments)}-{free_port()}.log"
            command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", "--host", HOST, *arguments]
            words = {"SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_DIRS": folder, **_QUICK}
            said = b"I have been elected leader" if kind == "master.Master" else b"Successfully registered with master"
            settings = [f"{name}={value}" for name, value in words.items()]
            stack.enter_context(running(["env", *settings, *command], lambda: said in log.read_bytes(), log))

        start("master.Master", "--port", str(port), "--webui-port", str(free_port()))
        master = f"spark://{HOST}:{port}"
        for _ in range(workers):
            places = ["--webui-port", str(free_port()), "--work-dir", folder]
            start("worker.Worker", "--cores", "1", "--memory", "1g", *places, master)
        yield master


@contextlib.contextmanager
def session_on(master: str) -> Iterator[Any]:
    """A session of a cluster, small as the tests' tables are."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - only where its tests run

    logging.getLogger("py4j").setLevel(logging.WARNING)
    builder = SparkSession.builder.master(master).appName("quintile tests")
    chosen = {
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.ui.enabled": "false",
        "spark.executor.memory": "1g",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.codegen.wholeStage": "false",
        "spark.log.level": "ERROR",
        "spark.executorEnv.PYTHONPATH": str(SOURCES),
    }
    for name, value in chosen.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**_QUICK, "PYTHONPATH": str(SOURCES), "PYSPARK_PYTHON": sys.executable}.items():
            patch.setenv(name, value)
        session = builder.getOrCreate()
    assert session.sparkContext.master == master, "another session stands in this process"
    try:
        yield session
    finally:
        session.stop()
