"""Notices: what a node signs about a feed it holds, is fetching, or will not hold.

    signed  = message || signature (64)
    message = "swarmfeed notice 1\\n" || body
    body    = canonical bencoded dict:

    {"author": author_id, "bytes": n, "feed": feed_id, "made": ms, "node": node_id,
     "reason": text, "size": n, "until": ms, "word": word}

A notice is for everybody: whoever watches the author keeps it and passes it on, and it counts
until it expires.  Of one node about one feed the newest counts.  It is a claim; whether the
node really holds what it says, receipts and audits tell.  A goodbye is about the whole node:

    "swarmfeed goodbye 1\\n" || {"made": ms, "node": node_id}

Nothing else that a node key signs begins with either line.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, Fields, decode_fields, encode
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import (
    FEED_ENTRIES_MAX,
    KEY_BYTES,
    POST_AHEAD_MS_MAX,
    SIGNATURE_BYTES,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.limits import FEED_BYTES_MAX, NOTICE_BYTES_MAX, REASON_CHARS_MAX
from swarmfeed.errors import BadEncodingError

DOMAIN: Final = b"swarmfeed notice 1\n"
GOODBYE_DOMAIN: Final = b"swarmfeed goodbye 1\n"

HOUR_MS: Final = 3_600_000

RENEW_EVERY_MS: Final = 6 * HOUR_MS
"""How often a notice that stays true is signed anew: three renewals may be lost."""


class Word(StrEnum):
    """What a node says of a feed."""

    HAVE = "have"
    """I hold all of it; I promise nothing."""
    LEASE = "lease"
    """I am a history server, hold all of it, and promise to until the notice expires."""
    CLAIM = "claim"
    """I am a history server and am fetching it."""
    LEAVING = "leaving"
    """I am a history server and hold it still, but others should take it."""
    REFUSAL = "refusal"
    """I am a history server and do not take it; the notice says why."""
    DROPPED = "dropped"
    """I hold it no longer."""


LASTS_MS: Final = {
    Word.HAVE: 24 * HOUR_MS,
    Word.LEASE: 24 * HOUR_MS,
    Word.CLAIM: HOUR_MS,
    Word.LEAVING: 24 * HOUR_MS,
    Word.REFUSAL: 6 * HOUR_MS,
    Word.DROPPED: 24 * HOUR_MS,
}
"""How long each counts.  A node that is killed stops counting after a day at the latest."""

HOLDING: Final = frozenset({Word.HAVE, Word.LEASE})
"""Words of nodes that count as holders."""

SOURCES: Final = frozenset({Word.HAVE, Word.LEASE, Word.LEAVING})
"""Words of nodes that the feed can be fetched from."""

OF_SERVERS: Final = frozenset({Word.LEASE, Word.CLAIM, Word.LEAVING, Word.REFUSAL})
"""Words that only history servers say."""


class Notice(Struct, frozen=True, kw_only=True):
    """One node's word on one feed."""

    node_id: NodeId
    author_id: AuthorId
    feed_id: FeedId
    word: Word
    size: int
    """Entries it has a head for; 0 for a claim or a refusal of what it never saw."""
    feed_bytes: int
    """Of all chunks and the tail, as the node knows them; a hint for those who plan."""
    made_ms: int
    """The node's clock when it signed."""
    until_ms: int
    """When it stops counting: at most LASTS_MS after ``made_ms``."""
    reason: str = ""
    """Of a refusal: a sentence for people, at most REASON_CHARS_MAX characters."""

    def counts(self, now_ms: int) -> bool:
        """Whether it has not expired."""
        return now_ms < self.until_ms

    def is_ahead(self, now_ms: int) -> bool:
        """Whether it is dated ahead; one that we have came while our own clock was."""
        return self.made_ms > now_ms + POST_AHEAD_MS_MAX


class Goodbye(Struct, frozen=True):
    """A node's word that it leaves for good."""

    node_id: NodeId
    made_ms: int


def sign_notice(notice: Notice, node_key: SigningKey) -> bytes:
    """Return the signed bytes of a notice.  Requires the key of ``notice.node_id``."""
    body: dict[str, Encodable] = {
        "author": notice.author_id,
        "bytes": notice.feed_bytes,
        "feed": notice.feed_id,
        "made": notice.made_ms,
        "node": notice.node_id,
        "reason": notice.reason,
        "size": notice.size,
        "until": notice.until_ms,
        "word": notice.word.value,
    }
    message = DOMAIN + encode(body)
    return message + node_key.sign(message)


def open_notice(signed: bytes) -> Notice:
    """Verify a notice.

    Raises:
        BadEncodingError: It is malformed, or lasts longer than its word may.
        BadSignatureError: The node it names did not sign it.
    """
    notice = read_notice(signed)
    verify_notice(notice, signed)
    return notice


def verify_notice(notice: Notice, signed: bytes) -> None:
    """Verify that its node signed a notice that was read from ``signed``.

    Raises BadSignatureError.
    """
    verify_signature(notice.node_id, signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:])


def read_notice(signed: bytes) -> Notice:
    """Read a notice that was verified before, or is verified next.  Raises BadEncodingError."""
    fields = _fields(signed, DOMAIN, "notice")
    word = fields.take_bytes(b"word", bytes_max=16)
    if word not in _WORDS:
        raise BadEncodingError(f"{word[:16]!r} is no word of a notice")
    notice = Notice(
        node_id=NodeId(fields.take_bytes(b"node", length=KEY_BYTES)),
        author_id=AuthorId(fields.take_bytes(b"author", length=KEY_BYTES)),
        feed_id=FeedId(fields.take_bytes(b"feed", length=KEY_BYTES)),
        word=_WORDS[word],
        size=fields.take_int(b"size", 0, FEED_ENTRIES_MAX),
        feed_bytes=fields.take_int(b"bytes", 0, FEED_BYTES_MAX),
        made_ms=fields.take_int(b"made", 0, TIME_MS_MAX),
        until_ms=fields.take_int(b"until", 0, TIME_MS_MAX),
        reason=fields.take_text(b"reason", chars_max=REASON_CHARS_MAX),
    )
    if not notice.made_ms < notice.until_ms <= notice.made_ms + LASTS_MS[notice.word]:
        raise BadEncodingError("a notice that lasts too long, or not at all")
    return notice


def sign_goodbye(node_id: NodeId, made_ms: int, node_key: SigningKey) -> bytes:
    """Return the signed bytes of a goodbye.  Requires the key of ``node_id``."""
    message = GOODBYE_DOMAIN + encode({"made": made_ms, "node": node_id})
    return message + node_key.sign(message)


def open_goodbye(signed: bytes) -> Goodbye:
    """Verify a goodbye.  Raises BadEncodingError or BadSignatureError."""
    fields = _fields(signed, GOODBYE_DOMAIN, "goodbye")
    node_id = NodeId(fields.take_bytes(b"node", length=KEY_BYTES))
    made_ms = fields.take_int(b"made", 0, TIME_MS_MAX)
    verify_signature(node_id, signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:])
    return Goodbye(node_id, made_ms)


_WORDS: Final = {each.value.encode(): each for each in Word}


def _fields(signed: bytes, domain: bytes, what: str) -> Fields:
    if not signed.startswith(domain):
        raise BadEncodingError(f"no {what}")
    if len(signed) > NOTICE_BYTES_MAX:
        raise BadEncodingError(f"{what} of {len(signed)} bytes")
    body = signed[len(domain) : -SIGNATURE_BYTES]
    return decode_fields(body, what, limit_bytes=NOTICE_BYTES_MAX)
