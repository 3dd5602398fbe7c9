"""Time, and work that repeats."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from msgspec import Struct

from swarmfeed.core.asks.upkeep import JobStatus
from swarmfeed.errors import FatalError


class Clock(Protocol):
    """Tells the time; nothing else in a node does."""

    def now_ms(self) -> int:
        """Unix time in milliseconds, UTC."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never run backwards; only differences mean anything."""
        ...

    def busy_s(self) -> float:
        """Processor seconds that the thread has used that asks; only differences count."""
        ...


class Job(Struct, frozen=True, kw_only=True):
    """Work that repeats.  The node says what and how often; a shell says when."""

    name: str
    run: Callable[[], Awaitable[str]]
    """Returns one line: what it decided and why.  A RetryError waits for the next round."""
    every_s: float
    jitter_s: float = 0
    """Spreads nodes that started together."""
    at_start: bool = True
    """Whether the first run is at once, not after ``every_s``."""


class Jobs(Protocol):
    """Runs jobs in the node's loop."""

    def start(self, jobs: Iterable[Job], stop: Callable[[FatalError], None]) -> None:
        """Run each job from now on; an unexpected exception calls ``stop`` once, with why."""
        ...

    def stop(self) -> None: ...

    def status(self) -> list[JobStatus]: ...
