"""Who may run how long: work for peers, beside the page and the node's own jobs.

One loop serves all.  What is done on behalf of a peer - its messages heard, answers made and
sent - runs as a coroutine that is driven step by step from here, from ``await`` to ``await``:

    own account in debt? --> wait until it is paid off       a peer is read more slowly
    turn of peers over?  --> wait in line                    the page and jobs come in between
    step --> what it cost is taken from the account, and from what all peers have together

    a person waits for a page? -> each step is a whole turn, and the next comes a little later;
                                  no thread is begun meanwhile

So a peer that costs much is never shut out for it: it is only read as slowly as it may be
served, and its socket fills up behind that.  In line goes first who used least lately.  Long
loops ask ``breathe`` now and then, so that no step is much longer than a turn; what needs the
processor for longer goes ``off_loop``, and is paid for all the same.

Who gives what we asked for, and nobody can make up, earns what it cost (``earn``): to take that
in is our own work, and is not put off while the machine has nothing else to do.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from heapq import heappop, heappush
from itertools import count
from types import coroutine
from typing import Any, Final, TypeVar

from swarmfeed.core.base.limits import BUDGET_WINDOW_S
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.talk.limits import (
    ACCOUNTS_MAX,
    CALLED_AT_ONCE,
    PEER_WORK_S_PER_S,
    PEERS_WORK_BURST_S,
    PEERS_WORK_S_PER_S,
    PERSON_PAUSE_S,
    PERSON_WAITS_S,
    TURN_S,
)
from swarmfeed.ports import Clock

T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, T]]
"""Begins what is done step by step."""

_WORTH_A_WAIT_S: Final = 0.001
"""Debts that are paid off sooner are not waited for: a loop's timers are no finer."""


class Account:
    """What one peer's work has cost lately, and may cost."""

    def __init__(self, fairness: "Fairness", now_s: float) -> None:
        self._fairness = fairness
        self._began_s = 0.0
        rate = PEER_WORK_S_PER_S
        self.seconds: Final = TokenBucket(rate * BUDGET_WINDOW_S, rate, now_s)
        """Seconds it may use before it has to wait."""

    async def pay(self, work: Work[T]) -> T:
        """Do something on behalf of this peer: when it may, and at its cost."""
        return await _step_by_step(self, self._fairness, work())

    def earn(self, seconds: float) -> None:
        """Give back what was worth it."""
        self._fairness.reward(self, seconds)

    def begin(self) -> None:
        """A step begins."""
        self._began_s = self._fairness.clock.busy_s()

    def end(self) -> None:
        """A step ends: take what it cost."""
        self._fairness.charge(self, self._fairness.clock.busy_s() - self._began_s)

    def has_had_its_turn(self) -> bool:
        """Whether the present step has lasted as long as one may."""
        return self._fairness.clock.busy_s() - self._began_s >= TURN_S

    async def time_off_loop(self, call: Callable[[], T], executor: Executor | None) -> T:
        """Run a call in a thread and take what it cost there, also if nobody waits for it."""
        # In a task of its own: this one may be in debt, and must not wait with the thread kept.
        one = self._fairness.one_thread
        return await asyncio.create_task(self._in_thread(call, executor, one))

    async def time_apart(self, call: Callable[[], T]) -> T:
        """The same of a call that hardly needs the interpreter."""
        return await asyncio.create_task(
            self._in_thread(call, None, self._fairness.one_waiting)
        )

    async def _in_thread(
        self, call: Callable[[], T], executor: Executor | None, one: asyncio.Lock
    ) -> T:
        loop = asyncio.get_running_loop()

        def timed() -> T:
            began_s = self._fairness.clock.busy_s()
            try:
                return call()
            finally:
                took_s = self._fairness.clock.busy_s() - began_s
                with suppress(RuntimeError):  # the loop has ended: the node has stopped
                    loop.call_soon_threadsafe(self._fairness.charge, self, took_s)

        async with one:
            await self._fairness.make_way()
            return await loop.run_in_executor(executor, timed)


