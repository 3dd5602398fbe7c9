"""Suggestions: people whom those follow whom the person follows."""

import asyncio
from itertools import islice

from swarmfeed.core.asks.limits import SUGGESTIONS_FRESH_S
from swarmfeed.core.asks.state_sentences import THAT_IS_YOU
from swarmfeed.core.asks.suggesting import (
    DismissSuggestion,
    Introduced,
    Suggestion,
    Suggestions,
    WhoIsSuggested,
    introduced,
    why_suggested,
)
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.screen import Screen
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import DISMISSED, ON
from swarmfeed.ports import KnownAuthor


class Suggesting:
    """Looks whom to suggest, now and then; belongs to the node's loop."""

    def __init__(self, ground: Ground, screen: Screen) -> None:
        self._own_id = ground.identity.author_id
        self._index = ground.shells.index
        self._private = ground.private
        self._clock = ground.shells.clock
        self._beside = ground.beside
        self._screen = screen
        self._found: list[Suggestion] = []
        self._looked_ms: int | None = None
        """When it was looked; None: never."""

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(WhoIsSuggested, self.suggest),
            in_loop(DismissSuggestion, self.dismiss),
        )

    async def suggest(self, ask: WhoIsSuggested) -> Suggestions:
        now_ms = self._clock.monotonic_ms()
        if self._looked_ms is None:
            await self._look()
        elif now_ms - self._looked_ms > SUGGESTIONS_FRESH_S * 1000:
            # A page does not wait for it.
            self._looked_ms = now_ms
            self._beside.spawn(self._look())
        unwanted = self._unwanted(await asyncio.to_thread(self._followed))
        wanted = (each for each in self._found if each.author_id not in unwanted)
        return Suggestions(people=tuple(islice(wanted, max(ask.limit, 0))))

    async def dismiss(self, ask: DismissSuggestion) -> Suggestions:
        """Raises UserError, PassingError: all is as it was."""
        author_id = parse_link(ask.who).author_id
        if author_id == self._own_id:
            raise UserError(THAT_IS_YOU())
        if not self._private.get(DISMISSED, author_id):
            self._private.set(DISMISSED, {author_id: ON})
        return await self.suggest(WhoIsSuggested())

    # --- inside ---

    async def _look(self) -> None:
        self._looked_ms = self._clock.monotonic_ms()
        self._found = await asyncio.to_thread(self._suggestions)

    def _suggestions(self) -> list[Suggestion]:
        """All that there are; who has a name here comes before who has none."""
        followed = self._followed()
        follows = {each: self._index.follows_of(each) for each in followed}
        found = map(self._suggestion, introduced(follows, self._unwanted(followed)))
        return sorted(found, key=lambda each: (-each.count, not each.name))

    def _followed(self) -> list[AuthorId]:
        return self._index.follows_of(self._own_id)

    def _unwanted(self, followed: list[AuthorId]) -> set[bytes]:
        unheard = self._screen.unheard()
        return {self._own_id, *followed, *unheard, *self._private.names(DISMISSED)}

    def _suggestion(self, found: Introduced) -> Suggestion:
        known = self._about(found.author_id)
        return Suggestion(
            author_id=found.author_id,
            name=known.name,
            bio=known.bio,
            reason=why_suggested([self._about(each).name for each in found.by], found.count),
            count=found.count,
            namesake=known.namesake,
        )

    def _about(self, author_id: AuthorId) -> KnownAuthor:
        return self._index.author(author_id) or KnownAuthor()
