"""The pen: the one thing that signs into the own feed, and only where nobody remembers more.

Every way to write - posts, profiles, follows, imports, by page, command or API - comes here.
Before each append all memories of the feed's size go into ``core/feed/highwater.judge``.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress

from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.device_sentences import REMOVED_HERE
from swarmfeed.core.asks.recovery_sentences import LOCKED
from swarmfeed.core.feed.highwater import (
    Ending,
    Memories,
    Reason,
    Ruling,
    Verdict,
    judge,
)
from swarmfeed.core.feed.replica import Replica
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.ports import Clock, Index, Logs


class Pen:
    """Signs into the own feed, or says why not."""

    def __init__(
        self, identity: Identity, shelf: Shelf, logs: Logs, index: Index, clock: Clock
    ) -> None:
        self._identity = identity
        self._shelf = shelf
        self._logs = logs
        self._index = index
        self._clock = clock
        self._noted = 0
        """Largest size that index, receipts and ledger told at the start."""
        self._wrote: Replica | None = None

    def recall(self) -> None:
        """Read what this machine remembers of the feed's size beside its log; at the start."""
        feed_id = self._identity.feed_id
        indexed = (end for _, end in self._index.indexed_ranges(feed_id))
        receipts = self._index.receipts(feed_id).values()
        self._noted = max([*indexed, *receipts], default=0)

    def note(self, size: int) -> None:
        """Take what the ledger remembers of the feed's size; at the start.

        If anything remembers more than the mark, that is noted for good: an index may be made
        anew, and chunks that no head knows of are tidied away.
        """
        self._noted = max(self._noted, size)
        if self.verdict().reason is Reason.NEWER:
            with suppress(PassingError):  # it is judged alike as long as this node runs
                self._logs.end_mark(self._identity.feed_id, Ending.NEWER)

    def heard_of(self, size: int) -> None:
        """A signed head of the own feed was seen with somebody else."""
        mark = self._logs.mark(self._identity.feed_id)
        if mark is not None and size > mark.size:
            self._logs.end_mark(self._identity.feed_id, Ending.NEWER)

    def verdict(self) -> Verdict:
        """Whether the own feed may be signed now; called from any thread.

        What cannot be read just now is no reason to say that anything is missing: then
        nothing speaks against signing, and it is refused when it is tried.
        """
        try:
            self._shelf.check_read(self._identity.feed_id)
            return self._judge()
        except PassingError:
            return Verdict(ruling=Ruling.SIGNS, reason=Reason.SOUND)

    def _judge(self) -> Verdict:
        feed_id = self._identity.feed_id
        replica = self._shelf.replica(feed_id)
        return judge(
            Memories(
                mark=self._logs.mark(feed_id),
                size=replica.size if replica else 0,
                root=replica.head.root if replica else None,
                noted=self._noted,
                chunks=self._logs.chunks_end(feed_id),
                forked=self._shelf.is_forked(feed_id),
            )
        )

    def trouble(self, verdict: Verdict | None = None) -> str:
        """Why nothing can be written, and what to do; empty while all is well.

        Args:
            verdict: Where it was asked for just now: it looks at the disk.
        """
        return self._refusal() or say(verdict or self.verdict())

    def _refusal(self) -> str:
        """Why nothing is signed though the feed is sound; empty: something may be."""
        if self.is_removed:
            return REMOVED_HERE()
        return LOCKED() if self._identity.feed_key.is_locked else ""

    @property
    def is_removed(self) -> bool:
        """Whether another device of the author removed this one: nothing more counts."""
        feed_id = self._identity.feed_id
        end, replica = self._shelf.end_of(feed_id), self._shelf.replica(feed_id)
        return end is not None and replica is not None and end <= replica.size

    def write(
        self, stored: Sequence[bytes], going: Collection[int] = ()
    ) -> tuple[Replica | None, Replica]:
        """Append entries; when this returns they survive a power cut.

        Args:
            going: Withdrawn entries in sealed chunks whose bodies go with this head.

        Returns:
            The feed before and after.

        Raises:
            PassingError: Not now: the disk is full, say.  Nothing was added.
            UserError: It may not be signed.  Nothing was added.
        """
        self._shelf.check_read(self._identity.feed_id)
        if refusal := self._refusal():
            raise UserError(refusal)
        verdict = self._judge()
        if verdict.ruling is not Ruling.SIGNS:
            raise UserError(say(verdict))
        feed_id = self._identity.feed_id
        before = self._shelf.replica(feed_id)
        sign = self._identity.feed_key.sign
        now_ms = self._clock.now_ms()
        after = self._shelf.append(feed_id, stored, now_ms=now_ms, sign=sign, going=going)
        self._wrote = after
        return before, after

    def wrote(self, replica: Replica) -> bool:
        """Whether a replica of the own feed comes from here."""
        return replica is self._wrote


def say(verdict: Verdict) -> str:
    """Why nothing can be written, for a person; empty when something can."""
    if verdict.reason is Reason.SOUND:
        return ""
    start, end = verdict.missing
    if verdict.reason is Reason.MISSING:
        lost = sentences.OWN_MISSING if end - start > 1 else sentences.OWN_ONE_MISSING
        return lost(first=start, last=end - 1)
    return sentences.OWN_ENDED[verdict.reason.value]() + " " + sentences.NEW_DEVICE()
