"""Entries in the index whose feeds lie on no shelf, and who keeps them.

A role may keep single entries of strangers with their proofs, and put them into the index.  The
index is emptied, cut and compared with the logs now and then: it asks here for the rest.
"""

from collections.abc import Collection
from typing import Protocol

from swarmfeed.core.base.types import FeedId


class Host(Protocol):
    """Who keeps such entries."""

    def feed_ids(self) -> Collection[FeedId]:
        """Feeds of which any are kept."""
        ...

    async def show(self, feed_ids: Collection[FeedId]) -> None:
        """Put what is kept of these feeds into the index, where it may be already."""
        ...


class Guests:
    """All hosts of a node."""

    def __init__(self) -> None:
        self._hosts: list[Host] = []

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
