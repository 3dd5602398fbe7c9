"""Entries in the index whose feeds lie on no shelf, and who keeps them.

A role may keep single entries of strangers with their proofs, and put them into the index.  The
index is emptied, cut and compared with the logs now and then: it asks here for the rest.

What a search of the network showed is in no index; its proofs are remembered for a while, so
that it can be let in when the person wants to answer it.
"""

from collections import OrderedDict
from collections.abc import Collection
from typing import Protocol

from swarmfeed.core.base.types import EntryRef, FeedId
from swarmfeed.core.feed.limits import FOUND_KEPT_MAX
from swarmfeed.core.feed.proven import ProvenPost


class Host(Protocol):
    """Who keeps such entries."""

    def feed_ids(self) -> Collection[FeedId]:
        """Feeds of which any are kept."""
        ...

    async def show(self, feed_ids: Collection[FeedId]) -> None:
        """Put what is kept of these feeds into the index, where it may be already."""
        ...

    async def let_in(self, posting: ProvenPost) -> None:
        """Keep a post that was proven here, and put it into the index."""
        ...


class Guests:
    """All hosts of a node."""

    def __init__(self) -> None:
        self._hosts: list[Host] = []
        self._found: OrderedDict[EntryRef, ProvenPost] = OrderedDict()
        """Posts that were proven and shown, and are not kept; the latest last."""

    def connect(self, host: Host) -> None:
        """Ask one more."""
        self._hosts.append(host)

    def feed_ids(self) -> frozenset[FeedId]:
        """Feeds that the index may know though no shelf does."""
        return frozenset(feed_id for host in self._hosts for feed_id in host.feed_ids())

    async def show(self, feed_ids: Collection[FeedId]) -> None:
        """Have what is kept of these feeds put into the index again."""
        for host in self._hosts:
            await host.show(feed_ids)

    def remember(self, ref: EntryRef, posting: ProvenPost) -> None:
        """A post that was proven is shown to the person, who may want to answer it."""
        self._found[ref] = posting
        self._found.move_to_end(ref)
        if len(self._found) > FOUND_KEPT_MAX:
            self._found.popitem(last=False)

    async def let_in(self, feed_id: FeedId, index: int) -> bool:
        """Have a post kept that was shown lately; False: it was not."""
        found = [
            posting
            for ref, posting in self._found.items()
            if (ref.feed_id, ref.index) == (feed_id, index)
        ]
        for host in self._hosts if found else ():
            await host.let_in(found[-1])
        return bool(found)

    def place_of(self, entry_hash: bytes) -> tuple[FeedId, int] | None:
        """Where a post stands that was shown lately, by its hash."""
        for ref in reversed(self._found):
            if ref.entry_hash == entry_hash:
                return ref.feed_id, ref.index
        return None
