"""What the person wrote, as it is at one moment: whatever the node does meanwhile."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from typing import Self

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.exports.limits import BATCH_ENTRIES
from swarmfeed.core.exports.writing import Entry, OwnPost, writings
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import StillFeed


class OpenedFeeds:
    """All own feeds that are here, opened; a thread reads them in a ``with`` block of its own.

    It closes them, for it goes on when whoever waits for it does not any more.
    """

    def __init__(self, feeds: Mapping[FeedId, StillFeed]) -> None:
        self.feeds = feeds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for still in self.feeds.values():
            still.close()

    def posts(self) -> list[OwnPost]:
        """Return all own posts that everybody can read, oldest first.

        Raises:
            PassingError, DamageError: Something of it cannot be read.
        """
        found = (
            post
            for feed_id, still in self.feeds.items()
            for post in writings(feed_id, _entries(still))
        )
        return sorted(found, key=lambda post: (post.time_ms, post.feed_id, post.index))


def open_own_feeds(ground: Ground) -> OpenedFeeds:
    """Open them, in the node's loop.  PassingError, DamageError: one cannot be opened."""
    feeds: dict[FeedId, StillFeed] = {}
    with ExitStack() as opened:
        for feed_id in ground.shelf.feeds_of(ground.identity.author_id):
            if replica := ground.shelf.replica(feed_id):
                feeds[feed_id] = ground.shells.logs.still(replica)
                opened.callback(feeds[feed_id].close)
        opened.pop_all()
    return OpenedFeeds(feeds)


def _entries(still: StillFeed) -> Iterator[Entry]:
    for first, last in still.ranges():
        for start in range(first, last, BATCH_ENTRIES):
            stored = still.read_entries(start, min(start + BATCH_ENTRIES, last))
            for index, each in enumerate(stored, start):
                entry = decode_entry(each)
                if entry.body is None:
                    yield index, entry.time_ms, None
                    continue
                with suppress(RemoteError):
                    yield index, entry.time_ms, decode_body(entry.kind, entry.body)
