"""Carries out what a history server decided: claims, leases, leaves, drops, and counts."""

from collections.abc import Mapping
from typing import Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import FEEDS_HELD_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.history import sentences
from swarmfeed.core.history.limits import SHOWN_BYTES_FOR_OTHERS
from swarmfeed.core.history.notice import Word
from swarmfeed.core.history.placement import Memory
from swarmfeed.core.history.rows import Custody, CustodyState
from swarmfeed.node.feeds.carer import Carer
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import Interest
from swarmfeed.node.history.allotment import Allotment
from swarmfeed.node.history.board import NoticeBoard

logger = structlog.get_logger()


class Tally(Struct):
    """What a history server did since the node started."""

    taken: int = 0
    released: int = 0
    evicted: int = 0
    refused: int = 0
    in_bytes: int = 0


class Custodian:
    """Feeds of others that this server fetches, holds under a lease, or hands over."""

    def __init__(
        self, ground: Ground, board: NoticeBoard, allotment: Allotment, carer: Carer
    ) -> None:
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._clock = ground.shells.policy_clock
        self._board = board
        self._allotment = allotment
        self._carer = carer
        self.interest: Final = Interest(
            rank=20,
            relation="history",
            read=False,
            shown_bytes=SHOWN_BYTES_FOR_OTHERS,
            sleeps=True,
            may_fetch=self.may_fetch,
        )
        """Held for others: kept whole within its quota, the newest of it indexed."""
        self._custodies: dict[FeedId, Custody] = {}
        self._changed: set[FeedId] = set()
        self._true_bytes: dict[FeedId, int] = {}
        self.tally = Tally()

    # --- looking ---

    def all(self) -> Mapping[FeedId, Custody]:
        return self._custodies

    def find(self, feed_id: FeedId) -> Custody | None:
        return self._custodies.get(feed_id)

    def author_ids(self) -> set[AuthorId]:
        return {each.author_id for each in self._custodies.values()}

    def true_bytes(self, feed_id: FeedId) -> int:
        """What a feed really had that was refused for its size; 0 if none was."""
        return self._true_bytes.get(feed_id, 0)

    # --- remembering ---

    def recall(self, custodies: Mapping[FeedId, Custody]) -> None:
        """Take up what was promised before a restart, as far as it is on disk."""
        for feed_id, custody in custodies.items():
            self._custodies[feed_id] = custody
            # The allowance was spent when it came.
            self._allotment.charge(feed_id, custody.author_id, custody.feed_bytes, spend=False)

    def take_changes(self) -> dict[FeedId, Custody | None]:
        """Custodies that began, changed or (None) ended since the last call."""
        changed, self._changed = self._changed, set()
        return {each: self._custodies.get(each) for each in changed}

    def note_decision(self, feed_id: FeedId, memory: Memory, reason: str) -> None:
        custody = self._custodies[feed_id]
        if (custody.memory, custody.reason) != (memory, reason):
            now_ms = self._clock.now_ms()
            self._put(
                feed_id, replace(custody, memory=memory, reason=reason, decided_ms=now_ms)
            )

    # --- acting ---

    def claim(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        said_bytes: int,
        memory: Memory,
        reason: str,
    ) -> None:
        """Say that we fetch a feed, and do."""
        now_ms = self._clock.now_ms()
        claimed = Custody(
            author_id=author_id,
            state=CustodyState.CLAIMED,
            since_ms=now_ms,
            size=0,
            feed_bytes=said_bytes,
            memory=memory,
            reason=reason,
            decided_ms=now_ms,
        )
        self._put(feed_id, claimed)
        self._allotment.charge(feed_id, author_id, said_bytes, spend=False)
        self._board.say(Word.CLAIM, author_id, feed_id, 0, said_bytes)
        sources = [each.link for each in self._board.notices(feed_id) if each.link is not None]
        replica = self._shelf.replica(feed_id)
        if replica is not None:
            self.on_replica(replica)
        self._carer.take_up(author_id, self.interest, sources)
        self.settle(feed_id)

    def on_replica(self, replica: Replica) -> None:
        """A head of a feed in custody is here: its true size is known now, or it grew."""
        feed_id, custody = replica.feed_id, self._custodies.get(replica.feed_id)
        if custody is None or custody.state is CustodyState.LEAVING:
            return
        if custody.size == 0:
            # What others said of its size was only set aside.
            self._allotment.free(feed_id)
        more_bytes = replica_bytes(replica) - (custody.feed_bytes if custody.size else 0)
        refusal = self._allotment.refusal(custody.author_id, more_bytes)
        if more_bytes <= 0 or not refusal:
            self._grow(replica, custody, more_bytes)
        elif custody.state is CustodyState.CLAIMED:
            self._note_true_size(replica)
            self.give_up(feed_id, refusal)
        else:
            self.leave(feed_id, sentences.GREW(refusal=refusal))

    def may_fetch(self, feed_id: FeedId) -> bool:
        """Whether chunks of a feed may be fetched for history: not beyond its quota."""
        custody, replica = self._custodies.get(feed_id), self._shelf.replica(feed_id)
        return custody is not None and replica is not None and replica.size <= custody.size

    def settle(self, feed_id: FeedId) -> None:
        """Turn a claim into a lease once all of the feed is here."""
        custody = self._custodies.get(feed_id)
        claimed = custody is not None and custody.state is CustodyState.CLAIMED
        if custody is None or not claimed or not self._shelf.is_complete(feed_id):
            return
        now_ms = self._clock.now_ms()
        self._put(feed_id, replace(custody, state=CustodyState.LEASED, since_ms=now_ms))
        self.tally.taken += 1
        logger.info("feed taken", feed=feed_id.hex()[:16], reason=custody.reason)
        self._say_held(feed_id)

    def renew(self, feed_id: FeedId) -> bool:
        """Say again that we hold a feed, if all of it is here; returns whether it was said."""
        custody = self._custodies.get(feed_id)
        held = custody is not None and custody.state is not CustodyState.CLAIMED
        if not held or not self._shelf.is_complete(feed_id):
            return False
        self._say_held(feed_id)
        return True

    def refuse(self, feed_id: FeedId, author_id: AuthorId, reason: str) -> None:
        """Say why we do not take a feed, so that others need not wait for us."""
        self.tally.refused += 1
        logger.info("feed refused", feed=feed_id.hex()[:16], reason=reason)
        self._board.say(Word.REFUSAL, author_id, feed_id, 0, 0, reason)

    def give_up(self, feed_id: FeedId, reason: str) -> None:
        """A claim came to nothing."""
        self.refuse(feed_id, self._custodies[feed_id].author_id, reason)
        self._end(feed_id)

    def leave(self, feed_id: FeedId, reason: str) -> None:
        """Promise a feed no longer, and hold it until others do."""
        custody = self._custodies[feed_id]
        self._put(feed_id, replace(custody, state=CustodyState.LEAVING, reason=reason))
        self._say_held(feed_id)

    def stay(self, feed_id: FeedId) -> None:
        """Promise a feed again that was being left."""
        custody = self._custodies[feed_id]
        self._put(feed_id, replace(custody, state=CustodyState.LEASED))
        self._say_held(feed_id)

    def drop(self, feed_id: FeedId, *, evicted: bool) -> None:
        """Let go of a feed that others hold."""
        custody = self._custodies[feed_id]
        if evicted:
            self.tally.evicted += 1
        else:
            self.tally.released += 1
        logger.info("feed let go", feed=feed_id.hex()[:16], reason=custody.reason)
        self._board.say(Word.DROPPED, custody.author_id, feed_id, 0, 0)
        self._end(feed_id)

    def hand_to_reader(self, author_id: AuthorId) -> None:
        """The operator follows an author now: the feeds stay, and no quota counts them."""
        for feed_id, custody in list(self._custodies.items()):
            if custody.author_id == author_id:
                self._forget(feed_id)

    # --- inside ---

    def _grow(self, replica: Replica, custody: Custody, more_bytes: int) -> None:
        feed_id, now_bytes = replica.feed_id, replica_bytes(replica)
        self.tally.in_bytes += max(more_bytes, 0)
        self._allotment.charge(feed_id, custody.author_id, now_bytes, spend=True)
        self._put(feed_id, replace(custody, size=replica.size, feed_bytes=now_bytes))

    def _note_true_size(self, replica: Replica) -> None:
        """Whoever understates a size shall not have us fetch its tail again and again."""
        self._true_bytes.pop(replica.feed_id, None)
        self._true_bytes[replica.feed_id] = replica_bytes(replica)
        if len(self._true_bytes) > FEEDS_HELD_MAX:
            del self._true_bytes[next(iter(self._true_bytes))]

    def _say_held(self, feed_id: FeedId) -> None:
        custody = self._custodies[feed_id]
        leaving = custody.state is CustodyState.LEAVING
        word = Word.LEAVING if leaving else Word.LEASE
        self._board.say(word, custody.author_id, feed_id, custody.size, custody.feed_bytes)

    def _end(self, feed_id: FeedId) -> None:
        author_id = self._custodies[feed_id].author_id
        self._forget(feed_id)
        if not self._interests.is_read(author_id):
            self._carer.let_go(feed_id)

    def _forget(self, feed_id: FeedId) -> None:
        self._custodies.pop(feed_id, None)
        self._changed.add(feed_id)
        self._allotment.free(feed_id)

    def _put(self, feed_id: FeedId, custody: Custody) -> None:
        self._custodies[feed_id] = custody
        self._changed.add(feed_id)


def replica_bytes(replica: Replica) -> int:
    """Bytes of all chunks and the tail, held or not."""
    chunks = sum(each.pieces.size_bytes for each in replica.records)
    return chunks + sum(map(len, replica.tail))
