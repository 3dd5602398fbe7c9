"""Peer sampling: a view of random nodes that nobody can fill with their own.

    push    own record only, to one node a round           -> one place of its view
    pull    up to PULLED_MAX records of its view           -> one into the view,
                                                              all into the samplers
    sampler keeps, of all it was ever shown, the one that hashes lowest under its own secret

Who pushes often gets into views more often, but no sampler can be moved by showing it the same
node again; half of all partners come from samplers.  So a crowd that floods the views does not
cut a node off.

Source: Bortnikov, Gurevich, Keidar, Kliot and Shraer, "Brahms: Byzantine resilient random
membership sampling", 2008; Jelasity and others, "Gossip-based peer sampling", 2007.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, TypeVar

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.supernode.limits import PULLED_MAX, SAMPLERS, VIEW_MAX
from swarmfeed.core.supernode.records import Record

Luck = Callable[[], float]
"""Returns the next random number, 0 <= x < 1."""

T = TypeVar("T")

_PRIME: Final = 2**61 - 1


def pick(items: Sequence[T], luck: Luck) -> T:
    """One of several, each as likely."""
    return items[int(luck() * len(items))]


def pick_some(items: Sequence[T], count: int, luck: Luck) -> list[T]:
    """Up to ``count`` different ones, in random order."""
    left = list(items)
    for place in range(min(count, len(left))):
        other = place + int(luck() * (len(left) - place))
        left[place], left[other] = left[other], left[place]
    return left[:count]


class Sampler:
    """Remembers, of all nodes it is shown, one that nobody chose."""

    __slots__ = ("_add", "_lowest", "_times", "record")

    def __init__(self, secret: bytes) -> None:
        """Take 16 bytes that nobody else knows."""
        self._times = int.from_bytes(secret[:8], "big") % (_PRIME - 1) + 1
        self._add = int.from_bytes(secret[8:16], "big") % _PRIME
        self._lowest = _PRIME
        self.record: Record | None = None

    def show(self, record: Record, number: int) -> None:
        """Look at a node; ``number`` is the same for the same node."""
        rank = (self._times * number + self._add) % _PRIME
        if rank < self._lowest or (
            self.record is not None
            and rank == self._lowest
            and record.made_s > self.record.made_s
        ):
            self._lowest, self.record = rank, record

    def forget(self) -> None:
        """Begin anew: the node is gone."""
        self._lowest, self.record = _PRIME, None


class Sampling:
    """The view and the samplers of one node."""

    def __init__(self, own_id: NodeId, secret: bytes) -> None:
        """Begin empty.

        Args:
            own_id: Never sampled.
            secret: Bytes that nobody can guess; they decide what the samplers keep.
        """
        self._own_id = own_id
        self._secret = secret
        self._view: dict[NodeId, Record] = {}
        self._samplers = [
            Sampler(sha256(b"swarmfeed sampler 1" + secret + bytes([each])).digest())
            for each in range(SAMPLERS)
        ]

    @property
    def view(self) -> tuple[Record, ...]:
        """At most VIEW_MAX records of different nodes."""
        return tuple(self._view.values())

    def sampled(self) -> list[Record]:
        """What the samplers keep; a node may be there more than once."""
        return [each.record for each in self._samplers if each.record is not None]

    def choose_partner(self, luck: Luck) -> Record | None:
        """Whom to ask now: as often one of the samplers as one of the view; None: nobody."""
        sampled, view = self.sampled(), list(self._view.values())
        first, second = (sampled, view) if luck() < 0.5 else (view, sampled)
        items = first or second
        return pick(items, luck) if items else None

    def choose_told(self, asker: NodeId, luck: Luck) -> list[Record]:
        """Records for an answer, at most PULLED_MAX - 1: the own one comes on top."""
        others = [each for each in self._view.values() if each.node_id != asker]
        return pick_some(others, PULLED_MAX - 1, luck)

    def hear_push(self, record: Record, luck: Luck) -> None:
        """Take the record of a node that asked us."""
        self._show([record])
        self._place(record, luck)

    def hear_pull(self, records: Sequence[Record], luck: Luck) -> None:
        """Take an answer that we asked for: one into the view, all into the samplers."""
        others = [each for each in records[:PULLED_MAX] if each.node_id != self._own_id]
        self._show(others)
        if others:
            self._place(pick(others, luck), luck)

    def forget(self, node_id: NodeId) -> None:
        """Drop a node that does not answer."""
        self._view.pop(node_id, None)
        for sampler in self._samplers:
            if sampler.record is not None and sampler.record.node_id == node_id:
                sampler.forget()

    def forget_old(self, now_s: int) -> None:
        """Drop what may not be passed on any more."""
        for record in [*self._view.values(), *self.sampled()]:
            if not record.counts(now_s):
                self.forget(record.node_id)

    def _place(self, record: Record, luck: Luck) -> None:
        known = self._view.get(record.node_id)
        if record.node_id == self._own_id or (
            known is not None and known.made_s >= record.made_s
        ):
            return
        if known is None and len(self._view) >= VIEW_MAX:
            del self._view[pick(list(self._view), luck)]
        self._view[record.node_id] = record

    def _show(self, records: Iterable[Record]) -> None:
        for record in records:
            if record.node_id == self._own_id:
                continue
            digest = sha256(self._secret + record.node_id).digest()
            number = int.from_bytes(digest[:8], "big")
            for sampler in self._samplers:
                sampler.show(record, number)
