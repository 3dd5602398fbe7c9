"""People by their names, and what rises: asked of supernodes, and answered where we are one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from msgspec import Struct

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.feed.matching import Meant
from swarmfeed.core.feed.proven import ProvenPost, check_post
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import (
    ANSWER_WAIT_S,
    HITS_MAX,
    PEOPLE_MAX,
    RISEN_EVERY_S,
    RISING_LEAST,
    SEARCH_ID_BYTES,
    SECOND_WAIT_S,
    TALK_BURST,
    TALK_PER_S,
)
from swarmfeed.core.lookup.people import SeenPerson, check_person, merge_people
from swarmfeed.core.lookup.rising import Rise, TagCounts, agreed, check_examples
from swarmfeed.core.lookup.words import AskRising, Persons, Risen, RisenTag, WhoIs
from swarmfeed.core.words.query import parse_query
from swarmfeed.errors import RemoteError, RetryError, UserError
from swarmfeed.node.ground.events import Misled
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.waiting import Waiting, gather_in_time
from swarmfeed.node.lookup.asking import NetworkSearch, Whom
from swarmfeed.node.lookup.keeper import RecentKeeper

A = TypeVar("A")
V = TypeVar("V")

Said = tuple[Session | None, A]
"""An answer, and who gave it; None: this machine."""


class TalkSide(Struct):
    """How much a peer may ask."""

    bucket: TokenBucket | None = None


class TalkFound(Struct, frozen=True, kw_only=True):
    """What came of a question."""

    people: tuple[SeenPerson, ...] = ()
    rises: tuple[Rise, ...] = ()
    answered: int = 0
    untrue: int = 0


class TalkServer:
    """Answers others; belongs to the node's loop."""

    def __init__(self, ground: Ground, keeper: RecentKeeper, counts: TagCounts) -> None:
        self._recent = ground.shells.recent
        self._clock = ground.shells.clock
        self._keeper = keeper
        self._counts = counts
        self._risen: tuple[RisenTag, ...] = ()
        self._risen_s = -float(RISEN_EVERY_S)

    def on_who(self, session: Session, asked: WhoIs) -> None:
        if self._may_ask(session):
            session.outbox.put(("who-is", asked.search), partial(self._say_who, session, asked))

    def on_rising(self, session: Session, asked: AskRising) -> None:
        if self._may_ask(session):
            said = partial(self._say_risen, session, asked)
            session.outbox.put(("rising", asked.search), said)

    async def people(self, typed: str) -> tuple[ProvenPost, ...]:
        """Profiles of those who are called so, as far as they were seen here."""
        try:
            return await off_loop(partial(self._recent.people, typed, PEOPLE_MAX))
        except RetryError:
            return ()

    async def risen(self) -> tuple[RisenTag, ...]:
        """What rises, with examples; looked up once in a while."""
        now_s = self._clock.monotonic_ms() / 1000
        if now_s - self._risen_s >= RISEN_EVERY_S:
            self._risen_s = now_s
            self._risen = await off_loop(self._look)
        return self._risen

    # --- inside ---

    def _may_ask(self, session: Session) -> bool:
        side, now_s = session.part(TalkSide), self._clock.monotonic_ms() / 1000
        if side.bucket is None:
            side.bucket = TokenBucket(TALK_BURST, TALK_PER_S, now_s)
        return self._keeper.is_open and side.bucket.take(1, now_s)

    async def _say_who(self, session: Session, asked: WhoIs) -> None:
        await session.send(Persons(asked.search, await self.people(asked.typed)))

    async def _say_risen(self, session: Session, asked: AskRising) -> None:
        await session.send(Risen(asked.search, await self.risen()))

    def _look(self) -> tuple[RisenTag, ...]:
        now_ms = self._clock.now_ms()
        tags = (self._with_examples(rise, now_ms) for rise in self._counts.rising(now_ms))
        return tuple(tag for tag in tags if tag is not None)

    def _with_examples(self, rise: Rise, now_ms: int) -> RisenTag | None:
        """A tag with posts of some authors; None: they are not here."""
        nobody = Meant()
        try:
            found = self._recent.search(parse_query(rise.tag), lambda _: nobody, None, HITS_MAX)
        except (UserError, RetryError):
            return None
        by_author = {check_post(each, now_ms).written.author_id: each for each in found.hits}
        examples = tuple(by_author.values())[:RISING_LEAST]
        if len(examples) < RISING_LEAST:
            return None
        return RisenTag(rise.tag, rise.authors, round(100 * rise.before), examples)


