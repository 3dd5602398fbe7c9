"""Our own boxes: who keeps them, how each has done, and what our contacts show there.

The log says who keeps them.  How they do is remembered in the ledger; the token is private
state, so that all devices of the author have the same.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.sealed_kinds import MailboxBody
from swarmfeed.core.mailboxes.choice import BoxRecord
from swarmfeed.core.mailboxes.ids import hash_token
from swarmfeed.core.mailboxes.limits import (
    PARCEL_ID_BYTES,
    SHUNNED_MAX,
    SHUNNED_S,
    TOKEN_BYTES,
)
from swarmfeed.core.mailboxes.words import SECONDS_MAX
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows, readable
from swarmfeed.node.ground.private import MAIL
from swarmfeed.node.mailboxes.directory import BoxDirectory

RECORDS_PAGE: Final = "own-mailboxes"
SHUNNED_PAGE: Final = "shunned-mailboxes"

_TOKEN: Final = b"token"
_FIRST: Final = b"first"
_COUNT_MAX: Final = 2**31


class OwnBoxes:
    """Knows them; belongs to the node's loop."""

    def __init__(self, ground: Ground, directory: BoxDirectory, writer: Writer) -> None:
        self._feed_id = ground.identity.feed_id
        self._private = ground.private
        self._dice = ground.shells.dice
        self._clock = ground.shells.policy_clock
        self._directory = directory
        self._writer = writer
        self.receives = False
        """Whether parcels for this device are opened here."""
        self._records: dict[NodeId, BoxRecord] = {}
        """Of those who keep our boxes, the longest there first."""
        self._saved: dict[NodeId, BoxRecord] = {}
        """As the ledger has them."""
        self._shunned: dict[NodeId, int] = {}
        """Until when holders that were given up are not asked again."""
        self._changed: set[NodeId] = set()

    # --- looking ---

    def now_s(self) -> int:
        return self._clock.now_ms() // 1000

    def records(self) -> dict[NodeId, BoxRecord]:
        """How our boxes have done, by who keeps them."""
        return self._records

    def is_shunned(self, node_id: NodeId) -> bool:
        """Whether a holder was given up, so that it is not asked for a box again."""
        return self._shunned.get(node_id, 0) > self.now_s()

    def may_have(self, node_id: NodeId) -> bool:
        """Whether there may be parcels for us: who was away long may come back with some."""
        return node_id in self._records or node_id in self._shunned

    # --- life ---

    def receive(self) -> None:
        """Begin to use them: read in the own log who keeps them."""
        if self.receives:
            return
        self.receives = True
        now_s = self.now_s()
        for node_id in self._directory.holders_of(self._feed_id) or ():
            self._records[node_id] = self._saved.get(node_id) or BoxRecord(
                since_s=now_s, heard_s=now_s
            )

    async def change(self, holders: tuple[NodeId, ...]) -> None:
        """Have these keep our letters from now on, and say so in the log.

        Raises:
            UserError: Nothing may be signed.
            PassingError: Not now.
        """
        await self._writer.publish(MailboxBody(holders))
        now_s = self.now_s()
        gone = [each for each in self._records if each not in holders]
        kept = {
            each: self._records.get(each) or BoxRecord(since_s=now_s, heard_s=now_s)
            for each in holders
        }
        self._records = kept
        for each in gone:
            self._shun(each, now_s + SHUNNED_S)

    def _shun(self, node_id: NodeId, until_s: int) -> None:
        self._shunned.pop(node_id, None)
        self._shunned[node_id] = until_s
        self._changed.add(node_id)
        while len(self._shunned) > SHUNNED_MAX:
            oldest = next(iter(self._shunned))
            del self._shunned[oldest]
            self._changed.add(oldest)

    # --- the token ---

    def token(self) -> bytes | None:
        """What contacts show; None while we have no box."""
        if renewed := self._private.get(MAIL, _TOKEN):
            return renewed
        first = {
            key: token
            for key, token in self._private.all(MAIL).items()
            if key.startswith(_FIRST) and token
        }
        return first[min(first)] if first else None

    def token_hash(self) -> bytes:
        """What holders are told of it; makes one if there is none.  PassingError: not now."""
        return hash_token(self.token() or self._make_token())

    def _make_token(self) -> bytes:
        """Make the first one.  A device that is added makes one before it knows the others':
        the oldest counts, or all contacts would be strangers until they are told."""
        token = self._dice(TOKEN_BYTES)
        key = _FIRST + self._clock.now_ms().to_bytes(8, "big") + self._feed_id
        self._private.set(MAIL, {key: token})
        return token

    def renew_token(self) -> bytes:
        """Take another one.  PassingError: not now."""
        token = self._dice(TOKEN_BYTES)
        self._private.set(MAIL, {_TOKEN: token})
        return token

    # --- remembering ---

    def rows(self) -> tuple[Rows, ...]:
        return (
            Rows(
                page=RECORDS_PAGE,
                load=self._load_records,
                take_changes=self._take_records,
                encode=encode_record,
            ),
            Rows(
                page=SHUNNED_PAGE,
                load=self._load_shunned,
                take_changes=self._take_shunned,
                encode=lambda until_s: b"%d" % until_s,
            ),
        )

    def _load_records(self, page: Mapping[bytes, bytes]) -> None:
        self._saved = {NodeId(key): record for key, record in readable(page, decode_record)}

    def _take_records(self) -> dict[bytes, BoxRecord | None]:
        changed: dict[bytes, BoxRecord | None] = {
            each: None for each in self._saved if self.receives and each not in self._records
        }
        for node_id, record in self._records.items():
            if self._saved.get(node_id) != record:
                changed[node_id] = replace(record)
        for key, kept in changed.items():
            if kept is None:
                del self._saved[NodeId(key)]
            else:
                self._saved[NodeId(key)] = kept
        return changed

    def _load_shunned(self, page: Mapping[bytes, bytes]) -> None:
        now_s = self.now_s()
        read = ((NodeId(key), int(value)) for key, value in page.items() if value.isdigit())
        self._shunned = {node_id: until_s for node_id, until_s in read if until_s > now_s}

    def _take_shunned(self) -> dict[bytes, int | None]:
        changed, self._changed = self._changed, set()
        return {bytes(each): self._shunned.get(each) for each in changed}


