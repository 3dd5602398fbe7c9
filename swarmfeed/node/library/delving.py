"""What others look for in the feeds that are held here, however old: found, and proven."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog
from msgspec import Struct, field

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.matching import Meant, read_address
from swarmfeed.core.feed.proven import ProvenPost, weight_of
from swarmfeed.core.library import sentences
from swarmfeed.core.library.limits import (
    DELVE_BURST,
    DELVE_PER_S,
    DELVED_BYTES,
    DELVES_MAX,
    DELVES_OF_PEER_MAX,
)
from swarmfeed.core.library.words import Delve, Delved, NotDelved
from swarmfeed.core.lookup.limits import REASON_CHARS_MAX
from swarmfeed.core.lookup.results import check_hit, spot_of_hit
from swarmfeed.core.words.query import SearchQuery, parse_query
from swarmfeed.errors import DamageError, RemoteError, RetryError, UserError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.post_proofs import PostProofs
from swarmfeed.node.ground.session import Session

SPARE: Final = 20
"""So many posts more are looked for than are asked for: not all of them are shown."""

logger = structlog.get_logger()


class DelverSide(Struct):
    """What a peer waits for, and how much it may ask."""

    waiting: set[bytes] = field(default_factory=set)
    bucket: TokenBucket | None = None


class Delving:
    """Answers who asks for old posts; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._shelf = ground.shelf
        self._proofs = PostProofs(ground)
        self._clock = ground.shells.clock
        self.waiting = 0
        """Questions of all peers that are not answered yet."""

    def on_delve(self, session: Session, asked: Delve) -> None:
        """Answer when its turn comes; at once where it will not be."""
        side = session.part(DelverSide)
        if asked.search in side.waiting:
            return
        if not self._may_ask(side):
            said = NotDelved(asked.search, sentences.TOO_MANY())
            session.outbox.put(("undelved",), partial(session.send, said))
            return
        side.waiting.add(asked.search)
        self.waiting += 1
        session.outbox.put(("delve", asked.search), partial(self._answer, session, asked))

    def on_closed(self, session: Session) -> None:
        side = session.part(DelverSide)
        self.waiting -= len(side.waiting)
        side.waiting.clear()

    def _may_ask(self, side: DelverSide) -> bool:
        now_s = self._clock.monotonic_ms() / 1000
        if side.bucket is None:
            side.bucket = TokenBucket(DELVE_BURST, DELVE_PER_S, now_s)
        if len(side.waiting) >= DELVES_OF_PEER_MAX or self.waiting >= DELVES_MAX:
            return False
        return side.bucket.take(1, now_s)

    async def _answer(self, session: Session, asked: Delve) -> None:
        try:
            answer = await self.look(asked)
        finally:
            side = session.part(DelverSide)
            if asked.search in side.waiting:
                side.waiting.discard(asked.search)
                self.waiting -= 1
        await session.send(answer)

    async def look(self, asked: Delve) -> Delved | NotDelved:
        """Return what is here, or why it is not looked for."""
        try:
            query = parse_query(asked.typed)
            found = await off_loop(partial(self._find, asked))
        except UserError as error:
            return NotDelved(asked.search, str(error)[:REASON_CHARS_MAX])
        except RetryError:
            return NotDelved(asked.search, sentences.NOT_READY())
        hits: list[ProvenPost] = []
        left = DELVED_BYTES
        for hit in await self._prove_all(found, asked, query):
            left -= weight_of(hit)
            if left < 0 or len(hits) == asked.limit:
                return Delved(asked.search, tuple(hits), more=bool(hits))
            hits.append(hit)
        is_full = len(found) == asked.limit + SPARE
        return Delved(asked.search, tuple(hits), more=bool(hits) and is_full)

    def _find(self, asked: Delve) -> list[PostView]:
        """Posts that may be it, newest first; off the loop."""
        spot = asked.before
        # Here another number tells posts of one millisecond apart: they are looked at again.
        before = None if spot is None else Cursor(spot.time_ms + 1, 0)
        return self._index.search(asked.typed, asked.limit + SPARE, before)

    async def _prove_all(
        self, found: Sequence[PostView], asked: Delve, query: SearchQuery
    ) -> list[ProvenPost]:
        """Return those that are proven and asked for, in the same order.

        What the index of this person can read, and others cannot, is not among them.
        """
        by_feed: dict[FeedId, list[int]] = {}
        for post in found:
            by_feed.setdefault(post.ref.feed_id, []).append(post.ref.index)
        proven: dict[tuple[FeedId, int], ProvenPost] = {}
        for feed_id, indexes in by_feed.items():
            for hit in await self._prove(feed_id, indexes):
                proven[feed_id, hit.post.index] = hit
        hits = (proven.get((each.ref.feed_id, each.ref.index)) for each in found)
        return [hit for hit in hits if hit is not None and self._is_asked(hit, asked, query)]

    def _is_asked(self, hit: ProvenPost, asked: Delve, query: SearchQuery) -> bool:
        try:
            checked = check_hit(hit, query, self._called, self._clock.now_ms())
        except RemoteError as error:
            logger.debug("a post is not shown to others", reason=str(error))
            return False
        return asked.before is None or spot_of_hit(checked) < asked.before

    def _called(self, typed: str) -> Meant:
        """Whom an address stands for, as who asks means it too: names mean nobody."""
        author_id = read_address(typed)
        if author_id is None:
            return Meant()
        feeds = frozenset(self._shelf.feeds_of(author_id))
        return Meant(authors=frozenset({author_id}), feeds=feeds)

    async def _prove(self, feed_id: FeedId, indexes: Sequence[int]) -> list[ProvenPost]:
        try:
            return await self._proofs.prove(feed_id, indexes)
        except (DamageError, RemoteError) as error:
            logger.debug("posts are not proven", reason=str(error))
            return []
