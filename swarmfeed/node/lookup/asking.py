"""Asks supernodes, and believes none of them: a search of the person, from words to answers.

words --> two parents (or supernodes that are known), this machine's own index of the network
answers --> each hit verified, one that is false makes all of its answer nothing
        --> merged, held against each other and against own posts: what is left out shows
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from swarmfeed.core.asks.network import AnswerOf
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.matching import Called
from swarmfeed.core.feed.proven import Checked
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import (
    ANSWER_WAIT_S,
    ASKING_MAX,
    HITS_MAX,
    OMISSIONS_BORNE,
    SEARCH_ID_BYTES,
    SECOND_WAIT_S,
)
from swarmfeed.core.lookup.results import (
    Answer,
    check_hit,
    merge,
    merge_best,
    omitted,
    spot_of_hit,
)
from swarmfeed.core.lookup.words import (
    NamedAuthors,
    Recall,
    Search,
    SearchFound,
    SearchRefused,
    called_of,
)
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.ground.events import LinkClosed, Misled
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.library import OlderAnswer, OlderQuestion
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.answering import SearchServer
from swarmfeed.node.lookup.canaries import Canaries
from swarmfeed.node.lookup.keeper import RecentKeeper

NAME: Final = "lookup"
"""What a node that answers searches says of itself in its hello."""

ASKED: Final = 2
"""Supernodes that are asked: what one keeps back, the other one shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkQuestion:
    """A search, as it is asked."""

    query: SearchQuery
    typed: str
    called: tuple[NamedAuthors, ...]
    limit: int
    before: Spot | None = None
    older: bool = False
    """Whether holders of older posts are asked too, whatever time the words say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What came of a search."""

    hits: tuple[Checked, ...] = ()
    asked: int = 0
    answered: int = 0
    untrue: int = 0
    left_out: int = 0
    since_ms: int = 0
    more: bool = False
    answers: tuple[AnswerOf, ...] = ()
    holders_asked: int = 0
    looked_back: bool = False
    """Whether holders of older posts were looked for."""


SEARCHES: Final = "posts that are searched for"

_Asking = asyncio.Future[SearchFound | None]

