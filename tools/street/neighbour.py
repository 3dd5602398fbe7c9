"""A neighbour: one whole node of a person, with a fake behind every door."""

from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from secrets import token_bytes
from typing import TYPE_CHECKING

from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.boxes import recovery_seed
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import FeedBody, ProfileBody, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.core.talk.sheets import sign_sheets
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.node.ground.events import CertificatesSigned, Events
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.setting_texts import with_kept
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.shells import Shells
from swarmfeed.node.history.role import History
from swarmfeed.node.node import Node
from swarmfeed.node.roster import Roster
from swarmfeed.shell.archives import FileArchives
from swarmfeed.shell.boxes import HpkeBoxes, HpkeEnvelopes
from swarmfeed.shell.disk.lists import ListFiles
from swarmfeed.shell.disk.media import DiskMedia
from swarmfeed.shell.ratchets import DoubleRatchets
from swarmfeed.shell.sites import FolderSites
from swarmfeed.shell.store.recent import SqliteRecent

from street.authors import moved
from street.fakes.clock import WrongClock
from street.fakes.headboard import FakeHeadBoard
from street.fakes.index import FakeIndex
from street.fakes.kept_settings import FakeKeptSettings
from street.fakes.keyhole import FakeKeyhole
from street.fakes.lan import FakeLan
from street.fakes.ledger import FakeLedger
from street.fakes.logbook import FakeLogbook
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.mailstore import FakeMailStore
from street.fakes.pictures import FakePictures
from street.fakes.private import FakePrivateFile
from street.fakes.safe import FakeSafe
from street.fakes.swarm import FakeSwarm
from street.fakes.verifier import FakeVerifier
from street.fakes.web import fake_web
from street.jobs import HandJobs
from street.loop import settle

if TYPE_CHECKING:
    from street.neighbourhood import Neighbourhood

BOXES = HpkeBoxes()
"""The real ones: they touch nothing."""
ENVELOPES = HpkeEnvelopes()
RATCHETS = DoubleRatchets(token_bytes)


