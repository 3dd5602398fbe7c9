"""What a supernode knows of who holds what, and whom it names to those who look for it."""

from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.proven import check_post
from swarmfeed.core.library.catalogue import Catalogue, ChildHolding
from swarmfeed.core.library.limits import (
    AUTHORS_SOUGHT_MAX,
    HOLDERS_NAMED_MAX,
    WHO_BURST,
    WHO_PER_S,
)
from swarmfeed.core.library.words import HeldBy, NamedHolder, Shelved, WhoHolds
from swarmfeed.core.lookup.limits import HITS_MAX
from swarmfeed.core.lookup.words import called_of
from swarmfeed.core.words.query import SearchQuery, parse_query
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.events import ChildGone, ServingChanged
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session


class WhoHoldsSide(Struct):
    """What a peer may ask."""

    bucket: TokenBucket | None = None


class Librarian:
    """Answers; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._layer = ground.layer
        self._sessions = ground.sessions
        self._shelf = ground.shelf
        self._own = ground.identity.node_id
        self._recent = ground.shells.recent
        self._clock = ground.shells.clock
        self.catalogue = Catalogue()

    # --- what children tell ---

    def on_shelved(self, session: Session, told: Shelved) -> None:
        """Raises BadEncodingError: it is more than a child may tell."""
        if self._layer.is_child(session.node_id):
            self.catalogue.take(session.node_id, told)

    def on_gone(self, event: ChildGone) -> None:
        self.catalogue.leave(event.session.node_id)

    def on_serving(self, event: ServingChanged) -> None:
        """Who begins to serve has no children yet, and who ends has none any more."""
        self.catalogue = Catalogue()

    # --- who asks ---

    def on_who(self, session: Session, asked: WhoHolds) -> None:
        """Say who may have it; who asks too much is passed over."""
        side, now_s = session.part(WhoHoldsSide), self._clock.monotonic_ms() / 1000
        if side.bucket is None:
            side.bucket = TokenBucket(WHO_BURST, WHO_PER_S, now_s)
        if self._layer.serves and side.bucket.take(1, now_s):
            session.outbox.put(("who", asked.search), partial(self._answer, session, asked))

    async def _answer(self, session: Session, asked: WhoHolds) -> None:
        await session.send(HeldBy(asked.search, await self.look(asked)))

    async def look(self, asked: WhoHolds) -> tuple[NamedHolder, ...]:
        """Return who may have it: of those it is by, or who wrote of it lately; where it names
        nobody, also who holds most."""
        try:
            query = parse_query(asked.typed)
            authors = await off_loop(partial(self._authors, query, asked))
        except (UserError, RetryError):
            return ()
        found = self.catalogue.holders_of(authors)
        ours = self._held_here(authors)
        ranked = [*found, *([ChildHolding(self._own, ours)] if ours else [])]
        ranked.sort(key=lambda each: -each.entries)
        if not query.wanted.authors:
            ranked += self.catalogue.largest()
        once = {each.node_id: each for each in reversed(ranked)}
        named = (self._named(each) for each in reversed(once.values()))
        return tuple(each for each in named if each is not None)[:HOLDERS_NAMED_MAX]

    def _named(self, holder: ChildHolding) -> NamedHolder | None:
        if holder.node_id == self._own:
            return NamedHolder(self._own, holder.entries)
        session = self._sessions.find(holder.node_id)
        if session is None:
            return None
        return NamedHolder(holder.node_id, holder.entries, session.link)

    def _held_here(self, authors: list[AuthorId]) -> int:
        feeds = (feed_id for each in authors for feed_id in self._shelf.feeds_of(each))
        return sum(map(self._shelf.entries_held, feeds))

    def _authors(self, query: SearchQuery, asked: WhoHolds) -> list[AuthorId]:
        """Whom the search names, or who wrote what it asks for lately; off the loop.

        Raises:
            UserError: It takes too long.
            RetryError: Not now.
        """
        called = called_of(asked.called)
        named = [each for name in query.wanted.authors for each in sorted(called(name).authors)]
        if not query.wanted.authors:
            # Of any time: who wrote of it lately did so before.
            anytime = replace(query, since_ms=0, until_ms=None)
            found = self._recent.search(anytime, called, None, HITS_MAX)
            now_ms = self._clock.now_ms()
            named = [check_post(each, now_ms).written.author_id for each in found.hits]
        return list(dict.fromkeys(named))[:AUTHORS_SOUGHT_MAX]
