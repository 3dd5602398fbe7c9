"""What a relay does with circuits: pure, messages in and messages out.

    asker                    relay                    called
      | relay-open(c, called) | relay-call(c, asker)   |
      |---------------------->|----------------------->|
      |                       |   relay-credit(c, n)   |
      |<----------------------|<-----------------------|
      | relay-data(c)         |                        |
      |---------------------->|----------------------->|  and the other way round

Whoever reads gives credit, and nobody may send more than was given: so what waits at the relay
is bounded by the windows.  The relay slows an end down by passing on credit later, not bytes.
It never dials: it joins nodes that are linked to it, and none that did not say they are here.
Ends that both ask for it are told where the other one comes from.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.limits import (
    CIRCUIT_BYTES_PER_S,
    CIRCUIT_DAY_BYTES,
    CIRCUIT_IDLE_S,
    CIRCUIT_OPENED_WITHIN_S,
    CIRCUIT_WINDOW_BYTES,
    CIRCUITS_OF_NODE_MAX,
    CIRCUITS_RELAYED_MAX,
    DAY_SHARES_MAX,
    PUNCHES_OF_CIRCUIT_MAX,
)
from swarmfeed.core.relay.words import (
    Punch,
    PunchSeen,
    RelayCall,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.errors import RemoteError

_DAY_S: Final = 86_400


class Addressed(Struct, frozen=True):
    """A message to one of the linked nodes."""

    node_id: NodeId
    message: RelayCall | RelayData | RelayCredit | RelayClose | PunchSeen


class _End(Struct, eq=False):
    """One of the two nodes of a circuit."""

    node_id: NodeId
    bucket: TokenBucket
    """What it may send, by the relay's rate."""
    allowed: int = 0
    """Bytes it may send now."""
    waiting: int = 0
    """Bytes the other end gave it, and the relay did not pass on yet."""


@dataclass(slots=True, eq=False)
class _Circuit:
    circuit: bytes
    asker: _End
    called: _End
    heard_s: float
    is_taken_up: bool = False
    agreed: dict[NodeId, Endpoint] = field(default_factory=dict)
    """Ends that want a straight link, and where they come from."""
    punches: int = 0
    """Times that the ends were told."""
    ends: dict[NodeId, tuple[_End, _End]] = field(init=False)
    """An end by its node, and the other one."""

    def __post_init__(self) -> None:
        self.ends = {
            self.asker.node_id: (self.asker, self.called),
            self.called.node_id: (self.called, self.asker),
        }


