"""Muting: who is not to be seen in the timeline and the notifications; known to nobody else."""

from swarmfeed.core.asks.muting import Mute, Muted, Unmute, WhoIsMuted
from swarmfeed.core.asks.people import AboutAuthor, AuthorView
from swarmfeed.core.asks.state_sentences import THAT_IS_YOU
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.limits import HASH_BYTES
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.answers import AboutPeople
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import MUTE, ON


class Muting:
    """Writes down whom the person muted; belongs to the node's loop."""

    def __init__(self, ground: Ground, people: AboutPeople) -> None:
        self._author_id = ground.identity.author_id
        self._private = ground.private
        self._people = people

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(Mute, self.mute),
            in_loop(Unmute, self.unmute),
            in_loop(WhoIsMuted, self.muted),
        )

    async def mute(self, ask: Mute) -> AuthorView:
        """Raises UserError, PassingError: all is as it was."""
        author_id = parse_link(ask.who).author_id
        if author_id == self._author_id:
            raise UserError(THAT_IS_YOU())
        return await self._set(author_id, ON)

    async def unmute(self, ask: Unmute) -> AuthorView:
        """Raises PassingError: all is as it was."""
        return await self._set(parse_link(ask.who).author_id, b"")

    async def muted(self, _: WhoIsMuted) -> Muted:
        # Another device may have written anything there: what is no author mutes nobody.
        named = sorted(each for each in self._private.names(MUTE) if len(each) == HASH_BYTES)
        return Muted(authors=await self._people.listed([*map(AuthorId, named)]))

    async def _set(self, author_id: AuthorId, value: bytes) -> AuthorView:
        if self._private.get(MUTE, author_id) != value:
            self._private.set(MUTE, {author_id: value})
        return await self._people.about(AboutAuthor(author=author_id))
