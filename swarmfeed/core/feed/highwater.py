"""The high-water mark: how far the own feed was signed, and whether it may be signed further.

Two heads of one feed that contradict each other end it for everybody who hears of both.  So
nothing is signed on top of a feed that may be shorter than it was.  How long it was, several
remember: the mark, a small file of its own; the journal; the index; chunk files; receipts; and
other nodes.  What they say goes in here, and one of three words comes out:

    signs   the mark equals what is here, and nobody remembers more
    waits   the mark says more than what is here: the rest is fetched, as of any feed
    ended   there is no mark, or somebody remembers more than it, or a contradiction: for good

A mark is made once, with the feed.  Where it is lost nobody can tell how far the feed was
signed, so the feed ends, and its author goes on with another one: a new device.
"""

from enum import Enum

from msgspec import Struct

from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.chunklist import sealed_frontier
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.head import Head
from swarmfeed.core.feed.merkle import EMPTY_ROOT
from swarmfeed.core.feed.replica import Replica


class Ending(Enum):
    """Whether a mark lets its feed be signed any further, and if not, why."""

    OPEN = 0
    NEWER = 1
    """A signed head larger than the mark was seen: this home is an old copy."""
    FORKED = 2
    """Two signed heads contradict each other."""


class Mark(Struct, frozen=True, kw_only=True):
    """How far an own feed was signed."""

    size: int
    """Entries under the newest head that was signed here and is on disk."""
    root: Hash
    """Of that head."""
    reach: int
    """What appends that did not come to an end may have left chunks of; ``size`` for none."""
    ending: Ending = Ending.OPEN
    frames: bytes = b""
    """The last short appends as the journal has them: those that it may lack after a power cut,
    and maybe some before."""


class Ruling(Enum):
    """Whether the own feed may be signed."""

    SIGNS = "signs"
    WAITS = "waits"
    ENDED = "ended"


class Reason(Enum):
    """Why it may not."""

    SOUND = "sound"
    MISSING = "missing"
    NO_MARK = "no mark"
    NEWER = "newer"
    OTHER = "other"
    FORKED = "forked"


class Memories(Struct, frozen=True, kw_only=True):
    """All that is known of the size of the own feed."""

    mark: Mark | None
    size: int
    """Verified entries that are here; 0 where the journal is lost."""
    root: Hash | None
    """Of the head over them; None for none."""
    noted: int
    """Largest size that index, receipts and ledger tell."""
    chunks: int
    """Where the last chunk file ends, known to a head or not."""
    forked: bool
    """A proof is kept that two heads contradict each other."""


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether the own feed may be signed, and what stands in the way."""

    ruling: Ruling
    reason: Reason
    missing: tuple[int, int] = (0, 0)
    """Entries [start, end) that were signed and are not here."""


def judge(memories: Memories) -> Verdict:
    """Decide whether the own feed may be signed."""
    mark = memories.mark
    if memories.forked or (mark is not None and mark.ending is Ending.FORKED):
        return _ended(Reason.FORKED)
    if mark is None:
        return _ended(Reason.NO_MARK)
    is_outgrown = max(memories.size, memories.noted) > mark.size
    # An append that failed may have left its chunks: until the next start clears them away.
    if mark.ending is Ending.NEWER or is_outgrown or memories.chunks > mark.reach:
        return _ended(Reason.NEWER)
    if memories.size < mark.size:
        missing = (memories.size, mark.size)
        return Verdict(ruling=Ruling.WAITS, reason=Reason.MISSING, missing=missing)
    if memories.root != mark.root:
        return _ended(Reason.OTHER)
    return Verdict(ruling=Ruling.SIGNS, reason=Reason.SOUND)


def new_mark() -> Mark:
    """Return the mark of a feed that nothing was signed of."""
    return Mark(size=0, root=EMPTY_ROOT, reach=0)


def goes_on(mark: Mark, known: Replica | None) -> bool:
    """Whether a mark says what is here, and lets more be signed."""
    here = (known.size, known.head.root) if known else (0, EMPTY_ROOT)
    return mark.ending is Ending.OPEN and (mark.size, mark.root) == here


def mark_of(replica: Replica, frames: bytes = b"", *, reach: int = 0) -> Mark:
    """Return the mark of a feed whose newest head is on disk.

    Args:
        reach: Of the mark before, as long as what an append left behind may be there.
    """
    size = replica.size
    return Mark(size=size, root=replica.head.root, reach=max(size, reach), frames=frames)


def settle_mark(mark: Mark, here: Replica, earlier: Head | None) -> Mark:
    """Return what a mark has to be after a crash in the middle of an append.

    The append counts if the journal has it: its last frame followed on the mark, or the mark
    announced it.  Any other difference is none that a crash makes, and is left as it is.

    Args:
        here: What the journal says.
        earlier: The head before the journal's last frame, if there is one.
    """
    is_as_said = here.size == mark.size == mark.reach
    if mark.ending is not Ending.OPEN or here.size < mark.size or is_as_said:
        return mark
    follows = earlier is not None and (earlier.size, earlier.root) == (mark.size, mark.root)
    announced = here.size <= mark.reach and _root_at(here, mark.size) in (None, mark.root)
    return mark_of(here) if follows or announced else mark


def _ended(reason: Reason) -> Verdict:
    return Verdict(ruling=Ruling.ENDED, reason=reason)


def _root_at(replica: Replica, size: int) -> Hash | None:
    """Root over the first ``size`` entries; None where that takes a look into a chunk."""
    if size < replica.tail_start:
        return None
    frontier = sealed_frontier(replica.records, replica.size)
    tail = replica.tail[: size - replica.tail_start]
    return frontier.append(map(hash_stored, tail)).root()
