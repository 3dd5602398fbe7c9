"""What own devices say to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.state.exchange import (
    News,
    cut_rows,
    decode_news,
    encode_news,
    sign_proof,
    verify_proof,
)
from swarmfeed.core.state.limits import EXCHANGE_BYTES, EXCHANGE_BYTES_MAX, VALUE_BYTES_MAX
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import BadEncodingError, BadSignatureError

from tests.core.state.scene import FEEDS, row, rows

FEED = SigningKey(bytes(range(32)))
HERE, THERE, ELSEWHERE = (NodeId(bytes([n]) * 32) for n in range(3))


def test_a_proof_is_for_one_link_and_one_feed() -> None:
    feed_id, proof = FeedId(FEED.public), sign_proof(FEED, HERE, THERE)
    verify_proof(feed_id, HERE, THERE, proof)
    for feed, sender, receiver in (
        (feed_id, HERE, ELSEWHERE),
        (feed_id, THERE, HERE),
        (FEEDS[0], HERE, THERE),
    ):
        with pytest.raises(BadSignatureError):
            verify_proof(feed, sender, receiver, proof)


@given(
    found=st.lists(rows, max_size=20),
    knows=st.none() | st.dictionaries(st.sampled_from(FEEDS), st.integers(0, 99)),
)
def test_news_go_through_their_bytes_and_have_a_length_of_few(
    found: list[PrivateRow], knows: dict[FeedId, int] | None
) -> None:
    padded = encode_news(News(rows=tuple(found), knows=knows))
    assert decode_news(padded) == News(rows=tuple(found), knows=knows)
    assert len(padded) & (len(padded) - 1) == 0 and len(padded) >= 512


def test_many_rows_are_cut_into_messages_in_their_order() -> None:
    found = [row("draft", bytes([n]), bytes(VALUE_BYTES_MAX), n) for n in range(40)]
    pieces = cut_rows(found)
    assert [each for piece in pieces for each in piece] == found
    assert len(pieces) == 8
    for piece in pieces:
        assert sum(each.bytes_taken for each in piece) <= EXCHANGE_BYTES
        assert len(encode_news(News(rows=piece))) <= EXCHANGE_BYTES_MAX
    assert cut_rows([]) == []


@pytest.mark.parametrize("bad", [b"", bytes(512), b"\0\0\0\2de".ljust(512, b"\0")])
def test_what_is_no_news_is_refused(bad: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_news(bad)
