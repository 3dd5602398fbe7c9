"""Author ids and keys: what commits to what."""

from hashlib import sha256

import pytest
from street.authors import author_of, moved
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.authorkey import author_id_of, first_author_key, hash_key


def test_an_author_id_is_a_published_digest() -> None:
    """{ printf 'swarmfeed author 2'; head -c 64 /dev/zero; } | sha256sum"""
    digest = "91580200dd6c19f246259b70655050f1406f4a8c5b033a5b8d0f26d06ed327f5"
    assert author_id_of(bytes(32), Hash(bytes(32))).hex() == digest


def test_the_id_is_made_of_the_first_key_and_the_hash_of_the_second() -> None:
    first, second = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)
    assert hash_key(second.public) == sha256(second.public).digest()
    author = first_author_key(first, hash_key(second.public))
    assert (author.key, author.generation) == (first.public, 0)
    assert author.author_id == author_id_of(first.public, hash_key(second.public))
    assert author.author_id != author_id_of(second.public, hash_key(first.public))


def test_the_id_stays_when_the_key_moves() -> None:
    author = author_of(b"\x01" * 32)
    second = moved(author)
    assert (second.author_id, second.generation) == (author.author_id, 1)
    assert hash_key(second.key) == author.next_key_hash


@pytest.mark.parametrize(("key", "hashed"), [(31, 32), (33, 32), (32, 31), (32, 33)])
def test_no_other_bytes_can_be_split_into_the_same_id(key: int, hashed: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        author_id_of(bytes(key), Hash(bytes(hashed)))
