"""Own posts as canaries: our parents were told of them by us, so none of them may lack one."""

import asyncio
from collections.abc import Sequence

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Called, Written, matches
from swarmfeed.core.feed.proven import Checked
from swarmfeed.core.feed.spot import Spot, spot_of
from swarmfeed.core.lookup.limits import CANARIES_MAX, CANARY_MS, SETTLED_MS
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.node.ground.events import ParentCame
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session


class Canaries:
    """Knows which own posts a parent must have; belongs to one asyncio loop."""

    def __init__(self, ground: Ground) -> None:
        self._own = ground.identity.author_id
        self._index = ground.shells.index
        self._clock = ground.shells.clock
        self._layer = ground.layer
        self._since_ms: dict[NodeId, int] = {}
        """Since when each parent is one."""

    def on_parent(self, event: ParentCame) -> None:
        """From now on it is told of our posts, and of those of the last hour."""
        parents = {each.node_id for each in self._layer.parents}
        self._since_ms = {each: at for each, at in self._since_ms.items() if each in parents}
        self._since_ms[event.session.node_id] = self._clock.now_ms()

    def counts(self, session: Session) -> bool:
        """Whether a node has been told of our posts for long enough."""
        since_ms = self._since_ms.get(session.node_id)
        is_parent = self._layer.is_parent(session.node_id)
        return (
            is_parent and since_ms is not None and since_ms < self._clock.now_ms() - SETTLED_MS
        )

    async def of(
        self, query: SearchQuery, called: Called, before: Spot | None
    ) -> list[Checked]:
        """Own young posts that a search asks for by their words, behind a place."""
        if not _is_of_words(query):
            return []  # of language and mentions the index of this machine keeps too little
        posts = await asyncio.to_thread(self._index.author_posts, self._own, CANARIES_MAX, None)
        return [
            each
            for each in map(_checked, self._young(posts))
            if matches(query, each.written, called) and _is_behind(each, before)
        ]

    def _young(self, posts: Sequence[PostView]) -> list[PostView]:
        first_ms = self._clock.now_ms() - CANARY_MS
        # Of one that was edited, a parent may have either text.
        return [post for post in posts if post.time_ms >= first_ms and not post.edited]


def _checked(post: PostView) -> Checked:
    written = Written(
        author_id=post.author_id,
        time_ms=post.time_ms,
        post=PostBody(post.text, reply=post.reply_to, cw=post.cw),
    )
    return Checked(ref=post.ref, written=written, head_size=post.ref.index + 1)


def _is_of_words(query: SearchQuery) -> bool:
    sides = (query.wanted, query.unwanted)
    return not any(each.to or each.langs or each.traits for each in sides)


def _is_behind(post: Checked, before: Spot | None) -> bool:
    spot = spot_of(post.written.time_ms, post.ref.feed_id, post.ref.index)
    return before is None or spot < before
