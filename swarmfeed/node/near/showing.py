"""Shows the person to others in their network for a while, and sees who does the same.

Only a press begins it, and it ends by itself: after a quarter of an hour, when this machine
comes into another network, or when the node stops.  Badges go over links from this network
alone; machines there are found by mDNS, and visited.
"""

import asyncio
from functools import partial

import structlog
from msgspec import Struct, field

from swarmfeed.core.asks.recovery_sentences import LOCKED
from swarmfeed.core.asks.sentences import NOT_RUNNING
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.feed.claims import open_of
from swarmfeed.core.feed.proven import proving_certificates
from swarmfeed.core.near import sentences
from swarmfeed.core.near.badge import Badge, is_proven, open_badge, sign_badge
from swarmfeed.core.near.limits import BADGES_OF_A_LINK_MAX, SHOWN_S
from swarmfeed.core.near.people import People, PersonHere, PlacesShown
from swarmfeed.core.near.words import BadgeShown
from swarmfeed.errors import BadProofError, RemoteError, RetryError, UserError
from swarmfeed.node.ground.events import LinkClosed, LinkOpened
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

logger = structlog.get_logger()

KEPT_BY = "near"


class NearSide(Struct):
    """What was shown over a link, either way."""

    shown: BadgeShown | None = None
    """By us; None: nothing, or no longer."""
    said: BadgeShown = field(default_factory=BadgeShown)
    """By the peer, as it came: it is looked at only while we are shown, too."""
    verified: int = 0
    """How often, since we are shown."""