class TalkSearch:
    """Asks others, and believes none; belongs to the node's loop."""

    def __init__(self, ground: Ground, server: TalkServer, searches: NetworkSearch) -> None:
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._events = ground.events
        self._server = server
        self._searches = searches
        self._persons: Waiting[Persons] = Waiting()
        self._risen: Waiting[Risen] = Waiting()

    def on_persons(self, session: Session, told: Persons) -> None:
        self._persons.on_answer(session, told.search, told)

    def on_risen(self, session: Session, told: Risen) -> None:
        self._risen.on_answer(session, told.search, told)

    def on_closed(self, session: Session) -> None:
        self._persons.on_closed(session)
        self._risen.on_closed(session)

    async def people(self, typed: str) -> TalkFound:
        """Who is called so, as far as supernodes saw and it is true."""

        async def ask(session: Session) -> Persons | None:
            said = WhoIs(self._dice(SEARCH_ID_BYTES), typed)
            return await self._persons.ask(session, said.search, said)

        async def here() -> Persons:
            return Persons(b"", await self._server.people(typed))

        def check(told: Persons) -> list[SeenPerson]:
            return [check_person(each, typed) for each in told.people]

        true, untrue = await self._gather(ask, here, check)
        people = tuple(merge_people(true))[:PEOPLE_MAX]
        return TalkFound(people=people, answered=len(true), untrue=untrue)

    async def rising(self) -> TalkFound:
        """What rises, as most of those who answered say, and prove by examples."""

        async def ask(session: Session) -> Risen | None:
            said = AskRising(self._dice(SEARCH_ID_BYTES))
            return await self._risen.ask(session, said.search, said)

        async def here() -> Risen:
            return Risen(b"", await self._server.risen())

        def check(told: Risen) -> list[Rise]:
            return [self._check_rise(each) for each in told.tags]

        true, untrue = await self._gather(ask, here, check)
        rises = tuple(agreed(true))
        return TalkFound(rises=rises, answered=len(true), untrue=untrue)

    def _check_rise(self, told: RisenTag) -> Rise:
        """Raises RemoteError: it is not shown that some authors write of it."""
        check_examples(told.tag, told.examples, self._clock.now_ms())
        return Rise(tag=told.tag, authors=told.authors, before=told.before / 100)

    async def _gather(
        self,
        ask: Callable[[Session], Awaitable[A | None]],
        here: Callable[[], Awaitable[A]],
        check: Callable[[A], V],
    ) -> tuple[list[V], int]:
        """Ask some supernodes, and this machine if it serves; returns what is true of it, and
        how many said what is not."""

        async def hear(whom: Whom) -> Said[A] | None:
            session = whom if isinstance(whom, Session) else await self._layer.link_to(whom)
            told = None if session is None else await ask(session)
            return None if told is None else (session, told)

        asking = [asyncio.create_task(hear(each)) for each in self._searches.whom_to_ask()]
        heard = await gather_in_time(asking, ANSWER_WAIT_S, SECOND_WAIT_S)
        heard += [(None, await here())] if self._searches.is_here else []
        true, untrue = list[V](), 0
        for session, told in heard:
            try:
                true.append(await off_loop(partial(check, told)))
            except (RemoteError, UserError) as error:
                untrue += 1
                if session is not None:
                    why = sentences.TOLD_FALSE(reason=error)
                    self._events.tell(Misled(session, why))
        return true, untrue
