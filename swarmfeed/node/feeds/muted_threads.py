"""Which posts stand in threads of which the person wants to hear nothing; from any thread of
the machine.

What is protected is in memory and all else in the index: a way up goes from the one to the
other.
"""

from collections.abc import Collection

from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.circles.opened_words import Place
from swarmfeed.node.feeds.screen import screen_of
from swarmfeed.node.ground.ground import Ground


class InMutedThreads:
    """Looks for them."""

    def __init__(self, ground: Ground) -> None:
        self._index = ground.shells.index
        self._audience = ground.audience
        self._screen = screen_of(ground)

    def are_any(self) -> bool:
        """Whether any thread is muted: else no post has to be looked for."""
        return bool(self._screen.muted_threads())

    def among(self, places: Collection[Place]) -> set[Place]:
        """Those of these posts that are what was muted, or answer it at whatever depth."""
        tops = self._screen.muted_threads()
        if not (tops and places):
            return set()
        if self._audience.is_empty:
            return self._index.within(places, tops)
        chains = {each: self._upwards(each) for each in places}
        inside = {
            each for each, way in chains.items() if {ref.entry_hash for ref in way} & tops
        }
        # From where nothing above is open the index goes on.
        ends = {each: place_of(way[-1]) if way else each for each, way in chains.items()}
        public = self._index.within({*ends.values()}, tops)
        return inside | {each for each, end in ends.items() if end in public}

    def _upwards(self, place: Place) -> list[EntryRef]:
        return self._audience.opened(lambda posts: posts.upwards(place))


def place_of(ref: EntryRef) -> Place:
    return ref.feed_id, ref.index
