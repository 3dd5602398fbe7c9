"""After a night: everything new is asked of one node that serves, and of nobody else meanwhile.

    linked to who serves --> catch-up: all feeds, and the sizes we have
        news --> verified in a thread --> on disk together --> newest posts shown, then the rest
    caught-up, silence, a lost link --> everybody is asked the ordinary way, with our new sizes

So who was asked is believed in nothing: an entry is taken as one that came live, and what was
kept back comes with the ordinary answers of others, the second parent among them.  Who told
what is false, or nothing, is named to whoever chooses parents (``Misled``).
"""

import asyncio
from collections.abc import Iterator
from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup import sentences
from swarmfeed.core.catchup.limits import (
    AGAIN_MS,
    LATE_S,
    SILENT_S,
)
from swarmfeed.core.catchup.news import FeedTold, open_news
from swarmfeed.core.catchup.question import ask, pick
from swarmfeed.core.catchup.words import ALL, CaughtUp, Lacked, NightNews
from swarmfeed.core.feed.grown import Grown, grow_by
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.words import Holders
from swarmfeed.errors import (
    BadEncodingError,
    BadProofError,
    FatalError,
    ForkError,
    PassingError,
    RemoteError,
)
from swarmfeed.node.catchup.comparison import Comparison, LastAnswer
from swarmfeed.node.catchup.newest_first import NewestFirst
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    Fatal,
    LinkClosed,
    LinkStays,
    Misled,
    ParentCame,
    Strained,
)
from swarmfeed.node.ground.fairness import breathe, off_loop, on_behalf
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()


class CatchingSide(Struct):
    """What is remembered of a peer that was asked."""

    owes: int | None = None
    """Number of the question that it has not answered to the end."""


class _Asked(Struct, kw_only=True):
    """A question on its way."""

    session: Session
    number: int
    due: dict[FeedId, int]
    """Feeds of which nothing was told yet, and the size we said we have."""
    feeds: frozenset[FeedId]
    asked_ms: int
    tried: set[Session]
    """Who was asked before, in vain, and who is asked now."""
    showing: NewestFirst
    lacked: set[FeedId] = field(default_factory=set)
    stray: set[FeedId] = field(default_factory=set)
    """Feeds of which was told what does not follow on ours: that was blamed already."""
    heard: int = 0
    """Messages of the answer."""
    is_alone: bool = True
    """Whether the others wait for its answer."""


