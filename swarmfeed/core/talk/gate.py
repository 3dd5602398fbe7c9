"""The gate: how whoever has only an author's address finds their newest feed in the DHT.

A BEP 44 item under a key pair that anybody can make, from the author id.  So anybody can put
it again for the author, a vandal can hide it, and nobody can falsify it: the value proves
itself by the id.

    key pair  Ed25519 seed SHA-256("swarmfeed gate 2" || author id), salt "feed"
    value     {"a": author key's signature of the join, "b": the feed's, "f": feed id,
               "i"?: 1 when the author began with it, "k": [author keys, oldest first],
               "n": hash of the next author key,
               "r": [signatures of the rotates, oldest first], "t": from_ms of the join}
    seq       generation * 2**50 + from_ms

That is the join of the newest feed and the rotates that lead to it, without what a reader can
put in again: their messages follow from these fields.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import (
    GENERATIONS_MAX,
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    TIME_MS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, Hash
from swarmfeed.core.feed.author import feeds_of, proving_rotates
from swarmfeed.core.feed.authorkey import hash_key
from swarmfeed.core.feed.certificate import (
    Certificate,
    Join,
    Rotate,
    open_certificate,
    spell,
)
from swarmfeed.core.net.krpc import GATE_SALT, Item, signed_buffer
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import BadEncodingError, BadProofError, RemoteError

_DOMAIN: Final = b"swarmfeed gate 2"
_SEQ_PER_GENERATION: Final = 2**50
"""More than any time in milliseconds, and 2**13 of it are less than a seq."""


class GateFound(Struct, frozen=True, kw_only=True):
    """What a newcomer reads: the newest feed, and what proves it to be the author's."""

    feed_id: FeedId
    certificates: tuple[bytes, ...]
    """Signed: the rotates, oldest first, and the join of the feed."""


def gate_key(author_id: AuthorId) -> SigningKey:
    """Return the key pair that anybody can make who knows an author."""
    return SigningKey(sha256(_DOMAIN + author_id).digest())


def make_gate(author_id: AuthorId, opened: Mapping[bytes, Certificate]) -> Item | None:
    """Make the gate of an author from what is known of them.

    Args:
        opened: Their certificates, what each signed one says.

    Returns:
        None while no join of the generation in force is known, or when its rotates do not fit.
    """
    signed = {each: form for form, each in opened.items()}
    join = _newest_join(author_id, signed)
    if join is None:
        return None
    proving = proving_rotates(author_id, opened)
    rotates = [each for each in map(opened.get, proving) if isinstance(each, Rotate)]
    forms = [*proving, signed[join]]
    value = _encode(join, rotates, forms)
    if len(value) > KRPC_VALUE_BYTES_MAX:
        return None
    try:
        if read_gate(value, author_id).certificates != tuple(forms):
            return None  # a later version said more in one of them
    except RemoteError:
        return None
    key, seq = gate_key(author_id), join.generation * _SEQ_PER_GENERATION + join.from_ms
    signature = key.sign(signed_buffer(value, seq, GATE_SALT))
    return Item(public=key.public, value=value, seq=seq, signature=signature)


def read_gate(value: bytes, author_id: AuthorId) -> GateFound:
    """Read a gate that anybody may have put.

    Raises:
        RemoteError: It is none, or proves nothing about this author.
    """
    fields = decode_fields(value, "gate", limit_bytes=KRPC_VALUE_BYTES_MAX)
    keys = fields.take_bytes_list(b"k", count_max=GENERATIONS_MAX, length=KEY_BYTES)
    signatures = fields.take_bytes_list(b"r", count_max=GENERATIONS_MAX, length=SIGNATURE_BYTES)
    if len(keys) != len(signatures) + 1:
        raise BadEncodingError("a gate with a key too few or too many")
    last_hash = Hash(fields.take_bytes(b"n", length=HASH_BYTES))
    hashes = [*map(hash_key, keys[1:]), last_hash]
    forms = [
        spell(rotate) + signature
        for rotate, signature in zip(_rotates(author_id, keys, hashes), signatures, strict=True)
    ]
    join = Join(
        author_id=author_id,
        generation=len(keys) - 1,
        key=keys[-1],
        next_key_hash=last_hash,
        feed_id=FeedId(fields.take_bytes(b"f", length=KEY_BYTES)),
        from_ms=fields.take_int(b"t", 0, TIME_MS_MAX),
        is_first=b"i" in fields and bool(fields.take_int(b"i", 1, 1)),
    )
    by_author = fields.take_bytes(b"a", length=SIGNATURE_BYTES)
    by_feed = fields.take_bytes(b"b", length=SIGNATURE_BYTES)
    forms.append(spell(join) + by_author + by_feed)
    state = feeds_of(author_id, [open_certificate(each) for each in forms])
    if state.feed(join.feed_id) is None:
        raise BadProofError("a gate that proves nothing about its author")
    return GateFound(feed_id=join.feed_id, certificates=tuple(forms))


def _newest_join(author_id: AuthorId, known: Iterable[Certificate]) -> Join | None:
    known = list(known)
    state = feeds_of(author_id, known)
    counting = {each.feed_id for each in state.feeds if each.end is None}
    joins = [
        each
        for each in known
        if isinstance(each, Join)
        and each.feed_id in counting
        and (each.generation, each.next_key_hash) == (state.generation, state.next_key_hash)
    ]
    return max(joins, key=lambda each: (each.from_ms, each.feed_id), default=None)


def _encode(join: Join, rotates: Sequence[Rotate], forms: Sequence[bytes]) -> bytes:
    return encode(
        {
            b"a": forms[-1][-2 * SIGNATURE_BYTES : -SIGNATURE_BYTES],
            b"b": forms[-1][-SIGNATURE_BYTES:],
            b"f": join.feed_id,
            b"k": [*(each.was for each in rotates), join.key],
            b"n": join.next_key_hash,
            b"r": [each[-SIGNATURE_BYTES:] for each in forms[:-1]],
            b"t": join.from_ms,
            **({b"i": 1} if join.is_first else {}),
        }
    )


def _rotates(
    author_id: AuthorId, keys: Sequence[bytes], hashes: Sequence[Hash]
) -> list[Rotate]:
    return [
        Rotate(
            author_id=author_id,
            generation=number,
            key=key,
            next_key_hash=hashes[number],
            was=was,
        )
        for number, (was, key) in enumerate(pairwise(keys), start=1)
    ]
