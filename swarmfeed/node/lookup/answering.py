"""Answers searches of others, from the recent posts that are kept here."""

from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import (
    REASON_CHARS_MAX,
    SEARCHES_MAX,
    SEARCHES_OF_PEER_MAX,
)
from swarmfeed.core.lookup.words import Recall, Search, SearchFound, SearchRefused, called_of
from swarmfeed.core.partition.keys import read_drawers
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import MendingError, RetryError, UserError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.keeper import RecentKeeper
from swarmfeed.node.lookup.partition import DrawerAnswer, Partition
from swarmfeed.ports.recent import RecentHits

logger = structlog.get_logger()


class SearchingSide(Struct):
    """What a peer waits for."""

    waiting: set[bytes] = field(default_factory=set)
    """Searches of it that are not answered yet, by their ids."""


class SearchServer:
    """Looks into the index of the network; belongs to one asyncio loop."""

    def __init__(self, ground: Ground, keeper: RecentKeeper, partition: Partition) -> None:
        self._recent = ground.shells.recent
        self._keeper = keeper
        self._partition = partition
        self.waiting = 0
        """Searches of all peers that are not answered yet."""

    def on_search(self, session: Session, search: Search | Recall) -> None:
        """Answer when its turn comes; at once where it will not be."""
        side = session.part(SearchingSide)
        if search.search in side.waiting:
            return  # it is asked already
        reason = self._why_not(side)
        if reason:
            # One at a time: who reads nothing does not make a heap of them.
            said = SearchRefused(search.search, reason)
            session.outbox.put(("unsearched",), partial(session.send, said))
            return
        side.waiting.add(search.search)
        self.waiting += 1
        session.outbox.put(("search", search.search), partial(self._answer, session, search))

    def on_closed(self, session: Session) -> None:
        """Nobody waits for its answers any more."""
        side = session.part(SearchingSide)
        self.waiting -= len(side.waiting)
        side.waiting.clear()

    def _why_not(self, side: SearchingSide) -> str:
        if not self._keeper.is_open:
            return sentences.SERVES_NOBODY()
        if len(side.waiting) >= SEARCHES_OF_PEER_MAX or self.waiting >= SEARCHES_MAX:
            return sentences.TOO_BUSY()
        return ""

    async def _answer(self, session: Session, search: Search | Recall) -> None:
        try:
            answer = await self.look(search)
        finally:
            side = session.part(SearchingSide)
            if search.search in side.waiting:
                side.waiting.discard(search.search)
                self.waiting -= 1
        await session.send(answer)

    async def look(self, search: Search | Recall) -> SearchFound | SearchRefused:
        """Return what is here of a search, or why it is not looked for."""
        try:
            found = await off_loop(partial(self._find, search))
        except UserError as error:
            return SearchRefused(search.search, str(error)[:REASON_CHARS_MAX])
        except RetryError as error:
            logger.warning("a search was not answered", reason=str(error))
            if isinstance(error, MendingError):
                self._keeper.mend()
            return SearchRefused(search.search, sentences.NOT_READY())
        beside = DrawerAnswer((), self._keeper.since_ms)
        if isinstance(search, Search):
            query, called = parse_query(search.typed), called_of(search.called)
            beside = self._partition.answer(query, called, self._keeper.since_ms)
        said = (found.hits, found.more, beside.since_ms, beside.owners)
        return SearchFound(search.search, *said)

    def _find(self, search: Search | Recall) -> RecentHits:
        """What is here; off the loop.  UserError: it is no search, or takes too long."""
        if isinstance(search, Recall):
            if search.drawers:
                drawers = read_drawers(search.drawers)
                return self._recent.on_drawers(drawers, search.before, search.limit)
            return self._recent.newest(search.before, search.limit)
        query, called = parse_query(search.typed), called_of(search.called)
        return self._recent.search(query, called, search.before, search.limit)
