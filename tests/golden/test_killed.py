"""A job that is killed anywhere leaves whole files of before or after, and the next one ends in equal bytes."""

from __future__ import annotations

import random
import time

import pytest

from quintile.domain.fail_point import STAGES, VARIABLE
from tests.forked import KILLED, printed
from tests.golden.killed import JOBS, KILLS, MANY, SEEDS, Before, ended_in, started_in

_SPREAD = 1.1  # of a job's own time: some kills come too late


@pytest.fixture(scope="module", params=JOBS, ids=lambda job: job.name)
def before(request, tmp_path_factory):
    return Before(request.param, tmp_path_factory.mktemp(request.param.name))


def test_a_job_may_be_killed_at_every_fail_point(before, tmp_path):
    passed = set()
    for stage in STAGES if MANY else before.job.stages:
        for count in range(1, 1 + (KILLS if MANY else 1)):
            own = before.copy(tmp_path / f"{stage}-{count}")
            found = ended_in(own, before.job, **{VARIABLE: f"{stage}:{count}"})
            assert found in (0, KILLED), printed()
            if found == 0:
                break
            passed.add(stage)
            before.check_between(own)
            before.check_completed(own)
    assert passed >= {*before.job.stages}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_job_may_be_killed_at_any_time(before, tmp_path, seed):
    moments = random.Random(seed)
    own = before.copy(tmp_path / "timed")
    begun = time.perf_counter()
    assert ended_in(own, before.job) == 0
    length = _SPREAD * (time.perf_counter() - begun)
    killed = 0
    for kill in range(KILLS):
        own = before.copy(tmp_path / str(kill))
        process = started_in(own, before.job)
        time.sleep(moments.uniform(0, length))
        process.kill()
        process.join()
        assert process.exitcode in (0, KILLED), printed()
        killed += process.exitcode == KILLED
        before.check_between(own)
        before.check_completed(own)
    if MANY:
        assert killed > KILLS // 2
