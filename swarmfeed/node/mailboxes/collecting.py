"""Looking into our own boxes: what is there is told once, and let go when it is on disk here.

    linked --> mail-open --> mail-some --> ParcelCame --> done --> mail-drop
                                 | known already --------------------^

A holder is believed in nothing: what it brings again is dropped and told nobody, what it makes
up costs it its share of a day, and what others had and it had not is held against it.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Final

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.mailboxes.comparing import BoxComparison
from swarmfeed.core.mailboxes.ids import box_of, parcel_id
from swarmfeed.core.mailboxes.limits import (
    DAY_S,
    DROPS_MAX,
    LISTED_MAX,
    LOOKED_EVERY_S,
    OPEN_PARCELS_MAX,
    PARCEL_COSTS_MIN,
    SEEN_MAX,
    SEEN_S,
    TAKEN_BYTES_PER_DAY,
    TOLD_AGAIN_S,
)
from swarmfeed.core.mailboxes.proof import open_text
from swarmfeed.core.mailboxes.sentences import LOOKED, NOT_RECEIVED
from swarmfeed.core.mailboxes.words import MailAnswer, MailDrop, MailOpen, MailSome
from swarmfeed.node.ground.events import LinkClosed, LinkOpened, ParcelCame
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows
from swarmfeed.node.ground.session import Session
from swarmfeed.node.mailboxes.leasing import BoxLeased, Leasing
from swarmfeed.node.mailboxes.own import OwnBoxes
from swarmfeed.node.mailboxes.probing import Probing

logger = structlog.get_logger()

PAGE: Final = "mail-seen"
KEPT_BY: Final = "mailbox"
"""Why links to our boxes are kept."""


class OpenSide(Struct):
    """What we know of one of our boxes while its holder is linked."""

    listed: set[bytes] = field(default_factory=set)
    """What it had, from its first parcel on, as far as it told."""
    place: int = 0
    """Behind which the next parcels are."""
    rests: bool = False
    """Whether there is more, which waits until there is room for it here."""
    drops: dict[bytes, None] = field(default_factory=dict)
    """What it is to let go."""


class Collecting:
    """Looks; belongs to the node's loop."""

    def __init__(
        self, ground: Ground, own: OwnBoxes, leasing: Leasing, probing: Probing
    ) -> None:
        self._ground = ground
        self._identity = ground.identity
        self._sessions = ground.sessions
        self._own = own
        self._leasing = leasing
        self._probing = probing
        self._open_at: dict[NodeId, Session] = {}
        """Holders whose boxes are looked into."""
        self._told: dict[bytes, int] = {}
        """Parcels that were told and are not on disk here yet, and when they were."""
        self._seen: OrderedDict[bytes, int] = OrderedDict()
        """Parcels that are, and when they were taken, the longest ago first."""
        self._changed: set[bytes] = set()
        self._comparison = BoxComparison()
        self._taken: dict[NodeId, TokenBucket] = {}
        """What each holder may still bring today."""
        self._looked_s: dict[NodeId, int] = {}

    # --- looking ---

    def on_linked(self, event: LinkOpened) -> None:
        """A holder is there: look into its box."""
        if self._own.may_have(event.session.node_id):
            self._open(event.session)

    def on_leased(self, event: BoxLeased) -> None:
        """A holder keeps a box: look into it from its beginning, as once a day."""
        self._open(event.session)

    def on_closed(self, event: LinkClosed) -> None:
        if self._open_at.get(event.session.node_id) is event.session:
            del self._open_at[event.session.node_id]

    def looks_into(self, node_id: NodeId) -> bool:
        """Whether a holder is linked, and shows what is in our box."""
        return node_id in self._open_at

    def begin(self) -> None:
        """Look into all boxes whose holders are linked."""
        for session in self._sessions.all():
            if self._own.may_have(session.node_id):
                self._open(session)

    async def look(self) -> str:
        """Look for holders that are not linked; see which boxes lack what others had."""
        if not self._own.receives:
            return NOT_RECEIVED()
        now_s, looked = self._own.now_s(), 0
        for node_id, record in self._own.records().items():
            session = self._open_at.get(node_id)
            if session is not None:
                record.heard_s, record.looks = now_s, 0
                self._probing.look(session, record)
            elif now_s - self._looked_s.get(node_id, 0) >= LOOKED_EVERY_S:
                self._looked_s[node_id] = now_s
                self._ground.beside.spawn(self._look_for(node_id))
                looked += 1
        self._comparison.hold_against(self._own.records(), now_s)
        self._forget_old(now_s)
        return LOOKED(linked=len(self._open_at), looked=looked)

    async def _look_for(self, node_id: NodeId) -> None:
        session = await self._ground.reach.node(node_id)
        record = self._own.records().get(node_id)
        if session is None and record is not None:
            record.looks += 1
        elif session is not None and node_id not in self._open_at:
            self._open(session)

    def _open(self, session: Session, after: int = 0) -> None:
        if not self._own.receives:
            return
        side = session.part(OpenSide)
        side.place, side.rests = after, False
        self._open_at[session.node_id] = session
        session.kept_by.add(KEPT_BY)
        session.outbox.put(("mail-open",), partial(self._say_open, session))

    async def _say_open(self, session: Session) -> None:
        place = session.part(OpenSide).place
        text = open_text(session.peer.binding, session.node_id)
        try:
            proof = self._identity.feed_key.sign(text)
        except LockedError:
            self._close(session)  # they wait there until it is unlocked
            return
        await session.send(MailOpen(feed_id=self._identity.feed_id, after=place, proof=proof))

    def _close(self, session: Session) -> None:
        self._open_at.pop(session.node_id, None)
        session.kept_by.discard(KEPT_BY)

    # --- hearing ---

    async def on_some(self, session: Session, said: MailSome) -> None:
        """A holder shows what is in our box."""
        side, record = session.part(OpenSide), self._own.records().get(session.node_id)
        is_ours = said.box == box_of(self._identity.feed_id, session.node_id)
        if not is_ours or self._open_at.get(session.node_id) is not session:
            return
        if said.answer != MailAnswer.KEPT:
            self._close(session)
            if record is not None:
                self._leasing.ask_again(session)
            return
        if record is not None:
            record.heard_s, record.looks = self._own.now_s(), 0
        # What was on its way when we began anew belongs to no list.
        fits = said.after == side.place
        if fits and side.place == 0:
            side.listed.clear()
        if await self._take_all(session, said.parcels) and fits:
            self._go_on(session, said)

    async def _take_all(self, session: Session, parcels: Iterable[bytes]) -> bool:
        """Take what a holder brings; returns False when it is more than it may."""
        for parcel in parcels:
            if not self._may_bring(session.node_id, len(parcel)):
                logger.warning("a mailbox brings too much", node=session.node_id.hex()[:16])
                return False
            self._take(session, parcel)
            await breathe()
        return True

    def _go_on(self, session: Session, said: MailSome) -> None:
        """Ask for what is behind it, as soon as there is room."""
        side, record = session.part(OpenSide), self._own.records().get(session.node_id)
        comes_on, side.place = said.last > side.place, max(side.place, said.last)
        if not (said.more and comes_on):
            if record is not None:
                self._probing.compare(record, side.listed)
        elif len(self._told) < OPEN_PARCELS_MAX:
            self._open(session, side.place)
        else:
            side.rests = True

    def _may_bring(self, node_id: NodeId, size: int) -> bool:
        now_s = self._own.now_s()
        share = self._taken.get(node_id)
        if share is None:
            day = TAKEN_BYTES_PER_DAY
            share = self._taken[node_id] = TokenBucket(day, day / DAY_S, now_s)
        return share.take(max(size, PARCEL_COSTS_MIN), now_s)

    def _take(self, session: Session, parcel: bytes) -> None:
        """Tell a parcel that is new; what is known already is let go at once."""
        known, now_s = parcel_id(parcel), self._own.now_s()
        record = self._own.records().get(session.node_id)
        side = session.part(OpenSide)
        if len(side.listed) < LISTED_MAX:
            side.listed.add(known)
        if self._probing.is_probe(parcel):
            if not self._probing.stays(record, known):
                self._drop(session, known)
            return
        is_new = known not in self._seen and known not in self._told
        self._comparison.note(known, session.node_id, now_s, is_new=is_new)
        if known in self._seen:
            self._drop(session, known)
        elif self._is_to_be_told(known, now_s):
            self._told[known] = now_s
            self._ground.events.tell(ParcelCame(parcel, partial(self._done, known)))

    def _is_to_be_told(self, known: bytes, now_s: int) -> bool:
        told_s = self._told.get(known)
        if told_s is None:
            return len(self._told) < OPEN_PARCELS_MAX
        return now_s - told_s >= TOLD_AGAIN_S

    # --- letting go ---

    def _done(self, known: bytes) -> None:
        """A parcel is on disk here: whoever keeps it need not any more."""
        if known not in self._told:
            return
        del self._told[known]
        self._see(known)
        for session in [*self._open_at.values()]:
            side = session.part(OpenSide)
            if known in side.listed:
                self._drop(session, known)
            if side.rests and len(self._told) < OPEN_PARCELS_MAX // 2:
                self._open(session, side.place)

    def _drop(self, session: Session, known: bytes) -> None:
        session.part(OpenSide).drops[known] = None
        session.outbox.put_soon(("mail-drop",), partial(self._say_drops, session))

    async def _say_drops(self, session: Session) -> None:
        drops = session.part(OpenSide).drops
        box = box_of(self._identity.feed_id, session.node_id)
        while drops:
            some = tuple(islice(drops, DROPS_MAX))
            for each in some:
                del drops[each]
            await session.send(MailDrop(box=box, parcels=some))

    # --- remembering ---

    def rows(self) -> Rows:
        return Rows(
            page=PAGE,
            load=self._load,
            take_changes=self._take_changes,
            encode=lambda taken_s: b"%d" % taken_s,
        )

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        read = [(int(value), key) for key, value in page.items() if value.isdigit()]
        self._seen = OrderedDict((key, taken_s) for taken_s, key in sorted(read))

    def _take_changes(self) -> dict[bytes, int | None]:
        changed, self._changed = self._changed, set()
        return {each: self._seen.get(each) for each in changed}

    def _see(self, known: bytes) -> None:
        self._seen[known] = self._own.now_s()
        self._changed.add(known)
        while len(self._seen) > SEEN_MAX:
            oldest, _ = self._seen.popitem(last=False)
            self._changed.add(oldest)

    def _forget_old(self, now_s: int) -> None:
        while self._seen:
            oldest, taken_s = next(iter(self._seen.items()))
            if now_s - taken_s < SEEN_S:
                return
            del self._seen[oldest]
            self._changed.add(oldest)
