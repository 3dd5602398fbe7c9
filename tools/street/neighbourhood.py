"""A neighbourhood: many whole nodes in one loop, with a fake behind every door.

Time is virtual: nothing happens but what messages bring about, until a test says how many
seconds pass.  Work that a node gives to threads is done at once, in the loop.  So a scenario
is a pure function of what the test does, and twenty nodes cost a fraction of a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes

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
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.talk.sheets import sign_sheets
from swarmfeed.core.vocabulary import PAIRING
from swarmfeed.node.ground.events import CertificatesSigned, Events
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.shells import Shells
from swarmfeed.node.history.role import History
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.node.letters.settings import LetterSettings
from swarmfeed.node.node import Node
from swarmfeed.node.roster import ROSTER, Roster
from swarmfeed.node.supernode.settings import SupernodeSettings
from swarmfeed.shell.boxes import HpkeBoxes, HpkeEnvelopes
from swarmfeed.shell.disk.lists import ListFiles
from swarmfeed.shell.ratchets import DoubleRatchets
from swarmfeed.shell.store.recent import SqliteRecent

from street.authors import author_of, moved
from street.fakes.clock import FakeClock, QuickClock, WrongClock
from street.fakes.dice import FakeDice
from street.fakes.headboard import FakeDht, FakeHeadBoard
from street.fakes.index import FakeIndex
from street.fakes.keyhole import FakeKeyhole
from street.fakes.ledger import FakeLedger
from street.fakes.link import FakeNetwork
from street.fakes.logs import FakeDisk, FakeLogs
from street.fakes.mailstore import FakeMailStore
from street.fakes.private import FakePrivateFile
from street.fakes.safe import FakeSafe
from street.fakes.swarm import FakeSwarm, FakeSwarmNetwork
from street.fakes.verifier import FakeVerifier
from street.jobs import HandJobs
from street.loop import VirtualLoop, play, settle

BOXES = HpkeBoxes()
"""The real ones: they touch nothing."""
ENVELOPES = HpkeEnvelopes()
RATCHETS = DoubleRatchets(token_bytes)

_ALONE = [SupernodeSettings(supernode=each, speed=0) for each in ("off", "on")]
"""Who takes no part in elections; by whether it relays."""
_QUIET = LetterSettings(letters=False)
"""Publishes keys only when a test asks for them: else each log grows by itself."""
_BOOTSTRAP = Endpoint("127.0.255.1", 6881)


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
            lan=None,
            jobs=self.jobs,
            ledger=self.ledger,
            private=self.private,
            letters=self.letters,
            mail=self.mail,
            boxes=BOXES,
            envelopes=ENVELOPES,
            ratchets=RATCHETS,
            dice=street.dice,
            clock=self.clock,
            safe=FakeSafe(self.author if self.adds_devices else None),
            pairing=street.pairing.link(identity.node_id, vocabulary=PAIRING),
            policy_clock=street.policy_clock,
        )
        self.node = Node(self.settings, identity, shells, self.roster.roles)
        await self.node.start()
        await settle()

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


class Neighbourhood:
    """The world that nodes live in."""

    def __init__(
        self, folder: Path, *, history_speed: int = 1, roster: Roster = ROSTER
    ) -> None:
        """``history_speed`` is how many times as fast the policy of history servers runs."""
        self.folder = folder
        self.roster = roster
        self.clock = FakeClock()
        self.dice = FakeDice()
        self.history_speed = history_speed
        self.policy_clock = QuickClock(self.clock, history_speed)
        self.links = FakeNetwork()
        self.pairing = FakeNetwork()
        """Where machines wait that want to become a device."""
        self.swarms = FakeSwarmNetwork()
        self.dht = FakeDht()
        self.neighbours: list[Neighbour] = []

    async def move_in(
        self,
        *,
        device_of: Neighbour | None = None,
        knows: Iterable[Neighbour] = (),
        disk_budget_bytes: int = 10**9,
        history: HistoryChoice | None = None,
        relays: bool = False,
        supernode: SupernodeSettings | None = None,
        roster: Roster | None = None,
        is_first: bool = False,
        author: AuthorKey | None = None,
        rotates: tuple[bytes, ...] = (),
        is_named: bool = True,
        on: bool = True,
    ) -> Neighbour:
        """Add somebody new, or a further device of somebody; ``roster`` is the street's.

        Args:
            author: Whose device it is, by another key than ``device_of`` has.
            rotates: What proves that key.
        """
        number = len(self.neighbours) + 1
        same = device_of.author if device_of else author_of(bytes([3, number]) + bytes(30))
        settings = NodeSettings(
            listen=f"127.0.1.{number}",
            link_port=7000,
            peers=tuple(each.endpoint for each in knows),
            dht_nodes=(_BOOTSTRAP,),
            disk_budget_bytes=history.disk_bytes if history else disk_budget_bytes,
            others=(self._history_settings(history), supernode or _ALONE[relays], _QUIET),
        )
        kept = roster or self.roster, FakeDisk(self.folder / str(number))
        neighbour = Neighbour(self, number, author or same, is_first, settings, *kept)
        neighbour.rotates, neighbour.is_named = rotates, is_named
        neighbour._create()
        self.neighbours.append(neighbour)
        if on:
            await neighbour.start()
        return neighbour

    def _history_settings(self, choice: HistoryChoice | None) -> HistorySettings:
        if choice is None:
            return HistorySettings(speed=self.history_speed)
        return HistorySettings(
            speed=self.history_speed,
            scope=choice.scope,
            free_bytes_min=choice.free_bytes_min,
        )

    async def open_dht(self) -> None:
        """Let there be a DHT: before that, nodes find each other by hints alone."""
        await FakeSwarm(self.swarms, _BOOTSTRAP).start(lambda _: None)

    async def pass_time(self, seconds: int) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for _ in range(seconds):
            self.clock.advance(1000)
            loop.skipped_s += 1
            for each in self.neighbours:
                if each.jobs is not None:
                    await each.jobs.run_due()
            await settle()
            self.swarms.step()
            await settle()

    async def until(self, reached: Callable[[], bool], *, within_s: int) -> None:
        """Let time pass until something is so."""
        for _ in range(within_s):
            if reached():
                return
            await self.pass_time(1)
        assert reached(), f"not within {within_s} s"

    async def close(self) -> None:
        for each in self.neighbours:
            if each.node is not None:
                await each.stop()

    def split(self, one: Neighbour, other: Neighbour) -> None:
        self.links.split(one.identity.node_id, other.identity.node_id)

    def heal(self, one: Neighbour, other: Neighbour) -> None:
        self.links.heal(one.identity.node_id, other.identity.node_id)


def in_neighbourhood(
    folder: Path,
    scenario: Callable[[Neighbourhood], Awaitable[None]],
    *,
    history_speed: int = 1,
    roster: Roster = ROSTER,
) -> None:
    """Play a scenario in a new neighbourhood, and take it down in good order."""

    async def run() -> None:
        street = Neighbourhood(folder, history_speed=history_speed, roster=roster)
        await scenario(street)
        await street.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks outlive their nodes: {left}"

    play(run)
