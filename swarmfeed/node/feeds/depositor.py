"""Leaves in the DHT what newcomers check a feed by who come when nobody is there.

Of the own feed: the gate (``core.talk.gate``) and the deposit (``core.talk.deposit``), each
hour and when a chunk is sealed.  Of those we read: what their authors left is put again, for
the DHT forgets.
"""

import structlog

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.recovery_sentences import LOCKED
from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.certificate import Join, Keep
from swarmfeed.core.feed.chunklist import sealed_end
from swarmfeed.core.feed.limits import DEPOSIT_MS, DEPOSITS_PER_ROUND
from swarmfeed.core.net.krpc import GATE_SALT, SEALED_SALT, signed_buffer
from swarmfeed.core.talk.deposit import encode_deposit, make_deposit
from swarmfeed.core.talk.gate import make_gate
from swarmfeed.errors import BadEncodingError
from swarmfeed.node.ground.ground import Ground

logger = structlog.get_logger()

_Item = tuple[bytes, int, bytes]


class Depositor:
    """Puts gates and deposits."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._board = ground.shells.board
        self._swarm = ground.shells.swarm
        self._clock = ground.shells.clock
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._own_put: tuple[Hash, int] | None = None
        """Chunk list of the deposit that was put last, by its hash, and when."""
        self._renewed_ms: dict[FeedId, int] = {}
        self._known: dict[tuple[bytes, bytes], _Item] = {}
        """Newest items of others that were seen, by key and salt."""

    async def put_own(self) -> str:
        """Put the own gate and deposit, when there is news or an hour is over."""
        if self._board is None or not self._swarm.dht_nodes():
            return sentences.NO_DHT()
        replica = self._shelf.replica(self._identity.feed_id)
        sealed = sealed_end(replica.size) if replica else 0
        if replica is None or sealed == 0:
            return sentences.NO_DEPOSIT()
        now_ms = self._clock.monotonic_ms()
        if self._own_put is not None:
            before, put_ms = self._own_put
            if before == replica.head.chunks_hash and now_ms - put_ms < DEPOSIT_MS:
                return sentences.DEPOSIT_IS_OUT(entries=sealed)
        try:
            value = self._make_own()
            if value is None:
                return sentences.NO_DEPOSIT()
            # Not the sealed entries: of as many there is another list when one was withdrawn.
            key, seq = self._identity.feed_key, replica.size
            signature = key.sign(signed_buffer(value, seq, SEALED_SALT))
        except LockedError:
            return LOCKED()
        taken = await self._board.put(key.public, value, seq, signature, SEALED_SALT)
        await self._put_gate(self._identity.author_id)
        if taken:
            self._own_put = (replica.head.chunks_hash, now_ms)
        return sentences.DEPOSIT_PUT(entries=sealed, nodes=taken)

    async def renew(self) -> str:
        """Put again what other authors left: a few feeds in each round."""
        if self._board is None or not self._swarm.dht_nodes():
            return sentences.NO_DHT()
        due = self._due()
        for author_id, feed_id in due:
            self._renewed_ms[feed_id] = self._clock.monotonic_ms()
            await self._put_gate(author_id)
            await self._renew(feed_id, SEALED_SALT)
        return sentences.DEPOSITS_RENEWED(feeds=len(due))

    # --- inside ---

    def _make_own(self) -> bytes | None:
        """The value of the own deposit; None without a certificate of the own feed."""
        feed_id, author_id = self._identity.feed_id, self._identity.author_id
        replica, join = self._shelf.replica(feed_id), self._own_join()
        if replica is None or join is None:
            return None
        others = [each for each in self._shelf.feeds_of(author_id) if each != feed_id]
        deposit = make_deposit(replica, join, others, self._identity.feed_key.sign)
        try:
            return encode_deposit(deposit) if deposit is not None else None
        except BadEncodingError as error:
            logger.warning("no deposit", reason=str(error))
            return None

    def _own_join(self) -> bytes | None:
        for signed, opened in self._shelf.opened(self._identity.author_id).items():
            if isinstance(opened, Join | Keep) and opened.feed_id == self._identity.feed_id:
                return signed
        return None

    async def _put_gate(self, author_id: AuthorId) -> None:
        """Put the gate as our certificates say it: a newer one stays."""
        assert self._board is not None
        item = make_gate(author_id, self._shelf.opened(author_id))
        if item is not None:
            await self._board.put(item.public, item.value, item.seq, item.signature, GATE_SALT)

    def _due(self) -> list[tuple[AuthorId, FeedId]]:
        now_ms = self._clock.monotonic_ms()
        read = [
            (author_id, feed_id)
            for author_id in self._interests.read()
            for feed_id in self._shelf.feeds_of(author_id)
            if feed_id != self._identity.feed_id
        ]
        self._forget_all_but({key for pair in read for key in pair})
        due = [
            (author_id, feed_id)
            for author_id, feed_id in read
            if now_ms - self._renewed_ms.get(feed_id, -DEPOSIT_MS) >= DEPOSIT_MS
        ]
        return due[:DEPOSITS_PER_ROUND]

    def _forget_all_but(self, keys: set[bytes]) -> None:
        """What was seen of authors and feeds that nobody reads any more is put no more."""
        renewed, known = self._renewed_ms.items(), self._known.items()
        self._renewed_ms = {each: at_ms for each, at_ms in renewed if each in keys}
        self._known = {place: item for place, item in known if place[0] in keys}

    async def _renew(self, key: bytes, salt: bytes) -> None:
        """Read an item and put it again: the newest of what is there and what was seen."""
        assert self._board is not None
        known = self._known.get((key, salt))
        found = await self._board.get(key, salt)
        if found is None or (known is not None and known[1] > found[1]):
            found = known
        if found is not None:
            self._known[key, salt] = found
            value, seq, signature = found
            await self._board.put(key, value, seq, signature, salt)
