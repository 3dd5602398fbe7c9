"""What people ask of the network."""

import asyncio
from collections.abc import Iterable

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.network import (
    FarPeople,
    FarPerson,
    NetworkPosts,
    RisingTag,
    RisingTags,
    SearchNetwork,
    SearchPeople,
    WhatRises,
)
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.limits import SEARCH_CHARS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.matching import read_address
from swarmfeed.core.feed.proven import Checked
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import (
    CALLED_AUTHORS_MAX,
    CALLED_FEEDS_MAX,
    CALLED_MAX,
)
from swarmfeed.core.lookup.people import SeenPerson
from swarmfeed.core.lookup.results import spot_of_hit
from swarmfeed.core.lookup.words import NamedAuthors
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.query import SearchQuery, parse_query
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FOLLOWED
from swarmfeed.node.lookup.asking import NetworkSearch
from swarmfeed.node.lookup.gathering import Gathered, NetworkQuestion
from swarmfeed.node.lookup.town_talk import TalkSearch


class AboutNetwork:
    """Searches of the person, and what they see of them."""

    def __init__(self, ground: Ground, searches: NetworkSearch, talk: TalkSearch) -> None:
        self._index = ground.shells.index
        self._shelf = ground.shelf
        self._is_online = ground.settings.network
        self._searches = searches
        self._talk = talk
        self._interests = ground.interests

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(SearchNetwork, self.search),
            in_loop(SearchPeople, self.people),
            in_loop(WhatRises, self.rising),
        )

    async def people(self, ask: SearchPeople) -> FarPeople:
        """Raises UserError: nothing was typed, or this node is not connected to anybody."""
        if not name_key(ask.called) or len(ask.called) > SEARCH_CHARS_MAX:
            raise UserError(sentences.WHICH_NAME())
        self._check_online()
        found = await self._talk.people(ask.called)
        people = await asyncio.to_thread(lambda: tuple(map(self._person, found.people)))
        return FarPeople(people=people, answered=found.answered, untrue=found.untrue)

    def _person(self, person: SeenPerson) -> FarPerson:
        return FarPerson(
            author_id=person.author_id,
            name=person.name,
            bio=person.bio,
            followed=self._interests.of(person.author_id) is FOLLOWED,
            namesake=self._has_namesake(person.name, person.author_id),
        )

    async def rising(self, _: WhatRises) -> RisingTags:
        """Raises UserError: this node is not connected to anybody."""
        self._check_online()
        found = await self._talk.rising()
        tags = tuple(
            RisingTag(tag=each.tag, authors=each.authors, before=round(100 * each.before))
            for each in found.rises
        )
        return RisingTags(tags=tags, answered=found.answered, untrue=found.untrue)

    def _check_online(self) -> None:
        if not self._is_online:
            raise UserError(sentences.ONLINE_ONLY())

    async def search(self, ask: SearchNetwork) -> NetworkPosts:
        """Raises UserError: it is no search, or this node is not connected to anybody."""
        query = parse_query(ask.words)
        self._check_online()
        sought = NetworkQuestion(
            query=query,
            typed=ask.words,
            called=await self._called(query),
            limit=ask.limit,
            before=None if ask.before is None else Spot(ask.before.time_ms, ask.before.number),
            older=ask.older,
        )
        found = await self._searches.search(sought)
        if found.asked and not found.answers and not found.untrue:
            raise RetryError(sentences.NOBODY_ANSWERED(asked=found.asked))
        posts = await asyncio.to_thread(self._views, found.hits)
        return _page(posts, found, sought)

    async def _called(self, query: SearchQuery) -> tuple[NamedAuthors, ...]:
        """Whom the person means by names: those who are called so here."""
        names = dict.fromkeys((*query.wanted.names, *query.unwanted.names))
        found = []
        for name in list(names)[:CALLED_MAX]:
            address = read_address(name)
            called = [address] if address else await asyncio.to_thread(self._index.called, name)
            authors = tuple(called)[:CALLED_AUTHORS_MAX]
            feeds = [each for author_id in authors for each in self._shelf.feeds_of(author_id)]
            found.append(
                NamedAuthors(name[:SEARCH_CHARS_MAX], authors, tuple(feeds[:CALLED_FEEDS_MAX]))
            )
        return tuple(found)

    def _views(self, hits: Iterable[Checked]) -> list[PostView]:
        """Posts as a reader sees them: those that are here as ever, the others as far."""
        return [self._view(hit) for hit in hits]

    def _view(self, hit: Checked) -> PostView:
        spot = spot_of_hit(hit)
        cursor = Cursor(spot.time_ms, spot.number)
        here = self._index.post(hit.ref.feed_id, hit.ref.index)
        if here is not None and here.ref == hit.ref:
            return replace(here, cursor=cursor)
        post, author_id = hit.written.post, hit.written.author_id
        known = self._index.author(author_id)
        name = known.name if known is not None and known.name else hit.name
        return PostView(
            author_id=author_id,
            author_name=name,
            ref=hit.ref,
            time_ms=hit.written.time_ms,
            text=post.text,
            cursor=cursor,
            cw=post.cw,
            reply_to=post.reply,
            namesake=self._has_namesake(name, author_id),
            far=True,
        )

    def _has_namesake(self, name: str, author_id: AuthorId) -> bool:
        """Whether a stranger's name can be taken for that of somebody who is known here."""
        return bool(name) and any(each != author_id for each in self._index.called(name))


def _page(posts: list[PostView], found: Gathered, sought: NetworkQuestion) -> NetworkPosts:
    goes_on = found.more and bool(posts) and not sought.query.best_first
    return NetworkPosts(
        posts=tuple(posts),
        next=posts[-1].cursor if goes_on else None,
        asked=found.asked,
        answered=found.answered,
        since_ms=found.since_ms,
        untrue=found.untrue,
        left_out=found.left_out,
        answers=found.answers,
        holders_asked=found.holders_asked,
        looked_back=found.looked_back,
        goes_further=not found.more and not found.looked_back and bool(found.answered),
    )
