"""Finds nodes that hold what we want: named ones, remembered ones, holders, the DHT.

Holders of an author announce their link port on the author's topic; whoever wants the author
looks there.  Newest heads also lie in the DHT as signed items, so that a follower hears of
news even while it is linked to nobody who has them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from itertools import islice

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.recovery_sentences import LOCKED
from swarmfeed.core.base.address import Link
from swarmfeed.core.base.limits import (
    ANNOUNCED_AUTHORS_MAX,
    HINTS_MAX,
    REMEMBERED_PEERS_DIALLED,
)
from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId
from swarmfeed.core.net.krpc import HEAD_SALT, signed_buffer
from swarmfeed.core.net.rendezvous import author_topic
from swarmfeed.core.talk.headitem import open_item
from swarmfeed.errors import RemoteError, RetryError
from swarmfeed.node.feeds.given import GivenPlaces
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import LOOKED_AT
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.ports import DhtPeersFound

logger = structlog.get_logger()

_LOOKUPS_PER_ROUND = 20
"""Authors looked up in the DHT in one round: a burst of more loses answers."""


class Finder:
    """Knows where to look for whom."""

    def __init__(self, ground: Ground) -> None:
        self._settings = ground.settings
        self._identity = ground.identity
        self._sessions = ground.sessions
        self._nearby = ground.nearby
        self._swarm = ground.shells.swarm
        self._board = ground.shells.board
        self._lan = ground.shells.lan
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._interests = ground.interests
        self._clock = ground.shells.clock
        self._introduction = ground.introduction
        self._beside = ground.beside
        self.followed = GivenPlaces(ground)
        """Where links lead of those who are followed: after a restart as well."""
        self._hints: dict[Endpoint, None] = {}
        """Where the person or the local network says that a node is."""
        self._heard: dict[Endpoint, None] = {}
        """Where strangers say so."""
        self._is_knocking = False
        self._doors_read: tuple[object, list[tuple[Endpoint, bool]]] = (None, [])
        """Of all who are read, whose holders are asked for every 2 s: what the index told, and
        what it was asked."""
        self._topics: dict[bytes, AuthorId] = {}
        self._announced_at_ms: dict[AuthorId, int] = {}
        self._looked_at_ms: dict[AuthorId, int] = {}
        self._seen_sizes: dict[FeedId, int] = {}
        self._items: dict[FeedId, tuple[bytes, int, bytes]] = {}
        self._read_at_ms: dict[FeedId, int] = {}
        self._others_turn = 0
        self._entered_at_ms = 0
        self._own_put: tuple[int, int] | None = None
        """Size of the own head that was put last, and when."""

    def hint(self, endpoints: Iterable[Endpoint]) -> None:
        """The person, or the local network, says that a node is there: dial it at once."""
        for endpoint in endpoints:
            self._hints.pop(endpoint, None)
            self._hints[endpoint] = None
            self._sessions.forget_failures(endpoint)
            if len(self._hints) > HINTS_MAX:
                del self._hints[next(iter(self._hints))]

    def given(self, link: Link) -> None:
        """The person gave a link: what it names is dialled, also beside us in our network."""
        self._nearby.open(each.host for each in link.at)
        self.hint(link.at)

    def heard(self, endpoints: Iterable[Endpoint]) -> None:
        """A peer, or the DHT, says that a node is there: it has its turn.

        Who was named first stays: a flood of names drives nobody out.  Those that were
        dialled in vain make room.
        """
        for endpoint in endpoints:
            if endpoint not in self._heard and len(self._heard) >= HINTS_MAX:
                self._forget_failed()
            if len(self._heard) < HINTS_MAX:
                self._heard[endpoint] = None

    async def meet_neighbours(self) -> None:
        """Tell the local network that we are here, and dial who is; if we were told to."""
        if self._lan is None or not self._settings.lan:
            return
        try:
            await self._lan.start(self._introduction.link_port, self._on_neighbour)
        except RetryError as error:
            logger.warning("no neighbours", reason=str(error))

    async def search_now(self) -> None:
        """Do not wait for the next rounds."""
        await self.connect()
        await self.look_up()

    # --- rounds ---

    async def connect(self) -> str:
        """Dial everyone we know of that may hold what we want.

        Whom the person named waits for nobody: the rest is dialled beside.
        """
        self._beside.spawn(self._dial_the_rest())
        followed = self.followed.all()
        self._nearby.open(each.host for each in followed)
        named = [*self._settings.peers, *self._hints, *followed]
        opened = await self._sessions.dial_some(named)
        return sentences.DIALLED(links=len(self._sessions.all()), opened=opened)

    async def _dial_the_rest(self) -> None:
        known, told = await self._candidates()
        if told and not self._is_knocking:
            self._is_knocking = True
            self._beside.spawn(self._knock(told))
        await self._sessions.dial_some(known)

    async def _knock(self, told: Sequence[Endpoint]) -> None:
        """Dial whom strangers told us of, until there is nobody new."""
        try:
            seen = set[Endpoint]()
            while fresh := [each for each in (*told, *self._heard) if each not in seen]:
                seen.update(fresh)
                await self._sessions.dial_told(fresh)
        finally:
            self._is_knocking = False

    def enter_dht(self) -> None:
        """Ask the DHT nodes that the person named to take us in.

        A node that does not answer at once is forgotten by the swarm; it may be starting.
        """
        self._entered_at_ms = self._clock.monotonic_ms()
        for dht_node in self._settings.dht_nodes:
            self._swarm.add_dht_node(dht_node)

    async def look_up(self) -> str:
        """Ask the DHT for holders of authors nobody linked holds for us."""
        if not self._settings.dht:
            return sentences.NO_DHT()
        if not self._swarm.dht_nodes():
            if self._clock.monotonic_ms() - self._entered_at_ms >= _ENTER_MS:
                self.enter_dht()
            return sentences.NO_DHT_NODES()
        now_ms = self._clock.monotonic_ms()
        cared_for = (*self._looked_at(), *self._interests.read())
        lonely = [each for each in cared_for if self._needs_look_up(each, now_ms)]
        chosen = lonely[:_LOOKUPS_PER_ROUND] + self._sought_due(now_ms)
        for author_id in chosen:
            topic = author_topic(author_id)
            self._topics[topic] = author_id
            self._looked_at_ms[author_id] = now_ms
            self._swarm.find_peers(topic)
        return sentences.LOOKED_UP(authors=len(chosen))

    async def announce(self) -> str:
        """Announce ourselves as a holder: own and followed authors first, within a budget."""
        port = self._introduction.link_port
        may_tell = self._settings.dht and not self._settings.is_passing
        if not may_tell or not port or not self._swarm.dht_nodes():
            return sentences.NOTHING_TO_ANNOUNCE()
        now_ms = self._clock.monotonic_ms()
        held = [each for each in self._interests.all() if self._shelf.feeds_of(each)]
        due = [
            each
            for each in held[:ANNOUNCED_AUTHORS_MAX]
            if now_ms - self._announced_at_ms.get(each, -_ANNOUNCE_MS) >= _ANNOUNCE_MS
        ]
        for author_id in due[:_LOOKUPS_PER_ROUND]:
            self._announced_at_ms[author_id] = now_ms
            self._swarm.announce(author_topic(author_id), port)
        return sentences.ANNOUNCED(authors=len(due[:_LOOKUPS_PER_ROUND]))

    def on_dht_peers(self, found: DhtPeersFound) -> None:
        """Holders that announced themselves: dial them in the next round."""
        if found.topic in self._topics:
            self.heard(found.peers)

    # --- heads in the DHT ---

    async def publish_head(self) -> str:
        """Put the own head into the DHT: each new one, and every hour, for nodes forget."""
        if self._board is None or not self._swarm.dht_nodes():
            return sentences.NO_DHT()
        replica = self._shelf.replica(self._identity.feed_id)
        if replica is None:
            return sentences.NO_HEAD()
        now_ms = self._clock.monotonic_ms()
        if self._own_put is not None:
            size, put_at_ms = self._own_put
            if size == replica.size and now_ms - put_at_ms < _PUT_MS:
                return sentences.HEAD_IS_OUT(entries=size)
        buffer = signed_buffer(replica.signed_head, replica.size, HEAD_SALT)
        try:
            signature = self._identity.feed_key.sign(buffer)
        except LockedError:
            return LOCKED()
        taken = await self._board.put(
            replica.feed_id, replica.signed_head, replica.size, signature
        )
        if taken:
            self._own_put = (replica.size, now_ms)
        return sentences.HEAD_PUT(entries=replica.size, nodes=taken)

    async def refresh_heads(self) -> str:
        """Read heads of others from the DHT, put them again, and look for news.

        A few feeds in each round, each feed twice an hour: a burst would lose answers.
        """
        if self._board is None or not self._swarm.dht_nodes():
            return sentences.NO_DHT()
        read = newer = 0
        for author_id, feed_id in self._due_heads():
            self._read_at_ms[feed_id] = self._clock.monotonic_ms()
            size = await self._refresh(feed_id)
            read += size > 0
            self._seen_sizes[feed_id] = size
            if self._is_behind(feed_id):
                newer += 1
                self._looked_at_ms.pop(author_id, None)
        return sentences.HEADS_READ(read=read, newer=newer)

    def _due_heads(self) -> list[tuple[AuthorId, FeedId]]:
        now_ms = self._clock.monotonic_ms()
        due = [
            (author_id, feed_id)
            for author_id in self._interests.read()
            for feed_id in self._shelf.feeds_of(author_id)
            if feed_id != self._identity.feed_id
            and now_ms - self._read_at_ms.get(feed_id, -_READ_MS) >= _READ_MS
        ]
        return due[:_LOOKUPS_PER_ROUND]

    async def _refresh(self, feed_id: FeedId) -> int:
        """Size of the newest head in the DHT; 0 when there is none."""
        assert self._board is not None
        found = await self._board.get(feed_id) or self._items.get(feed_id)
        if found is None:
            return 0
        signed_head, seq, signature = found
        try:
            head = open_item(feed_id, signed_head, seq)
        except RemoteError as error:
            logger.info("a head in the DHT is none", reason=str(error))
            return 0
        self._items[feed_id] = found
        await self._board.put(feed_id, signed_head, seq, signature)
        return head.size

    async def see_head(self, feed_id: FeedId) -> None:
        """See how far the author was, of a feed that was come to without anybody."""
        self._read_at_ms[feed_id] = self._clock.monotonic_ms()
        if self._board is not None:
            self._seen_sizes[feed_id] = await self._refresh(feed_id)

    def saw_size(self, feed_id: FeedId, size: int) -> None:
        """Others have seen so many entries of a feed: look for who gives them."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is not None and size > self._seen_sizes.get(feed_id, 0):
            self._seen_sizes[feed_id] = size
            self._looked_at_ms.pop(author_id, None)

    def unseen(self, feed_id: FeedId) -> int:
        """How many entries the newest head in the DHT covers beyond ours."""
        replica = self._shelf.replica(feed_id)
        size = replica.size if replica else 0
        return max(self._seen_sizes.get(feed_id, 0) - size, 0)

    # --- inside ---

    def _on_neighbour(self, endpoint: Endpoint) -> None:
        self._nearby.open([endpoint.host])
        self.hint([endpoint])

    def _forget_failed(self) -> None:
        self._heard = {
            each: None for each in self._heard if not self._sessions.has_failed(each)
        }

    async def _candidates(self) -> tuple[list[Endpoint], list[Endpoint]]:
        """Whom we met before, and whom strangers told us of, beside those who are named."""
        known, told = list[Endpoint](), [*self._heard]
        read = await self._feeds_of(self._interests.read())
        # The revision comes first: what is written meanwhile is looked up in the next round.
        asked = (self._index.revision(), read)
        if asked != self._doors_read[0]:
            self._doors_read = asked, await self._doors_of(read)
        others = await self._doors_of(await self._feeds_of(self._some_others()))
        for door, is_known in (*self._doors_read[1], *others):
            (known if is_known else told).append(door)
        remembered = self._index.peers(REMEMBERED_PEERS_DIALLED)
        self._nearby.open(each.host for each in remembered)
        return known + remembered, told

    async def _feeds_of(self, authors: Iterable[AuthorId]) -> list[FeedId]:
        return [feed async for each in in_turns(authors) for feed in self._shelf.feeds_of(each)]

    async def _doors_of(self, feeds: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
        found = list[tuple[Endpoint, bool]]()
        for at in range(0, len(feeds), _FEEDS_AT_ONCE):
            found += self._index.doors_of(feeds[at : at + _FEEDS_AT_ONCE])
            await asyncio.sleep(0)
        return found

    def _some_others(self) -> list[AuthorId]:
        """Authors held for others, a few in each round: there may be ten thousand of them."""
        others = [each for each in self._interests.all() if not self._interests.is_read(each)]
        start = self._others_turn % max(len(others), 1)
        self._others_turn = start + _OTHERS_PER_ROUND
        return others[start : start + _OTHERS_PER_ROUND]

    def _looked_at(self) -> list[AuthorId]:
        """Those whom a person looks at, and of whom nothing is known here."""
        looked_at = self._interests.with_interest(LOOKED_AT)
        return [each for each in looked_at if not self._shelf.feeds_of(each)]

    def _needs_look_up(self, author_id: AuthorId, now_ms: int) -> bool:
        """Whether nobody linked holds the author, and we did not just look.

        Our own counts as any other: another device, or the time before a loss, may have
        written feeds that only others hold.
        """
        feeds = self._shelf.feeds_of(author_id)
        if feeds and all(self._is_served(feed_id) for feed_id in feeds):
            return False
        looked_at_ms = self._looked_at_ms.get(author_id)
        # Without any feed a person is waiting; with one it is about news, and who was only
        # looked at may be of no interest any more.
        is_waited_for = not feeds and self._interests.is_read(author_id)
        pause_ms = _FIRST_LOOK_UP_MS if is_waited_for else _LOOK_UP_MS
        return looked_at_ms is None or now_ms - looked_at_ms >= pause_ms

    def _sought_due(self, now_ms: int) -> list[AuthorId]:
        due = (
            each
            for each in self._interests.sought()
            if now_ms - self._looked_at_ms.get(each, -_SOUGHT_MS) >= _SOUGHT_MS
        )
        return list(islice(due, _SOUGHT_PER_ROUND))

    def _is_served(self, feed_id: FeedId) -> bool:
        """Whether somebody linked holds a feed, and we know of no head newer than ours."""
        return not self._is_behind(feed_id) and bool(self._sessions.sources(feed_id))

    def _is_behind(self, feed_id: FeedId) -> bool:
        """Whether the DHT has shown a newer head: then those linked keep it from us (A14)."""
        return self.unseen(feed_id) > 0


_ANNOUNCE_MS = 15 * 60_000
"""How often a topic is announced: DHT nodes forget peers after half an hour (BEP 5)."""

_PUT_MS = 60 * 60_000
"""How often the own head is put again: DHT nodes may forget it after two hours (BEP 44)."""

_READ_MS = 30 * 60_000
"""How often the head of a feed is read from the DHT, and put again for its author."""

_ENTER_MS = 5_000
"""How often the named DHT nodes are asked again while none has answered."""

_LOOK_UP_MS = 5 * 60_000
"""How often an author is looked up whom nobody linked holds."""

_FEEDS_AT_ONCE = 500
"""Feeds whose holders are asked of the index in one step: a millisecond if nobody has them."""

_OTHERS_PER_ROUND = 50
"""Authors held for others whose holders are dialled in one round, of 2 s."""

_SOUGHT_MS = 6 * 60 * 60_000
"""How often an author is looked up whom a role seeks."""

_SOUGHT_PER_ROUND = 2
"""Of those, looked up in one round: 10,000 in an hour and a half."""

_FIRST_LOOK_UP_MS = 3_000
"""The same while we hold nothing at all of an author whom the person wants to read."""
