"""A signed feed whose posts are shown with their proofs."""

from typing import Final

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.authorkey import AuthorKey, first_author_key, hash_key
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.kinds import Body, PostBody, encode_body
from swarmfeed.core.feed.merkle import inclusion_proof, root_hash
from swarmfeed.core.feed.proven import Proven, ProvenApart, ProvenPost

from tests.core.samples import KEY

NOW_MS: Final = 1_800_000_000_000
FEED: Final = FeedId(KEY.public)
AUTHOR: Final = first_author_key(SigningKey(b"\x06" * 32), hash_key(b"the next one"))


def stored(body: Body | str, time_ms: int = NOW_MS) -> bytes:
    said = PostBody(body) if isinstance(body, str) else body
    return encode_entry(said.kind, time_ms, encode_body(said))


class Feed:
    """A signed feed, of which posts are shown with their proofs."""

    def __init__(self, *records: bytes, key: SigningKey = KEY, author: AuthorKey = AUTHOR):
        self.records, self.key = records, key
        self.hashes = [hash_stored(each) for each in records]
        self.certificates = (sign_join(author, key, from_ms=1),)

    def proven(self, index: int) -> Proven:
        proof = inclusion_proof(
            index, len(self.records), lambda start, end: root_hash(self.hashes[start:end])
        )
        return Proven(index=index, stored=self.records[index], proof=tuple(proof))

    @property
    def feed_id(self) -> FeedId:
        return FeedId(self.key.public)

    @property
    def head(self) -> bytes:
        head = Head(
            feed_id=self.feed_id,
            size=len(self.records),
            root=root_hash(self.hashes),
            time_ms=NOW_MS,
            chunks_hash=Hash(bytes(32)),
        )
        return sign_head(head, self.key.sign)

    def hit(
        self, index: int, edit: int | None = None, profile: int | None = None
    ) -> ProvenPost:
        return ProvenPost(
            feed_id=self.feed_id,
            head=self.head,
            certificates=self.certificates,
            post=self.proven(index),
            edit=self._apart(edit),
            profile=self._apart(profile),
        )

    def _apart(self, index: int | None) -> ProvenApart | None:
        if index is None:
            return None
        return ProvenApart(head=self.head, entry=self.proven(index))