class Relay:
    """Circuits between linked nodes.  Times are of one monotonic clock, in seconds."""

    def __init__(self, is_here: Callable[[NodeId], bool]) -> None:
        """``is_here``: whether a node is linked and said that it can be reached."""
        self._is_here = is_here
        self._circuits: dict[tuple[NodeId, bytes], _Circuit] = {}
        """Each under both of its ends."""
        self._day = 0
        self._carried: OrderedDict[NodeId, int] = OrderedDict()
        """Bytes for each node today, the one longest unheard of first."""

    @property
    def count(self) -> int:
        """Circuits there are."""
        return len(self._circuits) // 2

    def carried_today(self, node_id: NodeId) -> int:
        """Bytes that were passed on for a node since the day began."""
        return self._carried.get(node_id, 0)

    def open(self, asker: NodeId, ask: RelayOpen, now_s: float) -> list[Addressed]:
        """Join a node to another, or say why not.  RemoteError for an id that is in use."""
        if (asker, ask.circuit) in self._circuits:
            raise RemoteError("a circuit was opened twice")
        reason = self._reason_against(asker, ask, now_s)
        if reason:
            return [Addressed(asker, RelayClose(ask.circuit, reason))]
        circuit = _Circuit(
            circuit=ask.circuit,
            asker=_end(asker, now_s),
            called=_end(ask.node_id, now_s),
            heard_s=now_s,
        )
        for node_id in circuit.ends:
            self._circuits[node_id, ask.circuit] = circuit
        circuit.called.allowed = CIRCUIT_WINDOW_BYTES
        circuit.called.bucket.owe(CIRCUIT_WINDOW_BYTES, now_s)
        return [Addressed(ask.node_id, RelayCall(ask.circuit, asker))]

    def data(self, sender: NodeId, said: RelayData, now_s: float) -> list[Addressed]:
        """Pass bytes on.  RemoteError when they are more than was given."""
        circuit = self._circuits.get((sender, said.circuit))
        if circuit is None:
            return []  # it was closed meanwhile
        end, other = circuit.ends[sender]
        if not said.data:
            raise RemoteError("a circuit's end sent nothing, which costs no credit")
        if len(said.data) > end.allowed:
            raise RemoteError("a circuit's end sent more than it was given")
        end.allowed -= len(said.data)
        circuit.heard_s = now_s
        for node_id in circuit.ends:
            self._bill(node_id, len(said.data), now_s)
            if self._carried[node_id] > CIRCUIT_DAY_BYTES:
                return self._end(circuit, sentences.DAY_USED_UP())
        return [Addressed(other.node_id, said)]

    def credit(self, sender: NodeId, given: RelayCredit, now_s: float) -> list[Addressed]:
        """Give the other end credit, as fast as the relay goes.  RemoteError when too much."""
        circuit = self._circuits.get((sender, given.circuit))
        if circuit is None:
            return []
        _, other = circuit.ends[sender]
        other.waiting += given.count
        if other.allowed + other.waiting > CIRCUIT_WINDOW_BYTES:
            raise RemoteError("a circuit's end gave more than a window")
        circuit.heard_s = now_s
        circuit.is_taken_up = circuit.is_taken_up or sender == circuit.called.node_id
        return _pass_on(circuit, other, now_s)

    def punch(self, sender: NodeId, said: Punch, came_from: Endpoint) -> list[Addressed]:
        """One end wants a straight link: once both do, each hears whence the other comes."""
        circuit = self._circuits.get((sender, said.circuit))
        if circuit is None or circuit.punches >= PUNCHES_OF_CIRCUIT_MAX:
            return []
        circuit.agreed[sender] = came_from
        if len(circuit.agreed) < len(circuit.ends):
            return []
        seen, circuit.agreed = circuit.agreed, {}
        circuit.punches += 1
        return [
            Addressed(end, PunchSeen(said.circuit, other=seen[other.node_id], own=seen[end]))
            for end, (_, other) in circuit.ends.items()
        ]

    def close(self, sender: NodeId, said: RelayClose) -> list[Addressed]:
        """One end has enough, or does not take it up."""
        circuit = self._circuits.get((sender, said.circuit))
        if circuit is None:
            return []
        self._forget(circuit)
        _, other = circuit.ends[sender]
        return [Addressed(other.node_id, said)]

    def gone(self, node_id: NodeId) -> list[Addressed]:
        """A node's link ended, and its circuits with it."""
        its = [each for (end, _), each in self._circuits.items() if end == node_id]
        told: list[Addressed] = []
        for circuit in its:
            _, other = circuit.ends[node_id]
            self._forget(circuit)
            close = RelayClose(circuit.circuit, sentences.END_GONE())
            told.append(Addressed(other.node_id, close))
        return told

    def tick(self, now_s: float) -> list[Addressed]:
        """Pass on credit whose time has come; end what is silent.  Several times a second."""
        told: list[Addressed] = []
        for circuit in self._all():
            silent_s = now_s - circuit.heard_s
            if silent_s > (CIRCUIT_IDLE_S if circuit.is_taken_up else CIRCUIT_OPENED_WITHIN_S):
                told += self._end(circuit, sentences.SILENT())
                continue
            for end in (circuit.asker, circuit.called):
                told += _pass_on(circuit, end, now_s)
        return told

    # --- inside ---

    def _all(self) -> Iterable[_Circuit]:
        return list(dict.fromkeys(self._circuits.values()))

    def _reason_against(self, asker: NodeId, ask: RelayOpen, now_s: float) -> str:
        """Why a circuit is not opened; empty: it is."""
        called = ask.node_id
        if called == asker or (called, ask.circuit) in self._circuits:
            return sentences.NOT_LIKE_THIS()
        if not self._is_here(called):
            return sentences.NOT_HERE()
        if self.count >= CIRCUITS_RELAYED_MAX:
            return sentences.RELAY_FULL()
        for node_id in (asker, called):
            if sum(end == node_id for end, _ in self._circuits) >= CIRCUITS_OF_NODE_MAX:
                return sentences.TOO_MANY_CIRCUITS()
            self._bill(node_id, 0, now_s)
            if self._carried[node_id] >= CIRCUIT_DAY_BYTES:
                return sentences.DAY_USED_UP()
        return ""

    def _bill(self, node_id: NodeId, size_bytes: int, now_s: float) -> None:
        if self._day != (day := int(now_s // _DAY_S)):
            self._day = day
            self._carried.clear()
        self._carried[node_id] = self._carried.get(node_id, 0) + size_bytes
        self._carried.move_to_end(node_id)
        if len(self._carried) > DAY_SHARES_MAX:
            self._carried.popitem(last=False)

    def _end(self, circuit: _Circuit, reason: str) -> list[Addressed]:
        self._forget(circuit)
        close = RelayClose(circuit.circuit, reason)
        return [Addressed(node_id, close) for node_id in circuit.ends]

    def _forget(self, circuit: _Circuit) -> None:
        for node_id in circuit.ends:
            del self._circuits[node_id, circuit.circuit]


def _end(node_id: NodeId, now_s: float) -> _End:
    bucket = TokenBucket(CIRCUIT_WINDOW_BYTES, CIRCUIT_BYTES_PER_S, now_s)
    return _End(node_id=node_id, bucket=bucket)


def _pass_on(circuit: _Circuit, end: _End, now_s: float) -> list[Addressed]:
    """Give an end what of its credit the relay's rate has room for."""
    count = min(end.waiting, int(max(end.bucket.left(now_s), 0)))
    if count == 0:
        return []
    end.bucket.owe(count, now_s)
    end.waiting -= count
    end.allowed += count
    return [Addressed(end.node_id, RelayCredit(circuit.circuit, count))]
