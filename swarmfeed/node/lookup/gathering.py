"""What is made of answers to a search: verified, merged, and held against each other."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks.network import AnswerOf
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.matching import Called
from swarmfeed.core.feed.proven import Checked
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup import sentences
from swarmfeed.core.lookup.limits import OMISSIONS_BORNE
from swarmfeed.core.lookup.results import (
    Answer,
    check_hit,
    merge,
    merge_best,
    omitted,
    spot_of_hit,
)
from swarmfeed.core.lookup.words import NamedAuthors, SearchFound, called_of
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.events import Misled
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.library import OlderAnswer, OlderQuestion
from swarmfeed.node.ground.session import Session
from swarmfeed.node.lookup.canaries import Canaries


class NetworkQuestion(Struct, frozen=True, kw_only=True):
    """A search, as it is asked."""

    query: SearchQuery
    typed: str
    called: tuple[NamedAuthors, ...]
    limit: int
    before: Spot | None = None
    older: bool = False
    """Whether holders of older posts are asked too, whatever time the words say."""


class Gathered(Struct, frozen=True, kw_only=True):
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


Heard = tuple[Session | None, SearchFound]
"""An answer, and who gave it; None: this machine."""


class Gathering:
    """Makes one list of what several answered; belongs to one asyncio loop."""

    def __init__(self, ground: Ground, canaries: Canaries) -> None:
        self._ground = ground
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._canaries = canaries
        self._omissions: dict[NodeId, int] = {}
        """Searches in a row in which a parent left something out."""

    async def gather(
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

    async def with_older(self, recent: Gathered, sought: NetworkQuestion) -> Gathered:
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
