"""Real database servers for the tests: on loopback, on a free port, with a folder of their own that is thrown away.

A server refuses to run as root, so that root starts it as the system user its package made. Where a server is not
installed its tests are skipped, but fail when the environment says ``CI=true``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
PASSWORD = "pa ss'w\"ö\\rd%40-canary"
INSTALL = "install it with scripts/install-test-services.sh"
_MOST_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and who may do everything there."""

    port: int
    user: str
    password: str = PASSWORD
    host: str = HOST


def require(found: str | None, what: str) -> str:
    """A program that must be installed for a test; its absence skips the test, or fails it with ``CI=true``."""
    if found is not None:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not installed: {INSTALL}")
    pytest.skip(f"{what} is not installed: {INSTALL}")


def program(name: str, *folders: str) -> str | None:
    """Where a program lies: in the path, or in the newest of the folders a pattern names."""
    places = [str(path) for pattern in folders for path in sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)]
    return next((found for place in [*places, None] if (found := shutil.which(name, path=place))), None)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def as_user(user: str) -> list[str]:
    """What to put before a command so that root runs it as a system user."""
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def own_folder(user: str) -> Iterator[Path]:
    """A folder outside every project that belongs to a system user, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="quintile-test-"))
    if os.geteuid() == 0:
        shutil.chown(folder, user, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(command: list[str], ready: Callable[[], bool], log: Path) -> Iterator[None]:
    """A server process, from the moment it is ready until the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/")
    try:
        deadline = time.monotonic() + _MOST_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_MOST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server with a password for its superuser."""
    import psycopg  # noqa: PLC0415 - only where its tests run

    initdb = require(program("initdb", "/usr/lib/postgresql/*/bin"), "postgresql")
    postgres = str(Path(initdb).with_name("postgres"))
    with own_folder("postgres") as folder:
        secret = folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", "quintile_owner"]
        made = [*as_user("postgres"), initdb, *options, f"--pwfile={secret}", "-D", str(folder / "data")]
        shutil.chown(secret, "postgres") if os.geteuid() == 0 else None
        subprocess.run(made, check=True, capture_output=True, cwd="/")
        server = Server(free_port(), "quintile_owner")
        started = [postgres, "-D", str(folder / "data"), "-p", str(server.port), "-h", HOST, "-k", str(folder), "-F"]

        def ready() -> bool:
            with contextlib.suppress(psycopg.OperationalError), connected(server):
                return True
            return False

        def connected(server: Server) -> psycopg.Connection:
            return psycopg.connect(
                host=server.host, port=server.port, user=server.user, password=server.password, dbname="postgres"
            )

        with running([*as_user("postgres"), *started], ready, folder / "log"):
            yield server


@contextlib.contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB server with a user who may do everything."""
    import pymysql  # noqa: PLC0415 - only where its tests run

    mariadbd = require(program("mariadbd", "/usr/sbin"), "mariadb-server")
    install = require(program("mariadb-install-db", "/usr/bin"), "mariadb-server")
    with own_folder("mysql") as folder:
        data = folder / "data"
        made = [install, "--no-defaults", f"--datadir={data}", "--skip-test-db", "--skip-name-resolve"]
        subprocess.run([*as_user("mysql"), *made], check=True, capture_output=True, cwd="/")
        server = Server(free_port(), "quintile_owner")
        grants = folder / "grants.sql"
        password = PASSWORD.replace("\\", "\\\\").replace("'", "''")
        grants.write_text(
            f"CREATE USER '{server.user}'@'%' IDENTIFIED BY '{password}';\n"
            f"GRANT ALL ON *.* TO '{server.user}'@'%' WITH GRANT OPTION;\n",
            encoding="utf-8",
        )
        if os.geteuid() == 0:
            shutil.chown(grants, "mysql")
        started = [mariadbd, "--no-defaults", f"--datadir={data}", f"--port={server.port}", f"--bind-address={HOST}"]
        started += [f"--socket={folder / 'socket'}", f"--pid-file={folder / 'pid'}", f"--init-file={grants}"]
        started += ["--skip-name-resolve", "--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0"]

        def ready() -> bool:
            with (
                contextlib.suppress(pymysql.err.OperationalError),
                pymysql.connect(
                    host=server.host, port=server.port, user=server.user, password=server.password.encode()
                ),
            ):
                return True
            return False

        with running([*as_user("mysql"), *started], ready, folder / "log"):
            yield server
