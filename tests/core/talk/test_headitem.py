"""Heads as items of the DHT: their number is their size."""

from hashlib import sha256

import pytest
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId, Hash
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.talk.headitem import open_item
from swarmfeed.errors import BadEncodingError, BadSignatureError

KEY = SigningKey(b"f" * 32)
FEED = FeedId(KEY.public)
HEAD = Head(
    feed_id=FEED,
    size=300,
    root=Hash(sha256(b"root").digest()),
    time_ms=1_700_000_000_000,
    chunks_hash=Hash(sha256(b"le").digest()),
)
SIGNED = sign_head(HEAD, KEY.sign)


def test_a_head_under_its_size_is_read() -> None:
    assert open_item(FEED, SIGNED, 300) == HEAD


@pytest.mark.attack("A12")
@pytest.mark.parametrize("seq", [0, 299, 301, 2**63 - 1])
def test_a_head_under_another_number_is_none(seq: int) -> None:
    with pytest.raises(BadEncodingError, match=f"300 entries under the number {seq}"):
        open_item(FEED, SIGNED, seq)


def test_the_head_of_another_feed_is_none() -> None:
    with pytest.raises(BadSignatureError):
        open_item(FeedId(SigningKey(b"o" * 32).public), SIGNED, 300)
