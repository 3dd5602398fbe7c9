"""Virtual time: a loop whose clock a test moves, so that a scenario is the same every time."""

import asyncio
import selectors
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import Context
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_QUIET_TURNS = 3
_TURNS_MAX = 20_000


class _Skipping(selectors.DefaultSelector):
    """Where a loop would wait for its next timer, that time is skipped."""

    def __init__(self, skip: Callable[[float], bool]) -> None:
        super().__init__()
        self._skip = skip

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout and self._skip(timeout):
            timeout = 0
        return super().select(timeout)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock a test moves, and that has no threads.

    Work takes no time on it: how busy the machine is makes no timer due.  Where nothing is left
    to do, and yet something is waited for, it skips to the next timer, unless a thread is what
    is waited for.
    """

    def __init__(self) -> None:
        super().__init__(_Skipping(self._skip))
        self.skipped_s = 0.0
        self._threads = 0
        self.calls = 0
        self.errors: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _, context: self.errors.append(context))

    def _skip(self, seconds: float) -> bool:
        """Let so much time pass, unless a thread is waited for: it would be luck how much."""
        if self._threads:
            return False
        self.skipped_s += seconds
        return True

    @contextmanager
    def beside_a_thread(self) -> Iterator[None]:
        """While somebody in a thread of a test's own is at work, no time passes."""
        self._threads += 1
        try:
            yield
        finally:
            self._threads -= 1

    def time(self) -> float:
        return self.skipped_s

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        self.calls += 1
        return super().call_soon(callback, *args, context=context)

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class _Waiting(selectors.DefaultSelector):
    """Counts what was waited for with nothing else to do, and no more than was asked for."""

    waited_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        began_s = time.monotonic()
        found = super().select(timeout)
        took_s = time.monotonic() - began_s
        self.waited_s += took_s if timeout is None else min(took_s, max(timeout, 0))
        return found


class UnhurriedLoop(asyncio.SelectorEventLoop):
    """A loop with real sockets and threads, for both ends of what is said over them.

    Its time passes only while nothing is left to do: a machine that has others to serve makes
    no timer due, for the one that has to be quick enough is in the same loop.
    """

    def __init__(self) -> None:
        self._waiting = _Waiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        return self._waiting.waited_s


def run_unhurried(scene: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, in such a loop."""
    with asyncio.Runner(loop_factory=UnhurriedLoop) as runner:
        return runner.run(scene)


def play(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scenario to its end; an exception that nobody took fails it."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(scenario())
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        assert not loop.errors, "\n".join(map(_describe, loop.errors))


def _describe(context: dict[str, Any]) -> str:
    """What went wrong, and where: nobody else will say it."""
    error = context.get("exception")
    where = "".join(traceback.format_exception(error)) if error else ""
    return f"{context.get('message')}\n{where}"


async def settle() -> None:
    """Return when nothing is left to do until time passes."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    quiet = 0
    for _ in range(_TURNS_MAX):
        before = loop.calls
        await asyncio.sleep(0)
        # One call is this very task's.
        quiet = quiet + 1 if loop.calls - before <= 1 else 0
        if quiet == _QUIET_TURNS:
            return
    raise AssertionError("the nodes never come to rest: they answer each other for ever")
