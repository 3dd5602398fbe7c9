"""Asking witnesses which head of a feed is the newest.

A node asks its parents about its own feed and those it reads; a supernode, which has none, asks
other supernodes.  New heads are asked about at once, all others in turns.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import (
    AHEAD_S,
    ANSWERED_WITHIN_S,
    ASKED_AFTER_S,
    ASKED_AT_ONCE,
    OPEN_MAX,
    OWN_ASKED_EVERY_S,
    READ_ASKED_EVERY_S,
    WITNESSES_ASKED,
)
from swarmfeed.core.witness.newest import Newest
from swarmfeed.core.witness.words import Cosign
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.node.ground.events import ParentCame
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()


class WitnessSide(Struct):
    """What is remembered of a peer as a witness."""

    sizes: dict[FeedId, int] = field(default_factory=dict)
    """Size of the newest head that it has, by its own word."""
    proven: dict[FeedId, int] = field(default_factory=dict)
    """Size of our head that it was shown since it was asked last, because it knew less."""


class _Open(Struct):
    """What two witnesses were asked about a feed, and who of them answered."""

    asked_ms: int
    size: int
    asked: list[Session]
    answered: set[Session]


class AskWitnesses:
    """Says when which witness is asked about which feed."""

    def __init__(self, ground: Ground, newest: Callable[[FeedId], Newest | None]) -> None:
        """``newest`` tells what is known already."""
        self._ground = ground
        self._shelf = ground.shelf
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._newest = newest
        self._asked_ms: dict[FeedId, int] = {}
        self._due: dict[FeedId, None] = {}
        self._hurries = False
        self._open: dict[FeedId, _Open] = {}
        """Of feeds that both know: who was asked, and has said nothing yet."""

    def witnesses(self) -> list[Session]:
        """Whom to ask."""
        if not self._layer.serves:
            return list(self._layer.parents)
        others = (self._ground.sessions.find(each.node_id) for each in self._layer.others)
        return list(islice((each for each in others if each is not None), WITNESSES_ASKED))

    def ask(self, feed_id: FeedId) -> None:
        """Ask about a feed, with what else comes up within ASKED_AFTER_S."""
        self._due[feed_id] = None
        if not self._hurries:
            self._hurries = True
            self._ground.beside.spawn(self._ask_due())

    def on_parent(self, _: ParentCame) -> None:
        """Somebody new may witness: the own feed first, the others have their turn."""
        self.ask(self._ground.identity.feed_id)

    async def look(self) -> str:
        """Ask again about what was not asked about for some time; a round of 5 s."""
        witnesses = self.witnesses()
        due = list(islice(self._overdue(), ASKED_AT_ONCE)) if witnesses else []
        for feed_id in due:
            self._ask(feed_id, witnesses)
            await breathe()
        self._see_who_is_late()
        return sentences.ASKED(feeds=len(due), witnesses=len(witnesses))

    def prove(self, witness: Session, feed_id: FeedId, size: int) -> bool:
        """Whether a witness that knew less than ``size`` entries may be shown the rest: once
        each time it is asked, or one that says always less would be asked for ever."""
        proven = witness.part(WitnessSide).proven
        if witness not in self.witnesses() or proven.get(feed_id) == size:
            return False
        proven[feed_id] = size
        return True

    async def say(self, witness: Session, feed_id: FeedId) -> None:
        """Ask one witness, with a proof from the head that it has."""
        replica, author_id = self._shelf.replica(feed_id), self._shelf.author_of(feed_id)
        if replica is None or author_id is None or not replica.size:
            return
        old_size = witness.part(WitnessSide).sizes.get(feed_id, 0)
        try:
            proof = await self._ground.prover.consistency(replica, old_size)
        except (DamageError, RemoteError) as error:
            logger.debug("no proof for a witness", reason=str(error))
            return  # the chunk around it is not here yet
        await witness.send(
            Cosign(
                author_id=author_id,
                feed_id=feed_id,
                signed_head=replica.signed_head,
                old_size=old_size if proof else 0,
                consistency=proof,
            )
        )

    def hear(self, witness: Session, feed_id: FeedId, size: int, time_s: int) -> None:
        """A witness said its own word of a head of so many entries, at its time."""
        witness.part(WitnessSide).sizes[feed_id] = size
        waits = self._open.get(feed_id)
        late_s = self._clock.now_ms() // 1000 - time_s
        if waits is not None and size >= waits.size and late_s <= AHEAD_S:
            waits.answered.add(witness)

    def forget(self, feed_id: FeedId) -> None:
        """A feed was let go."""
        self._asked_ms.pop(feed_id, None)
        self._open.pop(feed_id, None)

    # --- inside ---

    def _overdue(self) -> Iterator[FeedId]:
        now_ms, own = self._clock.monotonic_ms(), self._ground.identity.feed_id
        for author_id in self._ground.interests.read():
            for feed_id in self._shelf.feeds_of(author_id):
                every_s = OWN_ASKED_EVERY_S if feed_id == own else READ_ASKED_EVERY_S
                asked_ms = self._asked_ms.get(feed_id)
                if asked_ms is None or now_ms - asked_ms >= every_s * 1000:
                    yield feed_id

    async def _ask_due(self) -> None:
        await asyncio.sleep(ASKED_AFTER_S)
        self._hurries, due, self._due = False, self._due, {}
        witnesses = self.witnesses()
        # After a night there are thousands: the others have their turn.
        for feed_id in islice(due, ASKED_AT_ONCE):
            self._ask(feed_id, witnesses)

    def _ask(self, feed_id: FeedId, witnesses: list[Session]) -> None:
        said = {each for each in witnesses if self._has_just_said(each, feed_id)}
        for each in witnesses:
            if each not in said:
                self._asked_ms[feed_id] = self._clock.monotonic_ms()
                each.part(WitnessSide).proven.pop(feed_id, None)
                each.outbox.put(("cosign", feed_id), partial(self.say, each, feed_id))
        if len(said) < len(witnesses):
            self._await(feed_id, witnesses, said)

    def _await(self, feed_id: FeedId, witnesses: list[Session], said: set[Session]) -> None:
        """Look who answers, of those that have no reason not to: a witness may have no room for
        a feed it never spoke of, unless it is that of its child."""
        own, replica = self._ground.identity.feed_id, self._shelf.replica(feed_id)
        known = [
            each
            for each in witnesses
            if feed_id == own or feed_id in each.part(WitnessSide).sizes
        ]
        has_room = feed_id not in self._open and len(self._open) < OPEN_MAX
        if replica is not None and has_room and len(known) > 1:
            now_ms = self._clock.monotonic_ms()
            self._open[feed_id] = _Open(now_ms, replica.size, known, said)

    def _see_who_is_late(self) -> None:
        """Compare those who were asked the same some time ago."""
        until_ms = self._clock.monotonic_ms() - ANSWERED_WITHIN_S * 1000
        over = [each for each, one in self._open.items() if one.asked_ms <= until_ms]
        for feed_id in over:
            one = self._open.pop(feed_id)
            if not self._shelf.is_forked(feed_id):  # of which it gives the proof
                what = sentences.WHETHER_NEWEST()
                self._layer.compare(what, one.asked, one.answered)

    def _has_just_said(self, witness: Session, feed_id: FeedId) -> bool:
        """Whether its word on our head came by way of others: no need to ask."""
        newest, replica = self._newest(feed_id), self._shelf.replica(feed_id)
        word = newest.words.get(witness.node_id) if newest is not None else None
        if word is None or newest is None or replica is None or newest.size != replica.size:
            return False
        return self._clock.now_ms() // 1000 - word.time_s < OWN_ASKED_EVERY_S / 2
