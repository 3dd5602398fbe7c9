"""Pieces of a node put together for tests, with a fake behind every door."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from street.authors import author_of
from street.fakes.clock import FakeClock
from street.fakes.dice import FakeDice
from street.fakes.index import FakeIndex
from street.fakes.kept_settings import FakeKeptSettings
from street.fakes.ledger import FakeLedger
from street.fakes.link import FakeNetwork
from street.fakes.logbook import FakeLogbook
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.mailstore import FakeMailStore
from street.fakes.pictures import FakePictures
from street.fakes.private import FakePrivateFile
from street.fakes.safe import FakeSafe
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from street.fakes.verifier import FakeVerifier
from street.fakes.web import fake_web
from street.jobs import HandJobs
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import AuthorId, ChunkSpan, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import FeedBody, encode_body
from swarmfeed.core.feed.merkle import full_consistency_proof, root_hash
from swarmfeed.core.feed.metainfo import chunk_name
from swarmfeed.core.feed.replica import Replica, grow
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import HeadOffer, Hello, NewEntries
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.errors import RetryError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.ground import Ground, lay_ground
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.shells import Shells
from swarmfeed.ports import Logs, Swarm
from swarmfeed.shell.archives import FileArchives
from swarmfeed.shell.boxes import HpkeBoxes, HpkeEnvelopes
from swarmfeed.shell.disk.lists import ListFiles
from swarmfeed.shell.disk.media import DiskMedia
from swarmfeed.shell.ratchets import DoubleRatchets
from swarmfeed.shell.sites import FolderSites
from swarmfeed.shell.store.recent import SqliteRecent

from tests.core.samples import posts

T = TypeVar("T")

NOW_MS = 1_700_000_000_000
OWN = Identity(
    AuthorId(b"o" * 32),
    LockableKey(SigningKey(bytes([14]) + bytes(31))),
    SigningKey(bytes([15]) + bytes(31)),
)
"""Who a piece of a node writes as, unless a test says otherwise."""


@dataclass
class Scribe:
    """Somebody else's author and feed; makes the messages an honest holder of it sends."""

    number: int
    author: AuthorKey = field(init=False)
    feed_key: SigningKey = field(init=False)
    stored: list[bytes] = field(default_factory=list)
    chunks: dict[ChunkSpan, bytes] = field(default_factory=dict)
    replica: Replica | None = None
    time_ms: int = NOW_MS

    def __post_init__(self) -> None:
        self.author = author_of(bytes([11, self.number]) + bytes(30))
        self.feed_key = SigningKey(bytes([12, self.number]) + bytes(30))
        self.certificate = sign_join(self.author, self.feed_key, from_ms=1)
        first = encode_entry(FeedBody.kind, NOW_MS, encode_body(FeedBody(self.certificate)))
        self.append([first])

    @property
    def author_id(self) -> AuthorId:
        return self.author.author_id

    @property
    def feed_id(self) -> FeedId:
        return FeedId(self.feed_key.public)

    @property
    def newest(self) -> Replica:
        assert self.replica is not None
        return self.replica

    def append(self, stored: Sequence[bytes]) -> Replica:
        self.time_ms += 1
        growth = grow(
            self.replica,
            self.feed_id,
            stored,
            now_ms=self.time_ms,
            sign=self.feed_key.sign,
            load=self.chunks.__getitem__,
        )
        self.replica = growth.replica
        self.chunks.update(growth.chunks)
        self.stored += stored
        return growth.replica

    def grow_to(self, size: int, text: str = "") -> Replica:
        return self.append(posts(len(self.stored), size, text))

    def branch(self) -> "Scribe":
        """The same keys, at the same place, about to write another history."""
        other = Scribe(self.number)
        other.replica, other.stored = self.replica, list(self.stored)
        other.chunks, other.time_ms = dict(self.chunks), self.time_ms + 1000
        return other

    def proof(self, old_size: int) -> tuple[Hash, ...]:
        if not 0 < old_size < len(self.stored):
            return ()
        hashes = [hash_stored(each) for each in self.stored]
        return tuple(
            full_consistency_proof(
                old_size, len(hashes), lambda start, end: root_hash(hashes[start:end])
            )
        )

    def offer(self, from_size: int = 0, *more_certificates: bytes) -> HeadOffer:
        return HeadOffer(
            author_id=self.author_id,
            feed_id=self.feed_id,
            signed_head=self.newest.signed_head,
            certificates=(self.certificate, *more_certificates),
            chunk_list=self.newest.chunk_list,
            tail=self.newest.tail,
            consistency=self.proof(from_size),
        )

    def entries(self, start: int, before: Replica) -> NewEntries:
        same = before.chunk_list == self.newest.chunk_list
        return NewEntries(
            feed_id=self.feed_id,
            start=start,
            stored=tuple(self.stored[start:]),
            signed_head=self.newest.signed_head,
            chunk_list=b"" if same else self.newest.chunk_list,
        )

    def put_chunk(self, folder: Path, span: ChunkSpan) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / chunk_name(self.feed_id, span)).write_bytes(self.chunks[span])

    def give_all(self, logs: FakeLogs) -> None:
        """Let somebody hold every chunk, as if they had been fetched."""
        for span in self.newest.chunks():
            logs.write_chunk(self.feed_id, span, self.chunks[span])


