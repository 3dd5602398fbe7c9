"""Repeating jobs through APScheduler.  The only module that imports it.

APScheduler counts in wall-clock time.  A machine's clock may be set, by years where there
is no battery for it, so two things here are our own: a trigger that counts from now and
not from the last run (its interval trigger would list every run since 1970), and a watch
that reschedules the jobs when the clock is set back (they would sleep until it caught up).

Source: https://apscheduler.readthedocs.io/en/3.x/modules/schedulers/asyncio.html
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from msgspec import Struct, field

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.upkeep import JobStatus
from swarmfeed.errors import DamageError, FatalError, RetryError
from swarmfeed.ports import Clock, Job

WATCH_EVERY_S: Final = 10.0
"""How often wall clock and monotonic clock are compared."""

SET_BACK_MS: Final = 5_000
"""A wall clock that falls this far behind was set back; less is only slow."""

logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler 3 carries no types
    """Fires ``every_s`` after now, and up to ``jitter_s`` later."""

    def __init__(self, every_s: float, jitter_s: float) -> None:
        self._every_s = every_s
        self._jitter_s = jitter_s

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        # Spreads load, protects nothing: an ordinary random number is good enough.
        jitter_s = random.uniform(0, self._jitter_s)  # noqa: S311
        return now + timedelta(seconds=self._every_s + jitter_s)


class _Entry(Struct):
    """A job and how its last run went."""

    job: Job
    last_run_ms: int | None = None
    last_result: str = field(default_factory=sentences.NEVER_RAN)


class SchedulerJobs:
    """Implements ``ports.Jobs``.  Belongs to the loop that calls ``start``."""

    def __init__(self, clock: Clock, *, watch_every_s: float = WATCH_EVERY_S) -> None:
        self._clock = clock
        self._watch_every_s = watch_every_s
        self._entries: dict[str, _Entry] = {}
        self._scheduler: AsyncIOScheduler | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._lead_ms = 0
        self._stop_node: Callable[[FatalError], None] | None = None

    def start(self, jobs: Iterable[Job], stop: Callable[[FatalError], None]) -> None:
        """As in ``ports.Jobs``; names of jobs must differ, and it is called once."""
        assert self._scheduler is None
        # All that APScheduler would say about a job is said in _run, once.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._stop_node = stop
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        for job in jobs:
            assert job.name not in self._entries
            self._entries[job.name] = _Entry(job)
            self._add(self._scheduler, job)
        self._scheduler.start()
        self._lead_ms = self._wall_clock_lead_ms()
        self._watch_later()

    def stop(self) -> None:
        """Run nothing more, and cancel what is running.  Safe to call twice."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    def status(self) -> list[JobStatus]:
        """In the order the jobs were given; empty before ``start``."""
        return [
            JobStatus(
                name=name,
                every_s=round(entry.job.every_s),
                last_run_ms=entry.last_run_ms,
                next_run_ms=self._next_run_ms(name),
                last_result=entry.last_result,
            )
            for name, entry in self._entries.items()
        ]

    def _add(self, scheduler: AsyncIOScheduler, job: Job) -> None:
        """Every option is written out: defaults may move."""
        trigger = _Every(job.every_s, job.jitter_s)
        now = datetime.now(UTC)
        scheduler.add_job(
            self._run,
            trigger,
            args=[self._entries[job.name]],
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=now if job.at_start else trigger.get_next_fire_time(None, now),
        )

    async def _run(self, entry: _Entry) -> None:
        """Run a job: a RetryError waits for the next round, anything else is the end.

        APScheduler alone would log a bug and call the job again, for ever.
        """
        name = entry.job.name
        entry.last_run_ms = self._clock.now_ms()
        try:
            entry.last_result = await entry.job.run()
        except RetryError as error:
            entry.last_result = sentences.POSTPONED(reason=error)
            logger.warning("job postponed", name=name, reason=str(error))
        except (DamageError, FatalError) as error:
            entry.last_result = sentences.FAILED(error=error)
            logger.critical("job failed, stopping", name=name, reason=str(error))
            self._stop_once(FatalError(str(error)))
        except Exception as error:
            entry.last_result = sentences.FAILED(error=repr(error))
            logger.critical("job failed, stopping", name=name, exc_info=True)
            self._stop_once(FatalError(sentences.JOB_FAILED(name=name, error=repr(error))))

    def _stop_once(self, error: FatalError) -> None:
        stop, self._stop_node = self._stop_node, None
        if stop is not None:
            stop(error)

    def _next_run_ms(self, name: str) -> int | None:
        scheduled = self._scheduler.get_job(name) if self._scheduler is not None else None
        return round(scheduled.next_run_time.timestamp() * 1_000) if scheduled else None

    def _wall_clock_lead_ms(self) -> int:
        return self._clock.now_ms() - self._clock.monotonic_ms()

    def _watch_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._watch = loop.call_later(self._watch_every_s, self._compare_clocks)

    def _compare_clocks(self) -> None:
        lead_ms = self._wall_clock_lead_ms()
        if self._scheduler is not None and self._lead_ms - lead_ms > SET_BACK_MS:
            logger.warning("clock was set back", by_ms=self._lead_ms - lead_ms)
            for name in self._entries:
                self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))
        self._lead_ms = lead_ms
        self._watch_later()
