"""Before the first own word since the start: what others know of the own feed is heard.

An old copy of a home knows nothing of what its newer self wrote, but those who hold the feed
do.  So whoever is known to hold it is dialled, and everybody linked is asked; signing waits
until all have answered, but no longer than OWN_FEED_HEARD_S for those who cannot be reached,
and OWN_FEED_ANSWERED_S more for those who were.  A newer head that comes ends the mark
(``ports.Logs.replace``), and the pen signs nothing more.

A command that opened the home without the network asks in the same way, and leaves again.
"""

import asyncio
from contextlib import suppress

from msgspec import Struct

from swarmfeed.core.base.limits import HOLDERS_MAX
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.limits import OWN_FEED_ANSWERED_S, OWN_FEED_HEARD_S
from swarmfeed.node.ground.events import HoldingTold, LinkClosed, NothingHeld
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

_LOOK_EVERY_S = 0.1
"""For dials of others that end in nothing: nobody tells of those."""


class HearingSide(Struct):
    """What is remembered of a peer that was asked for the own feed."""

    holds_nothing: bool = False
    """It said that it holds nothing of ours."""


class Hearing:
    """Waits, once, for what others say of the own feed."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._settings = ground.settings
        self._logs = ground.shells.logs
        self._index = ground.shells.index
        self._sessions = ground.sessions
        self._asking = asyncio.Lock()
        self._is_over = False
        self._news = asyncio.Event()

    async def hear_out(self) -> None:
        """Return when all have answered who can be asked, or the time is up.

        Raises:
            RetryError: Nobody could be asked just now; who comes next asks.
        """
        async with self._asking:
            if not self._is_over:
                await self._ask()
                self._is_over = True

    def on_nothing_held(self, told: NothingHeld) -> None:
        if told.author_id == self._identity.author_id:
            told.session.part(HearingSide).holds_nothing = True
            self._news.set()

    def on_news(self, _: HoldingTold | LinkClosed) -> None:
        """A peer said what it holds, or is gone."""
        self._news.set()

    # --- inside ---

    async def _ask(self) -> None:
        holders = self._holders()
        with suppress(TimeoutError):
            async with asyncio.timeout(OWN_FEED_HEARD_S):
                await self._sessions.dial_some(holders)
                while self._sessions.is_dialling(holders) or not self._have_all_answered():
                    await self._for_news()
        with suppress(TimeoutError):
            async with asyncio.timeout(OWN_FEED_ANSWERED_S):
                while not self._have_all_answered():
                    await self._for_news()
        if not self._settings.network:
            await self._sessions.stop()

    def _holders(self) -> list[Endpoint]:
        known = self._index.holders(self._identity.feed_id)[:HOLDERS_MAX]
        return list(dict.fromkeys([*self._settings.peers, *(each.link for each in known)]))

    async def _for_news(self) -> None:
        self._news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), _LOOK_EVERY_S)

    def _have_all_answered(self) -> bool:
        """Whether everybody linked has, visits aside."""
        return all(self._has_answered(each) for each in self._sessions.all() if each.stays)

    def _has_answered(self, session: Session) -> bool:
        """Whether a peer said what it holds, and sent the head if that is more than we know."""
        if session.part(HearingSide).holds_nothing:
            return True
        holding = session.holds.get(self._identity.feed_id)
        mark = self._logs.mark(self._identity.feed_id)
        return holding is not None and (mark is None or holding.size <= mark.size)
