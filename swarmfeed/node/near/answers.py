"""Answers about people in the same network."""

import asyncio

from swarmfeed.core.asks.near import (
    HideYourself,
    PeopleNear,
    PersonNear,
    ShowYourself,
    WhoIsNear,
)
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.near import sentences
from swarmfeed.core.near.limits import FIRST_LOOK_S
from swarmfeed.core.near.people import PersonHere
from swarmfeed.node.feeds.screen import screen_of
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.near.showing import ShowingNear
from swarmfeed.ports import KnownAuthor


class NearAnswers:
    """Says who is there; belongs to the node's loop."""

    def __init__(self, ground: Ground, showing: ShowingNear) -> None:
        self._own_id = ground.identity.author_id
        self._index = ground.shells.index
        self._screen = screen_of(ground)
        self._showing = showing

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(WhoIsNear, self.who),
            in_loop(ShowYourself, self.show),
            in_loop(HideYourself, self.hide),
        )

    async def who(self, _: WhoIsNear) -> PeopleNear:
        left_s, showing = self._showing.left_s, self._showing
        return PeopleNear(
            shown=left_s > 0,
            left_s=left_s,
            sentence=sentences.how_shown(left_s=left_s, name=showing.name),
            people=await asyncio.to_thread(self._people, showing.people()) if left_s else (),
            trouble=showing.trouble,
        )

    async def show(self, _: ShowYourself) -> PeopleNear:
        """Raises UserError: it cannot be."""
        self._showing.show()
        try:
            async with asyncio.timeout(FIRST_LOOK_S):
                await self._showing.came.wait()
        except TimeoutError:
            pass  # whoever comes later is shown later
        return await self.who(WhoIsNear())

    async def hide(self, _: HideYourself) -> PeopleNear:
        self._showing.hide()
        return await self.who(WhoIsNear())

    # --- inside ---

    def _people(self, seen: list[PersonHere]) -> tuple[PersonNear, ...]:
        """Those who are shown: not oneself on another device, and nobody who is muted."""
        followed = set(self._index.follows_of(self._own_id))
        unwanted = {self._own_id, *self._screen.unheard()}
        return tuple(
            self._person(each, each.author_id in followed)
            for each in seen
            if each.author_id not in unwanted
        )

    def _person(self, seen: PersonHere, followed: bool) -> PersonNear:
        known = self._index.author(seen.author_id) or KnownAuthor()
        name = known.name or seen.name
        at = (seen.at,) if seen.at else ()
        return PersonNear(
            author_id=seen.author_id,
            name=name,
            link=format_link(Link(seen.author_id, seen.name, at)),
            followed=followed,
        )
