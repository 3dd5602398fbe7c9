"""Locator: a device's word that it can be reached now, by way of these nodes.

    signed  = message || signature (64), by the feed key
    message = "swarmfeed locator 1\\n" || body
    body    = canonical bencoded dict:

    {"author": author_id, "feed": feed_id, "made": ms, "node": node_id, "relays": [node_id]}

It counts for 15 minutes.  Where the node itself is it does not say: that is told to contacts
only.  The author is a claim until a certificate says that the feed is theirs.
Nothing else that a feed key signs begins with the same line.
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES, TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.head import Sign
from swarmfeed.core.relay.limits import (
    LOCATOR_AHEAD_MS,
    LOCATOR_BYTES_MAX,
    LOCATOR_LASTS_MS,
    RELAYS_NAMED_MAX,
)
from swarmfeed.errors import BadEncodingError

DOMAIN: Final = b"swarmfeed locator 1\n"


class Locator(Struct, frozen=True, kw_only=True):
    """Who can be reached, and by way of whom."""

    author_id: AuthorId
    feed_id: FeedId
    node_id: NodeId
    made_ms: int
    """The device's clock when it signed."""
    relays: tuple[NodeId, ...]
    """Nodes it is linked to that relay, 1 to RELAYS_NAMED_MAX."""

    def counts(self, now_ms: int) -> bool:
        """Whether it is neither too old nor too far ahead of this clock."""
        return -LOCATOR_AHEAD_MS <= now_ms - self.made_ms < LOCATOR_LASTS_MS


def sign_locator(locator: Locator, sign: Sign) -> bytes:
    """Return the signed bytes.  ``sign`` uses the key of ``locator.feed_id``."""
    message = DOMAIN + encode(
        {
            "author": locator.author_id,
            "feed": locator.feed_id,
            "made": locator.made_ms,
            "node": locator.node_id,
            "relays": list(locator.relays),
        }
    )
    return message + sign(message)


def open_locator(signed: bytes) -> Locator:
    """Verify a locator.

    Raises:
        BadEncodingError: It is malformed.
        BadSignatureError: The feed it names did not sign it.
    """
    if not signed.startswith(DOMAIN) or len(signed) > LOCATOR_BYTES_MAX:
        raise BadEncodingError("no locator")
    body = signed[len(DOMAIN) : -SIGNATURE_BYTES]
    fields = decode_fields(body, "locator", limit_bytes=LOCATOR_BYTES_MAX)
    relays = fields.take_bytes_list(b"relays", count_max=RELAYS_NAMED_MAX, length=KEY_BYTES)
    if not relays:
        raise BadEncodingError("a locator without a relay")
    locator = Locator(
        author_id=AuthorId(fields.take_bytes(b"author", length=KEY_BYTES)),
        feed_id=FeedId(fields.take_bytes(b"feed", length=KEY_BYTES)),
        node_id=NodeId(fields.take_bytes(b"node", length=KEY_BYTES)),
        made_ms=fields.take_int(b"made", 0, TIME_MS_MAX),
        relays=tuple(map(NodeId, relays)),
    )
    verify_signature(locator.feed_id, signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:])
    return locator
