"""Which chunk to ask of which holder next.

Newest first, several holders at a time, the one with the least still to send before the
others.  A chunk of one piece is asked of one holder, because a second would only send the
same bytes again; a larger one of several.  Who kept us waiting is asked when nobody else is
there, and who has delivered nothing yet is given little at first (``patience``): holders that
lie cost a wait, and not one wait each.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from swarmfeed.core.base.limits import PIECE_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.chunklist import is_covering
from swarmfeed.core.feed.limits import HOLDERS_PER_CHUNK
from swarmfeed.core.feed.patience import Repute


class Source(Struct, frozen=True):
    """A holder we are linked to."""

    node_id: NodeId
    swarm: Endpoint
    size: int
    """Entries its newest head covers; it cannot serve chunks sealed after them."""
    complete: bool
    """Whether it says that no chunk is missing."""
    awake: bool = True
    """Whether it has its torrents loaded; otherwise it has to be woken first."""
    named: bool = False
    """Whether the person named it: of those nothing is known of yet, it is asked first."""


class WantedChunk(Struct, frozen=True):
    """A chunk that is not here yet."""

    feed_id: FeedId
    span: ChunkSpan
    size_bytes: int
    tried: frozenset[NodeId] = frozenset()
    """Holders that were asked for it in vain."""


class ChunkAsk(Struct, frozen=True):
    """Fetch this chunk from these holders, the first one first."""

    chunk: WantedChunk
    sources: tuple[Source, ...]


def can_serve(source: Source, span: ChunkSpan) -> bool:
    """Whether a holder serves this very chunk: as a whole, at its own size of the feed."""
    return source.awake and is_covering(span, source.size)


class Burden(Struct, kw_only=True):
    """What a holder still has to send us."""

    bytes: int = 0
    chunks: int = 0

    def add(self, size_bytes: int) -> None:
        self.bytes += size_bytes
        self.chunks += 1


class Accounts(Struct, frozen=True, kw_only=True):
    """What is known of holders, and what was asked of them; of one that is missing, nothing."""

    now_ms: int = 0
    reputes: Mapping[NodeId, Repute] = field(default_factory=dict)
    burdens: dict[NodeId, Burden] = field(default_factory=dict)

    def repute(self, node_id: NodeId) -> Repute:
        return self.reputes.get(node_id, _UNKNOWN)

    def burden(self, node_id: NodeId) -> Burden:
        return self.burdens.setdefault(node_id, Burden())

    def is_demoted(self, source: Source) -> bool:
        return self.repute(source.node_id).is_demoted(self.now_ms)

    def has_room(self, source: Source) -> bool:
        """Whether more may be asked of a holder, while there are others."""
        burden = self.burdens.get(source.node_id, _NOTHING)
        return burden.chunks < self.repute(source.node_id).window()


_UNKNOWN = Repute()
_NOTHING = Burden()


def plan_fetches(
    wanted: Sequence[WantedChunk],
    sources: Mapping[FeedId, Sequence[Source]],
    accounts: Accounts,
    *,
    slots: int,
) -> list[ChunkAsk]:
    """Choose holders for up to ``slots`` chunks, in the order they are wanted.

    Args:
        wanted: Chunks neither held nor in flight, most wanted first.
        sources: Holders we are linked to, by feed.
        accounts: What is known of them; what is asked of them now is added to it.
        slots: How many more may be in flight.
    """
    asks: list[ChunkAsk] = []
    for chunk in wanted:
        if len(asks) >= slots:
            break
        chosen = _choose(chunk, sources.get(chunk.feed_id, ()), accounts)
        if not chosen:
            continue
        asks.append(ChunkAsk(chunk, tuple(chosen)))
        for each in chosen:
            accounts.burden(each.node_id).add(chunk.size_bytes // len(chosen))
    return asks


def plan_race(
    chunk: WantedChunk, sources: Sequence[Source], accounts: Accounts, *, count: int
) -> list[Source]:
    """Choose up to ``count`` more holders for a chunk that stands still.

    Windows do not count here: it has waited already.  Demoted ones join when all others are
    asked.

    Args:
        chunk: ``tried`` names all that were asked.
        sources: Holders of its feed we are linked to.
        accounts: What is known of them.
        count: How many to add.
    """
    fresh = [
        each
        for each in sources
        if each.node_id not in chunk.tried and can_serve(each, chunk.span)
    ]
    good = [each for each in fresh if not accounts.is_demoted(each)]
    return _in_order(chunk, good or fresh, accounts)[:count]


def _choose(
    chunk: WantedChunk, sources: Sequence[Source], accounts: Accounts
) -> Sequence[Source]:
    able = [each for each in sources if can_serve(each, chunk.span)]
    good = [each for each in able if not accounts.is_demoted(each)] or able
    if len(good) > 1:
        # Rather wait for one of these than ask for everything before anything has come.
        good = [each for each in good if accounts.has_room(each)]
    width = HOLDERS_PER_CHUNK if chunk.size_bytes > PIECE_BYTES_MAX else 1
    return _in_order(chunk, good, accounts)[:width]


def _in_order(chunk: WantedChunk, able: Sequence[Source], accounts: Accounts) -> list[Source]:
    """Those that failed before come last; complete ones before those with gaps."""
    return sorted(
        able,
        key=lambda each: (
            each.node_id in chunk.tried,
            not each.complete,
            accounts.burdens.get(each.node_id, _NOTHING).bytes,
            not accounts.repute(each.node_id).delivered,
            not each.named,
            each.node_id,
        ),
    )
