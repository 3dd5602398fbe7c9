"""Whether who told all news kept something back: others tell it, and its age is signed."""

from msgspec import Struct

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup import sentences
from swarmfeed.core.catchup.limits import SETTLED_MS, WATCHED_MS
from swarmfeed.node.ground.events import HeadGrew, Misled
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session


class LastAnswer(Struct, frozen=True):
    """An answer, as it ended."""

    session: Session
    asked_ms: int
    """When it was asked for, by the clock on the wall."""
    sizes: dict[FeedId, int]
    """How far each feed is by what it said; those that it said it lacks are not among them."""
    claimed: dict[FeedId, int]
    """How much of feeds it had when its answer ended, as it said itself, asking us for more."""


class Comparison:
    """Compares the last answer with what comes after it."""

    def __init__(self, ground: Ground) -> None:
        self._clock = ground.shells.clock
        self._events = ground.events
        self._answered: LastAnswer | None = None
        self._until_ms = 0

    def begin(self, answered: LastAnswer) -> None:
        """Watch what others tell from now on, for a while."""
        self._answered = answered
        self._until_ms = self._clock.monotonic_ms() + WATCHED_MS

    def on_head(self, event: HeadGrew) -> None:
        """Somebody told more of a feed: it may have been old news when the question came."""
        answered = self._answered
        if answered is None or event.before is None:
            return
        if self._clock.monotonic_ms() > self._until_ms:
            self._answered = None
        elif _is_withheld(answered, event):
            self._answered = None
            self._events.tell(Misled(answered.session, sentences.WITHHELD()))


def _is_withheld(answered: LastAnswer, event: HeadGrew) -> bool:
    """Whether a head is news that the answer should have had.

    What who answered brings itself a little later is none: it may just have come there.  What
    it had already by its own word, and told nothing of, is.
    """
    feed_id, after = event.after.feed_id, event.after
    was_said = event.before is not None and answered.sizes.get(feed_id) == event.before.size
    came_later = answered.claimed.get(feed_id, 0) < after.size
    was_known = came_later and answered.session.knows.get(feed_id, 0) >= after.size
    return was_said and not was_known and after.head.time_ms < answered.asked_ms - SETTLED_MS
