"""What two devices of one author say to each other: who they are, and rows of private state.

    proof   = signature by the feed key over "swarmfeed mine 1\\n" || feed id
              || node id of the sender || node id of the receiver
    box     = FORMAT 13, for the receiver's device,
              info = "swarmfeed state 1\\n" || feed of the sender || feed of the receiver
    in it   = {"r": [rows], "v": [{"d": device, "t": the latest time known of it}]}, padded

The link proves the node ids, so the proof is worth nothing to anybody else.  ``v`` is what the
sender knew when the link opened: the other sends what is beyond, oldest first, and from then on
whatever changes.  Without it nothing is asked for.
"""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import Encodable, decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.limits import FEEDS_PER_AUTHOR_MAX, TIME_MS_MAX
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.marks import At, Between
from swarmfeed.core.base.padding import LENGTH_BYTES, pad, power_of_two, unpad
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.state.limits import (
    EXCHANGE_BYTES,
    EXCHANGE_BYTES_MAX,
    EXCHANGE_BYTES_MIN,
    ROW_BYTES_EXTRA,
)
from swarmfeed.core.state.rows import PrivateRow, Vector, encode_row, read_rows

PROOF_DOMAIN: Final = b"swarmfeed mine 1\n"
STATE_DOMAIN: Final = b"swarmfeed state 1\n"
_ROWS_MAX: Final = EXCHANGE_BYTES_MAX // ROW_BYTES_EXTRA


class Known(Struct, frozen=True):
    """How much is known of one device."""

    device: Annotated[FeedId, At("d")]
    time_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]


class News(Struct, frozen=True, kw_only=True):
    """What is in a box between two devices."""

    rows: tuple[PrivateRow, ...] = ()
    knows: Vector | None = None
    """What the sender knew; None: it asks for nothing."""


_KNOWN: Final = codec_of(Known)


def proof_text(feed_id: FeedId, sender: NodeId, receiver: NodeId) -> bytes:
    """Return what a device signs to prove to one node which feed it writes."""
    return PROOF_DOMAIN + feed_id + sender + receiver


def sign_proof(feed_key: SigningKey | LockableKey, sender: NodeId, receiver: NodeId) -> bytes:
    return feed_key.sign(proof_text(FeedId(feed_key.public), sender, receiver))


def verify_proof(feed_id: FeedId, sender: NodeId, receiver: NodeId, proof: bytes) -> None:
    """Raises BadSignatureError."""
    verify_signature(feed_id, proof_text(feed_id, sender, receiver), proof)


def box_info(sender: FeedId, receiver: FeedId) -> bytes:
    """Return the ``info`` of a box from one device to another."""
    return STATE_DOMAIN + sender + receiver


def encode_news(news: News) -> bytes:
    """Return the bytes that go into a box, padded to a power of two."""
    fields: dict[str, Encodable] = {"r": [encode_row(row) for row in news.rows]}
    if news.knows is not None:
        newest = sorted(news.knows.items(), key=lambda each: -each[1])[:FEEDS_PER_AUTHOR_MAX]
        fields["v"] = [_KNOWN.write(Known(*each)) for each in sorted(newest)]
    content = encode(fields)
    return pad(content, power_of_two(EXCHANGE_BYTES_MIN, len(content) + LENGTH_BYTES))


def decode_news(padded: bytes) -> News:
    """Read what was in a box.  Raises BadEncodingError."""
    fields = decode_fields(unpad(padded), "news", limit_bytes=EXCHANGE_BYTES_MAX)
    rows = read_rows(fields.take_bytes_list(b"r", count_max=_ROWS_MAX))
    if b"v" not in fields:
        return News(rows=tuple(rows))
    known = fields.take_fields_list(b"v", count_max=FEEDS_PER_AUTHOR_MAX)
    told = [_KNOWN.read(each) for each in known]
    return News(rows=tuple(rows), knows={each.device: each.time_ms for each in told})


def cut_rows(rows: list[PrivateRow]) -> list[tuple[PrivateRow, ...]]:
    """Return rows in as many pieces as messages are needed for them, in their order."""
    pieces: list[list[PrivateRow]] = []
    room = 0
    for row in rows:
        if row.bytes_taken > room:
            pieces.append([])
            room = EXCHANGE_BYTES
        pieces[-1].append(row)
        room -= row.bytes_taken
    return [tuple(piece) for piece in pieces]
