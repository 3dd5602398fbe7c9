"""What nobody waits for, done when all that came is in the index.

put --> nothing waits for the index, and nobody for heads --> done, oldest first,
        others in between
    --> AT_LEISURE_WITHIN_S passed --> done all the same

A person who follows a thousand authors waits for their posts.  Who else confirms that it
holds them, and that we say so too, is a fifth of the work, and nobody looks at it meanwhile.
Its loss can be borne: it is heard, or said, again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import structlog

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.talk.limits import AT_LEISURE_MAX, AT_LEISURE_WITHIN_S
from swarmfeed.errors import PassingError, RemoteError
from swarmfeed.node.ground.events import Events, Strained
from swarmfeed.node.ground.fairness import at_cost
from swarmfeed.node.ground.indexer import Indexer
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.ground.tasks import Tasks

logger = structlog.get_logger()

FEEDS_AT_ONCE: Final = 16
"""Feeds of which something is said in one go: a signature each, 5 ms on a slow machine."""

LOOKED_EVERY_S: Final = 0.05
"""How often it is seen whether those who are busy still are."""

Deed = Callable[[], Coroutine[Any, Any, object]]

Put = Callable[[Deed, float], None]
"""Takes what is to be done, and when it is late, by the loop's clock."""


class Each:
    """Things of which each is done once, a few in one go."""

    def __init__(self, put: Put, do: Callable[[FeedId], object]) -> None:
        self._put = put
        self._do = do
        self._due: dict[FeedId, float] = {}
        """Each with the time at which it is late: that stays while others are done."""

    def put(self, feed_id: FeedId) -> None:
        is_first = not self._due
        late_s = self._due.setdefault(feed_id, _late_s())
        if is_first:
            self._put(self._do_some, late_s)

    async def _do_some(self) -> None:
        try:
            for feed_id in list(self._due)[:FEEDS_AT_ONCE]:
                del self._due[feed_id]
                self._do(feed_id)
        finally:  # also when it fails for one of them
            if self._due:
                self._put(self._do_some, next(iter(self._due.values())))


class Leisure:
    """Things to do later; belongs to the node's loop."""

    def __init__(
        self, indexer: Indexer, sessions: Sessions, events: Events, beside: Tasks
    ) -> None:
        self._indexer = indexer
        self._sessions = sessions
        self._events = events
        self._beside = beside
        self._waiting: deque[tuple[float, Deed]] = deque()
        """Each with the time, by the loop's clock, at which it is late."""
        self._served = 0
        self._rushes: list[Callable[[], bool]] = [lambda: self._served > 0]
        self._is_running = False

    def wait_for(self, is_busy: Callable[[], bool]) -> None:
        """Let something go first, as what comes into the index does: while it is going on."""
        self._rushes.append(is_busy)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Somebody is told inside what they wait for: that goes first."""
        self._served += 1
        try:
            yield
        finally:
            self._served -= 1

    def put(self, deed: Deed) -> None:
        """Do something later, at the cost of the peer on whose behalf it is put."""
        self._put(deed, _late_s())

    def put_for(self, session: Session, deed: Deed) -> None:
        """Take in later what a peer said, if its link is still there; who said something false
        is shut out as if it had been heard at once."""
        self.put(lambda: self._hear(session, deed))

    def each(self, do: Callable[[FeedId], object]) -> Each:
        """Return what does something with each feed that is put into it."""
        return Each(self._put, do)

    # --- inside ---

    def _put(self, deed: Deed, late_s: float) -> None:
        self._waiting.append((late_s, at_cost(deed)))
        if not self._is_running:
            self._is_running = True
            self._beside.spawn(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._until_idle()
                _, deed = self._waiting.popleft()
                await self._do(deed)
                await asyncio.sleep(0)
        finally:
            self._is_running = False

    async def _until_idle(self) -> None:
        """Return when nobody waits for anything, or something is late, or too many wait."""
        late_s = min(each for each, _ in self._waiting)
        left_s = late_s - asyncio.get_running_loop().time()
        if left_s <= 0 or len(self._waiting) > AT_LEISURE_MAX:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(left_s):
                await self._indexer.caught_up()
                while any(is_busy() for is_busy in self._rushes):
                    await asyncio.sleep(LOOKED_EVERY_S)
                    await self._indexer.caught_up()

    async def _do(self, deed: Deed) -> None:
        try:
            await deed()
        except PassingError as error:
            self._events.tell(Strained(error))
        except Exception:  # a bug: the others are done all the same
            logger.error("failed at leisure", exc_info=True)

    async def _hear(self, session: Session, deed: Deed) -> None:
        if self._sessions.find(session.node_id) is not session:
            return
        try:
            await deed()
        except RemoteError as error:
            await self._sessions.shut_out(session, str(error))


def _late_s() -> float:
    """When what is put now is late."""
    return asyncio.get_running_loop().time() + AT_LEISURE_WITHIN_S
