"""Messages of the layer on their way: records verified once, and a bound for each peer."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.tokens import TokenBucket
from swarmfeed.core.supernode.limits import (
    RECORDS_KEPT_MAX,
    ROUND_S,
    SAID_BURST,
    SAID_PER_ROUND,
)
from swarmfeed.core.supernode.membership import Hint
from swarmfeed.core.supernode.records import NewestRecords, Record, encode_record
from swarmfeed.core.supernode.words import KnownRecord
from swarmfeed.core.talk.message import Message
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.session import Session
from swarmfeed.node.supernode.rounds import RoundClock


class _TalkSide(Struct):
    """How much one peer may still say."""

    said: TokenBucket | None = None


class Talk:
    """Says what is to be said, and reads what was."""

    def __init__(self, clock: RoundClock) -> None:
        self._clock = clock
        self._newest: Final = NewestRecords(RECORDS_KEPT_MAX)

    def may_say(self, session: Session) -> bool:
        """Whether a message of a peer is read, or passed over: it has said enough."""
        side, now_s = session.part(_TalkSide), self._clock.monotonic_s()
        if side.said is None:
            side.said = TokenBucket(SAID_BURST, SAID_PER_ROUND / ROUND_S, now_s)
        return side.said.take(1, now_s)

    def own_of(self, session: Session, signed: bytes) -> Record:
        """Verify what a peer says of itself.  RemoteError: it is false, or of another."""
        record = self._newest.open(signed)
        if record.node_id != session.node_id:
            raise RemoteError("a record of another node in place of its own")
        return record

    def records(self, session: Session, signed: Sequence[bytes]) -> list[Record]:
        """Verify an answer, the peer's own record first.  RemoteError."""
        records = [self._newest.open(each) for each in signed]
        if not records or records[0].node_id != session.node_id:
            raise RemoteError("an answer without the record of who gave it")
        return records

    def hints(self, known: Sequence[KnownRecord]) -> list[Hint]:
        """Verify what a peer says of supernodes.  RemoteError."""
        return [Hint(self._newest.open(each.signed), each.first_hand) for each in known]

    def say(self, session: Session, message: Message) -> None:
        """Send it when its turn comes; of each type what is said last."""
        session.outbox.put(("layer", type(message)), partial(session.send, message))


def known_records(hints: Sequence[Hint]) -> tuple[KnownRecord, ...]:
    """Return supernodes as they are named in a message."""
    return tuple(KnownRecord(encode_record(each.record), each.first_hand) for each in hints)
