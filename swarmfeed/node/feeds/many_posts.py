"""Many posts by their places: all public ones are looked up at once."""

from collections.abc import Collection, Iterable
from typing import Protocol

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.circles.opened_words import Place
from swarmfeed.node.feeds.muted_threads import place_of
from swarmfeed.node.feeds.shown import Shown


class PlacesIndex(Protocol):
    """What is asked of the index; see ``ports.Index``."""

    def posts_at(self, places: Collection[Place]) -> list[PostView]: ...


def posts_at(
    index: PlacesIndex, shown: Shown, places: Iterable[Place]
) -> dict[Place, PostView]:
    """Return those that are here, protected ones too."""
    wanted = dict.fromkeys(places)
    public = map(shown.with_replies, index.posts_at(wanted))
    found = {place_of(each.ref): each for each in public}
    for place in wanted.keys() - found.keys():
        if (post := shown.post(*place)) is not None:
            found[place] = post
    return found
