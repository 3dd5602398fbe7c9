"""A feed's newest head as an item of the DHT: a hint that there is news.

    key of the feed, salt "head"  ->  the signed head, its size as sequence number

Nodes of the DHT keep the highest number.  One that is not the size would let its owner, or
whoever stole the feed's key, keep every later head out of the DHT; it is not passed on.
"""

from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.head import Head, open_head
from swarmfeed.errors import BadEncodingError


def open_item(feed_id: FeedId, signed_head: bytes, seq: int) -> Head:
    """Read the value of an item whose own signature was verified.

    Raises:
        BadEncodingError, BadSignatureError: No head of that feed, or under another number.
    """
    head = open_head(signed_head, feed_id)
    if head.size != seq:
        raise BadEncodingError(f"head of {head.size} entries under the number {seq}")
    return head
