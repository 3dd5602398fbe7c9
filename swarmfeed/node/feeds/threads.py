"""A post in its thread: what it answers above it, and below it all that answers it.

Nothing here is as long as the thread: what stands above is followed so many steps, a page of
replies is walked to from the one it starts with, and only what is shown is read.
"""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks import thread_sentences
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView, ThreadSize
from swarmfeed.core.base.limits import (
    THREAD_ABOVE_MAX,
    THREAD_COUNT_MAX,
    THREAD_DEPTH_MAX,
    THREAD_LEVELS_MAX,
)
from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.errors import UserError

REPLIES_AT_ONCE: Final = 25
"""Direct replies read at a time: half a page, so that a deep thread reads little in vain."""


class ThreadIndex(Protocol):
    """What threads ask of the index."""

    def post(self, feed_id: FeedId, index: int) -> PostView | None: ...

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]: ...

    def gone(self, feed_id: FeedId, index: int) -> PostView | None: ...

    def count_below(self, answered: EntryRef, limit: int) -> int: ...

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None: ...


class Branches(Struct, frozen=True, kw_only=True):
    """A page of what answers a post."""

    replies: tuple[PostView, ...]
    """Each behind what it answers, with its depth; of one post the oldest first."""
    next: PostView | None
    """The first one of the page behind this."""


class Threads:
    """Reads threads from an index."""

    def __init__(self, index: ThreadIndex) -> None:
        self._index = index

    def count(self, post: PostView) -> int:
        """How many replies of all depths are here, up to a bound."""
        return self._index.count_below(post.ref, THREAD_COUNT_MAX)

    def size(self, post: PostView) -> ThreadSize:
        """How many there are, and the newest."""
        newest = self._index.newest_below(post.ref, THREAD_COUNT_MAX)
        return ThreadSize(total=self.count(post), newest=newest)

    def above(self, post: PostView) -> tuple[PostView, ...]:
        """What a post answers, and what that answers: the nearest ones, oldest first."""
        found: list[PostView] = []
        for above in islice(self._upwards(post), 2 * THREAD_ABOVE_MAX):
            # What is withdrawn has no page of its own to go on at.
            if len(found) >= THREAD_ABOVE_MAX and not above.withdrawn:
                break
            found.append(above)
        return tuple(reversed(found))

    def chain(self, post: PostView) -> list[EntryRef]:
        """A post and all that it answers, up to what stands above all; that may not be here."""
        found = [post, *islice(self._upwards(post), THREAD_DEPTH_MAX)]
        above = found[-1].reply_to
        return [*(each.ref for each in found), *([above] if above else [])]

    def below(self, post: PostView, limit: int, start: PostView | None = None) -> Branches:
        """A page of the replies to a post, from ``start`` on.

        Raises:
            UserError: ``start`` is no reply to it, nor to one of these.
        """
        levels = [self._behind(post, None)] if start is None else self._way_to(post, start)
        found = tuple(islice(self._walk(levels), limit + 1))
        return Branches(replies=found[:limit], next=found[limit] if found[limit:] else None)

    def _walk(self, levels: list[Iterator[PostView]]) -> Iterator[PostView]:
        """Yield replies, each before those to it; the last level is the deepest."""
        while levels:
            reply = next(levels[-1], None)
            if reply is None:
                levels.pop()
                continue
            yield replace(reply, depth=len(levels) - 1)
            if reply.reply_count and len(levels) < THREAD_LEVELS_MAX:
                levels.append(self._behind(reply, None))

    def _way_to(self, post: PostView, start: PostView) -> list[Iterator[PostView]]:
        """What is left of each level between a post and the reply to begin with."""
        way = [start]
        for above in islice(self._upwards(start), THREAD_LEVELS_MAX):
            if above.ref == post.ref:
                break
            way.append(above)
        else:
            raise UserError(thread_sentences.NOT_IN_THREAD())
        way.reverse()
        parents = [post, *way[:-1]]
        levels = [self._behind(*each) for each in zip(parents, way, strict=True)]
        return [*levels[:-1], chain([start], levels[-1])]

    def _upwards(self, post: PostView) -> Iterator[PostView]:
        while post.reply_to is not None:
            place = post.reply_to.feed_id, post.reply_to.index
            above = self._index.post(*place) or self._index.gone(*place)
            if above is None or above.ref != post.reply_to:
                return
            yield above
            post = above

    def _behind(self, post: PostView, reply: PostView | None) -> Iterator[PostView]:
        """Yield direct replies to a post behind one of them, oldest first."""
        after = reply.cursor if reply else None
        while True:
            found = self._index.replies(post.ref, REPLIES_AT_ONCE, after)
            yield from found
            if len(found) < REPLIES_AT_ONCE:
                return
            after = found[-1].cursor