class ShowingNear:
    """Says who we are, and hears who others are; belongs to one asyncio loop."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._sessions = ground.sessions
        self._nearby = ground.nearby
        self._lan = ground.shells.lan
        self._clock = ground.shells.clock
        self._people = People()
        self._places = PlacesShown()
        self._own: BadgeShown | None = None
        """None: we show nothing."""
        self._began_ms = (0, 0)
        """By either clock: one stands still while the machine sleeps, the other may go back."""
        self._networks = frozenset[str]()
        """Those of this machine when it began in which it has been ever since."""
        self._announced = frozenset[str]()
        """Of this machine, when the network began to hear of us; none: it does not."""
        self._announcing = asyncio.Lock()
        self.name = ""
        self.trouble = ""
        self.came = asyncio.Event()
        """Set while somebody is there."""

    # --- looking ---

    @property
    def left_s(self) -> int:
        """For how long we are shown still; 0 when we are not."""
        if self._own is None:
            return 0
        passed = zip(self._now_ms(), self._began_ms, strict=True)
        return max(0, SHOWN_S - max(now - began for now, began in passed) // 1000)

    def people(self) -> list[PersonHere]:
        return self._people.all()

    # --- by the person ---

    def show(self) -> None:
        """Begin, or go on for as long again.

        Raises:
            UserError: This machine is in no local network, or may not say that it is in one.
        """
        if not self._ground.settings.network:
            raise UserError(NOT_RUNNING())
        if self._lan is None:
            raise UserError(sentences.NO_WAY())
        networks = self._nearby.networks()
        if not networks:
            raise UserError(sentences.NO_NETWORK())
        self._goes_on()  # else whom we saw in another network would be seen in this one
        self._own, self._networks, self.trouble = self._signed(), networks, ""
        self._began_ms = self._now_ms()
        self._match()
        for session in filter(self._is_near, self._sessions.all()):
            side = session.part(NearSide)
            self._show_to(session)
            if side.said.signed and not side.verified:
                self._ground.beside.spawn(self._look_at(session))
        self._ground.beside.spawn(self._visit(self._places.all()))

    def hide(self) -> None:
        """End, and say so to whoever it was shown."""
        if self._own is None:
            return
        self._own, self.trouble = None, ""
        self._people.clear()
        self._places.clear()
        self.came.clear()
        for session in self._sessions.all():
            side = session.part(NearSide)
            if side.shown is not None:
                session.outbox.put((KEPT_BY,), partial(session.send, BadgeShown()))
            side.shown, side.verified = None, 0
            session.kept_by.discard(KEPT_BY)
        self._match()
        self._tell()

    # --- rounds and events ---

    async def look(self) -> str:
        """End when the time is up or the network another one; dial again who was found."""
        if not self._goes_on():
            return sentences.NOT_SHOWN()
        await self._visit(self._places.all())
        return sentences.LOOKED(people=len(self.people()))

    def on_opened(self, event: LinkOpened) -> None:
        if self._goes_on() and self._is_near(event.session):
            self._show_to(event.session)

    def on_closed(self, event: LinkClosed) -> None:
        now = self._sessions.find(event.session.node_id)
        # The node may be linked anew: then it counts what it showed over the newer link.
        if now is None or now is event.session or not now.part(NearSide).said.signed:
            self._leave(event.session)

    async def on_badge(self, session: Session, said: BadgeShown) -> None:
        """See who somebody is.  RemoteError when it is false."""
        side = session.part(NearSide)
        if said == side.said or not self._is_near(session):
            return
        side.said = said
        if said.signed:
            await self._take(session)
        else:
            self._leave(session)

    # --- inside ---

    def _now_ms(self) -> tuple[int, int]:
        return self._clock.monotonic_ms(), self._clock.now_ms()

    def _goes_on(self) -> bool:
        """End it when the time is up, or this machine is in no network, or in one in which it
        did not begin or was not all the time: who comes back may be somewhere else."""
        if self._own is None:
            return False
        here = self._nearby.networks()
        goes_on = bool(self.left_s and here and here <= self._networks)
        self._networks = here
        if not goes_on:
            self.hide()
        return goes_on

    def _signed(self) -> BadgeShown:
        identity, shelf = self._ground.identity, self._ground.shelf
        self.name = self._own_name()
        badge = Badge(
            author_id=identity.author_id,
            feed_id=identity.feed_id,
            node_id=identity.node_id,
            name=self.name,
        )
        try:
            signed = sign_badge(badge, identity.feed_key.sign)
        except LockedError as error:
            raise UserError(LOCKED()) from error
        opened = shelf.opened(identity.author_id)
        return BadgeShown(signed, proving_certificates(identity.feed_id, opened))

    def _own_name(self) -> str:
        known = self._ground.shells.index.author(self._ground.identity.author_id)
        return known.name[:NAME_CHARS_MAX] if known else ""

    def _is_near(self, session: Session) -> bool:
        remote = session.peer.remote
        return remote is not None and self._nearby.is_beside(remote.host)

    def _show_to(self, session: Session) -> None:
        side, own = session.part(NearSide), self._own
        if own is not None and side.shown != own:
            side.shown = own
            session.outbox.put((KEPT_BY,), partial(session.send, own))

    async def _look_at(self, session: Session) -> None:
        """Take up what was shown to us before we showed ourselves."""
        try:
            await self._take(session)
        except RemoteError as error:
            await self._sessions.shut_out(session, str(error))

    async def _take(self, session: Session) -> None:
        side = session.part(NearSide)
        said = side.said
        if self._own is None or side.verified >= BADGES_OF_A_LINK_MAX:
            return
        side.verified += 1
        badge = await self._verified(session, said)
        # Others came in between: the peer may have left, or we.
        if badge is not None and side.said is said:
            self._welcome(session, badge)

    async def _verified(self, session: Session, said: BadgeShown) -> Badge | None:
        """The badge; None: its feed is not the author's any more, as far as we know."""
        badge = open_badge(said.signed)
        if badge.node_id != session.node_id:
            raise BadProofError("the badge of another node")
        shelf, offered = self._ground.shelf, []
        for each in said.certificates:
            offered.append(open_of(badge.author_id, each))
            await breathe()
        is_another = shelf.author_of(badge.feed_id) not in (None, badge.author_id)
        known = shelf.opened(badge.author_id).values()
        if is_another or not is_proven(badge, (*known, *offered)):
            logger.info("a badge of nobody", node=session.node_id.hex()[:16])
            return None
        return badge

    def _welcome(self, session: Session, badge: Badge) -> None:
        remote, port = session.peer.remote, session.peer.hello.link_port
        is_here = self._sessions.find(session.node_id) is session
        if self._own is None or remote is None or not is_here:
            return
        seen = PersonHere(
            author_id=badge.author_id,
            name=badge.name,
            host=remote.host,
            # Not where a hello says: following a link opens what it names.
            at=session.door or (Endpoint(remote.host, port) if port else None),
        )
        if self._people.show(session.node_id, seen):
            session.kept_by.add(KEPT_BY)
            self.came.set()
            self._tell()

    def _leave(self, session: Session) -> None:
        session.kept_by.discard(KEPT_BY)
        if self._people.hide(session.node_id):
            if not self._people.all():
                self.came.clear()
            self._tell()

    def _tell(self) -> None:
        self._ground.changes.tell("status", near=len(self._people.all()))

    def _on_found(self, place: Endpoint) -> None:
        """The network shows a node: anybody's word, so it is only dialled, and only there."""
        if self._own is None or not self._nearby.is_beside(place.host):
            return
        if self._places.add(place):
            self._nearby.open([place.host])
            self._sessions.forget_failures(place)
            self._ground.beside.spawn(self._visit([place]))

    async def _visit(self, places: list[Endpoint]) -> None:
        await asyncio.gather(*(self._ground.visits.reach(each, None) for each in places))

    def _match(self) -> None:
        """Have the network hear of us while we are shown; with --lan it does anyway."""
        if self._lan is not None and not self._ground.settings.lan:
            self._ground.beside.spawn(self._announce())

    async def _announce(self) -> None:
        assert self._lan is not None
        async with self._announcing:
            wanted = self._networks if self._own is not None else frozenset[str]()
            if wanted == self._announced:
                return
            if self._announced:
                await self._lan.stop()
            self._announced = wanted
            if not wanted:
                return
            try:
                await self._lan.start(self._ground.introduction.link_port, self._on_found)
            except RetryError as error:
                self._announced = frozenset()
                self.trouble = sentences.NO_MULTICAST()
                logger.info("nobody found in this network", reason=str(error))
