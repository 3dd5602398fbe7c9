"""Whom the node asks for whom: new feeds are shared out among those who may have them.

held already, or few --> wanted from everybody, at once
many new authors     --> a part from each peer, and the next part as it answers
                         --> held since: wanted from everybody else too, with our size, when
                         nobody waits for heads any more

So a head comes once, from whoever is quickest, and of the others only what they hold: three
holders of thousands of small feeds give a third each.  A peer that does not answer soon keeps
nothing to itself: others are asked for the same.
"""

import asyncio
import math
from collections.abc import Iterable, Sequence
from functools import partial

from msgspec import Struct, field

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.talk.limits import (
    AUTHORS_ASKED_AT_ONCE,
    AUTHORS_ASKED_OF_ALL,
    AUTHORS_UNANSWERED_MAX,
    NEW_AUTHORS_ASKED_AT_ONCE,
    UNANSWERED_S,
    UNANSWERED_WHILE_IT_ANSWERS_S,
)
from swarmfeed.core.talk.words import Want, WantedAuthor, WantedFeed
from swarmfeed.node.ground.events import HoldingTold, LinkClosed, LinkStays, NothingHeld
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session


class AskingSide(Struct):
    """What a peer was asked for, and is still to be asked for."""

    asked: dict[FeedId, int] = field(default_factory=dict)
    """Size we said we have when we asked for news the last time."""
    new: dict[AuthorId, None] = field(default_factory=dict)
    """Authors of whom nothing is held, and that it was not asked for yet."""
    held: dict[AuthorId, None] = field(default_factory=dict)
    """The same, of whom others gave something meanwhile."""
    unanswered: dict[AuthorId, None] = field(default_factory=dict)
    """New ones it was asked for, and nobody else."""
    unanswered_max: int = NEW_AUTHORS_ASKED_AT_ONCE
    """How many of those it may have; grows as it answers."""
    answered_s: float = -math.inf
    """When it answered last, by the loop's clock."""
    is_held_due: bool = False
    """Whether it is asked for those at leisure."""
    is_put_off: bool = False
    """Whether it is asked for everybody only when ``go_on`` is called."""

    def has_room(self) -> bool:
        """Whether it is worth a message."""
        room = self.unanswered_max - len(self.unanswered)
        return not self.unanswered or room >= NEW_AUTHORS_ASKED_AT_ONCE


