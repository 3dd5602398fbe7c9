"""What the children of a supernode hold, as they say: only who may be asked.

Nobody is believed: a holder proves what it shows.  Source: ADR 68.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.library.limits import (
    GROWN_BY,
    HOLDERS_NAMED_MAX,
    LOTS_OF_CHILD_MAX,
    LOTS_PER_MESSAGE_MAX,
)
from swarmfeed.core.library.words import Lot, Shelved
from swarmfeed.errors import BadEncodingError


class ChildHolding(Struct, frozen=True):
    """Who holds something of the authors in question."""

    node_id: NodeId
    entries: int


class Catalogue:
    """All lots of all children; a child costs what it may tell, and no more."""

    def __init__(self) -> None:
        self._lots: dict[NodeId, dict[FeedId, Lot]] = {}
        self._by_author: dict[AuthorId, dict[NodeId, int]] = {}
        """Entries of each author that each child holds."""

    def __len__(self) -> int:
        return sum(map(len, self._lots.values()))

    def take(self, node_id: NodeId, told: Shelved) -> None:
        """A child told what it holds.  Raises BadEncodingError: more than a child may."""
        lots = self._lots.setdefault(node_id, {})
        for feed_id in told.gone:
            self._drop(node_id, lots, feed_id)
        for lot in told.lots:
            self._drop(node_id, lots, lot.feed_id)
            if len(lots) >= LOTS_OF_CHILD_MAX:
                raise BadEncodingError(f"a child told of more than {LOTS_OF_CHILD_MAX} feeds")
            lots[lot.feed_id] = lot
            held = self._by_author.setdefault(lot.author_id, {})
            held[node_id] = held.get(node_id, 0) + lot.size

    def leave(self, node_id: NodeId) -> None:
        """A node is our child no longer."""
        lots = self._lots.pop(node_id, {})
        for feed_id in list(lots):
            self._drop(node_id, lots, feed_id)

    def holders_of(self, authors: Iterable[AuthorId]) -> list[ChildHolding]:
        """Who holds something of these authors, who holds most first."""
        entries: dict[NodeId, int] = {}
        for author_id in authors:
            for node_id, count in self._by_author.get(author_id, {}).items():
                entries[node_id] = entries.get(node_id, 0) + count
        return _most_first(entries)

    def largest(self) -> list[ChildHolding]:
        """Who holds most of whatever it be."""
        return _most_first(
            {
                node_id: sum(each.size for each in lots.values())
                for node_id, lots in self._lots.items()
            }
        )

    def _drop(self, node_id: NodeId, lots: dict[FeedId, Lot], feed_id: FeedId) -> None:
        lot = lots.pop(feed_id, None)
        if lot is None:
            return
        held = self._by_author[lot.author_id]
        held[node_id] -= lot.size
        if not any(each.author_id == lot.author_id for each in lots.values()):
            del held[node_id]
        if not held:
            del self._by_author[lot.author_id]


def _most_first(entries: Mapping[NodeId, int]) -> list[ChildHolding]:
    ranked = sorted(entries.items(), key=lambda each: (-each[1], each[0]))
    return [ChildHolding(*each) for each in ranked[:HOLDERS_NAMED_MAX]]


# --- what a child tells ----------------------------------------------------------------------


def largest_lots(lots: Iterable[Lot]) -> dict[FeedId, Lot]:
    """Return what is told of all that is held: the whole feeds first, then the longest."""
    ranked = sorted(lots, key=lambda lot: (not lot.complete, -lot.size, lot.feed_id))
    return {lot.feed_id: lot for lot in ranked[:LOTS_OF_CHILD_MAX]}


def news(told: Mapping[FeedId, Lot], now: Mapping[FeedId, Lot]) -> Iterator[Shelved]:
    """Yield what to tell a parent that was told something before; nothing: it knows enough."""
    gone = tuple(feed_id for feed_id in told if feed_id not in now)
    lots = [lot for feed_id, lot in now.items() if _is_news(told.get(feed_id), lot)]
    for at in range(0, max(len(lots), bool(gone)), LOTS_PER_MESSAGE_MAX):
        yield Shelved(tuple(lots[at : at + LOTS_PER_MESSAGE_MAX]), gone if at == 0 else ())


def _is_news(told: Lot | None, lot: Lot) -> bool:
    if told is None or told.complete != lot.complete or told.author_id != lot.author_id:
        return True
    return lot.size < told.size or lot.size >= told.size * GROWN_BY
