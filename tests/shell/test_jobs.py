"""Jobs run, repeat, wait out a RetryError, and stop the node on a bug."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.job import Job as ScheduledJob
from street.fakes.clock import FakeClock
from structlog.testing import capture_logs
from swarmfeed.errors import FatalError, RetryError
from swarmfeed.ports import Job
from swarmfeed.shell.jobs import SchedulerJobs, _Every

SOON_S = 0.02
LATER_S = 3_600
PATIENCE_S = 60


class Counter:
    """A job's work: counts its runs, and wakes whoever waits for the n-th.

    While ``goes_on`` is not set, a run that has begun after the first comes to no end.
    """

    def __init__(self, *failures: Exception) -> None:
        self.runs = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self._failures = list(failures)
        self._ran = asyncio.Event()

    async def run(self) -> str:
        if self.runs:
            await self.goes_on.wait()
        self.runs += 1
        self._ran.set()
        if self._failures:
            raise self._failures.pop(0)
        return f"run {self.runs}"

    async def reach(self, runs: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while self.runs < runs:
                self._ran.clear()
                await self._ran.wait()
        await asyncio.sleep(0)


class Node:
    """Counts how often it was told to stop."""

    def __init__(self) -> None:
        self.stops = 0
        self.why: FatalError | None = None

    def stop(self, error: FatalError) -> None:
        self.stops += 1
        self.why = error


@contextmanager
def running(
    *jobs: Job, node: Node | None = None, clock: FakeClock | None = None
) -> Iterator[SchedulerJobs]:
    scheduler = SchedulerJobs(clock or FakeClock(), watch_every_s=0.01)
    scheduler.start(jobs, (node or Node()).stop)
    try:
        yield scheduler
    finally:
        scheduler.stop()


def job(run: Callable[[], Awaitable[str]], *, every_s: float, at_start: bool = True) -> Job:
    return Job(name="history", run=run, every_s=every_s, at_start=at_start)


def test_a_job_runs_at_once_and_again() -> None:
    async def scenario() -> None:
        counter = Counter()
        with running(job(counter.run, every_s=SOON_S)):
            await counter.reach(3)

    asyncio.run(scenario())


def test_a_job_may_wait_for_its_first_round() -> None:
    async def scenario() -> None:
        first, second = Counter(), Counter()
        waits = Job(name="waits", run=second.run, every_s=LATER_S, at_start=False)
        with running(job(first.run, every_s=SOON_S), waits):
            await first.reach(2)
            assert second.runs == 0

    asyncio.run(scenario())


def test_the_status_says_what_was_decided_and_when() -> None:
    async def scenario() -> None:
        clock, counter = FakeClock(now_ms=5_000), Counter()
        with running(job(counter.run, every_s=LATER_S), clock=clock) as jobs:
            (before,) = jobs.status()
            assert (before.last_run_ms, before.last_result) == (None, "has not run yet")
            await counter.reach(1)
            (after,) = jobs.status()
            assert (after.name, after.every_s) == ("history", LATER_S)
            assert (after.last_run_ms, after.last_result) == (5_000, "run 1")
            assert after.next_run_ms is not None
            wait_s = after.next_run_ms / 1_000 - datetime.now(UTC).timestamp()
            assert LATER_S - 10 < wait_s <= LATER_S + 0.001

    asyncio.run(scenario())


def test_nothing_runs_after_stop() -> None:
    async def scenario() -> None:
        counter = Counter()
        with running(job(counter.run, every_s=SOON_S)) as jobs:
            await counter.reach(1)
            jobs.stop()
            jobs.stop()
        before = counter.runs
        await asyncio.sleep(4 * SOON_S)
        assert counter.runs == before
        assert jobs.status()[0].next_run_ms is None

    asyncio.run(scenario())


def test_stop_cancels_a_run_and_that_is_no_failure() -> None:
    async def scenario() -> None:
        node, started, cancelled = Node(), asyncio.Event(), asyncio.Event()

        async def endless() -> str:
            started.set()
            try:
                await asyncio.sleep(LATER_S)
            finally:
                cancelled.set()
            return "never"

        with running(job(endless, every_s=SOON_S), node=node):
            await asyncio.wait_for(started.wait(), PATIENCE_S)
        await asyncio.wait_for(cancelled.wait(), PATIENCE_S)
        assert node.stops == 0

    asyncio.run(scenario())


def test_a_retry_error_waits_for_the_next_round() -> None:
    async def scenario() -> None:
        node, counter = Node(), Counter(RetryError("nobody answered"))
        with (
            capture_logs() as logs,
            running(job(counter.run, every_s=SOON_S), node=node) as jobs,
        ):
            counter.goes_on.clear()
            await counter.reach(1)
            assert jobs.status()[0].last_result == "postponed: nobody answered"
            counter.goes_on.set()
            await counter.reach(2)
            assert jobs.status()[0].last_result == "run 2"
        assert node.stops == 0
        assert [(log["event"], log["name"]) for log in logs] == [("job postponed", "history")]

    asyncio.run(scenario())


@pytest.mark.parametrize("bug", [ValueError("bug"), FatalError("disk")])
def test_any_other_exception_stops_the_node_once(bug: Exception) -> None:
    async def scenario() -> None:
        node, counter = Node(), Counter(bug, bug, bug)
        with (
            capture_logs() as logs,
            running(job(counter.run, every_s=SOON_S), node=node) as jobs,
        ):
            await counter.reach(1)
            assert jobs.status()[0].last_result.startswith("failed: ")
            await counter.reach(3)
        assert node.stops == 1
        told = "disk" if isinstance(bug, FatalError) else "the job history failed: ValueError"
        assert str(node.why).startswith(told)
        assert logs[0]["event"] == "job failed, stopping"
        assert logs[0]["log_level"] == "critical"

    asyncio.run(scenario())


def test_a_run_that_takes_long_is_not_started_twice() -> None:
    async def scenario() -> None:
        release, other, at_once = asyncio.Event(), Counter(), 0

        async def slow() -> str:
            nonlocal at_once
            at_once += 1
            await release.wait()
            return "done"

        beside = Job(name="beside", run=other.run, every_s=SOON_S)
        with running(job(slow, every_s=SOON_S / 4), beside):
            await other.reach(4)
            assert at_once == 1
            release.set()

    asyncio.run(scenario())


@pytest.mark.attack("A25")
def test_a_clock_that_is_set_back_does_not_stop_the_jobs() -> None:
    async def scenario() -> None:
        clock, counter = FakeClock(), Counter()
        with (
            capture_logs() as logs,
            running(job(counter.run, every_s=LATER_S, at_start=False), clock=clock),
        ):
            await asyncio.sleep(0.03)
            assert counter.runs == 0
            clock.set_wall_clock(1_000)
            await counter.reach(1)
            await asyncio.sleep(0.03)
            assert counter.runs == 1
        assert [log["event"] for log in logs] == ["clock was set back"]

    asyncio.run(scenario())


@pytest.mark.attack("A25")
def test_a_clock_that_jumps_by_fifty_years_owes_one_run() -> None:
    async def scenario() -> None:
        counter = Counter()
        with running(job(counter.run, every_s=LATER_S)) as jobs:
            await counter.reach(1)
            assert jobs._scheduler is not None
            scheduled: ScheduledJob = jobs._scheduler.get_job("history")
            fifty_years_on = datetime.now(UTC) + timedelta(days=18_262)
            assert len(scheduled._get_run_times(fifty_years_on)) == 1

    asyncio.run(scenario())


def test_jitter_comes_on_top_and_stays_below_its_bound() -> None:
    now = datetime(2024, 1, 1, tzinfo=UTC)
    waits = {(_Every(60, 10).get_next_fire_time(None, now) - now) for _ in range(200)}
    assert timedelta(seconds=60) <= min(waits) < max(waits) <= timedelta(seconds=70)
    assert _Every(60, 0).get_next_fire_time(now, now) == now + timedelta(seconds=60)
