"""The keys of one device that letters are sealed to: made from a seed, signed by its feed key.

    HKDF(seed, info "swarmfeed prekeys 1") = i (32) || b (32) || o (32) || ML-KEM-768 seed (64)

The public halves stand in the log, as an entry ``prekeys``.  Whoever has not read that log yet
is shown it with a signature of its own (``SelfIntroduction``), which is made once:
writing letters needs no feed key, and works while that is locked away.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.base.boxes import MLKEM_SEED_BYTES
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.limits import (
    CERTIFICATE_BYTES_MAX,
    GENERATIONS_MAX,
    KEY_BYTES,
    SIGNATURE_BYTES,
    TIME_MS_MAX,
)
from swarmfeed.core.base.marks import At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.base.x25519 import x25519_public
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.certificate import Rotate
from swarmfeed.core.feed.claims import joined_author, open_all
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.errors import BadProofError

SUITE: Final = 1
"""X25519 and ML-KEM-768, HKDF-SHA256, XChaCha20-Poly1305; Double Ratchet with the same."""

_INFO: Final = b"swarmfeed prekeys 1"
_SIGNED: Final = b"swarmfeed letter identity 1\n"


class Privates(Struct, frozen=True):
    """The private halves of one set."""

    __repr__ = hiding("identity", "prekey", "outer", "mlkem_seed")

    identity: bytes
    prekey: bytes
    outer: bytes
    mlkem_seed: bytes


def expand_prekeys(seed: bytes) -> Privates:
    """Return the private halves that a seed of 32 bytes stands for."""
    both = hkdf(seed, info=_INFO, length=3 * KEY_BYTES + MLKEM_SEED_BYTES)
    identity, prekey, outer = (both[n : n + KEY_BYTES] for n in (0, KEY_BYTES, 2 * KEY_BYTES))
    return Privates(identity, prekey, outer, both[3 * KEY_BYTES :])


def public_prekeys(privates: Privates, mlkem: bytes, until_ms: int) -> PrekeysBody:
    """Return what is published of a set; ``mlkem`` is the public key of its ML-KEM seed."""
    return PrekeysBody(
        prekey=x25519_public(privates.prekey),
        identity=x25519_public(privates.identity),
        outer=x25519_public(privates.outer),
        mlkem=mlkem,
        until_ms=until_ms,
        suite=SUITE,
    )


def hash_prekeys(body: PrekeysBody) -> bytes:
    """Name of a set, 32 bytes: of what it says, without the salt of its entry."""
    return sha256(b"swarmfeed prekeys 1" + encode(codec_of(PrekeysBody).write(body))).digest()


# --- introducing oneself -------------------------------------------------------------------


class SelfIntroduction(Struct, frozen=True, kw_only=True):
    """Who writes, to somebody who may not know their log."""

    identity: Annotated[bytes, At("i"), UpTo(KEY_BYTES)]
    outer: Annotated[bytes, At("o"), UpTo(KEY_BYTES)]
    """What an answer is closed up with."""
    until_ms: Annotated[int, At("u"), Between(0, TIME_MS_MAX)]
    signature: Annotated[bytes, At("s"), UpTo(SIGNATURE_BYTES)]
    """Of the feed key, over ``identity_statement``."""
    certificates: Annotated[
        tuple[Annotated[bytes, UpTo(CERTIFICATE_BYTES_MAX)], ...],
        At("l"),
        UpTo(GENERATIONS_MAX),
    ]
    """Rotates that prove the author key, oldest first, and the join or keep of the feed."""


def identity_statement(feed_id: FeedId, identity: bytes, outer: bytes, until_ms: int) -> bytes:
    """What the feed key signs of two of its letter keys."""
    return _SIGNED + encode({"f": feed_id, "i": identity, "o": outer, "u": until_ms})


def introducing(feed_id: FeedId, certificates: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return those of an author's certificates that prove one feed theirs."""
    opened = open_all(certificates)
    own = [each for each in opened if joined_author(feed_id, [opened[each]]) is not None]
    rotates = [each for each, said in opened.items() if isinstance(said, Rotate)]
    return (*rotates, *own[:1])


def open_introduction(feed_id: FeedId, said: SelfIntroduction) -> AuthorId:
    """Return whose feed it is that wrote, as the certificates with it say.

    Whoever knows more certificates of that author has to ask these as well.

    Raises:
        RemoteError: It is not proven.
    """
    statement = identity_statement(feed_id, said.identity, said.outer, said.until_ms)
    verify_signature(feed_id, statement, said.signature)
    opened = open_all(said.certificates)
    author_id = joined_author(feed_id, opened.values())
    if author_id is None:
        raise BadProofError("nobody says whose feed wrote this letter")
    found = feeds_of(author_id, opened.values()).feed(feed_id)
    if found is None:
        raise BadProofError("the feed that wrote this letter is not its author's")
    return author_id