@dataclass(eq=False)
class Neighbour:
    """One person's device: keys and disk stay, the node comes and goes."""

    street: "Neighbourhood"
    number: int
    author: AuthorKey
    is_first: bool
    """Whether its author is known to have begun on it."""
    settings: NodeSettings
    roster: Roster
    disk: FakeDisk
    index: FakeIndex = field(default_factory=FakeIndex)
    ledger: FakeLedger = field(default_factory=FakeLedger)
    rotates: tuple[bytes, ...] = ()
    """What proves its author key, where that is not the first one."""
    is_named: bool = True
    """Whether it says a name of its own; one who comes back has one already."""
    has_words: bool = True
    """Whether the author's words are at hand, for what is sealed to them."""
    private: FakePrivateFile = field(default_factory=FakePrivateFile)
    letters: FakeLedger = field(default_factory=FakeLedger)
    web_feeds: FakeLedger = field(default_factory=FakeLedger)
    kept_settings: FakeKeptSettings = field(default_factory=FakeKeptSettings)
    cards: list[IPv4Interface] = field(default_factory=list)
    """What else this machine has but the address where it listens."""
    mail: FakeMailStore = field(default_factory=FakeMailStore)
    adds_devices: bool = True
    """Whether it has the author key; a device that another one added has not."""
    node: Node | None = None
    jobs: HandJobs | None = None
    clock: WrongClock = field(init=False)
    """Right until somebody sets it."""

    def __post_init__(self) -> None:
        self.clock = WrongClock(self.street.clock)

    @property
    def author_id(self) -> AuthorId:
        return self.author.author_id

    @property
    def own_key(self) -> SigningKey:
        """Of the feed it writes."""
        return SigningKey(bytes([1, self.number]) + bytes(30))

    @property
    def identity(self) -> Identity:
        sheets = sign_sheets(self.author, moved(self.author).signing) if self.is_first else ()
        return Identity(
            author_id=self.author_id,
            feed_key=LockableKey(self.own_key, FakeKeyhole(self.own_key)),
            node_key=SigningKey(bytes([2, self.number]) + bytes(30)),
            sheets=sheets,
            box_seeds=self.box_seeds,
            has_author_key=self.adds_devices,
        )

    @property
    def box_seeds(self) -> tuple[bytes, ...]:
        words = (recovery_seed(self.author.signing.seed),) if self.has_words else ()
        return (bytes([4, self.number]) + bytes(30), *words)

    @property
    def feed_id(self) -> FeedId:
        return self.identity.feed_id

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.settings.listen, self.settings.link_port)

    @property
    def chosen(self) -> NodeSettings:
        """Its settings at the next start: those that its home keeps count as well."""
        kept = self.kept_settings.read()
        return with_kept(self.settings, kept) if kept else self.settings

    @property
    def running(self) -> Node:
        assert self.node is not None, "it is switched off"
        return self.node

    @property
    def history(self) -> History:
        """Its part in the history of others' feeds."""
        return self.running.parts(History)

    async def start(self) -> None:
        """Switch it on; a restart finds what was on disk."""
        assert self.node is None
        street, identity = self.street, self.identity
        self.jobs = HandJobs(street.clock)
        shells = Shells(
            logs=FakeLogs(self.disk),
            verifier=FakeVerifier(),
            lists=ListFiles(self.disk.folder / "lists"),
            index=self.index,
            recent=SqliteRecent(self.disk.folder / "recent.db"),
            swarm=FakeSwarm(street.swarms, Endpoint(self.settings.listen, 0)),
            link=street.links.link(identity.node_id, vocabulary=self.roster.vocabulary),
            board=FakeHeadBoard(street.dht),
            lan=self._lan(),
            cards=lambda: self.cards,
            jobs=self.jobs,
            web=fake_web(street.sites, self.web_feeds, street.web),
            ledger=self.ledger,
            private=self.private,
            letters=self.letters,
            mail=self.mail,
            media=DiskMedia(self.disk.folder / "media"),
            pictures=FakePictures(),
            archives=FileArchives(self.disk.folder),
            sites=FolderSites(self.disk.folder),
            boxes=BOXES,
            envelopes=ENVELOPES,
            ratchets=RATCHETS,
            dice=street.dice,
            clock=self.clock,
            safe=FakeSafe(self.author if self.adds_devices else None),
            kept_settings=self.kept_settings,
            logbook=FakeLogbook(),
            pairing=street.pairing.link(identity.node_id, vocabulary=PAIRING),
            policy_clock=street.policy_clock,
        )
        self.node = Node(self.chosen, identity, shells, self.roster.roles)
        await self.node.start()
        await settle()

    def _lan(self) -> FakeLan | None:
        """What a machine with a card finds others by."""
        return FakeLan(self.street.air, str(self.cards[0].ip)) if self.cards else None

    async def stop(self) -> None:
        node, self.node, self.jobs = self.running, None, None
        await node.stop()
        await settle()

    async def say(self, *texts: str) -> None:
        for text in texts:
            await self.running.feeds.writer.publish_post(text, None)
        await settle()

    async def say_many(self, count: int, what: str = "post") -> None:
        posts = [(1_600_000_000_000 + n, f"{what} {n}") for n in range(count)]
        await self.running.feeds.importer.import_posts([OldPost(*each) for each in posts])
        await settle()

    def recognise(self, device: "Neighbour") -> None:
        """Take another device of the author as theirs: it was added from here."""
        signed = device.running.ground.shelf.certificates(self.author_id)
        self.running.ground.events.tell(CertificatesSigned(signed))

    def recognise_each_other(self, device: "Neighbour") -> None:
        """Both know of both devices, as after adding one."""
        self.recognise(device)
        device.recognise(self)

    async def follow(self, *others: "Neighbour") -> None:
        for other in others:
            self.running.feeds.finder.hint([other.endpoint])
            await self.running.feeds.carer.follow(other.author_id)
        await settle()

    def root(self, feed_id: FeedId) -> tuple[int, Hash] | None:
        """Size and root of the newest head it has of a feed."""
        replica = self.disk.replicas.get(feed_id)
        return (replica.size, replica.head.root) if replica else None

    def is_complete(self, feed_id: FeedId) -> bool:
        return self.running.ground.shelf.is_complete(feed_id)

    def reads(self, author_id: AuthorId, limit: int = 1000) -> list[str]:
        """Texts of an author's posts in its index, newest first."""
        return [post.text for post in self.index.author_posts(author_id, limit, None)]

    def _create(self) -> None:
        shelf, identity = Shelf(FakeLogs(self.disk), Events()), self.identity
        now_ms = self.street.clock.now_ms()
        certificate = sign_join(
            self.author, self.own_key, from_ms=now_ms, is_first=self.is_first
        )
        shelf.start_feed(self.feed_id, self.author_id, *self.rotates, certificate)
        first = FeedBody(certificate, rotates=self.rotates)
        named = (ProfileBody(f"neighbour {self.number}"),) if self.is_named else ()
        bodies = (first, *named)
        stored = [
            encode_entry(body.kind, now_ms, encode_body(body, self.street.dice(SALT_BYTES)))
            for body in bodies
        ]
        shelf.append(self.feed_id, stored, now_ms=now_ms, sign=identity.feed_key.sign)
