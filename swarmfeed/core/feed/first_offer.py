"""The head of a feed that nothing is held of, as somebody offers it, and what it says.

Three signatures and a hash an entry are most of what a small feed costs.  So an offer, and what
was found to be true of it, can also be told in plain values: bytes, integers, lists of them.
"""

from typing import Any, Final, NamedTuple

from msgspec import Struct
from msgspec.structs import asdict

from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.certificate import Certificate, Join, Keep, Leave, Rotate
from swarmfeed.core.feed.chunklist import decode_chunk_list
from swarmfeed.core.feed.claims import open_of
from swarmfeed.core.feed.head import Head
from swarmfeed.core.feed.merkle import Frontier
from swarmfeed.core.feed.replica import Replica, open_replica

_CERTIFICATES: Final = {each.__name__: each for each in (Join, Keep, Leave, Rotate)}


class FirstOffer(NamedTuple):
    """What comes with the first head of a feed."""

    author_id: AuthorId
    feed_id: FeedId
    signed_head: bytes
    chunk_list: bytes
    certificates: tuple[bytes, ...]
    """Of the author, signed."""
    tail: tuple[bytes, ...]
    """Stored entries behind the last sealed chunk."""


class OpenedOffer(Struct, frozen=True):
    """What an offer says: every signature of it holds, and all its entries are those signed."""

    certificates: dict[bytes, Certificate]
    replica: Replica


def open_first(offer: FirstOffer) -> OpenedOffer:
    """Verify an offer.  Whether its certificates make the feed the author's is not asked.

    Raises:
        RemoteError: Something of it is false or malformed.
    """
    certificates = {each: open_of(offer.author_id, each) for each in offer.certificates}
    what = offer.feed_id, offer.signed_head, offer.chunk_list, offer.tail
    return OpenedOffer(certificates, open_replica(*what))


def plain_of(opened: OpenedOffer, offer: FirstOffer) -> Any:
    """Tell what an offer says in plain values, without what stands in the offer."""
    replica, head = opened.replica, opened.replica.head
    tail = None if replica.tail == offer.tail else replica.tail
    said = head.size, head.root, head.time_ms, head.chunks_hash
    certificates = [_plain_certificate(each) for each in opened.certificates.values()]
    return said, replica.frontier.roots, tail, certificates


def opened_of(plain: Any, offer: FirstOffer) -> OpenedOffer:
    """Return what plain values tell of an offer."""
    (size, root, time_ms, chunks_hash), roots, tail, certificates = plain
    head = Head(
        feed_id=offer.feed_id,
        size=size,
        root=Hash(root),
        time_ms=time_ms,
        chunks_hash=Hash(chunks_hash),
    )
    replica = Replica(
        head,
        offer.signed_head,
        decode_chunk_list(offer.chunk_list, size),
        offer.chunk_list,
        offer.tail if tail is None else tail,
        Frontier(size, roots),
    )
    opened = [_CERTIFICATES[name](**values) for name, values in certificates]
    return OpenedOffer(
        dict(zip(dict.fromkeys(offer.certificates), opened, strict=True)), replica
    )


def _plain_certificate(certificate: Certificate) -> tuple[str, dict[str, Any]]:
    values = asdict(certificate)
    return type(certificate).__name__, values
