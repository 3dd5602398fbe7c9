"""Taking another machine in: this device's side of a pairing (``core.talk.pairing``).

There is one attempt at a time, in memory alone.  The author key is opened once, at its start:
it signs its part of the join, which is worth nothing until the other machine signs it too, and
that is sent only once a person found both codes the same.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog
from msgspec import Struct

from swarmfeed.core.asks import device_sentences as sentences
from swarmfeed.core.asks.devices import ProposeDevice
from swarmfeed.core.base.limits import ENDPOINTS_MAX, FEEDS_PER_AUTHOR_MAX, NONCE_BYTES
from swarmfeed.core.base.types import Endpoint, FeedId, Hash
from swarmfeed.core.talk.device_link import DeviceLink, parse_device_link
from swarmfeed.core.talk.limits import DEVICE_LINK_S, PAIR_ANSWER_S
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.pairing import PairDone, PairingReason, PairKey, Welcome, Who
from swarmfeed.core.talk.pairing_sides import OldSide, Proposal
from swarmfeed.errors import RemoteError, RetryError, UserError
from swarmfeed.node.devices.talking import end, next_message, tell_end
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import KnownAuthor, Peer

logger = structlog.get_logger()


class Attempt(Struct, frozen=True, kw_only=True):
    """A machine that answered, while a person compares."""

    side: OldSide
    peer: Peer
    messages: AsyncIterator[Message]
    join: bytes
    """The new device's join, as far as the author key signs it."""
    feed_id: FeedId
    proposal: Proposal


class Pairer:
    """Reaches a machine by its link, and makes it a device."""

    def __init__(self, ground: Ground, note: Callable[[FeedId, str], None]) -> None:
        """``note`` is told of a feed before it can become ours."""
        self._ground = ground
        self._identity = ground.identity
        self._shells = ground.shells
        self._note = note
        self._busy = asyncio.Lock()
        self._attempt: Attempt | None = None

    @property
    def proposal(self) -> Proposal | None:
        """What waits for a person to compare."""
        return self._attempt.proposal if self._attempt else None

    async def propose(self, ask: ProposeDevice) -> Proposal:
        """Talk with the machine that shows a link, as far as the code.

        Raises:
            UserError: Nothing came of it, and why.
        """
        link = parse_device_link(ask.link)
        async with self._busy:
            await self._give_up(PairingReason.CANCELLED)
            self._require_new(link)
            if trouble := self._shells.boxes.trouble():
                raise UserError(trouble)
            author = await asyncio.to_thread(self._shells.safe.author_key, ask.passphrase)
            side = OldSide(link, self._identity.node_id, self._who())
            join = side.begin_join(author, now_ms=self._shells.clock.now_ms())
            peer = await self._reach(link)
            attempt = self._attempt = await self._compare(side, link, peer, join)
            loop = asyncio.get_running_loop()
            loop.call_later(DEVICE_LINK_S, self._expire, attempt)
            return attempt.proposal

    async def confirm(self, code: str, *, same: bool) -> bytes:
        """Make the machine a device; returns its join, with both signatures.

        Raises:
            UserError: Nothing came of it, and why.
        """
        async with self._busy:
            attempt = self._attempt
            if attempt is None or attempt.proposal.code != code.strip():
                raise UserError(sentences.NO_PAIRING())
            if not same:
                await self._give_up(PairingReason.CANCELLED)
                raise UserError(sentences.CANCELLED())
            self._attempt = None
            return await self._finish(attempt)

    async def stop(self) -> None:
        async with self._busy:
            await self._give_up(PairingReason.CANCELLED)

    # --- inside ---

    def _require_new(self, link: DeviceLink) -> None:
        certified = self._ground.shelf.certified(self._identity.author_id)
        now_s = self._shells.clock.now_ms() // 1000
        # Clocks differ: the other machine decides by its own, this is said sooner.
        if link.until_s + DEVICE_LINK_S < now_s:
            raise UserError(sentences.EXPIRED())
        if certified.feed(link.feed_id) is not None:
            raise UserError(sentences.DEVICE_ALREADY())
        if len(certified.feeds) >= FEEDS_PER_AUTHOR_MAX:
            raise UserError(sentences.TOO_MANY(devices=len(certified.feeds)))

    def _who(self) -> Who:
        author_id = self._identity.author_id
        known = self._shells.index.author(author_id) or KnownAuthor()
        nonce = Hash(self._shells.dice(NONCE_BYTES))
        return Who(author_id=author_id, nonce=nonce, called=known.name)

    async def _reach(self, link: DeviceLink) -> Peer:
        hello = self._ground.introduction.hello()
        for endpoint in link.at:
            try:
                return await self._shells.pairing.dial(endpoint, hello)
            except (RetryError, RemoteError) as error:
                logger.info("no machine there", endpoint=str(endpoint), reason=str(error))
        raise UserError(sentences.NOBODY_THERE(at=", ".join(map(str, link.at))))

    async def _compare(
        self, side: OldSide, link: DeviceLink, peer: Peer, join: bytes
    ) -> Attempt:
        messages = peer.messages()
        new = peer.hello.node_id
        try:
            await peer.send(side.ask(new))
            key = await next_message(PairKey, messages, PAIR_ANSWER_S)
            who, proposal = side.propose(new, key, self._shells.boxes.seal)
            await peer.send(who)
        except (RemoteError, RetryError) as error:
            raise await end(peer, error) from error
        return Attempt(
            side=side,
            peer=peer,
            messages=messages,
            join=join,
            feed_id=link.feed_id,
            proposal=proposal,
        )

    async def _finish(self, attempt: Attempt) -> bytes:
        self._note(attempt.feed_id, attempt.proposal.device)
        certificates = self._ground.shelf.certificates(self._identity.author_id)
        welcome = Welcome(join=attempt.join, certificates=certificates, at=self._places())
        try:
            await attempt.peer.send(attempt.side.welcome(welcome, self._shells.boxes.seal))
            done = await next_message(PairDone, attempt.messages, PAIR_ANSWER_S)
            certificate = attempt.side.finish(done)
        except (RemoteError, RetryError) as error:
            raise await end(attempt.peer, error) from error
        await attempt.peer.close("it is a device now")
        return certificate

    def _places(self) -> tuple[Endpoint, ...]:
        """Where the new device finds what was written: here, and at others who hold it."""
        own = self._ground.introduction.places()
        feeds = sorted(self._ground.shelf.feeds_of(self._identity.author_id))
        holders = [door for door, _ in self._shells.index.doors_of(feeds)]
        places = dict.fromkeys([*own, *holders])
        return tuple(places)[:ENDPOINTS_MAX]

    def _expire(self, attempt: Attempt) -> None:
        """Nobody compared: the other machine does not wait any longer either."""
        if self._attempt is attempt:
            self._attempt = None
            self._ground.beside.spawn(tell_end(attempt.peer, PairingReason.CANCELLED.value))

    async def _give_up(self, reason: PairingReason) -> None:
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            await tell_end(attempt.peer, reason.value)