def at_once(work: Coroutine[None, None, T]) -> T:
    """Run a coroutine that waits for nothing, outside of any loop."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise AssertionError("it waits for something")


def new_shelf(folder: Path) -> tuple[Shelf, FakeLogs]:
    logs = FakeLogs(FakeDisk(folder))
    shelf = Shelf(logs, Events())
    shelf.load()
    return shelf, logs


def new_ground(
    folder: Path,
    *,
    listen: str = "127.0.2.200",
    logs: Logs | None = None,
    swarm: Swarm | None = None,
    clock: FakeClock | None = None,
) -> Ground:
    """A ground floor over fakes, on which nothing runs yet."""
    shells = new_shells(
        folder,
        logs or FakeLogs(FakeDisk(folder)),
        swarm or FakeSwarm(FakeSwarmNetwork(), Endpoint(listen, 0)),
        clock or FakeClock(),
    )
    return lay_ground(NodeSettings(listen=listen), OWN, shells)


def new_shells(folder: Path, logs: Logs, swarm: Swarm, clock: FakeClock) -> Shells:
    """Fakes of all doors."""
    return Shells(
        logs=logs,
        verifier=FakeVerifier(),
        lists=ListFiles(folder / "lists"),
        index=FakeIndex(),
        recent=SqliteRecent(folder / "recent.db"),
        swarm=swarm,
        link=FakeNetwork().link(OWN.node_id),
        board=None,
        lan=None,
        cards=list,
        jobs=HandJobs(clock),
        web=fake_web(),
        ledger=FakeLedger(),
        private=FakePrivateFile(),
        letters=FakeLedger(),
        mail=FakeMailStore(),
        media=DiskMedia(folder / "media"),
        pictures=FakePictures(),
        archives=FileArchives(folder),
        sites=FolderSites(folder),
        boxes=HpkeBoxes(),
        envelopes=HpkeEnvelopes(),
        ratchets=DoubleRatchets(FakeDice()),
        dice=FakeDice(),
        clock=clock,
        safe=FakeSafe(None),
        kept_settings=FakeKeptSettings(),
        logbook=FakeLogbook(),
        pairing=FakeNetwork().link(OWN.node_id, vocabulary=PAIRING),
        policy_clock=clock,
    )


class NotedPeer:
    """A peer that takes whatever is sent and notes it; says nothing itself."""

    def __init__(
        self, number: int, *, outgoing: bool = False, reads: bool = True, host: str = ""
    ) -> None:
        self.key = SigningKey(bytes([13, number]) + bytes(30))
        self.sent: list[Message] = []
        self.closed_because: str | None = None
        self.is_gone = False
        self._host = host or f"127.0.2.{number}"
        self._outgoing = outgoing
        self._claimed = ""
        """Where it says it is, when that is not the truth."""
        self.swarm_port = 8000

    @property
    def hello(self) -> Hello:
        return Hello(
            node_id=NodeId(self.key.public),
            hosts=(self._claimed or self._host,),
            link_port=7000,
            swarm_port=self.swarm_port,
        )

    @property
    def binding(self) -> bytes:
        return self.key.public + bytes(32)

    @property
    def remote(self) -> Endpoint:
        return Endpoint(self._host, 7000)

    @property
    def outgoing(self) -> bool:
        return self._outgoing

    async def send(self, message: Message) -> None:
        if self.is_gone:
            raise RetryError("gone")
        self.sent.append(message)

    async def close(self, reason: str) -> None:
        self.closed_because = reason

    def watch(self, *, closely: bool) -> None:
        """It is there as long as a test wants."""

    def messages(self):  # type: ignore[no-untyped-def]  # never read from
        raise AssertionError("nobody reads from it")


def new_session(number: int, host: str = "") -> tuple[Session, NotedPeer]:
    peer = NotedPeer(number, host=host)
    return Session(peer, NOW_MS), peer