class Fairness:
    """Gives turns to peers; belongs to one asyncio loop."""

    def __init__(self, clock: Clock) -> None:
        self.clock: Final = clock
        now_s = self._now_s()
        self._together = TokenBucket(PEERS_WORK_BURST_S, PEERS_WORK_S_PER_S, now_s)
        self._accounts: dict[NodeId, Account] = {}
        self._in_line: list[tuple[float, int, asyncio.Future[None]]] = []
        """A heap: who used least lately first, and of those alike who waits longest."""
        self._came = count()
        self._called = 0
        """Of those that stood in line: called, and not awake yet."""
        self._over = asyncio.Event()
        self._used_s = 0.0
        """Of the present turn."""
        self._is_turn = True
        """Whether peers may run; False while everybody else has a turn."""
        self._people = set[object]()
        """Requests that a person waits for."""
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()
        self.one_thread: Final = asyncio.Lock()
        """Held while a thread works for a peer: several would keep Python from the loop."""
        self.one_waiting: Final = asyncio.Lock()
        """Held while a thread waits for other processes, for a peer."""

    def account(self, node_id: NodeId) -> Account:
        """The account of a node: the same again, if it comes back while it owes something."""
        found = self._accounts.pop(node_id, None)
        now_s = self._now_s()
        if found is None:
            self._forget_some(now_s)
            found = Account(self, now_s)
        self._accounts[node_id] = found
        return found

    async def turn(self, account: Account) -> None:
        """Return when work for this peer may run."""
        while (owed_s := self._owed_s(account)) > _WORTH_A_WAIT_S and not self._over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(owed_s):
                    await self._over.wait()
        must_wait = not self._is_turn or self._in_line or self._called
        if must_wait and not self._over.is_set():
            await self._wait_in_line(account)

    @contextmanager
    def person_waits(self) -> Iterator[None]:
        """Let peers make way while a request of a person is answered, for PERSON_WAITS_S."""
        person = object()
        self._people.add(person)
        self._nobody_waits.clear()
        loop = asyncio.get_running_loop()
        patience = loop.call_later(PERSON_WAITS_S, self._wait_no_more, person)
        try:
            yield
        finally:
            patience.cancel()
            self._wait_no_more(person)

    async def make_way(self) -> None:
        """Return when no person waits, or after PERSON_WAITS_S: what begins then takes long."""
        if self._nobody_waits.is_set():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PERSON_WAITS_S):
                await self._nobody_waits.wait()

    def end(self) -> None:
        """Let nobody wait any more: the node stops."""
        self._over.set()
        while self._in_line:
            self._called = 0
            self._call_some()

    def charge(self, account: Account, took_s: float) -> None:
        """Take what a piece of work cost, and end the turn of peers if it was long enough."""
        now_s = self._now_s()
        account.seconds.owe(took_s, now_s)
        self._together.owe(took_s, now_s)
        self._used_s += took_s
        if not self._is_turn:
            return
        if self._used_s < TURN_S and not self._people:
            if not self._called:
                self._call_some()
            return
        self._is_turn = False
        pause_s = self._together.paid_off_in_s(now_s)
        if self._people:
            pause_s = max(pause_s, PERSON_PAUSE_S)
        loop = asyncio.get_running_loop()
        if pause_s > 0:
            loop.call_later(pause_s, self._next_turn)
        else:
            # Whatever is ready now runs before it, and so does what has come in meanwhile.
            loop.call_soon(self._next_turn)

    def reward(self, account: Account, seconds: float) -> None:
        """Give back what a piece of work cost that was our own wish."""
        now_s = self._now_s()
        account.seconds.give(seconds, now_s)
        self._together.give(seconds, now_s)

    # --- inside ---

    def _now_s(self) -> float:
        return self.clock.monotonic_ms() / 1000

    def _owed_s(self, account: Account) -> float:
        return account.seconds.paid_off_in_s(self._now_s())

    async def _wait_in_line(self, account: Account) -> None:
        """Return when called in a turn of peers.  Who is cancelled meanwhile is passed over."""
        now_s = self._now_s()
        # All earn alike, so in time nobody overtakes anybody: it need not be looked at again.
        used_s = PEER_WORK_S_PER_S * now_s - account.seconds.left(now_s)
        came = next(self._came)
        while True:
            waiting = asyncio.get_running_loop().create_future()
            heappush(self._in_line, (used_s, came, waiting))
            try:
                await waiting
            finally:
                if not waiting.cancelled():
                    self._called -= 1
            if self._is_turn or self._over.is_set():
                return  # else those called with it took all of the turn

    def _wait_no_more(self, person: object) -> None:
        self._people.discard(person)
        if not self._people:
            self._nobody_waits.set()

    def _next_turn(self) -> None:
        self._is_turn, self._used_s = True, 0.0
        self._call_some()

    def _call_some(self) -> None:
        """Let a few more run, as far as this turn lasts."""
        while self._in_line and self._called < CALLED_AT_ONCE:
            waiting = heappop(self._in_line)[-1]
            if not waiting.done():
                self._called += 1
                waiting.set_result(None)

    def _forget_some(self, now_s: float) -> None:
        if len(self._accounts) < ACCOUNTS_MAX:
            return
        owing = {
            node_id: each
            for node_id, each in self._accounts.items()
            if not each.seconds.is_full(now_s)
        }
        while len(owing) >= ACCOUNTS_MAX:
            del owing[next(iter(owing))]
        self._accounts = owing


