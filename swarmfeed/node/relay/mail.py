"""Messages of circuits on their way out: in order, and no more than the windows hold."""

from functools import partial

from msgspec import Struct, field

from swarmfeed.core.relay.limits import CIRCUIT_PIECE_BYTES, CIRCUITS_WAITING_MAX
from swarmfeed.core.relay.words import (
    Punch,
    PunchSeen,
    RelayCall,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.node.ground.session import Session

CircuitMessage = (
    RelayOpen | RelayCall | RelayData | RelayCredit | RelayClose | Punch | PunchSeen
)


class _Waiting(Struct):
    """What is to be said of one circuit, however many messages it came in."""

    opening: RelayOpen | RelayCall | None = None
    credit: int = 0
    data: bytearray = field(default_factory=bytearray)
    punch: Punch | PunchSeen | None = None
    close: RelayClose | None = None


class MailSide(Struct):
    """What waits for one peer, by circuit."""

    waiting: dict[bytes, _Waiting] = field(default_factory=dict)


class Mail:
    """Puts messages into outboxes: of a circuit what waits is one entry, as long as windows."""

    def put(self, session: Session, message: CircuitMessage) -> None:
        """Send it when its turn comes.

        A peer of which so many circuits wait already reads nothing: it hears of no other one,
        which ends by itself when nobody takes it up.
        """
        waiting = session.part(MailSide).waiting
        if message.circuit not in waiting and len(waiting) >= CIRCUITS_WAITING_MAX:
            return
        _add(waiting.setdefault(message.circuit, _Waiting()), message)
        key = "circuit", message.circuit
        session.outbox.put(key, partial(_send, session, message.circuit))


def _add(waiting: _Waiting, message: CircuitMessage) -> None:
    match message:
        case RelayData():
            waiting.data += message.data
        case RelayCredit():
            waiting.credit += message.count
        case RelayClose():
            waiting.close = message
        case Punch() | PunchSeen():
            waiting.punch = message
        case RelayOpen() | RelayCall():
            waiting.opening = message


async def _send(session: Session, circuit: bytes) -> None:
    waiting = session.part(MailSide).waiting.pop(circuit)
    if waiting.opening is not None:
        await session.send(waiting.opening)
    if waiting.credit:
        await session.send(RelayCredit(circuit, waiting.credit))
    for at in range(0, len(waiting.data), CIRCUIT_PIECE_BYTES):
        piece = bytes(waiting.data[at : at + CIRCUIT_PIECE_BYTES])
        await session.send(RelayData(circuit, piece))
    if waiting.punch is not None:
        await session.send(waiting.punch)
    if waiting.close is not None:
        await session.send(waiting.close)