Heard = tuple[Session | None, SearchFound]
"""An answer, and who gave it; None: this machine."""


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
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._dice = ground.shells.dice
        self._keeper = keeper
        self._searching = searching
        self._canaries = canaries
        self._waiting: dict[tuple[NodeId, bytes], asyncio.Future[SearchFound | None]] = {}
        self._under_way = 0
        self._omissions: dict[NodeId, int] = {}
        """Searches in a row in which a parent left something out."""

    # --- what is heard ---

    def on_found(self, session: Session, found: SearchFound) -> None:
        self._answered(session, found.search, found)

    def on_refused(self, session: Session, refused: SearchRefused) -> None:
        self._answered(session, refused.search, None)

    def on_closed(self, event: LinkClosed) -> None:
        for (node_id, _), waiting in self._waiting.items():
            if node_id == event.session.node_id and not waiting.done():
                waiting.set_result(None)

    def _answered(self, session: Session, search: bytes, found: SearchFound | None) -> None:
        waiting = self._waiting.get((session.node_id, search))
        if waiting is not None and not waiting.done():
            waiting.set_result(found)

    # --- what is asked ---

    async def search(self, sought: NetworkQuestion) -> Gathered:
        """Return what supernodes have, as far as it is true.  RetryError: too many at once."""
        if self._under_way >= ASKING_MAX:
            raise RetryError(sentences.TOO_MANY_AT_ONCE())
        self._under_way += 1
        try:
            sessions = await self._whom_to_ask()
            heard = await self._hear(sessions, sought)
            asked = len(sessions) + self._keeper.is_open
            recent = await self._gather(heard, sought, asked)
            return await self._with_older(recent, sought)
        finally:
            self._under_way -= 1

    async def _whom_to_ask(self) -> list[Session]:
        """Parents; where there are too few, who is linked and answers searches, then supernodes
        that are known."""
        wanted = ASKED - self._keeper.is_open
        chosen = list(dict.fromkeys((*self._layer.parents, *self.answering())))[:ASKED]
        for other in self._layer.others:
            if len(chosen) >= wanted:
                break
            if all(each.node_id != other.node_id for each in chosen):
                session = await self._layer.link_to(other)
                chosen += [] if session is None else [session]
        return chosen[:wanted]

    def answering(self) -> list[Session]:
        """Linked nodes that say that they answer searches, linked longest first."""
        sessions = self._ground.sessions.all()
        return [each for each in sessions if NAME in each.peer.hello.roles]

    async def _hear(self, sessions: Sequence[Session], sought: NetworkQuestion) -> list[Heard]:
        """Return the answers that came in time."""
        asking: dict[_Asking, Session] = {
            asyncio.ensure_future(self._ask(each, sought)): each for each in sessions
        }
        try:
            heard = await self._look_here(sought)
            left_s = SECOND_WAIT_S if heard else ANSWER_WAIT_S
            pending = set(asking)
            while pending:
                done, pending = await asyncio.wait(
                    pending, timeout=left_s, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    break
                heard += [(asking[each], found) for each in done if (found := each.result())]
                left_s = SECOND_WAIT_S if heard else left_s
        except BaseException:
            await _give_up(asking)
            raise
        self._ground.beside.spawn(self._see_who_is_late(asking))
        return heard

    async def _see_who_is_late(self, asking: Mapping[_Asking, Session]) -> None:
        """Whoever does not answer in the whole time stays behind who does."""
        try:
            if asking:
                await asyncio.wait(asking, timeout=ANSWER_WAIT_S)
            answered = {asking[each] for each in asking if each.done() and each.result()}
        finally:
            await _give_up(asking)
        self._layer.compare(SEARCHES, list(asking.values()), answered)

    async def _ask(self, session: Session, sought: NetworkQuestion) -> SearchFound | None:
        search = self._dice(SEARCH_ID_BYTES)
        said = Search(search, sought.typed, sought.called, sought.limit, sought.before)
        return await self._hear_answer(session, said)

    async def recall(self, session: Session, before: Spot | None) -> SearchFound | None:
        """Return recent posts that a supernode has behind a place; None: it does not say."""
        said = Recall(self._dice(SEARCH_ID_BYTES), HITS_MAX, before)
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_WAIT_S):
                return await self._hear_answer(session, said)
        return None

    async def _hear_answer(self, session: Session, said: Search | Recall) -> SearchFound | None:
        key = session.node_id, said.search
        waiting: asyncio.Future[SearchFound | None] = asyncio.Future()
        self._waiting[key] = waiting
        session.outbox.put(("ask-search", said.search), partial(session.send, said))
        try:
            return await waiting
        finally:
            del self._waiting[key]

    async def _look_here(self, sought: NetworkQuestion) -> list[Heard]:
        """What this machine has, if it serves."""
        if not self._keeper.is_open:
            return []
        said = Search(b"", sought.typed, sought.called, sought.limit, sought.before)
        found = await self._searching.look(said)
        return [(None, found)] if isinstance(found, SearchFound) else []

    # --- what is made of it ---

    async def _gather(
        self, heard: Sequence[Heard], sought: NetworkQuestion, asked: int
    ) -> Gathered:
        now_ms, called = self._clock.now_ms(), called_of(sought.called)
        canaries = await self._canaries.of(sought.query, called, sought.before)
        true: list[tuple[Session | None, Answer]] = []
        for session, found in heard:
            try:
                answer = await off_loop(partial(check_answer, found, sought, called, now_ms))
                true.append((session, answer))
                self._remember(found, answer)
            except RemoteError as error:
                self._mislead(session, sentences.TOLD_FALSE(reason=error))
        answers = [answer for _, answer in true]
        return Gathered(
            hits=tuple(self._merged(answers, sought)),
            asked=asked,
            answered=len(true),
            untrue=len(heard) - len(true),
            left_out=self._left_out(true, canaries, sought, now_ms),
            since_ms=min((each.since_ms for each in answers), default=0),
            more=any(each.more for each in answers),
            answers=tuple(self._answer_of(*each) for each in true),
        )

    def _answer_of(self, session: Session | None, answer: Answer) -> AnswerOf:
        node = None if session is None else session.node_id
        is_parent = node is not None and self._layer.is_parent(node)
        return AnswerOf(node=node, posts=len(answer.hits), is_parent=is_parent, holds=False)

    async def _with_older(self, recent: Gathered, sought: NetworkQuestion) -> Gathered:
        """Add what holders have, where supernodes have no more, and older posts are wanted."""
        if recent.more or not (sought.older or reaches_back(sought, recent.since_ms)):
            return recent
        called = called_of(sought.called)
        question = OlderQuestion(
            query=sought.query,
            typed=sought.typed,
            people={each.typed: called(each.typed) for each in sought.called},
            limit=sought.limit,
            before=sought.before,
        )
        older = await self._ground.library.find(question)
        for each in older.answers:
            for hit, proven in zip(each.hits, each.proven, strict=True):
                self._ground.guests.remember(hit.ref, proven)
        answers = [Answer(hits=each.hits, more=each.more, since_ms=0) for each in older.answers]
        # What supernodes showed is all they have: it makes no gap.
        answers.append(Answer(hits=recent.hits, more=False, since_ms=0))
        return replace(
            recent,
            hits=tuple(self._merged(answers, sought)),
            untrue=recent.untrue + older.untrue,
            more=any(each.more for each in answers) or _count(answers) > sought.limit,
            holders_asked=older.asked,
            looked_back=True,
            answers=(*recent.answers, *(_of_holder(each) for each in older.answers)),
        )

    def _remember(self, found: SearchFound, answer: Answer) -> None:
        """What is true may be answered: its proofs are at hand for a while."""
        for hit, proven in zip(answer.hits, found.hits, strict=True):
            self._ground.guests.remember(hit.ref, proven)

    def _merged(self, answers: Sequence[Answer], sought: NetworkQuestion) -> list[Checked]:
        if sought.query.best_first:
            return merge_best(answers, sought.query, sought.limit, {})
        return merge(answers, sought.limit)

    def _left_out(
        self,
        true: Sequence[tuple[Session | None, Answer]],
        canaries: Sequence[Checked],
        sought: NetworkQuestion,
        now_ms: int,
    ) -> int:
        """Count what one answer should have had; who does that again and again is a liar."""
        missing = set()
        known = [hit for _, answer in true for hit in answer.hits]
        for session, answer in true:
            if sought.query.best_first and answer.more:
                continue  # which are the best, each may judge by what it has
            must_have = session is not None and self._canaries.counts(session)
            lacks = omitted(answer, [*known, *(canaries if must_have else ())], now_ms)
            missing.update(lacks)
            if session is not None:
                self._count(session, is_omission=bool(lacks))
        return len(missing)

    def _count(self, session: Session, *, is_omission: bool) -> None:
        count = self._omissions.pop(session.node_id, 0) + 1 if is_omission else 0
        if count > OMISSIONS_BORNE:
            self._mislead(session, sentences.KEPT_BACK(searches=count))
        elif count and self._layer.is_parent(session.node_id):
            self._omissions[session.node_id] = count
        elif not count:
            self._omissions.pop(session.node_id, None)

    def _mislead(self, session: Session | None, why: str) -> None:
        if session is not None:
            self._ground.events.tell(Misled(session, why))


