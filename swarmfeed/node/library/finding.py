"""Looks for posts that are older than supernodes keep: who holds them is asked, then they are.

supernodes: who holds it?  --> some nodes, by the word of those who serve them
these nodes: what have you? --> posts, each proven here; one that is false makes all nothing
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice

from msgspec import Struct

from swarmfeed.core.base.limits import SEARCH_CHARS_MAX
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.matching import Called, Meant
from swarmfeed.core.feed.proven import Checked
from swarmfeed.core.library import sentences
from swarmfeed.core.library.limits import (
    DELVE_MORE_S,
    DELVE_WAIT_S,
    DELVED_MAX,
    FINDING_MAX,
    HOLDERS_ASKED,
    LIBRARIES_ASKED,
    WHO_WAIT_S,
)
from swarmfeed.core.library.seeking import addressed
from swarmfeed.core.library.words import (
    Delve,
    Delved,
    HeldBy,
    NamedHolder,
    NotDelved,
    WhoHolds,
)
from swarmfeed.core.lookup.limits import (
    CALLED_AUTHORS_MAX,
    CALLED_FEEDS_MAX,
    CALLED_MAX,
    SEARCH_ID_BYTES,
    SECOND_WAIT_S,
)
from swarmfeed.core.lookup.results import check_hit, spot_of_hit
from swarmfeed.core.lookup.sentences import TOO_MANY_AT_ONCE
from swarmfeed.core.lookup.words import NamedAuthors
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.events import Misled
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.library import OlderAnswer, OlderPosts, OlderQuestion
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.waiting import Waiting, gather_in_time
from swarmfeed.node.library.librarian import Librarian


class _Said(Struct, frozen=True):
    """What a holder answered."""

    session: Session
    told: Delved


class Finding:
    """Searches of this machine; belongs to its loop."""

    def __init__(self, ground: Ground, librarian: Librarian) -> None:
        self._ground = ground
        self._own = ground.identity.node_id
        self._layer = ground.layer
        self._dice = ground.shells.dice
        self._librarian = librarian
        self._who: Waiting[HeldBy] = Waiting()
        self._delved: Waiting[Delved] = Waiting()
        self._under_way = 0

    # --- what is heard ---

    def on_held_by(self, session: Session, told: HeldBy) -> None:
        self._who.on_answer(session, told.search, told)

    def on_delved(self, session: Session, told: Delved) -> None:
        self._delved.on_answer(session, told.search, told)

    def on_not_delved(self, session: Session, told: NotDelved) -> None:
        self._delved.on_answer(session, told.search, None)

    def on_closed(self, session: Session) -> None:
        self._who.on_closed(session)
        self._delved.on_closed(session)

    # --- what is asked ---

    async def find(self, sought: OlderQuestion) -> OlderPosts:
        """Return what holders have, as far as it is true.  RetryError: too many at once."""
        if self._under_way >= FINDING_MAX:
            raise RetryError(TOO_MANY_AT_ONCE())
        self._under_way += 1
        try:
            holders = await self._holders(sought)
            typed = addressed(sought.typed, sought.people)
            asking = [
                asyncio.create_task(self._ask(holder, each, sought))
                for holder in holders
                for each in typed
            ]
            said = await gather_in_time(asking, DELVE_WAIT_S, DELVE_MORE_S)
            return await self._checked(said, sought, asked=len(holders))
        finally:
            self._under_way -= 1

    async def _holders(self, sought: OlderQuestion) -> list[NamedHolder]:
        """Whom to ask: those that most supernodes name, who hold most first."""
        asked = WhoHolds(self._dice(SEARCH_ID_BYTES), sought.typed, _named(sought.people))
        sessions = await self._libraries()
        asking = [asyncio.create_task(self._ask_who(each, asked)) for each in sessions]
        told = await gather_in_time(asking, WHO_WAIT_S, SECOND_WAIT_S)
        lists = [each.holders for each in told]
        if self._layer.serves:
            lists.append(await self._librarian.look(asked))
        return ranked(lists, self._own)[:HOLDERS_ASKED]

    async def _libraries(self) -> list[Session]:
        """Parents, then other supernodes that are known: each knows its own children."""
        chosen = list(self._layer.parents)[:LIBRARIES_ASKED]
        for other in self._layer.others:
            if len(chosen) >= LIBRARIES_ASKED:
                break
            if all(each.node_id != other.node_id for each in chosen):
                session = await self._layer.link_to(other)
                chosen += [] if session is None else [session]
        return chosen

    async def _ask_who(self, session: Session, asked: WhoHolds) -> HeldBy | None:
        return await self._who.ask(session, asked.search, asked)

    async def _ask(
        self, holder: NamedHolder, typed: str, sought: OlderQuestion
    ) -> _Said | None:
        reach = self._ground.reach
        session = await reach.straight(holder.node_id, filter(None, (holder.link,)))
        session = session or await reach.node(holder.node_id)
        if session is None:
            return None
        limit = min(sought.limit, DELVED_MAX)
        asked = Delve(self._dice(SEARCH_ID_BYTES), typed, limit, sought.before)
        told = await self._delved.ask(session, asked.search, asked)
        return None if told is None else _Said(session, told)

    # --- what is made of it ---

    async def _checked(
        self, said: Sequence[_Said], sought: OlderQuestion, asked: int
    ) -> OlderPosts:
        now_ms = self._ground.shells.clock.now_ms()
        answers, untrue = list[OlderAnswer](), set[NodeId]()
        for each in said:
            try:
                hits = await off_loop(partial(_check, each.told, sought, now_ms))
            except RemoteError as error:
                untrue.add(each.session.node_id)
                why = sentences.TOLD_FALSE(reason=error)
                self._ground.events.tell(Misled(each.session, why))
                continue
            answers.append(
                OlderAnswer(
                    node_id=each.session.node_id,
                    hits=hits,
                    proven=each.told.hits,
                    more=each.told.more,
                )
            )
        true = tuple(each for each in answers if each.node_id not in untrue)
        return OlderPosts(asked=asked, untrue=len(untrue), answers=true)


def _check(told: Delved, sought: OlderQuestion, now_ms: int) -> tuple[Checked, ...]:
    """Return what an answer proves.  RemoteError: one of its posts is false, or another."""
    if told.more and not told.hits:
        raise RemoteError("more posts, and none of them")
    called = _called_of(sought)
    hits = tuple(check_hit(each, sought.query, called, now_ms) for each in told.hits)
    if len({each.ref for each in hits}) < len(hits):
        raise RemoteError("a post twice")
    if sought.before is not None and any(spot_of_hit(each) >= sought.before for each in hits):
        raise RemoteError("a post that was shown before")
    return hits


def _called_of(sought: OlderQuestion) -> Called:
    nobody = Meant()
    return lambda typed: sought.people.get(typed, nobody)


def _named(people: Mapping[str, Meant]) -> tuple[NamedAuthors, ...]:
    """The same people as a message names them."""
    return tuple(
        NamedAuthors(
            name[:SEARCH_CHARS_MAX],
            tuple(sorted(meant.authors)[:CALLED_AUTHORS_MAX]),
            tuple(sorted(meant.feeds)[:CALLED_FEEDS_MAX]),
        )
        for name, meant in islice(people.items(), CALLED_MAX)
    )


def ranked(lists: Iterable[Sequence[NamedHolder]], own: NodeId) -> list[NamedHolder]:
    """Return holders that supernodes named, each once; the first of each list come first.

    So none of these lists takes all places, whatever it says that its nodes hold.
    """
    lists = [[each for each in named if each.node_id != own] for named in lists]
    found: dict[NodeId, NamedHolder] = {}
    for place in range(max(map(len, lists), default=0)):
        for named in lists:
            if place < len(named):
                found.setdefault(named[place].node_id, named[place])
    return list(found.values())
