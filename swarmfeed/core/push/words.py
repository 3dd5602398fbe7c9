"""Messages of what is pushed: who listens to what, and posts on their way."""

from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.marks import At, UpTo
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.proven import ProvenPost
from swarmfeed.core.push.limits import (
    IDS_PER_MESSAGE_MAX,
    PLACES_BYTES,
    POSTING_BYTES_MAX,
    POSTS_PER_MESSAGE_MAX,
)
from swarmfeed.core.supernode.broadcast import NOWHERE, PLACES, Places
from swarmfeed.core.supernode.interests import KEY_BYTES
from swarmfeed.core.supernode.limits import INTEREST_SALT_BYTES, INTERESTS_PER_MESSAGE_MAX
from swarmfeed.core.talk.message import Message
from swarmfeed.errors import BadEncodingError

Keys = Annotated[bytes, UpTo(KEY_BYTES * INTERESTS_PER_MESSAGE_MAX)]
PostIds = Annotated[tuple[Hash, ...], At("o", "Ids of posts"), UpTo(IDS_PER_MESSAGE_MAX)]


class Salt(Struct, frozen=True):
    """To a child: with this salt your words become keys, and I know none of yours yet."""

    name: ClassVar[str] = "salt"
    salt: Annotated[bytes, At("s"), UpTo(INTEREST_SALT_BYTES)]
    """16 bytes, drawn by the parent; the same for all its children."""


class Listen(Struct, frozen=True, kw_only=True):
    """To a parent: this I listen to from now on, and that no longer."""

    name: ClassVar[str] = "listen"
    added: Annotated[Keys, At("a")] = b""
    """Keys that came, ascending, 8 bytes each."""
    removed: Annotated[Keys, At("r")] = b""
    """Keys that went, likewise."""
    first: Annotated[bool, At("y")] = True
    """1: you are the parent that brings posts; 0: you only name them."""
    again: Annotated[bool, At("g")] = False
    """1: this is the last part of all that I listen to; tell me what met it lately."""


class Posted(Struct, frozen=True):
    """Posts with their proofs: from their author, from supernode to supernode, to a child."""

    name: ClassVar[str] = "posted"
    posts: Annotated[tuple[ProvenPost, ...], At("o"), UpTo(POSTS_PER_MESSAGE_MAX)]
    """Posts (FORMAT 18); in a post's place may stand an edit or a withdrawal."""
    places: Annotated[bytes, At("r"), UpTo(PLACES_BYTES)] = b""
    """Places that the receiver sees to: first and last one, 8 bytes each; empty: none."""


class SeenTo(Struct, frozen=True):
    """I have this post, and see to the places of the range that begins here."""

    name: ClassVar[str] = "seen-to"
    id: Annotated[Hash, At("i")]
    """Id of the post."""
    low: Annotated[bytes, At("l"), UpTo(PLACES_BYTES // 2)]
    """First place of the range, 8 bytes."""


class HasPosts(Struct, frozen=True):
    """I have these posts."""

    name: ClassVar[str] = "has-posts"
    ids: PostIds


class GivePosts(Struct, frozen=True):
    """Send me these posts."""

    name: ClassVar[str] = "give-posts"
    ids: PostIds


WORDS: Final[tuple[type[Message], ...]] = (Salt, Listen, Posted, SeenTo, HasPosts, GivePosts)
"""In the order of docs/PROTOCOL.md."""


def write_places(places: Places) -> bytes:
    """Return a range as a message has it."""
    if places.low >= places.high:
        return b""
    return write_place(places.low) + write_place(places.high - 1)


def read_places(raw: bytes) -> Places:
    """Read a range of a message.  Raises BadEncodingError."""
    if not raw:
        return NOWHERE
    half = PLACES_BYTES // 2
    low, last = read_place(raw[:half]), read_place(raw[half:])
    if low > last:
        raise BadEncodingError("a range of places that ends before it begins")
    return Places(low, last + 1)


def write_place(place: int) -> bytes:
    return place.to_bytes(PLACES_BYTES // 2, "big")


def read_place(raw: bytes) -> int:
    """Read a place of a message.  Raises BadEncodingError."""
    if len(raw) != PLACES_BYTES // 2:
        raise BadEncodingError(f"{len(raw)} bytes are no place")
    place = int.from_bytes(raw, "big")
    assert place < PLACES, "eight bytes are a place"
    return place


_POSTING: Final = codec_of(ProvenPost)


def encode_posting(posting: ProvenPost) -> bytes:
    """Return a posting as it is kept: the dict that stands in a message."""
    return encode(_POSTING.write(posting))


def decode_posting(data: bytes) -> ProvenPost:
    """Read a posting that was kept.  Raises BadEncodingError."""
    return _POSTING.read(decode_fields(data, "posting", limit_bytes=POSTING_BYTES_MAX))
