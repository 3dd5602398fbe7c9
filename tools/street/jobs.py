"""Jobs that run when a test lets time pass."""

from collections.abc import Callable, Iterable

from swarmfeed.core.asks.upkeep import JobStatus
from swarmfeed.errors import FatalError, RetryError
from swarmfeed.ports import Job

from street.fakes.clock import FakeClock


class HandJobs:
    """Implements ``ports.Jobs``; jobs run when time passes."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._jobs: list[tuple[Job, list[int]]] = []

    def start(self, jobs: Iterable[Job], stop: Callable[[FatalError], None]) -> None:
        now_ms = self._clock.monotonic_ms()
        for job in jobs:
            first_ms = now_ms if job.at_start else now_ms + round(job.every_s * 1000)
            self._jobs.append((job, [first_ms]))

    def stop(self) -> None:
        self._jobs.clear()

    def status(self) -> list[JobStatus]:
        return []

    async def run_due(self) -> None:
        """Run what is due; anything but a RetryError would stop a node, and fails the test."""
        now_ms = self._clock.monotonic_ms()
        for job, due_ms in list(self._jobs):
            if due_ms[0] <= now_ms:
                due_ms[0] = now_ms + round(job.every_s * 1000)
                try:
                    await job.run()
                except RetryError:
                    continue
