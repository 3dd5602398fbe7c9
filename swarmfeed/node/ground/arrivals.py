"""Feeds that nothing is held of yet: verified one by one, and put on disk together.

    verified --> Landing.keep: written and synced in a thread --> on the shelf

While a feed is on its way to the disk nobody else writes it: who is told more of it meanwhile
waits until it is there (``settled``).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.author import choose_certificates
from swarmfeed.core.feed.certificate import Certificate
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.words import HeadOffer
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.ports import Logs

if TYPE_CHECKING:
    from swarmfeed.node.ground.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is to be kept of a new feed."""

    offer: HeadOffer
    replica: Replica
    certificates: dict[bytes, Certificate]
    """Of its author: those known, and those that came along."""


class Landing:
    """Puts arrivals on the disk and on the shelf."""

    def __init__(self, logs: Logs, shelf: "Shelf") -> None:
        self._logs = logs
        self._shelf = shelf
        self._coming: dict[FeedId, asyncio.Event] = {}

    async def settled(self, feed_id: FeedId) -> None:
        """Return when a feed is not on its way to the disk."""
        while (coming := self._coming.get(feed_id)) is not None:
            await coming.wait()

    async def keep(self, arrivals: Sequence[Arrival]) -> set[FeedId]:
        """Keep feeds together; when it returns, they survive a power cut.

        Returns which: others are held by now, or on their way, damaged here, or an own feed.

        Raises:
            PassingError: Not now; none of them is known.
            FatalError: The disk failed, and what it kept is unknown.
        """
        fresh = _sharing([each for each in arrivals if self._is_new(each)])
        new = {each.replica.feed_id: each for each in fresh}
        landed = asyncio.Event()
        self._coming |= dict.fromkeys(new, landed)
        written = [(each.replica, tuple(each.certificates)) for each in new.values()]
        try:
            if written:
                await off_loop(partial(self._logs.write_new, written))
                self._logs.take_in([replica for replica, _ in written])
                self._shelf.take_in(new.values())
        finally:
            for feed_id in new:
                del self._coming[feed_id]
            landed.set()
        return set(new)

    def _is_new(self, arrival: Arrival) -> bool:
        feed_id = arrival.replica.feed_id
        is_here = feed_id in self._logs.damaged() or self._logs.mark(feed_id) is not None
        is_known = feed_id in self._coming or self._shelf.replica(feed_id) is not None
        return not is_here and not is_known


def _sharing(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The same, each with what came along with any feed of its author.

    So they are written once: of 64 feeds that bring a certificate more each, every one would be
    written anew beside all before it.
    """
    known: dict[AuthorId, dict[bytes, Certificate]] = {}
    for each in arrivals:
        known.setdefault(each.offer.author_id, {}).update(each.certificates)
    shared = {
        author_id: {signed: opened[signed] for signed in choose_certificates(author_id, opened)}
        for author_id, opened in known.items()
    }
    return [replace(each, certificates=shared[each.offer.author_id]) for each in arrivals]
