"""Asks supernodes, and believes none of them: a search of the person, from words to answers.

words --> two parents and two other supernodes, this machine's own index of the network
      --> where posts are kept by keys, who owns the key, as several of these name them
answers --> each hit verified, one that is false makes all of its answer nothing
        --> merged, held against each other and against own posts: what is left out shows
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import (
    ANSWER_WAIT_S,
    ASKING_MAX,
    HITS_MAX,
    SEARCH_ID_BYTES,
    SECOND_WAIT_S,
)
from swarmfeed.core.lookup.words import Recall, Search, SearchFound, SearchRefused, called_of
from swarmfeed.core.partition.keys import drawers_sought
from swarmfeed.core.supernode.placement import Keeper, owners_of
from swarmfeed.core.supernode.records import Record, open_record
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.events import LinkClosed
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.waiting import Waiting
from swarmfeed.node.lookup.answering import SearchServer
from swarmfeed.node.lookup.canaries import Canaries
from swarmfeed.node.lookup.gathering import Gathered, Gathering, Heard, NetworkQuestion
from swarmfeed.node.lookup.keeper import RecentKeeper

NAME: Final = "lookup"
"""What a node that answers searches says of itself in its hello."""

ASKED: Final = 4
"""Supernodes that are asked: what one keeps back, another one shows.  Where a tenth of them are
liars, both parents are for one leaf in a hundred, and all four for one in ten thousand."""

SEARCHES: Final = "posts that are searched for"

Whom = Session | Supernode
"""Who is linked, or is to be dialled."""

_Asking = asyncio.Future[Heard | None]


class NetworkSearch:
    """Searches of this machine that are under way; belongs to one asyncio loop."""

    def __init__(
        self,
        ground: Ground,
        keeper: RecentKeeper,
        searching: SearchServer,
        canaries: Canaries,
    ) -> None:
        self._ground = ground
        self._own = ground.identity.node_id
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._keeper = keeper
        self._searching = searching
        self._gathering = Gathering(ground, canaries)
        self._waiting: Waiting[SearchFound] = Waiting()
        self._under_way = 0

    # --- what is heard ---

    def on_found(self, session: Session, found: SearchFound) -> None:
        self._waiting.on_answer(session, found.search, found)

    def on_refused(self, session: Session, refused: SearchRefused) -> None:
        self._waiting.on_answer(session, refused.search, None)

    def on_closed(self, event: LinkClosed) -> None:
        self._waiting.on_closed(event.session)

    # --- what is asked ---

    async def search(self, sought: NetworkQuestion) -> Gathered:
        """Return what supernodes have, as far as it is true.  RetryError: too many at once."""
        if self._under_way >= ASKING_MAX:
            raise RetryError(sentences.TOO_MANY_AT_ONCE())
        self._under_way += 1
        try:
            asked = set[Session]()
            heard = await self._look_here(sought)
            heard += await self._hear(self.whom_to_ask(), sought, asked, is_more=bool(heard))
            owners = self._owners(heard, sought, asked)
            heard += await self._hear(owners, sought, asked, is_more=bool(heard))
            count = len(asked) + self._keeper.is_open
            recent = await self._gathering.gather(heard, sought, count)
            return await self._gathering.with_older(recent, sought)
        finally:
            self._under_way -= 1

    @property
    def is_here(self) -> bool:
        """Whether this machine has an index of the network itself."""
        return self._keeper.is_open

    def whom_to_ask(self) -> list[Whom]:
        """Parents and who is linked and answers searches; then supernodes that are known."""
        wanted = ASKED - self._keeper.is_open
        linked = list(dict.fromkeys((*self._layer.parents, *self.answering())))[:wanted]
        known = {each.node_id for each in linked}
        others = [each for each in self._layer.others if each.node_id not in known]
        return [*linked, *others[: wanted - len(linked)]]

    def answering(self) -> list[Session]:
        """Linked nodes that say that they answer searches, linked longest first."""
        sessions = self._ground.sessions.all()
        return [each for each in sessions if NAME in each.peer.hello.roles]

    def _owners(
        self, heard: Sequence[Heard], sought: NetworkQuestion, asked: Iterable[Session]
    ) -> list[Whom]:
        """Who has all of what is looked for, where posts are kept by keys: chosen here among
        those that were named and those that are known anyway, so that no single one chooses."""
        named = {signed for _, found in heard for signed in found.owners}
        if not named:
            return []
        records = _read((*named, *(each.signed for each in self._layer.others)))
        known = [
            Keeper(node_id=each.node_id, network=each.network, capacity=each.capacity)
            for each in records.values()
        ]
        drawers = drawers_sought(sought.query, called_of(sought.called))
        owners = dict.fromkeys(
            each.node_id for drawer in drawers for each in owners_of(drawer, known)
        )
        done = {self._own, *(each.node_id for each in asked)}
        return [
            Supernode(node_id=node_id, endpoint=records[node_id].endpoint)
            for node_id in owners
            if node_id not in done
        ]

    async def _hear(
        self,
        whom: Sequence[Whom],
        sought: NetworkQuestion,
        asked: set[Session],
        *,
        is_more: bool,
    ) -> list[Heard]:
        """Return the answers that came in time, and add to ``asked`` who is linked.

        Args:
            is_more: Whether there is an answer already, so that these are not waited for long.
        """
        asking: dict[_Asking, Whom] = {
            asyncio.ensure_future(self._ask(each, sought, asked)): each for each in whom
        }
        heard = list[Heard]()
        try:
            left_s = SECOND_WAIT_S if is_more else ANSWER_WAIT_S
            pending = set(asking)
            while pending:
                done, pending = await asyncio.wait(
                    pending, timeout=left_s, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    break
                heard += [found for each in done if (found := each.result())]
                left_s = SECOND_WAIT_S if heard else left_s
        except BaseException:
            await _give_up(asking)
            raise
        self._ground.beside.spawn(self._see_who_is_late(asking))
        return heard

    async def _see_who_is_late(self, asking: Mapping[_Asking, Whom]) -> None:
        """Whoever does not answer in the whole time stays behind who does."""
        try:
            if asking:
                await asyncio.wait(asking, timeout=ANSWER_WAIT_S)
            heard = [each.result() for each in asking if each.done()]
        finally:
            await _give_up(asking)
        linked = [each for each in asking.values() if isinstance(each, Session)]
        answered = {each[0] for each in heard if each is not None and each[0] is not None}
        self._layer.compare(SEARCHES, linked, answered)

    async def _ask(
        self, whom: Whom, sought: NetworkQuestion, asked: set[Session]
    ) -> Heard | None:
        session = whom if isinstance(whom, Session) else await self._layer.link_to(whom)
        if session is None:
            return None
        asked.add(session)
        search = self._dice(SEARCH_ID_BYTES)
        said = Search(search, sought.typed, sought.called, sought.limit, sought.before)
        found = await self._waiting.ask(session, search, said)
        return None if found is None else (session, found)

    async def recall(
        self, session: Session, before: Spot | None, drawers: bytes = b""
    ) -> SearchFound | None:
        """Return recent posts that a supernode has behind a place; None: it does not say.

        Args:
            drawers: Only posts in these; empty: all.
        """
        said = Recall(self._dice(SEARCH_ID_BYTES), HITS_MAX, before, drawers)
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_WAIT_S):
                return await self._waiting.ask(session, said.search, said)
        return None

    async def _look_here(self, sought: NetworkQuestion) -> list[Heard]:
        """What this machine has, if it serves."""
        if not self._keeper.is_open:
            return []
        said = Search(b"", sought.typed, sought.called, sought.limit, sought.before)
        found = await self._searching.look(said)
        return [(None, found)] if isinstance(found, SearchFound) else []


def _read(signed: Iterable[bytes]) -> dict[bytes, Record]:
    """Return true records by their nodes; others are nobody's."""
    found = dict[bytes, Record]()
    for each in signed:
        with suppress(RemoteError):
            record = open_record(each)
            if record.serving and record.can_be_dialled:
                found[record.node_id] = record
    return found


async def _give_up(asking: Iterable[_Asking]) -> None:
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
