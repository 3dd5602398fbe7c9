"""Author keys, one after another, and the author id that stays the same through all of them.

    author id   SHA-256("swarmfeed author 2" || key 0 || SHA-256(key 1))

Each key commits to the next one before it is needed: its words stand on a second sheet.  The
generation of a key is how many came before it.  The id is made of the first key and of the
hash of the second, so a thief of the first cannot prepare another second one.
"""

from enum import Enum
from hashlib import sha256
from typing import Final

from msgspec import Struct

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES
from swarmfeed.core.base.types import AuthorId, Hash

AUTHOR_DOMAIN: Final = b"swarmfeed author 2"
"""First bytes of what is hashed into an author id."""


class Sheet(Enum):
    """Which of an author's sheets some words are of."""

    FIRST = "first"
    """Of the key in force."""
    SECOND = "second"
    """Of the key that may take over."""
    NONE = "none"
    """Of neither: an older sheet, or another author's."""


class AuthorKey(Struct, frozen=True, kw_only=True):
    """What signs the certificates of one generation."""

    signing: SigningKey
    author_id: AuthorId
    generation: int
    """0 <= generation < GENERATIONS_MAX."""
    next_key_hash: Hash
    """Commits to the author key that may take over."""

    @property
    def key(self) -> bytes:
        """The public key, 32 bytes."""
        return self.signing.public


def first_author_key(signing: SigningKey, next_key_hash: Hash) -> AuthorKey:
    """Return the key of generation 0: it makes a new author, or is theirs."""
    return AuthorKey(
        signing=signing,
        author_id=author_id_of(signing.public, next_key_hash),
        generation=0,
        next_key_hash=next_key_hash,
    )


def hash_key(key: bytes) -> Hash:
    """Return what commits to a public author key, 32 bytes."""
    return Hash(sha256(key).digest())


def author_id_of(key: bytes, next_key_hash: Hash) -> AuthorId:
    """Return whose the key of generation 0 is.

    Args:
        key: The public key, 32 bytes.
        next_key_hash: SHA-256 of the public key of generation 1.

    Raises:
        ValueError: A length is wrong.
    """
    if len(key) != KEY_BYTES or len(next_key_hash) != HASH_BYTES:
        raise ValueError(f"key and hash are {len(key)} and {len(next_key_hash)} bytes")
    return AuthorId(sha256(AUTHOR_DOMAIN + key + next_key_hash).digest())
