"""Answers to who wants to know how new something is."""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.asks.newest import (
    HowNew,
    HowNewAll,
    HowNewAreAll,
    HowNewIs,
    WebWitness,
    WebWitnesses,
    WhoWitnesses,
)
from swarmfeed.core.base.texts import joined
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import OWN_ASKED_EVERY_S
from swarmfeed.core.witness.newest import SeenBy, see
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.node.witness.inquiring import Inquiry
from swarmfeed.node.witness.outside import OutsideWitnesses

SEEN_SOONER: Final = 4
"""How many times sooner it is told how new a person's feeds are than a feed is looked at."""


class HowNewFeeds:
    """Tells how new an author's feeds are, all together."""

    def __init__(self, ground: Ground, inquiry: Inquiry, outside: OutsideWitnesses) -> None:
        self._shelf = ground.shelf
        self._clock = ground.shells.clock
        self._inquiry = inquiry
        self._own = ground.identity.feed_id
        self._me = ground.identity.author_id
        self._interests = ground.interests
        self._outside = outside

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(HowNewIs, self.how_new),
            in_loop(HowNewAreAll, self.how_new_are_all),
            in_loop(WhoWitnesses, self.who),
        )

    def who(self, _: WhoWitnesses) -> WebWitnesses:
        """Witnesses on the web, and how each stands."""
        return WebWitnesses(
            witnesses=tuple(
                WebWitness(
                    url=url,
                    size=word.size if word is not None else 0,
                    as_of_ms=word.time_s * 1000 if word is not None else None,
                    sentence=sentence,
                )
                for url, word, sentence in self._outside.told()
            )
        )

    def how_new(self, ask: HowNewIs) -> HowNew:
        """The oldest word on any feed that the author still writes counts for all."""
        feeds = self._written(ask.author)
        sights = [self._look(feed_id) for feed_id in feeds]
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

    async def how_new_are_all(self, _: HowNewAreAll) -> HowNewAll:
        """Of each person the oldest word on a feed counts, as for one."""
        people = kept_back = 0
        seen = list[SeenBy]()
        async for author_id in in_turns(self._interests.read(), SEEN_SOONER):
            feeds = self._written(author_id) if author_id != self._me else []
            sights = [each for each in map(self._see, feeds) if each is not None]
            people += bool(feeds)
            kept_back += sum(map(self._inquiry.kept_back, feeds))
            if feeds and len(sights) == len(feeds):
                seen.append(_weakest(sights))
        weakest = _weakest(seen) if seen else None
        more = [sentences.ALL_KEPT_BACK(entries=kept_back)] if kept_back else []
        return HowNewAll(
            people=people,
            seen=len(seen),
            as_of_ms=weakest.as_of_s * 1000 if weakest else None,
            seen_by=weakest.networks if weakest else 0,
            kept_back=kept_back,
            witnesses=len(self._inquiry.questions.witnesses()),
            sentence=joined([self._say_all(people, len(seen), weakest), *more]),
        )

    def _say_all(self, people: int, seen: int, weakest: SeenBy | None) -> str:
        if not people:
            return sentences.NOBODY_READ()
        if weakest is None:
            return sentences.NOBODY_SAW_ANY()
        ago = sentences.ago(self._clock.now_ms() // 1000 - weakest.as_of_s)
        return sentences.ALL_SEEN(seen=seen, people=people, ago=ago, networks=weakest.networks)

    def _see(self, feed_id: FeedId) -> SeenBy | None:
        """What is known of one feed."""
        outside = self._outside.words() if feed_id == self._own else ()
        return see(self._inquiry.newest(feed_id), self._inquiry.network_of, outside)

    def _look(self, feed_id: FeedId) -> SeenBy | None:
        """The same; others are asked if that is old, for a person looks."""
        sight = self._see(feed_id)
        now_s = self._clock.now_ms() // 1000
        if sight is None or now_s - sight.as_of_s >= OWN_ASKED_EVERY_S:
            self._inquiry.person_looks(feed_id)
        return sight

    def _written(self, author_id: AuthorId) -> list[FeedId]:
        """Feeds of the author that are here, without those that ended."""
        certified = self._shelf.certified(author_id).feeds
        ended = {each.feed_id for each in certified if each.end is not None}
        return [each for each in self._shelf.feeds_of(author_id) if each not in ended]


def _weakest(sights: Sequence[SeenBy]) -> SeenBy:
    """What is true of all of them."""
    return SeenBy(
        as_of_s=min(each.as_of_s for each in sights),
        networks=min(each.networks for each in sights),
    )