class Catching:
    """Asks for all news, and takes them in."""

    def __init__(self, ground: Ground, feeds: Feeds) -> None:
        self._ground = ground
        self._shelf = ground.shelf
        self._asking = feeds.asking
        self._grower = feeds.grower
        self._whereabouts = feeds.whereabouts
        self._comparison = Comparison(ground)
        self.on_head = self._comparison.on_head
        self._asked: _Asked | None = None
        self._number = 0
        self._again_at_ms = 0

    # --- whom to ask, and when ---

    def on_stays(self, event: LinkStays) -> None:
        """Ask who serves; while an answer is on its way nobody else is asked."""
        session = event.session
        if not self._ground.settings.network:
            return
        if self._asked is not None:
            if self._asked.is_alone:
                self._asking.put_off(session)
        elif self._ground.layer.serves_us(session) and self._begin(session, set()):
            self._asking.put_off(session)

    def on_parent(self, event: ParentCame) -> None:
        """Ask a parent that did not say in its hello that it serves."""
        if self._asked is None:
            self._begin(event.session, set())

    def on_close(self, event: LinkClosed) -> None:
        """Ask somebody else when the link is lost in the middle of an answer."""
        if self._asked is not None and self._asked.session is event.session:
            self._try_another(self._asked)

    # --- the answer ---

    async def on_news(self, session: Session, news: NightNews) -> None:
        """Take news in.  Raises RemoteError when they are false."""
        asked = self._asked
        if asked is None or not _is_answer(asked, session, news.number):
            return  # of a question that nobody waits for any more
        asked.heard += 1
        try:
            known = self._known(asked, news)
            told, stray = await off_loop(partial(self._verify, news, known))
        except RemoteError:
            self._blame(session, sentences.FALSE())
            raise
        if stray:
            asked.stray.update(stray)
            self._blame(session, sentences.NOT_FOLLOWING())
        keeping = on_behalf(lambda: self._keep(asked, told))
        await asyncio.shield(self._ground.beside.spawn(keeping))

    def on_lacked(self, session: Session, lacked: Lacked) -> None:
        """Look for others who hold what this one does not."""
        asked = self._asked
        if asked is None or not _is_answer(asked, session, lacked.number):
            return
        asked.heard += 1
        for each in lacked.feeds:
            author_id = self._shelf.author_of(each.feed_id)
            if asked.due.pop(each.feed_id, None) is not None and author_id is not None:
                asked.lacked.add(each.feed_id)
                said = Holders(author_id, each.feed_id, each.holders)
                self._whereabouts.on_holders(session, said)

    def on_caught_up(self, session: Session, told: CaughtUp) -> None:
        """That was all: ask everybody the ordinary way; what was refused, ask somebody else."""
        side = session.part(CatchingSide)
        if side.owes == told.number:
            side.owes = None
        asked = self._asked
        if asked is None or not _is_answer(asked, session, told.number):
            return
        if told.why != ALL:
            logger.debug("news refused", why=told.why)
            self._try_another(asked)
            return
        self._again_at_ms = self._ground.shells.clock.monotonic_ms() + AGAIN_MS
        sizes = {
            feed_id: replica.size
            for feed_id in asked.feeds - asked.lacked - asked.stray
            if (replica := self._shelf.replica(feed_id)) is not None
        }
        logger.info("caught up", feeds=len(asked.feeds), told=len(asked.feeds) - len(asked.due))
        answer = LastAnswer(
            session, asked.asked_ms, sizes, {each: session.knows.get(each, 0) for each in sizes}
        )
        self._comparison.begin(answer)
        self._end(asked)

    # --- inside ---

    def _begin(self, session: Session, tried: set[Session]) -> bool:
        """Ask a peer, if there is something to ask; returns whether it was asked."""
        clock, side = self._ground.shells.clock, session.part(CatchingSide)
        if side.owes is not None or clock.monotonic_ms() < self._again_at_ms:
            return False
        sizes = pick(self._sizes())
        if not sizes:
            return False
        self._number += 1
        number, feeds = self._number, frozenset(sizes)
        tried.add(session)
        self._asked = _Asked(
            session=session,
            number=number,
            due=sizes,
            feeds=feeds,
            asked_ms=clock.now_ms(),
            tried=tried,
            showing=NewestFirst(self._ground),
        )
        side.owes = number
        for place, said in enumerate(ask(number, sizes)):
            session.outbox.put(("catch-up", place), partial(session.send, said))
        loop = asyncio.get_running_loop()
        loop.call_later(SILENT_S, self._look_on, number, 0)
        loop.call_later(LATE_S, self._look_for_late, session, number)
        return True

    def _sizes(self) -> Iterator[tuple[FeedId, int]]:
        """What we have of whom we care for, strongest interest first."""
        own = self._ground.identity.feed_id
        for author_id in self._ground.interests.all():
            for feed_id in self._shelf.feeds_of(author_id):
                replica = self._shelf.replica(feed_id)
                if replica is not None and feed_id != own:
                    yield feed_id, replica.size

    def _try_another(self, asked: _Asked) -> None:
        self._asked = None
        asked.showing.end()
        for session in self._ground.sessions.all():
            if session in asked.tried or not (
                session.stays and self._ground.layer.serves_us(session)
            ):
                continue
            if self._begin(session, asked.tried):
                return
        self._asking.go_on()

    def _end(self, asked: _Asked) -> None:
        self._asked = None
        asked.showing.end()
        self._asking.go_on()

    def _look_on(self, number: int, heard: int) -> None:
        """Let others be asked when an answer stands still; what comes of it is taken."""
        asked = self._asked
        if asked is None or asked.number != number:
            return
        if asked.heard == heard:
            asked.is_alone = False
            self._asking.go_on()
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(SILENT_S, self._look_on, number, asked.heard)

    def _look_for_late(self, session: Session, number: int) -> None:
        """An answer that never ends is none."""
        if session.part(CatchingSide).owes != number:
            return
        if self._ground.sessions.find(session.node_id) is session:
            self._blame(session, sentences.LATE())
        if self._asked is not None and self._asked.number == number:
            self._try_another(self._asked)

    def _blame(self, session: Session, why: str) -> None:
        logger.info("misled", node=session.node_id.hex()[:16], why=why)
        self._ground.events.tell(Misled(session, why))

    def _known(self, asked: _Asked, news: NightNews) -> dict[FeedId, Replica]:
        """Return our replicas of what is told, where nobody else brought news meanwhile.

        Raises:
            BadEncodingError: It was not asked for, or not so, or is told twice.
        """
        known = {}
        for each in news.feeds:
            if asked.due.pop(each.feed_id, None) != each.start:
                raise BadEncodingError("news of what was not asked for")
            replica = self._shelf.replica(each.feed_id)
            if replica is not None and replica.size == each.start:
                known[each.feed_id] = replica
        return known

    def _verify(
        self, news: NightNews, known: dict[FeedId, Replica]
    ) -> tuple[list[tuple[Grown, FeedTold]], list[FeedId]]:
        """Verify all of a message; runs in a thread.

        Returns what follows on ours, and feeds of which it does not: it may be another history
        that the author signed, which a head with its proof tells.
        """
        grown, stray = list[tuple[Grown, FeedTold]](), list[FeedId]()
        for told in open_news(news):
            feed_id = told.of.feed_id
            if feed_id not in known:
                continue
            try:
                grown.append((self._grow(known[feed_id], told), told))
            except (BadProofError, ForkError):
                stray.append(feed_id)
        return grown, stray

    def _grow(self, known: Replica, told: FeedTold) -> Grown:
        load = partial(self._ground.shells.logs.read_chunk, known.feed_id)
        return grow_by(known, told.stored, told.of.signed_head, told.of.chunk_list, load)

    async def _keep(self, asked: _Asked, told: list[tuple[Grown, FeedTold]]) -> None:
        """Keep news and go on with them, whatever becomes of the link meanwhile."""
        try:
            kept = await self._ground.landing.keep_grown([each for each, _ in told])
        except PassingError as error:
            self._ground.events.tell(Strained(error))
            return
        except FatalError as error:
            self._ground.events.tell(Fatal(error))
            return
        here = {each.feed_id for each in kept}
        await asked.showing.show(
            [(each, news.stored) for each, news in told if each.feed_id in here]
        )
        for each in kept:
            asked.session.knows[each.feed_id] = each.after.size
            self._whereabouts.note_head(asked.session, each.after)
            self._grower.grew_shown(each)
            await breathe()


def _is_answer(asked: _Asked, session: Session, number: int) -> bool:
    return asked.session is session and asked.number == number
