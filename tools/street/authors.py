"""Authors of tests: keys of every generation, from one seed."""

from hashlib import sha256

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.feed.authorkey import AuthorKey, first_author_key, hash_key
from swarmfeed.shell.disk.keyfile import AuthorSeeds, Keys


def author_of(seed: bytes) -> AuthorKey:
    """Return the first key of an author; the same 32 bytes give the same author."""
    return first_author_key(SigningKey(seed), hash_key(_after(seed).public))


def moved(author: AuthorKey) -> AuthorKey:
    """Return the key that this one prepared: what stands on the second sheet."""
    signing = _after(author.signing.seed)
    return AuthorKey(
        signing=signing,
        author_id=author.author_id,
        generation=author.generation + 1,
        next_key_hash=hash_key(_after(signing.seed).public),
    )


def _after(seed: bytes) -> SigningKey:
    return SigningKey(sha256(b"the key after " + seed).digest())


def blank_keys() -> Keys:
    """Return keys of a device whose every seed is zeros."""
    zeros = bytes(32)
    author = author_of(zeros)
    return Keys(
        author=AuthorSeeds.of(author),
        author_id=author.author_id,
        feed_seed=zeros,
        node_seed=zeros,
        recipient_seed=zeros,
        created_at_ms=1,
    )
