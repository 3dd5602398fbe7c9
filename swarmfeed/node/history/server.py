"""The history server: decides feed by feed what to hold, from when, until when.

    watched --take--> claimed --fetched--> leased --release--> watched
                         |                   |
                     not fetched          evicted, or the server leaves
                         v                   v
                      refused             leaving --others hold enough--> watched

Each feed in scope is looked at once an hour.  The decision is `placement.decide`; this module
gathers, asks and has it carried out, and keeps the reason of everything it did.
"""

import asyncio
from collections import Counter
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import DISK_FLOOR_BYTES, FETCH_TIMEOUT_S
from swarmfeed.core.base.texts import format_size
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history import sentences
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import LASTS_MS, Word
from swarmfeed.core.history.placement import (
    PLAN_EVERY_MS,
    FeedView,
    Memory,
    NoChange,
    Release,
    Take,
    decide,
    rank_servers,
)
from swarmfeed.core.history.quota import HeldFeed, plan_eviction
from swarmfeed.core.history.rows import Custody, CustodyState
from swarmfeed.core.history.slack import COPIES_MIN
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.custodian import Custodian
from swarmfeed.node.history.office import Office
from swarmfeed.node.history.scope import Reach, Scope
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.node.history.sight import Sight
from swarmfeed.node.history.viewer import Offer, feed_bytes

LOOKS_PER_ROUND: Final = 1_000
"""Feeds looked at in one round, a minute: 60,000 an hour."""

LOOKS_PER_TURN: Final = 20
"""Looks after which other work of the loop has its turn; one takes half a millisecond."""

SCOPE_EVERY_MS: Final = 5 * 60_000
"""How often the scope is read anew: who has just begun to follow people waits for it."""

CLAIM_S_MIN: Final = 4 * FETCH_TIMEOUT_S
"""Real seconds that a claim lasts at least, however fast the policy's clock runs (ADR 13): a
holder that does not send has its time, and another one after it."""

SILENT_STEPS: Final = 12
"""Looks that find slack before the first server, asked half a day long, is passed over."""


class Look(Struct, frozen=True):
    """What the last look at a feed found, and what was decided."""

    at_ms: int
    memory: Memory
    offer: Offer
    """Of all holders, ours among them."""
    target: float
    reason: str


