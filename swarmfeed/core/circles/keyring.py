"""The keys that this person has, and which of them are tried on an entry, in what order.

An entry does not say whose circle it is for.  So the keys of its author's circles are tried
first, the newest epochs before older ones, then those of other circles, where it may answer
something: TRIALS_MAX in all.  What opened the last entry of a feed is tried before all others.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.circles.limits import TRIALS_MAX
from swarmfeed.core.circles.protecting import EntryKey, find_key
from swarmfeed.core.feed.sealed_kinds import ProtectedBody


class Circle(Struct, frozen=True, kw_only=True):
    """A circle of somebody."""

    author_id: AuthorId
    circle_id: bytes


class EpochKey(Struct, frozen=True, kw_only=True):
    """The key of one epoch."""

    circle: Circle
    epoch: int
    key: bytes
    """32 bytes."""

    @property
    def order(self) -> tuple[int, bytes]:
        """Of two devices that began the same epoch, one counts as the later for everybody."""
        return self.epoch, self.key


class Keyring:
    """Keys of epochs, of any number of circles."""

    def __init__(self) -> None:
        self._keys: dict[Circle, dict[bytes, EpochKey]] = {}
        self._last: dict[FeedId, EpochKey] = {}
        self._ordered: dict[AuthorId, tuple[EpochKey, ...]] = {}
        self.count = 0
        """How often there was a new key."""
        self.trials = 0
        """How often one was tried."""

    def add(self, key: EpochKey) -> bool:
        """Take a key; returns whether it was not known."""
        known = self._keys.setdefault(key.circle, {})
        if key.key in known:
            return False
        known[key.key] = key
        self.count += 1
        self._ordered.clear()
        return True

    def drop(self, circle: Circle) -> None:
        """Forget a circle."""
        self._keys.pop(circle, None)
        self._last = {feed: key for feed, key in self._last.items() if key.circle != circle}
        self._ordered.clear()

    def circles(self) -> frozenset[Circle]:
        return frozenset(self._keys)

    def keys(self, circle: Circle) -> list[EpochKey]:
        """Keys of a circle, the newest epoch first."""
        known = self._keys.get(circle, {}).values()
        return sorted(known, key=lambda each: each.order, reverse=True)

    def newest(self, circle: Circle) -> EpochKey | None:
        """What is said to a circle now is protected under this."""
        return next(iter(self.keys(circle)), None)

    def find(
        self, body: ProtectedBody, author_id: AuthorId, feed_id: FeedId
    ) -> tuple[EpochKey, EntryKey] | None:
        """Return the key of an epoch, and by it that of an entry; None: not for us, so far."""
        for key in islice(self._trials(author_id, feed_id), TRIALS_MAX):
            self.trials += 1
            own = find_key(body, key.key)
            if own is not None:
                self._last[feed_id] = key
                return key, own
        return None

    def _trials(self, author_id: AuthorId, feed_id: FeedId) -> Iterator[EpochKey]:
        last = self._last.get(feed_id)
        if last is not None:
            yield last
        if author_id not in self._ordered:
            self._ordered[author_id] = self._order(author_id)
        yield from self._ordered[author_id]

    def _order(self, author_id: AuthorId) -> tuple[EpochKey, ...]:
        theirs = [each for each in self._keys if each.author_id == author_id]
        others = [each for each in self._keys if each.author_id != author_id]
        return (*self._newest_first(theirs), *self._newest_first(others))

    def _newest_first(self, circles: Iterable[Circle]) -> Iterator[EpochKey]:
        """The newest of each circle, then the one before of each, and so on."""
        rows = [self.keys(each) for each in circles]
        for place in range(max(map(len, rows), default=0)):
            yield from (row[place] for row in rows if place < len(row))
