"""A home with a life: its own feed as it was after each step, to be spoilt copy by copy."""

import asyncio
import secrets
import shutil
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path

from msgspec import Struct
from street.fakes.clock import FakeClock
from street.fakes.kept_settings import FakeKeptSettings
from street.fakes.link import FakeNetwork
from street.fakes.logbook import FakeLogbook
from street.fakes.pictures import FakePictures
from street.fakes.safe import FakeSafe
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from street.fakes.verifier import FakeVerifier
from street.fakes.web import fake_web
from street.jobs import HandJobs
from swarmfeed import wiring
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.node.ground.home import key_path
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shells import Shells
from swarmfeed.node.node import Node
from swarmfeed.node.roster import ROSTER
from swarmfeed.shell.archives import FileArchives
from swarmfeed.shell.boxes import HpkeBoxes, HpkeEnvelopes
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.disk.keyfile import open_keys
from swarmfeed.shell.disk.lists import ListFiles
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.shell.disk.media import DiskMedia
from swarmfeed.shell.ratchets import DoubleRatchets
from swarmfeed.shell.sites import FolderSites
from swarmfeed.shell.store.ledger import open_ledger
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.mailboxes import SqliteMailStore
from swarmfeed.shell.store.opened import open_index
from swarmfeed.shell.store.private import open_private
from swarmfeed.shell.store.recent import SqliteRecent

IMPORTED = 250
"""Posts of the backlog: a few before the first chunk is sealed."""

STEPS = 9
"""Posts written one by one after it, across the seal at 256 entries."""

Script = Callable[[Node], Awaitable[None]]

_QUIET = NodeSettings(network=False, dht=False)


class WatchedKey(LockableKey):
    """A feed key that remembers what it signed."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(key)
        self.signed: list[bytes] = []

    def sign(self, message: bytes) -> bytes:
        self.signed.append(message)
        return super().sign(message)


class Life(Struct, frozen=True, kw_only=True):
    """Copies of one home, after each step of its life; the last is the whole."""

    folder: Path
    identity: Identity
    feed_key: SigningKey
    entries: tuple[bytes, ...]
    """Stored entries of the whole."""
    sizes: tuple[int, ...]
    """Entries after each step."""

    @property
    def name(self) -> str:
        """Address of the own feed: its folder and its mark are called so."""
        return format_address(self.identity.feed_id)

    def home(self, step: int) -> Path:
        return self.folder / str(step)

    def copy(self, to: Path) -> Path:
        """Make a copy of the whole."""
        return shutil.copytree(self.home(len(self.sizes) - 1), to)

    def is_said(self, message: bytes, more: list[bytes]) -> bool:
        """Whether a signed head is over the true entries, with ``more`` behind them."""
        _, size, root = message.split(b"\n")[:3]
        entries = [*self.entries, *more][: int(size)]
        if len(entries) != int(size):
            return False
        return root == b64encode(root_hash([hash_stored(each) for each in entries]))


def live(folder: Path) -> Life:
    """Live a life, and keep a copy of the home after each step."""
    home = folder / "home"
    wiring.create_home(home, "Ann", "")
    identity = wiring.open_identity(home, "")
    sizes: list[int] = []

    def keep() -> None:
        shutil.copytree(home, folder / str(len(sizes)))
        sizes.append(_size(home, identity.feed_id))

    async def import_all(node: Node) -> None:
        posts = [(1_600_000_000_000 + number, f"old {number}") for number in range(IMPORTED)]
        await node.feeds.importer.import_posts([OldPost(*each) for each in posts])

    play(home, identity, import_all)
    keep()
    for step in range(STEPS):

        async def post(node: Node, step: int = step) -> None:
            await node.feeds.writer.publish_post(f"post {step}", None)

        play(home, identity, post)
        keep()
    logs = FileLogs(home / "feeds")
    logs.read_all()
    entries = tuple(logs.read_entries(identity.feed_id, 0, sizes[-1]))
    return Life(
        folder=folder,
        identity=identity,
        feed_key=SigningKey(open_keys(key_path(home), "").feed_seed),
        entries=entries,
        sizes=tuple(sizes),
    )


def play(home: Path, identity: Identity, script: Script) -> None:
    """Open a home as a command without a running node does, and do something with it.

    All that lies on disk is real; the swarm and the links, which such a command has no use
    for, are not opened.
    """
    asyncio.run(_play(home, identity, script))


async def _play(home: Path, identity: Identity, script: Script) -> None:
    clock = SystemClock()
    shells = Shells(
        logs=FileLogs(home / "feeds"),
        verifier=FakeVerifier(),
        lists=ListFiles(home / "lists"),
        index=open_index(home / "index.db"),
        recent=SqliteRecent(home / "recent.db"),
        swarm=FakeSwarm(FakeSwarmNetwork(), Endpoint("127.0.0.1", 0)),
        link=FakeNetwork().link(identity.node_id),
        board=None,
        lan=None,
        cards=list,
        jobs=HandJobs(FakeClock()),
        web=fake_web(),
        ledger=open_ledger(home / "ledger.db"),
        private=open_private(home / "private.db", identity.recipient_seed),
        letters=open_letters(home / "letters.db", identity.recipient_seed, secrets.token_bytes),
        mail=SqliteMailStore(home / "mailboxes.db"),
        media=DiskMedia(home / "media"),
        pictures=FakePictures(),
        archives=FileArchives(home),
        sites=FolderSites(home),
        boxes=HpkeBoxes(),
        envelopes=HpkeEnvelopes(),
        ratchets=DoubleRatchets(secrets.token_bytes),
        dice=secrets.token_bytes,
        clock=clock,
        safe=FakeSafe(None),
        kept_settings=FakeKeptSettings(),
        logbook=FakeLogbook(),
        pairing=FakeNetwork().link(identity.node_id, vocabulary=PAIRING),
        policy_clock=clock,
    )
    node = Node(_QUIET, identity, shells, ROSTER.roles)
    try:
        await node.start()
        await script(node)
    finally:
        await node.stop()


def _size(home: Path, feed_id: FeedId) -> int:
    (size,) = (
        each.size for each in FileLogs(home / "feeds").read_all() if each.feed_id == feed_id
    )
    return size
