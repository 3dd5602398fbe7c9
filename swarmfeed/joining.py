"""A new machine becomes a device of an author: it waits for one that has the author key.

What is made is a home as ``wiring`` makes one, but for the author key, which stays where it is.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from swarmfeed.core.asks import device_sentences, sentences
from swarmfeed.core.asks.people import Whoami
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import ENDPOINTS_MAX, NONCE_BYTES
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.author import proving_rotates
from swarmfeed.core.feed.claims import open_all
from swarmfeed.core.feed.kinds import FeedBody
from swarmfeed.core.talk.device_link import (
    DeviceLink,
    format_device_link,
    hash_recipient,
)
from swarmfeed.core.talk.limits import DEVICE_LINK_S
from swarmfeed.core.talk.pairing_sides import Joined, NewSide, Proposal
from swarmfeed.core.talk.words import Hello
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.errors import UserError
from swarmfeed.node.devices.newcomer import Newcomer
from swarmfeed.node.ground.home import Invited, Joining, key_path
from swarmfeed.shell.boxes import HpkeBoxes
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.disk.birth import finish
from swarmfeed.shell.disk.durable import make_folder
from swarmfeed.shell.disk.homelock import HomeLock
from swarmfeed.shell.disk.keyfile import Keys, new_seed
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.wire.lan import ANY_HOST, own_addresses
from swarmfeed.shell.wire.link import WebSocketLink
from swarmfeed.wiring import whoami_of, write_aside

Show = Callable[[Invited | str], None]
"""Shows a person the link, then what to compare."""


class _Seeds(Struct, frozen=True, kw_only=True):
    """What a new device makes for itself, before it knows whose it will be."""

    feed: bytes
    node: bytes
    recipient: bytes


def join_home(home: Path, passphrase: str, wanted: Joining, show: Show) -> Whoami:
    """Wait for somebody with the link, and make a home of their author here.

    Args:
        passphrase: Of the keys that are made.

    Raises:
        UserError: There are keys already, nobody came, or nothing came of it; no home is left.
    """
    return asyncio.run(join_here(home, passphrase, wanted, show))


async def join_here(home: Path, passphrase: str, wanted: Joining, show: Show) -> Whoami:
    """The same in a loop that runs; whoever cancels it leaves nothing behind."""
    make_folder(home)
    with HomeLock(home):
        if key_path(home).exists():
            raise UserError(sentences.KEYS_THERE(home=home))
        return await _Waiting(home, passphrase, wanted, show).wait()


class _Waiting:
    """One machine that waits, from its keys to its home."""

    def __init__(self, home: Path, passphrase: str, wanted: Joining, show: Show) -> None:
        self._home = home
        self._passphrase = passphrase
        self._wanted = wanted
        self._show = show
        self._seeds = _Seeds(feed=new_seed(), node=new_seed(), recipient=new_seed())
        self._boxes = HpkeBoxes()
        self._called = ""

    async def wait(self) -> Whoami:
        recipient = self._boxes.public_of(self._seeds.recipient)
        newcomer = Newcomer(self._side(recipient), self._unseal, self._compare, self._make)
        with TemporaryDirectory(prefix="swarmfeed-") as folder:
            links = WebSocketLink(self._seeds.node, Path(folder), vocabulary=PAIRING)
            try:
                listens_at = Endpoint(self._wanted.listen, self._wanted.port)
                at = await links.listen(listens_at, self._hello, newcomer.on_peer)
                self._invite(recipient, at)
                joined = await newcomer.outcome(DEVICE_LINK_S)
                return whoami_of(self._keys(joined.author_id), self._called)
            finally:
                await links.stop()

    # --- inside ---

    def _side(self, recipient: bytes) -> NewSide:
        nonce = Hash(os.urandom(NONCE_BYTES))
        feed_key = SigningKey(self._seeds.feed)
        return NewSide(feed_key, recipient, self._node_id, self._wanted.device, nonce)

    @property
    def _node_id(self) -> NodeId:
        return NodeId(SigningKey(self._seeds.node).public)

    def _hello(self) -> Hello:
        return Hello(node_id=self._node_id)

    def _unseal(self, box: bytes, info: bytes) -> bytes:
        return self._boxes.open(self._seeds.recipient, box, info)

    def _invite(self, recipient: bytes, at: Endpoint) -> None:
        link = DeviceLink(
            feed_id=FeedId(SigningKey(self._seeds.feed).public),
            key_hash=hash_recipient(recipient),
            until_s=SystemClock().now_ms() // 1000 + DEVICE_LINK_S,
            at=self._wanted.at[:ENDPOINTS_MAX] or _places(at),
        )
        self._show(Invited(link=format_device_link(link), minutes=DEVICE_LINK_S // 60))

    def _compare(self, proposal: Proposal) -> None:
        self._called = proposal.called or device_sentences.NO_NAME()
        said = device_sentences.CODE_HERE(name=self._called, code=proposal.code)
        self._show(said)

    async def _make(self, joined: Joined) -> None:
        await asyncio.to_thread(self._make_home, joined)

    def _make_home(self, joined: Joined) -> None:
        """Make the home aside, and put it in its place; see ``birth``."""
        opened = open_all(joined.certificates)
        first = FeedBody(
            joined.certificate,
            device=self._wanted.device,
            rotates=proving_rotates(joined.author_id, opened),
        )
        keys = self._keys(joined.author_id)
        write_aside(self._home, keys, self._passphrase, joined.certificates, [first])
        finish(self._home, FeedId(SigningKey(keys.feed_seed).public))
        self._remember(joined.at, keys.created_at_ms)

    def _keys(self, author_id: AuthorId) -> Keys:
        return Keys(
            author=None,
            author_id=author_id,
            feed_seed=self._seeds.feed,
            node_seed=self._seeds.node,
            recipient_seed=self._seeds.recipient,
            created_at_ms=SystemClock().now_ms(),
        )

    def _remember(self, places: tuple[Endpoint, ...], now_ms: int) -> None:
        """Note whom to ask first; without it the author is looked for as anybody is."""
        index = open_index(self._home / "index.db")
        try:
            for endpoint in places:
                index.save_peer(endpoint, seen_at_ms=now_ms)
        finally:
            index.close()


def _places(at: Endpoint) -> tuple[Endpoint, ...]:
    """Where others reach us, as far as this machine knows."""
    if at.host != ANY_HOST:
        return (at,)
    hosts = own_addresses() or ["127.0.0.1"]
    return tuple(Endpoint(host, at.port) for host in hosts)
