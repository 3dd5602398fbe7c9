"""The person's devices: which there are, removing one, naming this one."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from swarmfeed.core.asks import device_sentences as sentences
from swarmfeed.core.asks.devices import (
    ConfirmDevice,
    Devices,
    DeviceView,
    NameDevice,
    Pairing,
    ProposeDevice,
    RemoveDevice,
    WhichDevices,
    check_device_name,
    devices_called,
)
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.author import CertifiedFeed
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.feed.claims import first_certificates
from swarmfeed.core.feed.kinds import FeedBody, LeaveBody
from swarmfeed.core.talk.pairing_sides import Proposal
from swarmfeed.core.talk.words import Certificates
from swarmfeed.errors import UserError
from swarmfeed.node.devices.pairing import Pairer
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.events import CertificatesSigned
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows

PAGE: Final = "devices"
"""Page of the ledger: a row for each feed that was made a device from here, with its name."""


class DeviceList:
    """What is known of the devices, and what is changed of them."""

    def __init__(self, ground: Ground, writer: Writer) -> None:
        self._ground = ground
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._shells = ground.shells
        self._writer = writer
        self._made_here: dict[FeedId, str] = {}
        """Names, as they were when they joined, of the devices that were made here."""
        self.pairer = Pairer(ground, self._note_made)

    def answers(self) -> tuple[Answers, ...]:
        return (
            in_loop(WhichDevices, self.which),
            in_loop(ProposeDevice, self.propose),
            in_loop(ConfirmDevice, self.confirm),
            in_loop(RemoveDevice, self.remove),
            in_loop(NameDevice, self.rename),
        )

    def rows(self) -> tuple[Rows, ...]:
        # It is written when it happens: then nobody waits for the next round.
        return (Rows(page=PAGE, load=self._load, take_changes=dict),)

    # --- asked ---

    async def which(self, _: WhichDevices) -> Devices:
        certified = self._shelf.certified(self._identity.author_id).feeds
        views = await asyncio.to_thread(lambda: tuple(map(self._view, certified)))
        return Devices(
            devices=views,
            adds_devices=self._adds_devices,
            has_passphrase=await asyncio.to_thread(self._shells.safe.is_protected),
            sentence=self._sentence(),
            pairing=_say(self.pairer.proposal) if self.pairer.proposal else None,
        )

    async def propose(self, ask: ProposeDevice) -> Pairing:
        return _say(await self.pairer.propose(ask))

    async def confirm(self, ask: ConfirmDevice) -> Devices:
        self._accept(await self.pairer.confirm(ask.code, same=ask.same))
        return await self.which(WhichDevices())

    async def remove(self, ask: RemoveDevice) -> Devices:
        """Sign that a device leaves; it counts for whoever hears of it, in any order."""
        view = self._find((await self.which(WhichDevices())).devices, ask.device)
        if view.this:
            raise UserError(sentences.NOT_THIS_ONE())
        size = self._cut(view, ask.after)
        author = await asyncio.to_thread(self._shells.safe.author_key, ask.passphrase)
        now_ms = self._shells.clock.now_ms()
        leave = sign_leave(author, view.feed_id, size=size, from_ms=now_ms)
        # First into the log: there it is safe from a crash, and from the loss of other files.
        await self._writer.publish(LeaveBody(leave))
        self._accept(leave)
        return await self.which(WhichDevices())

    async def rename(self, ask: NameDevice) -> Devices:
        name = check_device_name(ask.device)
        *rotates, join = self._own_join()
        await self._writer.publish(FeedBody(join, device=name, rotates=tuple(rotates)))
        return await self.which(WhichDevices())

    # --- inside ---

    @property
    def _adds_devices(self) -> bool:
        return self._identity.has_author_key

    def _sentence(self) -> str:
        if self._ground.pen.is_removed:
            return sentences.REMOVED_HERE()
        return (sentences.CAN_ADD if self._adds_devices else sentences.CANNOT_ADD)()

    def _view(self, feed: CertifiedFeed) -> DeviceView:
        known = self._shells.index.device(feed.feed_id)
        replica = self._shelf.replica(feed.feed_id)
        size = replica.size if replica else 0
        is_this = feed.feed_id == self._identity.feed_id
        return DeviceView(
            feed_id=feed.feed_id,
            name=known.name or self._made_here.get(feed.feed_id, ""),
            this=is_this,
            joined_ms=feed.from_ms,
            last_ms=known.last_ms,
            entries=size if feed.end is None else min(size, feed.end),
            posts=known.posts,
            removed=feed.end is not None,
            adds_devices=self._may_add(feed.feed_id),
            crowds=feed.feed_id in self._ground.private.crowding(),
        )

    def _may_add(self, feed_id: FeedId) -> bool | None:
        if feed_id == self._identity.feed_id:
            return self._adds_devices
        return False if feed_id in self._made_here else None

    def _find(self, devices: Sequence[DeviceView], named: str) -> DeviceView:
        """Return the device of a name, or of an address that begins so.  UserError: none."""
        found, shown = devices_called(devices, named), named.strip()[:NAME_CHARS_MAX]
        if not found:
            raise UserError(sentences.NO_SUCH_DEVICE(name=shown))
        if len(found) > 1:
            raise UserError(sentences.SEVERAL_SUCH(name=shown))
        return found[0]

    def _cut(self, view: DeviceView, after: int | None) -> int:
        """How many entries stay: those that others and we have seen, or fewer if asked."""
        known = self._shelf.certified(self._identity.author_id).feed(view.feed_id)
        assert known is not None, "it is in the list"
        if after is None and not view.entries:
            raise UserError(sentences.NOTHING_OF_IT(name=view.name or sentences.NO_NAME()))
        size = view.entries if after is None else after
        if known.end is not None and size >= known.end:
            raise UserError(sentences.REMOVED_ALREADY(name=view.name or sentences.NO_NAME()))
        return size

    def _accept(self, certificate: bytes) -> None:
        author_id = self._identity.author_id
        self._ground.events.tell(CertificatesSigned((certificate,)))
        self._shelf.accept_certificates(Certificates(author_id, (certificate,)))

    def _own_join(self) -> list[bytes]:
        (stored,) = self._shelf.read_entries(self._identity.feed_id, 0, 1)
        return first_certificates([stored])

    def _note_made(self, feed_id: FeedId, name: str) -> None:
        """Remember a feed before it can become ours.  PassingError: not now."""
        self._ground.memory.write(PAGE, {feed_id: name.encode("utf-8")})
        self._made_here[feed_id] = name

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        self._made_here = {
            FeedId(key): name.decode("utf-8", "replace") for key, name in page.items()
        }


def _say(proposal: Proposal) -> Pairing:
    name = proposal.device or sentences.NO_NAME()
    return Pairing(
        code=proposal.code,
        name=name,
        author_id=proposal.author_id,
        sentence=sentences.CODE_THERE(name=name, code=proposal.code),
    )
