"""Who serves tells others what is new: all feeds of a question in one stream, newest first.

    catch-up --> waits for its turn --> news, news, .. lacked --> caught-up
                 (few at a time)        one message, then whatever else is due to that peer

What is told is on the shelf, so it was verified when it came; logs are read in a thread.
"""

from collections import deque
from collections.abc import Sequence
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup.limits import (
    LACKED_FEEDS_MAX,
    LACKED_HOLDERS_MAX,
    NEWS_FEEDS_MAX,
)
from swarmfeed.core.catchup.news import FeedTold, Packing, fits, tell
from swarmfeed.core.catchup.question import Question, Queue
from swarmfeed.core.catchup.words import (
    ALL,
    SERVES_NOBODY,
    CatchUp,
    CaughtUp,
    Lacked,
    LackedFeed,
    NightNews,
)
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import DamageError, PassingError, RemoteError
from swarmfeed.node.feeds.holder import Holder
from swarmfeed.node.ground.events import LinkClosed
from swarmfeed.node.ground.fairness import breathe, off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

Since = tuple[Replica, int]
"""A feed, and the size that somebody has of it."""


class _Answer(Struct):
    """What is still to be told."""

    session: Session
    number: int
    waiting: deque[tuple[FeedId, int]]
    """Feeds with news, the newest head first, and sizes that were asked with."""
    lacked: list[FeedId] = field(default_factory=list)


class _Read(Struct):
    """What was read for one message."""

    news: NightNews | None = None
    told: list[Replica] = field(default_factory=list)
    unread: list[FeedId] = field(default_factory=list)
    """Feeds whose entries are not on this disk, or too long for a message."""


class Telling:
    """Answers questions for news."""

    def __init__(self, ground: Ground, holder: Holder) -> None:
        self._layer = ground.layer
        self._shelf = ground.shelf
        self._holder = holder
        self.questions = Queue[Session]()

    def on_question(self, session: Session, said: CatchUp) -> None:
        """Answer a question when its turn comes.  Raises RemoteError: it broke a rule."""
        if not self._layer.serves:
            if not said.goes_on:
                self._end(session, said.number, SERVES_NOBODY)
            return
        refusal = self.questions.hear(session, said)
        if refusal is not None:
            self._end(session, refusal.number, refusal.why)
        self._begin()

    def on_close(self, event: LinkClosed) -> None:
        """Who is gone is told nothing."""
        self.questions.end(event.session)
        self._begin()

    # --- inside ---

    def _begin(self) -> None:
        for session, question in self.questions.next():
            session.outbox.put(("news",), partial(self._start, session, question))

    async def _start(self, session: Session, question: Question) -> None:
        answer = await self._sort(session, question)
        session.outbox.put(("news",), partial(self._go_on, answer))

    async def _sort(self, session: Session, question: Question) -> _Answer:
        """Find out what is new; what we are behind with ourselves, we lack."""
        newer, lacked = list[tuple[int, FeedId, int]](), list[FeedId]()
        for feed_id, size in question.sizes.items():
            replica = self._shelf.replica(feed_id)
            if replica is None or replica.size < size or not self._may_tell(feed_id):
                lacked.append(feed_id)
            elif replica.size > size:
                newer.append((replica.head.time_ms, feed_id, size))
            await breathe()
        newer.sort(reverse=True)
        waiting = deque((feed_id, size) for _, feed_id, size in newer)
        return _Answer(session, question.number, waiting, lacked)

    def _may_tell(self, feed_id: FeedId) -> bool:
        return self._shelf.is_certified(feed_id) and not self._shelf.is_forked(feed_id)

    async def _go_on(self, answer: _Answer) -> None:
        """Send one message of an answer, and leave the rest for the next turn."""
        session = answer.session
        if answer.waiting:
            await self._tell_some(answer)
        elif answer.lacked:
            await self._tell_lacked(answer)
        else:
            self.questions.end(session)
            await session.send(CaughtUp(answer.number, ALL))
            self._begin()
            return
        session.outbox.put(("news",), partial(self._go_on, answer))

    async def _tell_some(self, answer: _Answer) -> None:
        some, long = self._take_some(answer)
        read = await off_loop(partial(self._read, answer.number, some))
        session = answer.session
        if read.news is not None:
            await session.send(read.news)
        for replica in read.told:
            session.knows[replica.feed_id] = replica.size
        answer.lacked += read.unread
        done = {*(each.feed_id for each in read.told), *read.unread}
        back = [(each.feed_id, size) for each, size in some if each.feed_id not in done]
        answer.waiting.extendleft(reversed(back))
        for replica, size in long:
            session.knows[replica.feed_id] = size
            await self._holder.offer(session, replica)

    def _take_some(self, answer: _Answer) -> tuple[list[Since], list[Since]]:
        """Take feeds for one message, and those among them that wrote too much for it."""
        some, long = list[Since](), list[Since]()
        while answer.waiting and len(some) < NEWS_FEEDS_MAX and not long:
            feed_id, size = answer.waiting.popleft()
            replica = self._shelf.replica(feed_id)
            if replica is None:
                answer.lacked.append(feed_id)  # it was let go meanwhile
            elif fits(replica, size):
                some.append((replica, size))
            else:
                long.append((replica, size))
        return some, long

    def _read(self, number: int, some: Sequence[Since]) -> _Read:
        """Read what is new until it is a message; runs in a thread."""
        packing, read = Packing(number), _Read()
        for replica, size in some:
            if packing.is_full:
                break
            told = self._told(replica, size)
            if told is None:
                read.unread.append(replica.feed_id)
            elif packing.has_room(told):
                packing.add(told)
                read.told.append(replica)
            else:
                break
        read.news = packing.take()
        return read

    def _told(self, replica: Replica, size: int) -> FeedTold | None:
        try:
            stored = self._shelf.read_entries(replica.feed_id, size, replica.size)
        except (DamageError, PassingError, RemoteError):
            return None
        return tell(replica, size, stored) if len(stored) == replica.size - size else None

    async def _tell_lacked(self, answer: _Answer) -> None:
        some = answer.lacked[:LACKED_FEEDS_MAX]
        del answer.lacked[:LACKED_FEEDS_MAX]
        named = []
        for feed_id in some:
            holders = self._holder.known_holders(answer.session, feed_id)
            named.append(LackedFeed(feed_id, holders[:LACKED_HOLDERS_MAX]))
            await breathe()
        await answer.session.send(Lacked(answer.number, tuple(named)))

    def _end(self, session: Session, number: int, why: int) -> None:
        said = CaughtUp(number, why)
        # One at a time: who asks and reads nothing does not make a heap of them.
        session.outbox.put(("refused",), partial(session.send, said))
