"""Badge: who a person is, signed for those in the same network to whom they show themselves.

    signed  = message || signature (64), by the feed key
    message = "swarmfeed badge 1\\n" || body
    body    = canonical bencoded dict:

    {"author": author_id, "feed": feed_id, "name": text, "node": node_id}

It names the node that shows it, and that one's link proves its key: so a badge says nothing in
another hand, and needs no clock.  The author is a claim until certificates say that the feed is
theirs.  Nothing else that a feed key signs begins with the same line.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.limits import KEY_BYTES, NAME_CHARS_MAX, SIGNATURE_BYTES
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.certificate import Certificate
from swarmfeed.core.feed.head import Sign
from swarmfeed.core.near.limits import BADGE_BYTES_MAX
from swarmfeed.errors import BadEncodingError

DOMAIN: Final = b"swarmfeed badge 1\n"


class Badge(Struct, frozen=True, kw_only=True):
    """Who somebody is."""

    author_id: AuthorId
    feed_id: FeedId
    """What this device of theirs writes."""
    node_id: NodeId
    name: str
    """As they want to be called, like that of a profile; may be empty."""


def sign_badge(badge: Badge, sign: Sign) -> bytes:
    """Return the signed bytes.  ``sign`` uses the key of ``badge.feed_id``."""
    message = DOMAIN + encode(
        {
            "author": badge.author_id,
            "feed": badge.feed_id,
            "name": badge.name,
            "node": badge.node_id,
        }
    )
    return message + sign(message)


def open_badge(signed: bytes) -> Badge:
    """Verify a badge.

    Raises:
        BadEncodingError: It is malformed.
        BadSignatureError: The feed it names did not sign it.
    """
    if not signed.startswith(DOMAIN) or len(signed) > BADGE_BYTES_MAX:
        raise BadEncodingError("no badge")
    body = signed[len(DOMAIN) : -SIGNATURE_BYTES]
    fields = decode_fields(body, "badge", limit_bytes=BADGE_BYTES_MAX)
    badge = Badge(
        author_id=AuthorId(fields.take_bytes(b"author", length=KEY_BYTES)),
        feed_id=FeedId(fields.take_bytes(b"feed", length=KEY_BYTES)),
        node_id=NodeId(fields.take_bytes(b"node", length=KEY_BYTES)),
        name=fields.take_text(b"name", chars_max=NAME_CHARS_MAX),
    )
    verify_signature(badge.feed_id, signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:])
    return badge


def is_proven(badge: Badge, opened: Iterable[Certificate]) -> bool:
    """Whether its feed is the author's to this day.

    Args:
        opened: Of the author's certificates those that are known, then those that came along.
    """
    feed = feeds_of(badge.author_id, opened).feed(badge.feed_id)
    return feed is not None and feed.end is None
