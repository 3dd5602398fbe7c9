"""What is missing in timelines, and asking others for it."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import pairwise

from swarmfeed.core.asks import gap_sentences as sentences
from swarmfeed.core.asks.filter_sentences import UNBLOCK_FIRST
from swarmfeed.core.asks.gaps import AskAround, AskedAround, Gap, Gaps, WhatIsMissing
from swarmfeed.core.asks.posts import PostView, names_in, place_in
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.gaps import Ranges, missing_below, missing_between
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import BLOCK


class Missing:
    """Looks only at feeds that posts of the page are of; belongs to the node's loop."""

    def __init__(self, ground: Ground, carer: Carer) -> None:
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._sessions = ground.sessions
        self._private = ground.private
        self._carer = carer

    def rows(self) -> tuple[Answers, ...]:
        return in_loop(WhatIsMissing, self.missing), in_loop(AskAround, self.ask_around)

    async def missing(self, ask: WhatIsMissing) -> Gaps:
        """Raises UserError: one of those named is none, or there are too many."""
        held: dict[FeedId, Ranges] = {}
        named: dict[FeedId, list[int]] = {}
        for feed_id, index in _places(ask.refs):
            if feed_id not in held:
                held[feed_id] = self._held(feed_id)
            if held[feed_id]:
                named.setdefault(feed_id, []).append(index)
        gaps = await asyncio.to_thread(
            lambda: [
                gap
                for feed_id, indices in named.items()
                for gap in self._gaps_of(feed_id, indices, held[feed_id])
            ]
        )
        return Gaps(gaps=tuple(gaps))

    async def ask_around(self, ask: AskAround) -> AskedAround:
        """Raises UserError: they are blocked."""
        author_id = parse_link(ask.who).author_id
        if author_id in self._private.names(BLOCK):
            raise UserError(UNBLOCK_FIRST())
        await self._carer.ask_around(author_id)
        machines = sum(session.stays for session in self._sessions.all())
        return AskedAround(machines=machines, sentence=sentences.asked(machines))

    # --- inside ---

    def _held(self, feed_id: FeedId) -> Ranges:
        """What is held of a feed that is not here whole; else nothing."""
        is_whole = self._shelf.replica(feed_id) is None or self._shelf.is_complete(feed_id)
        return [] if is_whole else self._shelf.held_ranges(feed_id)

    def _gaps_of(self, feed_id: FeedId, indices: Sequence[int], held: Ranges) -> Iterator[Gap]:
        """From the newest of these posts on; the last one asks what comes next."""
        in_order = sorted({*indices}, reverse=True)
        for newer, older in pairwise(in_order):
            yield from self._gap(feed_id, newer, missing_between(held, older, newer))
        yield from self._last_gap(feed_id, in_order[-1], held)

    def _last_gap(self, feed_id: FeedId, index: int, held: Ranges) -> Iterator[Gap]:
        count = missing_below(held, index)
        post = self._index.post(feed_id, index) if count else None
        if post is None:
            return
        for older in self._index.author_posts(post.author_id, 1, post.cursor):
            if older.ref.feed_id == feed_id:
                count = missing_between(held, older.ref.index, index)
        if count:
            yield _gap_below(post, count)

    def _gap(self, feed_id: FeedId, index: int, count: int) -> Iterator[Gap]:
        post = self._index.post(feed_id, index) if count else None
        if post is not None:
            yield _gap_below(post, count)


def _gap_below(post: PostView, count: int) -> Gap:
    return Gap(
        ref=post.ref, author_id=post.author_id, author_name=post.author_name, count=count
    )


def _places(refs: str) -> list[tuple[FeedId, int]]:
    places = map(place_in, names_in(refs))
    return [place for place in places if place is not None]