class HistoryServer:
    """The role; idle until the operator chooses what to give."""

    def __init__(
        self,
        ground: Ground,
        office: Office,
        sight: Sight,
        scope: Scope,
        allotment: Allotment,
        custodian: Custodian,
    ) -> None:
        self._own = ground.identity.node_id
        self._interests = ground.interests
        self._logs = ground.shells.logs
        self._clock = ground.shells.policy_clock
        self.office: Final = office
        self._board = sight.board
        self._census = sight.census
        self._demand = sight.demand
        self._viewer = sight.viewer
        self._scope = scope
        self._allotment = allotment
        self._custodian = custodian
        speed = ground.settings.of(HistorySettings).speed
        self._claim_ms = max(LASTS_MS[Word.CLAIM], CLAIM_S_MIN * 1000 * speed)
        self._looks: dict[FeedId, Look] = {}
        self._scoped_at_ms: int | None = None

    # --- the role ---

    def choose(self, choice: HistoryChoice) -> None:
        """Serve from now on, or change what is given."""
        self.office.enter(choice)
        self._allotment.give(choice.disk_bytes)
        self._scoped_at_ms = None
        for feed_id, custody in list(self._custodian.all().items()):
            if custody.state is CustodyState.LEAVING:
                self._custodian.stay(feed_id)

    def leave(self) -> None:
        """Hand everything over; what others have taken is let go, and then the role ends."""
        self.office.begin_to_leave()
        for feed_id, custody in list(self._custodian.all().items()):
            if custody.state is CustodyState.CLAIMED:
                self._custodian.give_up(feed_id, sentences.SERVER_LEAVES())
            else:
                self._custodian.leave(feed_id, sentences.SERVER_LEAVES())

    def look_of(self, feed_id: FeedId) -> Look | None:
        return self._looks.get(feed_id)

    def watched(self) -> list[AuthorId]:
        """Authors whose feeds are looked at."""
        if self.office.choice is None:
            return []
        now_ms = self._clock.now_ms()
        if self._scoped_at_ms is None or now_ms - self._scoped_at_ms >= SCOPE_EVERY_MS:
            self._scoped_at_ms = now_ms
            self._scope.refresh(Reach(self.office.choice.scope))
            self._allotment.refreshed()
        return list(dict.fromkeys([*self._scope.authors(), *self._custodian.author_ids()]))

    # --- rounds ---

    async def look(self) -> str:
        """Look at every feed that was not looked at for an hour; a round of the scheduler."""
        if self.office.choice is None:
            return sentences.NOT_A_SERVER()
        due = self._due()
        for number, (feed_id, author_id) in enumerate(due):
            self._look_at(feed_id, author_id)
            if number % LOOKS_PER_TURN == LOOKS_PER_TURN - 1:
                await asyncio.sleep(0)
        self._settle_claims()
        self._make_room()
        gone = self._let_go_of_what_others_took()
        if self.office.leaving and not self._custodian.all():
            self.office.end()
            return sentences.LEFT()
        return self._summary(len(due), gone)

    def _due(self) -> list[tuple[FeedId, AuthorId]]:
        now_ms = self._clock.now_ms()
        found = {
            feed_id: author_id
            for author_id in self.watched()
            for feed_id in self._board.feeds_of(author_id)
        }
        found |= {feed: custody.author_id for feed, custody in self._custodian.all().items()}
        self._looks = {each: look for each, look in self._looks.items() if each in found}
        waiting = [each for each in found if self._age_ms(each, now_ms) >= PLAN_EVERY_MS]
        waiting.sort(key=lambda each: (-self._age_ms(each, now_ms), each))
        return [(each, found[each]) for each in waiting[:LOOKS_PER_ROUND]]

    def _age_ms(self, feed_id: FeedId, now_ms: int) -> int:
        look = self._looks.get(feed_id)
        return PLAN_EVERY_MS * 24 if look is None else now_ms - look.at_ms

    # --- one feed ---

    def _look_at(self, feed_id: FeedId, author_id: AuthorId) -> None:
        view = self._viewer.view(feed_id, author_id)
        custody = self._custodian.find(feed_id)
        memory, reason = self._decide(view, author_id, custody)
        self._looks[feed_id] = Look(
            at_ms=self._clock.now_ms(),
            memory=memory,
            offer=self._viewer.offer(feed_id),
            target=view.target,
            reason=reason,
        )
        if self._custodian.find(feed_id) is not None:
            self._custodian.note_decision(feed_id, memory, reason)

    def _decide(
        self, view: FeedView, author_id: AuthorId, custody: Custody | None
    ) -> tuple[Memory, str]:
        before = self._memory(view.feed_id, custody)
        if self._interests.is_read(author_id):
            if custody is not None:
                self._custodian.hand_to_reader(author_id)
            return before, sentences.FOLLOWED()
        if custody is not None and custody.state is not CustodyState.LEASED:
            return before, custody.reason
        if custody is not None and self._allotment.quota_bytes(author_id) == 0:
            reason = sentences.HANDED_OVER()
            self._custodian.leave(view.feed_id, reason)
            return before, reason
        me = self._census.outlook(self._own, server=True)
        heard = self._without_silent(view, before.slack_steps)
        decision, memory = decide(me, heard, before, self._clock.now_ms())
        match decision:
            case NoChange(reason):
                return memory, self._own_refusal(view.feed_id) or reason
            case Take(reason):
                return memory, self._take(view, author_id, memory, reason)
            case Release(reason):
                self._custodian.note_decision(view.feed_id, memory, reason)
                self._custodian.drop(view.feed_id, evicted=False)
                return memory, reason

    def _without_silent(self, view: FeedView, slack_steps: int) -> FeedView:
        """Pass over servers that are asked first and never answer, one more each look.

        They may be broken, or want nobody to hold the feed.  A server that will not take it
        says so, and is no candidate.
        """
        passed = slack_steps - SILENT_STEPS
        if passed <= 0:
            return view
        ranked = rank_servers(
            view.feed_id, (each.node_id for each in view.candidates), view.weights
        )
        silent = set(ranked[:passed]) - {self._own}
        left = tuple(each for each in view.candidates if each.node_id not in silent)
        return replace(view, candidates=left)

    def _memory(self, feed_id: FeedId, custody: Custody | None) -> Memory:
        look = self._looks.get(feed_id)
        if look is not None:
            return look.memory
        return custody.memory if custody is not None else Memory()

    def _take(self, view: FeedView, author_id: AuthorId, memory: Memory, reason: str) -> str:
        said_bytes = max(
            feed_bytes(self._board.notices(view.feed_id)),
            self._custodian.true_bytes(view.feed_id),
        )
        refusal = (
            sentences.SERVER_LEAVES()
            if self.office.leaving
            else self._disk_is_short() or self._allotment.refusal(author_id, said_bytes)
        )
        if refusal:
            self._custodian.refuse(view.feed_id, author_id, refusal)
            return sentences.REFUSED(refusal=refusal)
        self._custodian.claim(view.feed_id, author_id, said_bytes, memory, reason)
        return reason

    def _own_refusal(self, feed_id: FeedId) -> str:
        own = self._board.own(feed_id)
        is_refused = own is not None and own.notice.word is Word.REFUSAL
        return sentences.REFUSED(refusal=own.notice.reason) if own and is_refused else ""

    # --- what lasts longer than a look ---

    def _settle_claims(self) -> None:
        now_ms = self._clock.now_ms()
        for feed_id, custody in list(self._custodian.all().items()):
            if custody.state is not CustodyState.CLAIMED:
                continue
            self._custodian.settle(feed_id)
            late = now_ms - custody.since_ms >= self._claim_ms
            if late and self._custodian.find(feed_id) == custody:
                self._custodian.give_up(feed_id, sentences.TOO_LATE())

    def _let_go_of_what_others_took(self) -> int:
        gone = 0
        for feed_id, custody in list(self._custodian.all().items()):
            if custody.state is CustodyState.LEAVING:
                without = self._viewer.offer_without_us(feed_id)
                target = self._viewer.target(feed_id)
                if without.copies >= COPIES_MIN and without.unavailable <= target:
                    self._custodian.drop(feed_id, evicted=not self.office.leaving)
                    gone += 1
        return gone

    # --- disk ---

    def _disk_is_short(self) -> str:
        assert self.office.choice is not None, "asked while serving only"
        free_bytes = self._logs.free_bytes()
        floor_bytes = max(self.office.choice.free_bytes_min, DISK_FLOOR_BYTES)
        if free_bytes >= floor_bytes:
            return ""
        return sentences.DISK_SHORT(
            free=format_size(free_bytes, tenths_below=10),
            floor=format_size(floor_bytes, tenths_below=10),
        )

    def _make_room(self) -> None:
        """Begin to leave what is beyond the disk that is given, or that there is."""
        wanted_bytes = self._allotment.used_bytes() - self._allotment.disk_bytes
        if wanted_bytes <= 0 and not self._disk_is_short():
            return
        leased = {
            feed_id: custody
            for feed_id, custody in self._custodian.all().items()
            if custody.state is CustodyState.LEASED
        }
        on_their_way_bytes = sum(
            custody.feed_bytes
            for custody in self._custodian.all().values()
            if custody.state is CustodyState.LEAVING
        )
        held = [self._as_held(feed_id, custody) for feed_id, custody in leased.items()]
        for evict in plan_eviction(held, max(wanted_bytes, 1) - on_their_way_bytes):
            self._custodian.leave(evict.feed_id, evict.reason)

    def _as_held(self, feed_id: FeedId, custody: Custody) -> HeldFeed:
        without, look = self._viewer.offer_without_us(feed_id), self._looks.get(feed_id)
        now = look.offer.unavailable if look is not None else without.unavailable
        return HeldFeed(
            feed_id=feed_id,
            size_bytes=custody.feed_bytes,
            over_quota=self._allotment.is_over_quota(custody.author_id),
            requests_per_day=self._demand.rate(feed_id),
            loss=max(0.0, without.unavailable - now),
            other_copies=without.copies,
        )

    def _summary(self, looked: int, gone: int) -> str:
        states = Counter(each.state for each in self._custodian.all().values())
        return sentences.LOOKED(
            feeds=looked,
            leased=states[CustodyState.LEASED],
            claimed=states[CustodyState.CLAIMED],
            leaving=states[CustodyState.LEAVING],
            gone=gone,
        )
