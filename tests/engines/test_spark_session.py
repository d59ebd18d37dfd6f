"""A session of Spark: what a killed run leaves goes, and a cluster that does not answer is named, not waited for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time

import pytest

from quintile.engine.open import hosts_of, open_engine
from quintile.engine.render import Sql
from quintile.engine.spark_scratch import is_abandoned, scratch_name
from quintile.errors import SettingsError
from tests.services import HOST, free_port
from tests.spark import cluster

# A process of its own, as a run is: this one has a session of the tests already.
_OPENS = """
import sys
from quintile.engine import spark, spark_cluster
from quintile.engine.render import Sql
from quintile.errors import SettingsError

spark_cluster._CORES = 2
try:
    engine = spark.SparkEngine(sys.argv[1], sys.argv[2])
except SettingsError as error:
    sys.exit(f"{error.code}: {error}")
engine.table("orders", Sql("SELECT 1 AS k"))
print("made", flush=True)
if sys.argv[3:]:
    try:
        with spark._explained():
            engine._session.range(int(sys.argv[3])).selectExpr("sum(id % 7)").collect()
    except SettingsError as error:
        sys.exit(f"{error.code}: {error}")
sys.stdin.read()
"""


def opened(url, storage, *numbers):
    words = {**os.environ, "SPARK_LOCAL_IP": HOST, "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1"}
    command = [sys.executable, "-c", _OPENS, url, storage, *numbers]
    return subprocess.Popen(
        command, env=words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def scratches(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("scratch-"))


def test_a_killed_run_leaves_its_scratch_to_the_next_one(tmp_path, url_of):
    foreign = "scratch-elsewhere-0123456789ab-1-1-0123456789ab"  # another machine's: it may be alive
    unknown = "scratch-0123456789abcdef0123456789abcdef"
    for kept in (foreign, unknown):
        (tmp_path / kept).mkdir()
    with opened("local[1]", tmp_path.as_uri()) as run:
        try:
            assert run.stdout.readline() == "made\n", run.stderr.read()
            beside = open_engine(url_of("spark"), schema="q", storage=tmp_path.as_uri())
            beside.close()
            assert len(scratches(tmp_path)) == 3  # it is alive
        finally:
            run.kill()
    later = open_engine(url_of("spark"), schema="q", storage=tmp_path.as_uri())
    later.table("orders", Sql("SELECT 1 AS k"))
    assert len(scratches(tmp_path)) == 3
    later.close()
    assert scratches(tmp_path) == sorted([foreign, unknown])


def test_a_scratch_is_abandoned_when_its_process_is_no_more():
    own = scratch_name()
    machine, process, start, number = own.rsplit("-", 3)
    assert int(process) == os.getpid()
    assert not is_abandoned(own)
    assert is_abandoned(f"{machine}-{process}-1{start}-{number}") == bool(start)  # a later process has the number
    assert not is_abandoned(own.replace("scratch-", "scratch-other", 1))
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert is_abandoned(f"{machine}-{ended.pid}-{start}-{number}")


@pytest.mark.parametrize("more", ["", f",{HOST}:1"])
def test_a_master_that_is_not_there_is_named_before_spark_starts(more, tmp_path, monkeypatch):
    from quintile.engine import spark  # noqa: PLC0415 - loads Spark

    class NoSession:
        @staticmethod
        def getActiveSession():  # noqa: N802 - Spark's word
            return None

    monkeypatch.setattr(spark, "SparkSession", NoSession)
    url = f"spark://{HOST}:{free_port()}{more}"
    with pytest.raises(SettingsError, match=f"no master answers at {url}: Connection refused") as raised:
        open_engine(url, schema="q", storage=tmp_path.as_uri())
    assert raised.value.code == "engine"


def test_one_of_several_masters_is_enough():
    from quintile.engine import spark_cluster  # noqa: PLC0415 - loads Spark

    with socket.create_server((HOST, 0)) as master:
        spark_cluster.require_master(f"spark://{HOST}:{free_port()},{HOST}:{master.getsockname()[1]}")
    spark_cluster.require_master("local[2]")
    spark_cluster.require_master("spark://nowhere")  # Spark's own to refuse


def test_a_cluster_without_a_free_core_is_named_not_waited_for(tmp_path, url_of):
    url = url_of("spark")
    taken = open_engine(url, schema="q", storage=tmp_path.as_uri())  # the tests' session has all cores
    with opened(url, tmp_path.as_uri()) as run:
        told = run.communicate()[1]
    taken.close()
    assert run.returncode == 1
    assert "engine: " in told
    assert f"no worker of {url} gave this run a core within 2 seconds" in told
    assert "free cores of the cluster, or start workers" in told
    assert " WARN " not in told.rpartition("NativeCodeLoader")[2]


def test_a_cluster_that_is_lost_is_not_waited_for_without_end(tmp_path):
    never_done = "4000000000000"  # numbers to add up
    with cluster(workers=1) as url:
        run = opened(url, tmp_path.as_uri(), never_done)
        assert run.stdout.readline() == "made\n", run.stderr.read()
        time.sleep(2)  # at work
    with run:
        told = run.communicate(timeout=60)[1]
    assert run.returncode == 1
    assert f"because all workers of {url} have been gone for 2 seconds" in told, told[-1500:]


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("spark://one:7077,two:7078", ["one", "two"]),
        ("spark://[::1]:7077", ["::1"]),
        ("k8s://https://cluster.internal:6443", ["cluster.internal"]),
        ("local[4,2]", []),
        ("yarn", []),
    ],
)
def test_every_machine_that_an_address_names_is_checked(url, hosts):
    assert hosts_of(url) == hosts