class Asking:
    """Sends wants: to whom, and when."""

    def __init__(self, ground: Ground) -> None:
        self._is_online = ground.settings.network
        self._own = ground.identity.author_id
        self._shelf = ground.shelf
        self._sessions = ground.sessions
        self._interests = ground.interests
        self._asked_first: dict[AuthorId, Session] = {}
        """Who was asked for new authors, and did not answer yet."""
        self._leisure = ground.leisure
        self._leisure.wait_for(lambda: bool(self._asked_first))

    def ask(self, session: Session, author_ids: Iterable[AuthorId]) -> None:
        """Want these authors from one peer; many new ones when it is its turn."""
        authors = self._without_many_new(session, author_ids)
        if authors:
            saying = partial(self._send_wants, session, authors)
            session.outbox.put(("ask", authors), saying)
        self._go_on(session)

    def ask_all(self, author_ids: Iterable[AuthorId]) -> None:
        """Want these authors from every peer that is more than visited."""
        authors = tuple(author_ids)
        for session in self._sessions.all():
            if session.stays:
                self.ask(session, authors)

    def ask_again(self, session: Session, author_id: AuthorId, feed_id: FeedId) -> None:
        """Ask for news from the size we have now, unless we just did."""
        known = self._shelf.replica(feed_id)
        if known is not None and session.part(AskingSide).asked.get(feed_id) != known.size:
            self.ask(session, [author_id])

    def on_stays(self, event: LinkStays) -> None:
        """Want everybody we care about from a peer that was just linked, unless that is put off
        by whoever else hears of the link.

        Without the network a command only asks how far the own feed is.
        """
        session = event.session
        if self._is_online:
            session.outbox.put(("all",), partial(self._ask_for_everybody, session))
        else:
            self.ask(session, [self._own])

    def put_off(self, session: Session) -> None:
        """Want nobody yet but our own author of a peer that was just linked: there is a better
        way to the news, and it is tried first."""
        session.part(AskingSide).is_put_off = True
        self.ask(session, [self._own])

    def go_on(self) -> None:
        """Want everybody of those for whom it was put off."""
        for session in self._sessions.all():
            if session.part(AskingSide).is_put_off:
                session.part(AskingSide).is_put_off = False
                session.outbox.put(("all",), partial(self._ask_for_everybody, session))

    def on_close(self, event: LinkClosed) -> None:
        """What a peer left unanswered is asked of others."""
        self._give_up(event.session, list(event.session.part(AskingSide).unanswered))

    def on_holding(self, event: HoldingTold) -> None:
        """A peer gave a feed, or says that it holds one that we know."""
        author_id = self._shelf.author_of(event.feed_id)
        if author_id is not None:
            self._answered(event.session, author_id)

    def on_nothing_held(self, event: NothingHeld) -> None:
        self._answered(event.session, event.author_id)

    # --- inside ---

    async def _ask_for_everybody(self, session: Session) -> None:
        if not session.part(AskingSide).is_put_off:
            authors = self._without_many_new(session, self._interests.all())
            await self._send_wants(session, authors)
            self._go_on(session)

    def _without_many_new(
        self, session: Session, author_ids: Iterable[AuthorId]
    ) -> tuple[AuthorId, ...]:
        """Return these authors; of many new ones a peer is asked when it is its turn."""
        authors = tuple(author_ids)
        new = [each for each in authors if each != self._own and not self._is_held(each)]
        if len(new) <= AUTHORS_ASKED_OF_ALL:
            return authors
        session.part(AskingSide).new.update(dict.fromkeys(new))
        later = set(new)
        return tuple(each for each in authors if each not in later)

    def _answered(self, session: Session, author_id: AuthorId) -> None:
        side = session.part(AskingSide)
        if author_id not in side.unanswered:
            return
        side.answered_s = asyncio.get_running_loop().time()
        side.unanswered_max = min(side.unanswered_max + 1, AUTHORS_UNANSWERED_MAX)
        self._free(session, author_id)
        for each in self._sessions.all():
            other = each.part(AskingSide)
            if author_id in other.new and self._is_held(author_id):
                del other.new[author_id]
                other.held[author_id] = None
            self._go_on(each)

    def _lose_patience(
        self, session: Session, author_ids: Sequence[AuthorId], asked_s: float
    ) -> None:
        """Give up when a peer answers nothing any more, or not these for long."""
        loop = asyncio.get_running_loop()
        answered_s, now_s = session.part(AskingSide).answered_s, loop.time()
        is_busy = now_s - answered_s < UNANSWERED_S
        if is_busy and now_s - asked_s < UNANSWERED_WHILE_IT_ANSWERS_S:
            loop.call_later(UNANSWERED_S, self._lose_patience, session, author_ids, asked_s)
        else:
            self._give_up(session, author_ids)

    def _give_up(self, session: Session, author_ids: Iterable[AuthorId]) -> None:
        """Let others be asked for what a peer did not answer in time."""
        for author_id in author_ids:
            if author_id in session.part(AskingSide).unanswered:
                self._free(session, author_id)
        for each in self._sessions.all():
            self._go_on(each)

    def _free(self, session: Session, author_id: AuthorId) -> None:
        del session.part(AskingSide).unanswered[author_id]
        del self._asked_first[author_id]

    def _go_on(self, session: Session) -> None:
        side = session.part(AskingSide)
        if side.new and side.has_room():
            session.outbox.put(("ask more",), partial(self._ask_more, session))
        self._ask_for_held_later(session)

    async def _ask_more(self, session: Session) -> None:
        chosen = self._choose_new(session) if session.part(AskingSide).has_room() else []
        if chosen:
            await self._send_want(session, chosen)
            self._go_on(session)
        else:  # all are asked of others, who go on when they answer, or came by themselves
            self._ask_for_held_later(session)

    def _ask_for_held_later(self, session: Session) -> None:
        side = session.part(AskingSide)
        if side.held and not side.is_held_due:
            side.is_held_due = True
            self._leisure.put(partial(self._ask_for_held, session))

    async def _ask_for_held(self, session: Session) -> None:
        """Ask what a peer has of those whom another one gave: nobody waits for heads now."""
        side = session.part(AskingSide)
        side.is_held_due = False
        cared_for = (each for each in side.held if self._interests.of(each) is not None)
        authors, side.held = tuple(cared_for), {}
        session.outbox.put(("ask", authors), partial(self._send_wants, session, authors))

    def _choose_new(self, session: Session) -> list[AuthorId]:
        """Take what nobody else was asked for, and wait for the answer a while."""
        side, chosen = session.part(AskingSide), list[AuthorId]()
        for author_id in list(side.new):
            if len(chosen) == NEW_AUTHORS_ASKED_AT_ONCE:
                break
            if self._interests.of(author_id) is None:
                del side.new[author_id]
            elif self._is_held(author_id):
                del side.new[author_id]
                side.held[author_id] = None
            elif author_id not in self._asked_first:
                del side.new[author_id]
                side.unanswered[author_id] = None
                self._asked_first[author_id] = session
                chosen.append(author_id)
        if chosen:
            loop = asyncio.get_running_loop()
            loop.call_later(UNANSWERED_S, self._lose_patience, session, chosen, loop.time())
        return chosen

    async def _send_wants(self, session: Session, authors: Sequence[AuthorId]) -> None:
        """Ask for some; for the rest when what else is due was said: heads are waited for."""
        some, rest = authors[:AUTHORS_ASKED_AT_ONCE], tuple(authors[AUTHORS_ASKED_AT_ONCE:])
        if rest:
            session.outbox.put(("ask", rest), partial(self._send_wants, session, rest))
        if some:
            await self._send_want(session, some)

    async def _send_want(self, session: Session, authors: Sequence[AuthorId]) -> None:
        wanted = [WantedAuthor(each, self._wanted_feeds(each)) for each in authors]
        asked = session.part(AskingSide).asked
        for author in wanted:
            asked.update((each.feed_id, each.size) for each in author.feeds)
        await session.send(Want(tuple(wanted)))

    def _is_held(self, author_id: AuthorId) -> bool:
        return bool(self._shelf.feeds_of(author_id))

    def _wanted_feeds(self, author_id: AuthorId) -> tuple[WantedFeed, ...]:
        found = []
        for feed_id in self._shelf.feeds_of(author_id):
            replica = self._shelf.replica(feed_id)
            if replica is not None:
                found.append(WantedFeed(feed_id, replica.size))
        return tuple(found)