def _new_record(now_s: int) -> BoxRecord:
    return BoxRecord(since_s=now_s, heard_s=now_s)


def encode_record(record: BoxRecord) -> bytes:
    """Return a record as the ledger keeps it."""
    return encode(
        {
            b"h": record.heard_s,
            b"k": record.had,
            b"l": record.looks,
            b"m": record.missed,
            b"p": record.probe,
            b"q": record.probed_s,
            b"s": record.since_s,
            b"u": record.renewed_s,
            b"x": record.probes_lost,
        }
    )


def decode_record(data: bytes) -> BoxRecord:
    """Read it again.  Raises BadEncodingError."""
    fields = decode_fields(data, "mailbox", limit_bytes=512)
    return BoxRecord(
        since_s=fields.take_int(b"s", 0, SECONDS_MAX),
        heard_s=fields.take_int(b"h", 0, SECONDS_MAX),
        had=fields.take_int(b"k", 0, _COUNT_MAX),
        looks=fields.take_int(b"l", 0, _COUNT_MAX),
        missed=fields.take_int(b"m", 0, _COUNT_MAX),
        probe=fields.take_bytes(b"p", bytes_max=PARCEL_ID_BYTES),
        probed_s=fields.take_int(b"q", 0, SECONDS_MAX),
        renewed_s=fields.take_int(b"u", 0, SECONDS_MAX),
        probes_lost=fields.take_int(b"x", 0, _COUNT_MAX),
    )
