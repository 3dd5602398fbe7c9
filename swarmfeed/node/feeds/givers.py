"""What holders of chunks give: counted, and judged by ``core.feed.patience``.

Remembered by node, not by feed: who kept us waiting for one feed is not waited for in the next.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from swarmfeed.core.base.limits import FETCH_TIMEOUT_S
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.feed.fetching import Accounts
from swarmfeed.core.feed.limits import HOLDERS_REMEMBERED_MAX
from swarmfeed.core.feed.patience import Repute, Wait, keeps_pace
from swarmfeed.ports import TorrentProgress

_RATE_MS_MIN = 250
"""Over less than a round of the watch no speed is told."""


class Asked(Struct):
    """A holder that was asked for one chunk."""

    swarm: Endpoint
    at_ms: int
    given_bytes: int = 0


class _Giver(Struct):
    """A holder, over all chunks it was asked for."""

    repute: Repute = field(default_factory=Repute)
    open_chunks: int = 0
    marked_ms: int = 0
    """Since when what it gives is counted."""
    gained_bytes: int = 0
    moved_ms: int = 0
    """When it last kept pace, or was asked while nothing else was."""
    keeps_pace: bool = False
    """Whether it did when it was last weighed."""
    bytes_per_s: float = 0.0

    def mark(self, now_ms: int) -> None:
        self.marked_ms, self.gained_bytes = now_ms, 0


class Givers:
    """Remembers what each holder gave, and how long it takes to begin."""

    def __init__(self) -> None:
        self._givers: OrderedDict[NodeId, _Giver] = OrderedDict()
        self._all = Wait()
        """First bytes of whomever: what to expect of one that nothing is known of."""

    # --- looking ---

    def accounts(self, now_ms: int) -> Accounts:
        """What is known of everybody, with no burdens yet."""
        reputes = {each: giver.repute for each, giver in self._givers.items()}
        return Accounts(now_ms=now_ms, reputes=reputes)

    def is_moving(self, node_id: NodeId, now_ms: int) -> bool:
        """Whether a holder gives as much as may be expected, on whichever chunk."""
        giver = self._giver(node_id)
        return now_ms - giver.moved_ms <= self._patience_ms(giver)

    def keeps_pace(self, node_id: NodeId) -> bool:
        """Whether a holder gave as much as may be expected when it was last weighed."""
        return self._giver(node_id).keeps_pace

    def is_idle(self, node_id: NodeId) -> bool:
        """Whether a holder has delivered all that it was asked for, and something it was."""
        giver = self._givers.get(node_id)
        return giver is not None and not giver.open_chunks and giver.repute.delivered > 0

    def patience_ms(self, asked: Iterable[NodeId]) -> int:
        """How long these are waited for before others are asked as well."""
        return max(self._patience_ms(self._giver(each)) for each in asked)

    # --- what happens ---

    def ask(self, node_id: NodeId, swarm: Endpoint, now_ms: int) -> Asked:
        """A holder is asked for one more chunk."""
        giver = self._giver(node_id)
        if not giver.open_chunks:
            giver.mark(now_ms)
            giver.moved_ms, giver.keeps_pace = now_ms, False
        giver.open_chunks += 1
        return Asked(swarm, now_ms)

    def release(self, asked: Iterable[NodeId]) -> None:
        """A chunk is here, or was given up."""
        for node_id in asked:
            giver = self._giver(node_id)
            giver.open_chunks = max(giver.open_chunks - 1, 0)

    def count(
        self, asked: Mapping[NodeId, Asked], progress: TorrentProgress, now_ms: int
    ) -> int:
        """Take note of what came of one chunk; returns how much since the last time."""
        gained = 0
        for node_id, ask in asked.items():
            given = progress.given.get(ask.swarm, 0)
            if len(asked) == 1:
                # Also over a connection that the holder opened, from whichever port.
                given = max(given, progress.bytes_done)
            if given > ask.given_bytes:
                self._gain(node_id, ask, given - ask.given_bytes, now_ms)
                gained += given - ask.given_bytes
                ask.given_bytes = given
        return gained

    def weigh(self, now_ms: int) -> None:
        """See who keeps pace."""
        busy = [each for each in self._givers.values() if each.open_chunks]
        fastest = max((each.bytes_per_s for each in busy), default=0.0)
        for giver in busy:
            during_ms = now_ms - giver.marked_ms
            if during_ms < _RATE_MS_MIN:
                continue
            giver.keeps_pace = keeps_pace(giver.gained_bytes, during_ms, fastest)
            if giver.keeps_pace:
                rate = giver.gained_bytes * 1000 / during_ms
                giver.bytes_per_s = (giver.bytes_per_s + rate) / 2
                giver.moved_ms = now_ms
                giver.mark(now_ms)
            elif during_ms > FETCH_TIMEOUT_S * 1000:
                giver.bytes_per_s = giver.gained_bytes * 1000 / during_ms
                giver.mark(now_ms)

    def blame(self, asked: Iterable[NodeId], now_ms: int) -> None:
        """Those among the asked that give nothing kept us waiting."""
        for node_id in asked:
            if not self.is_moving(node_id, now_ms):
                giver = self._giver(node_id)
                giver.repute = giver.repute.kept_waiting(now_ms)

    def credit(self, asked: Mapping[NodeId, Asked]) -> None:
        """A chunk is here: those who gave at least an equal share of it delivered it."""
        gave = {each: ask for each, ask in asked.items() if ask.given_bytes}
        whole = sum(ask.given_bytes for ask in gave.values())
        for node_id, ask in gave.items():
            if ask.given_bytes * len(gave) >= whole:
                giver = self._giver(node_id)
                giver.repute = giver.repute.delivered_chunk()

    # --- inside ---

    def _giver(self, node_id: NodeId) -> _Giver:
        giver = self._givers.get(node_id)
        if giver is None:
            giver = self._givers[node_id] = _Giver()
            self._forget_some()
        return giver

    def _forget_some(self) -> None:
        """Those nothing is asked of, longest known first."""
        too_many = len(self._givers) - HOLDERS_REMEMBERED_MAX
        if too_many > 0:
            unused = [each for each, giver in self._givers.items() if not giver.open_chunks]
            for node_id in unused[:too_many]:
                del self._givers[node_id]

    def _patience_ms(self, giver: _Giver) -> int:
        known = giver.repute.wait.mean_ms is not None
        return (giver.repute.wait if known else self._all).patience_ms()

    def _gain(self, node_id: NodeId, ask: Asked, fresh_bytes: int, now_ms: int) -> None:
        giver = self._giver(node_id)
        giver.gained_bytes += fresh_bytes
        if not ask.given_bytes:
            after_ms = now_ms - ask.at_ms
            giver.repute = giver.repute.gave_first_byte(after_ms)
            self._all = self._all.learn(after_ms)