_paying: ContextVar[Account | None] = ContextVar("paying", default=None)
"""On whose behalf the present step runs; None: on our own."""


async def breathe() -> None:
    """Let others have their turn, if the work for a peer that calls this has had its own.

    Anything may have changed when it returns.
    """
    account = _paying.get()
    if account is not None and account.has_had_its_turn():
        await asyncio.sleep(0)


def earn(seconds: float) -> None:
    """Let the peer on whose behalf this runs, if any, have done us a service worth so much of
    our time.  Only for what was asked for and verified: nobody may earn by what it makes up."""
    account = _paying.get()
    if account is not None:
        account.earn(seconds)


async def off_loop(call: Callable[[], T], executor: Executor | None = None) -> T:
    """Run a call in a thread; if it is on behalf of a peer, the peer pays for it."""
    account = _paying.get()
    if account is None:
        return await asyncio.get_running_loop().run_in_executor(executor, call)
    return await account.time_off_loop(call, executor)


async def wait_apart(call: Callable[[], T]) -> T:
    """The same of a call that waits for other processes most of the time: what else is done in
    threads for peers goes on meanwhile."""
    account = _paying.get()
    return await (asyncio.to_thread(call) if account is None else account.time_apart(call))


def at_cost(work: Work[T]) -> Work[T]:
    """Return work that is paid by the peer that causes it now, whenever it is done."""
    account = _paying.get()
    return work if account is None else partial(account.pay, work)


def on_behalf(work: Work[T]) -> Coroutine[Any, Any, T]:
    """Return work to be done beside or later, at the cost of the peer that caused it."""
    return at_cost(work)()


@coroutine
def _step_by_step(
    account: Account, fairness: Fairness, work: Coroutine[Any, Any, T]
) -> Generator[Any, Any, T]:
    """Drive a coroutine as a task does, with a turn waited for before each step."""
    raised: BaseException | None = None
    while True:
        if raised is None:
            try:
                yield from fairness.turn(account).__await__()
            except BaseException as error:
                raised = error
        # Who is cancelled cleans up at once.
        before = _paying.set(account)
        account.begin()
        try:
            awaited = work.send(None) if raised is None else work.throw(raised)
        except StopIteration as done:
            result: T = done.value
            return result
        finally:
            account.end()
            _paying.reset(before)
        raised = None
        try:
            yield awaited
        except BaseException as error:
            raised = error
