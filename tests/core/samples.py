"""Feeds and entries for tests: small, deterministic, made with the real code."""

from collections.abc import Collection, Sequence
from hashlib import sha256

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import Join, spell
from swarmfeed.core.feed.chunk import frame_content, hash_frame, pack_frame
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.merkle import root_hash
from swarmfeed.core.feed.replica import Growth, Replica, grow

KEY = SigningKey(bytes(range(32)))
"""The key of the feed; its seed is that of no test vector."""
FEED = FeedId(KEY.public)
OTHER_KEY = SigningKey(bytes(32))


def post(number: int, text: str = "") -> bytes:
    """Return a stored post; the same number and text give the same bytes."""
    said = (text or f"post {number}").encode("utf-8")
    return encode_entry(
        "post", 1_700_000_000_000 + number, b"d4:text%d:%be" % (len(said), said)
    )


def posts(start: int, end: int, text: str = "") -> list[bytes]:
    return [post(number, text) for number in range(start, end)]


def noisy_posts(start: int, end: int) -> list[bytes]:
    """The same, about 1 kB each, that no compression makes much shorter."""
    texts = {
        number: "".join(sha256(b"%d/%d" % (number, part)).hexdigest() for part in range(15))
        for number in range(start, end)
    }
    return [post(number, text) for number, text in texts.items()]


def frame_of(stored: Sequence[bytes]) -> bytes:
    return pack_frame(frame_content(stored))


def chunk_of(stored: Sequence[bytes]) -> tuple[bytes, Hash]:
    """Return the bytes and the root of a chunk of 256 * 16**level entries."""
    parts = [stored[at : at + 256] for at in range(0, len(stored), 256)]
    roots = [root_hash(hash_frame(frame_content(part))) for part in parts]
    return b"".join(map(frame_of, parts)), root_hash(roots)


def claim_of(author: AuthorKey, feed_id: FeedId, *signers: SigningKey) -> bytes:
    """Return a join of whoever likes the feed, signed by whoever likes the claim."""
    message = spell(
        Join(
            author_id=author.author_id,
            generation=author.generation,
            key=author.key,
            next_key_hash=author.next_key_hash,
            feed_id=feed_id,
            from_ms=0,
        )
    )
    return message + b"".join(key.sign(message) for key in signers)


class Author:
    """A feed that grows in memory and remembers every chunk it ever made."""

    def __init__(self, key: SigningKey = KEY) -> None:
        self.key = key
        self.feed_id = FeedId(key.public)
        self.replica: Replica | None = None
        self.chunks: dict[ChunkSpan, bytes] = {}
        self.now_ms = 1_700_000_000_000

    def append(self, stored: Sequence[bytes], going: Collection[int] = ()) -> Replica:
        return self.grow(stored, going).replica

    def grow(self, stored: Sequence[bytes], going: Collection[int] = ()) -> Growth:
        self.now_ms += 1
        growth = grow(
            self.replica,
            self.feed_id,
            stored,
            now_ms=self.now_ms,
            sign=self.key.sign,
            load=self.chunks.__getitem__,
            going=going,
        )
        self.chunks.update(growth.chunks)
        self.replica = growth.replica
        return growth