async def _give_up(asking: Iterable[_Asking]) -> None:
    for each in asking:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


def reaches_back(sought: NetworkQuestion, since_ms: int) -> bool:
    """Whether a search asks for posts that are older than supernodes have all of."""
    query, before = sought.query, sought.before
    return (
        0 < query.since_ms < since_ms
        or (query.until_ms is not None and query.until_ms <= since_ms)
        or (before is not None and before.time_ms < since_ms)
    )


def _count(answers: Sequence[Answer]) -> int:
    return len({hit.ref for each in answers for hit in each.hits})


def _of_holder(answer: OlderAnswer) -> AnswerOf:
    posts = len(answer.hits)
    return AnswerOf(node=answer.node_id, posts=posts, is_parent=False, holds=True)


def check_answer(
    found: SearchFound, sought: NetworkQuestion, called: Called, now_ms: int
) -> Answer:
    """Return what is true of an answer: all of it, or nothing.

    Raises:
        RemoteError: One of its posts is false, or not what was asked for, or behind the wrong
            place, or there are more than were asked for.
    """
    if len(found.hits) > sought.limit:
        raise RemoteError("more posts than were asked for")
    if found.more and not found.hits:
        raise RemoteError("more posts, and none of them")
    hits = tuple(check_hit(each, sought.query, called, now_ms) for each in found.hits)
    if len({each.ref for each in hits}) < len(hits):
        raise RemoteError("a post twice")
    if sought.before is not None and any(spot_of_hit(each) >= sought.before for each in hits):
        raise RemoteError("a post that was shown before")
    return Answer(hits=hits, more=found.more, since_ms=found.since_ms)
