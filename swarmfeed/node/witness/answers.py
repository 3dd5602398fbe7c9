"""Answers to who wants to know how new something is."""

from swarmfeed.core.asks.newest import HowNew, HowNewIs
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import OWN_ASKED_EVERY_S
from swarmfeed.core.witness.newest import SeenBy, see
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.witness.inquiring import Inquiry


class HowNewFeeds:
    """Tells how new an author's feeds are, all together."""

    def __init__(self, ground: Ground, inquiry: Inquiry) -> None:
        self._shelf = ground.shelf
        self._clock = ground.shells.clock
        self._inquiry = inquiry

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(HowNewIs, self.how_new),)

    def how_new(self, ask: HowNewIs) -> HowNew:
        """The oldest word on any feed that the author still writes counts for all."""
        feeds = self._written(ask.author)
        sights = [self._see(feed_id) for feed_id in feeds]
        found = [each for each in sights if each is not None]
        kept_back = sum(map(self._inquiry.kept_back, feeds))
        now_s = self._clock.now_ms() // 1000
        as_of_s = min((each.as_of_s for each in found), default=now_s)
        ago = sentences.ago(now_s - as_of_s)
        if kept_back:
            sentence = sentences.KEPT_BACK(entries=kept_back, ago=ago)
        elif not found or len(found) < len(feeds):
            return HowNew(
                as_of_ms=None, seen_by=0, kept_back=0, sentence=sentences.NOBODY_SAW()
            )
        else:
            networks = min(each.networks for each in found)
            sentence = sentences.SEEN(ago=ago, networks=networks)
        return HowNew(
            as_of_ms=as_of_s * 1000,
            seen_by=min(each.networks for each in found),
            kept_back=kept_back,
            sentence=sentence,
        )

    def _see(self, feed_id: FeedId) -> SeenBy | None:
        """What is known of one feed; others are asked if that is old, for a person looks."""
        sight = see(self._inquiry.newest(feed_id), self._inquiry.network_of)
        now_s = self._clock.now_ms() // 1000
        if sight is None or now_s - sight.as_of_s >= OWN_ASKED_EVERY_S:
            self._inquiry.person_looks(feed_id)
        return sight

    def _written(self, author_id: AuthorId) -> list[FeedId]:
        """Feeds of the author that are here, without those that ended."""
        certified = self._shelf.certified(author_id).feeds
        ended = {each.feed_id for each in certified if each.end is not None}
        return [each for each in self._shelf.feeds_of(author_id) if each not in ended]
