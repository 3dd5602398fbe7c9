"""Comes to a feed that nobody of swarmfeed holds any more, by what its author left in the DHT.

    address --DHT: gate--> feed --DHT: deposit--> chunk list --plain clients--> replica
                                              then the chunks come by ``searching``

Only for authors of whom nothing is here: a head over what is here already has to be proven by
somebody who has the entries in between.
"""

import structlog
from msgspec import Struct

from swarmfeed.core.asks import sentences
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId
from swarmfeed.core.feed.limits import (
    COLLECT_AFTER_MS,
    COLLECT_MS_FIRST,
    COLLECT_MS_MAX,
    COLLECTED_PER_ROUND,
)
from swarmfeed.core.net.krpc import GATE_SALT, SEALED_SALT
from swarmfeed.core.talk.deposit import Deposit, decode_deposit
from swarmfeed.core.talk.gate import gate_key, read_gate
from swarmfeed.core.talk.words import HeadOffer
from swarmfeed.errors import DamageError, ForkError, PassingError, RemoteError, RetryError
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.feeds.grower import Grower
from swarmfeed.node.feeds.searching import Searching
from swarmfeed.node.ground.ground import Ground
from swarmfeed.ports import ChunkArrived, DhtPeersFound, PeerSentGarbage, SwarmFailed

logger = structlog.get_logger()


class _Quest(Struct, kw_only=True):
    """An author of whom nothing is here."""

    due_ms: int
    pause_ms: int = COLLECT_MS_FIRST


class _Coming(Struct, kw_only=True):
    """A chunk list that is being fetched."""

    author_id: AuthorId
    deposit: Deposit
    certificates: tuple[bytes, ...]
    """Of the author, besides the deposit's own: what the gate proved itself by."""
    begun_ms: int
    verifying: bool = False
    asked: tuple[()] = ()
    """Nobody linked: who is linked and has the feed offers its head."""


