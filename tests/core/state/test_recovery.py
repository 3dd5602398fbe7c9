"""Statements of recovery keys: signed by the author key, and by nobody else."""

import pytest
from swarmfeed.core.base.boxes import PUBLIC_BYTES
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.limits import RECOVERY_BYTES_MAX
from swarmfeed.core.state.recovery import open_recovery, sign_recovery
from swarmfeed.errors import BadEncodingError, BadSignatureError

AUTHOR = SigningKey(bytes(range(32)))
AUTHOR_ID = AuthorId(bytes(range(32, 64)))
THIS, NEXT = bytes(PUBLIC_BYTES), bytes([1]) * PUBLIC_BYTES


def signed() -> bytes:
    return sign_recovery(AUTHOR, AUTHOR_ID, 3, this=THIS, next_=NEXT)


def test_it_says_both_keys_and_whose_they_are() -> None:
    found = open_recovery(signed())
    assert (found.author_id, found.generation, found.key) == (AUTHOR_ID, 3, AUTHOR.public)
    assert (found.this, found.next) == (THIS, NEXT)
    assert len(signed()) <= RECOVERY_BYTES_MAX


@pytest.mark.attack("A92")
@pytest.mark.parametrize("at", [30, 100, 2_000, -1])
def test_a_changed_one_is_refused(at: int) -> None:
    changed = bytearray(signed())
    changed[at] ^= 1
    with pytest.raises((BadEncodingError, BadSignatureError)):
        open_recovery(bytes(changed))


@pytest.mark.parametrize("bad", [b"", b"swarmfeed recovery 1\n", bytes(3_000)])
def test_what_is_none_is_refused(bad: bytes) -> None:
    with pytest.raises(BadEncodingError):
        open_recovery(bad)


def test_keys_of_another_length_are_not_signed() -> None:
    with pytest.raises(BadEncodingError):
        sign_recovery(AUTHOR, AUTHOR_ID, 3, this=THIS[1:], next_=NEXT)
