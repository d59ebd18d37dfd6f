"""The cluster behind a session: whether a master answers, a worker takes the work, and is still there.

Spark itself waits for all of them without a word.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JError

from quintile.errors import SettingsError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_MASTERS = re.compile(r"spark://(?P<masters>[^/?#]+)")
_MASTER = re.compile(r"\[?(?P<host>[^\[\]]+?)\]?:(?P<port>[0-9]{1,5})")
_ANSWER = 5  # seconds that a master may take to accept a connection
_CORES = 60  # seconds that the workers may take to give a run its first core, or one again
_LOOK = 0.1  # seconds


def require_master(url: str) -> None:
    """Refuse masters none of which accepts a connection: Spark itself takes a minute to give up.

    Raises:
        SettingsError: ``engine``.
    """
    named = _MASTERS.match(url)
    masters = [_MASTER.fullmatch(master) for master in named["masters"].split(",")] if named else []
    reason = ""
    for master in masters:
        if master is None:
            return  # Spark says what is wrong with such an address
        try:
            socket.create_connection((master["host"], int(master["port"])), _ANSWER).close()
        except (OSError, OverflowError, UnicodeError) as error:
            reason = str(getattr(error, "strerror", None) or error)
        else:
            return
    if masters:
        fix = "check the address of its master, and that the master runs"
        raise SettingsError("engine", f"no master answers at {url}: {reason}", fix=fix)


def require_cores(session: SparkSession, url: str) -> None:
    """Wait for the first worker.

    Raises:
        SettingsError: ``engine``, none comes.
    """
    if not _is_waited_for(session, url):
        return
    end = time.monotonic() + _CORES
    while _is_alone(session):
        if time.monotonic() > end:
            session.stop()
            message = f"no worker of {url} gave this run a core within {_CORES} seconds"
            raise SettingsError("engine", message, fix="free cores of the cluster, or start workers")
        time.sleep(_LOOK)


def watched(session: SparkSession, url: str) -> threading.Event | None:
    """Cancel what the session works on once all workers have been gone for a while.

    Returns:
        What ends the watch when it is set; nothing where there is nothing to watch.
    """
    if not _is_waited_for(session, url):
        return None
    ended = threading.Event()
    threading.Thread(target=_watch, args=(session, url, ended), daemon=True).start()
    return ended


def _watch(session: SparkSession, url: str, ended: threading.Event) -> None:
    reason = f"because all workers of {url} have been gone for {_CORES} seconds"
    seen = time.monotonic()
    try:
        while not ended.wait(_CORES / 10):
            jobs = session.sparkContext.statusTracker().getActiveJobsIds()
            if not jobs or not _is_alone(session):
                seen = time.monotonic()
            elif time.monotonic() > seen + _CORES:
                for job in jobs:
                    _java_of(session).cancelJob(int(job), reason)
    except (Py4JError, OSError, AttributeError):  # the session has ended
        return


def _is_waited_for(session: SparkSession, url: str) -> bool:
    """Workers that are asked for only when there is work are Spark's own to wait for."""
    chosen = session.sparkContext.getConf().get("spark.dynamicAllocation.enabled", "false")
    return _MASTERS.match(url) is not None and chosen != "true"


def _is_alone(session: SparkSession) -> bool:
    return len(_java_of(session).statusTracker().getExecutorInfos()) <= 1  # the driver is one of them


def _java_of(session: SparkSession) -> Any:  # noqa: ANN401 - an object of the Java side
    return session.sparkContext._jsc.sc()  # noqa: SLF001 - as in SparkFiles
