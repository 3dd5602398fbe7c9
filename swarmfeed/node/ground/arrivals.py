"""Feeds that nothing is held of yet: verified one by one, and put on disk together.

    verified --> Landing.keep: written and synced in a thread --> on the shelf

While a feed is on its way to the disk nobody else writes it: who is told more of it meanwhile
waits until it is there (``settled``).
"""

import asyncio
from collections.abc import Sequence, Set
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.author import choose_certificates
from swarmfeed.core.feed.certificate import Certificate
from swarmfeed.core.feed.grown import Grown
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.talk.words import HeadOffer
from swarmfeed.errors import PassingError
from swarmfeed.node.ground.fairness import breathe, off_loop
from swarmfeed.ports import Logs

if TYPE_CHECKING:
    from swarmfeed.node.ground.shelf import Shelf

GROWN_TOGETHER: Final = 8
"""Feeds that grow in one step of the loop, their syncs side by side: a journal and a chunk of
each, on a disk that takes 3 ms for a sync."""


class Arrival(Struct, frozen=True, kw_only=True):
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
        marked = self._logs.marked() if arrivals else set()
        fresh = _sharing([each for each in arrivals if self._is_new(each, marked)])
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

    async def keep_grown(self, grown: Sequence[Grown]) -> list[Grown]:
        """Keep newer replicas; returns those that are on the shelf now and survive a power cut.

        Of the others somebody else brought news meanwhile, or they may not grow any more.

        Raises:
            PassingError: Not now, none of them; they are asked for again.
            FatalError: The disk failed, and what it kept is unknown.
        """
        kept, refused = list[Grown](), dict[FeedId, PassingError]()
        for at in range(0, len(grown), GROWN_TOGETHER):
            # Between looking and knowing nothing is awaited: nobody else writes these feeds.
            some = [each for each in grown[at : at + GROWN_TOGETHER] if self._follows(each)]
            refused |= self._logs.grow_together(some)
            for each in some:
                if each.feed_id not in refused:
                    self._shelf.take_grown(each.after)
                    kept.append(each)
            await breathe()
        if not kept and refused:
            raise next(iter(refused.values()))
        return kept

    def _follows(self, grown: Grown) -> bool:
        """Whether a feed is as it was when this was verified, and may still grow."""
        feed_id, end = grown.feed_id, self._shelf.end_of(grown.feed_id)
        is_as_it_was = self._shelf.replica(feed_id) is grown.before
        is_open = not self._shelf.is_forked(feed_id) and (end is None or end > grown.start)
        return is_as_it_was and is_open and feed_id not in self._coming

    def _is_new(self, arrival: Arrival, marked: Set[FeedId]) -> bool:
        feed_id = arrival.replica.feed_id
        is_here = feed_id in self._logs.damaged() or feed_id in marked
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
    if len(known) == len(arrivals):
        return list(arrivals)  # nobody has anything to share
    shared = {
        author_id: {signed: opened[signed] for signed in choose_certificates(author_id, opened)}
        for author_id, opened in known.items()
    }
    return [replace(each, certificates=shared[each.offer.author_id]) for each in arrivals]