class Collector:
    """Looks for gates, deposits and lists."""

    def __init__(self, ground: Ground, grower: Grower, finder: Finder) -> None:
        self._board = ground.shells.board
        self._swarm = ground.shells.swarm
        self._lists = ground.shells.lists
        self._clock = ground.shells.clock
        self._shelf = ground.shelf
        self._landing = ground.landing
        self._interests = ground.interests
        self._sessions = ground.sessions
        self._beside = ground.beside
        self._grower = grower
        self._finder = finder
        self._searching = Searching(ground)
        self._quests: dict[AuthorId, _Quest] = {}
        self._coming: dict[bytes, _Coming] = {}

    # --- rounds ---

    async def collect(self) -> str:
        """Look for what is due: authors that other nodes did not lead to."""
        self._take_turns()
        if self._board is None or not self._swarm.dht_nodes():
            return sentences.NO_DHT()
        for author_id in self._due():
            await self._look_for(author_id)
        return sentences.COLLECTING(authors=len(self._quests), lists=len(self._coming))

    # --- what the swarm says ---

    def on_dht_peers(self, found: DhtPeersFound) -> bool:
        """Take an answer of the DHT; False when it is about no list that is coming."""
        return self._searching.on_peers(found)

    def on_event(self, event: ChunkArrived | SwarmFailed | PeerSentGarbage) -> bool:
        """Take what happened to a torrent; False when it is none of a list that is coming."""
        coming = self._coming.get(event.info_hash)
        if coming is None:
            return False
        match event:
            case ChunkArrived():
                coming.verifying = True
                self._beside.spawn(self._take(event.info_hash, coming))
            case PeerSentGarbage(peer=peer):
                self._shut_out(peer)
            case SwarmFailed(reason=reason):
                logger.info("a chunk list failed", reason=reason)
                self._forget(event.info_hash)
        return True

    # --- inside ---

    def _due(self) -> list[AuthorId]:
        now_ms = self._clock.monotonic_ms()
        missing = [each for each in self._interests.read() if not self._shelf.feeds_of(each)]
        first_ms = now_ms + COLLECT_AFTER_MS
        self._quests = {
            each: self._quests.get(each, _Quest(due_ms=first_ms)) for each in missing
        }
        self._forget_idle()
        due = [each for each in missing if self._quests[each].due_ms <= now_ms]
        return due[:COLLECTED_PER_ROUND]

    def _forget_idle(self) -> None:
        """Lists that somebody linked made needless, or whose author nobody asks for now."""
        for info_hash, coming in list(self._coming.items()):
            is_here = self._shelf.replica(coming.deposit.head.feed_id) is not None
            is_wanted = self._interests.is_read(coming.author_id)
            if (is_here or not is_wanted) and not coming.verifying:
                self._forget(info_hash)

    def _take_turns(self) -> None:
        """Go on looking; a list that was looked for in vain goes behind those that wait."""
        for info_hash in self._searching.work(self._coming.get):
            self._searching.end(info_hash)
            self._coming[info_hash] = self._coming.pop(info_hash)
        for info_hash, coming in self._coming.items():
            if not coming.verifying:
                self._searching.begin(info_hash)

    async def _look_for(self, author_id: AuthorId) -> None:
        quest = self._quests[author_id]
        quest.due_ms = self._clock.monotonic_ms() + quest.pause_ms
        quest.pause_ms = min(quest.pause_ms * 2, COLLECT_MS_MAX)
        assert self._board is not None
        found = await self._board.get(gate_key(author_id).public, GATE_SALT)
        if found is None:
            return
        try:
            gate = read_gate(found[0], author_id)
        except RemoteError as error:
            logger.info("a gate leads nowhere", reason=str(error))
            return
        await self._look_at(author_id, gate.feed_id, gate.certificates)

    async def _look_at(
        self, author_id: AuthorId, feed_id: FeedId, certificates: tuple[bytes, ...]
    ) -> None:
        """Find the deposit of a feed, and let its list come."""
        assert self._board is not None
        found = await self._board.get(feed_id, SEALED_SALT)
        if found is None or self._shelf.replica(feed_id) is not None:
            return
        try:
            deposit = decode_deposit(found[0], feed_id, found[1])
        except RemoteError as error:
            logger.info("a deposit is none", reason=str(error))
            return
        torrent = deposit.torrent
        if torrent.info_hash in self._coming or not self._makes_way_for(deposit):
            return
        self._coming[torrent.info_hash] = _Coming(
            author_id=author_id,
            deposit=deposit,
            certificates=certificates,
            begun_ms=self._clock.monotonic_ms(),
        )
        try:
            self._swarm.fetch(torrent, self._lists.folder, ())
        except RetryError:
            del self._coming[torrent.info_hash]  # the node stops
            return
        self._searching.begin(torrent.info_hash)

    def _makes_way_for(self, new: Deposit) -> bool:
        """Let one list of a feed come at a time: the one that says most."""
        old = {
            info_hash: coming
            for info_hash, coming in self._coming.items()
            if coming.deposit.head.feed_id == new.head.feed_id
        }
        for each in old.values():
            if each.verifying or _rank(each.deposit) >= _rank(new):
                return False
        for info_hash in old:
            self._forget(info_hash)
        return True

    async def _take(self, info_hash: bytes, coming: _Coming) -> None:
        """A list is here: the replica follows from it, as from anybody's offer."""
        deposit, author_id = coming.deposit, coming.author_id
        feed_id = deposit.head.feed_id
        try:
            if self._interests.of(author_id) is None:
                return
            offer = HeadOffer(
                author_id=author_id,
                feed_id=feed_id,
                signed_head=deposit.signed_head,
                certificates=tuple(dict.fromkeys((*coming.certificates, deposit.join))),
                chunk_list=self._lists.read(deposit.torrent.name),
                tail=(),
                consistency=(),
            )
            opened = await self._shelf.open_certificates(author_id, offer.certificates)
            await self._landing.settled(feed_id)
            if self._shelf.replica(feed_id) is not None:
                return
            after = self._shelf.accept_offer(offer, opened)
        except (RemoteError, RetryError, DamageError, ForkError) as error:
            logger.info("a deposit was refused", reason=str(error))
            return
        except PassingError as error:
            logger.warning("a deposit is taken later", reason=str(error))
            return
        finally:
            self._forget(info_hash)
        await self._grower.grew(None, after)
        await self._finder.see_head(feed_id)
        for other in deposit.others:
            await self._look_at(author_id, other, coming.certificates)

    def _shut_out(self, peer: Endpoint) -> None:
        """A plain client sent what the author did not sign; a host of linked peers stays."""
        if not self._sessions.at_host(peer.host):
            self._swarm.ban(peer.host)

    def _forget(self, info_hash: bytes) -> None:
        coming = self._coming.pop(info_hash, None)
        self._searching.end(info_hash)
        self._swarm.drop(info_hash)
        if coming is not None:
            self._lists.drop(coming.deposit.torrent.name)


def _rank(deposit: Deposit) -> tuple[int, int]:
    """Deposits of one feed: the one that counts more is the larger one."""
    return deposit.head.size, deposit.head.time_ms
