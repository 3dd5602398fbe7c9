from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from street.authors import author_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.history.limits import REASON_CHARS_MAX
from swarmfeed.core.history.notice import (
    HOLDING,
    LASTS_MS,
    OF_SERVERS,
    RENEW_EVERY_MS,
    SOURCES,
    Notice,
    Word,
    open_goodbye,
    open_notice,
    read_notice,
    sign_goodbye,
    sign_notice,
)
from swarmfeed.errors import BadEncodingError, BadSignatureError

from tests.examples import at_most

NODE = SigningKey(b"\x07" * 32)
OTHER = SigningKey(b"\x08" * 32)
NOW_MS = 1_800_000_000_000

ids = st.binary(min_size=32, max_size=32)


@st.composite
def notices(draw: st.DrawFn) -> Notice:
    word, made_ms = draw(st.sampled_from(Word)), draw(st.integers(0, 10**14))
    return Notice(
        node_id=NodeId(NODE.public),
        author_id=AuthorId(draw(ids)),
        feed_id=FeedId(draw(ids)),
        word=word,
        size=draw(st.integers(0, 2**32)),
        feed_bytes=draw(st.integers(0, 2**50)),
        made_ms=made_ms,
        until_ms=made_ms + draw(st.integers(1, LASTS_MS[word])),
        reason=draw(st.text(max_size=REASON_CHARS_MAX)),
    )


LEASE = Notice(
    node_id=NodeId(NODE.public),
    author_id=AuthorId(b"a" * 32),
    feed_id=FeedId(b"f" * 32),
    word=Word.LEASE,
    size=7,
    feed_bytes=700,
    made_ms=NOW_MS,
    until_ms=NOW_MS + LASTS_MS[Word.LEASE],
)


@given(notices())
def test_a_notice_says_what_was_signed(notice: Notice) -> None:
    signed = sign_notice(notice, NODE)
    assert open_notice(signed) == read_notice(signed) == notice


@pytest.mark.attack("A35")
@settings(max_examples=at_most(60))
@given(notices(), st.data())
def test_a_changed_notice_is_refused(notice: Notice, draw: st.DataObject) -> None:
    signed = bytearray(sign_notice(notice, NODE))
    at = draw.draw(st.integers(0, len(signed) - 1))
    signed[at] ^= draw.draw(st.integers(1, 255))
    with pytest.raises((BadEncodingError, BadSignatureError)):
        open_notice(bytes(signed))


@pytest.mark.attack("A35")
@given(st.binary(max_size=300))
def test_garbage_is_refused(garbage: bytes) -> None:
    for data in (garbage, b"swarmfeed notice 1\n" + garbage, bytes(5_000)):
        with suppress(BadEncodingError, BadSignatureError):
            open_notice(data)
            raise AssertionError("nobody signed this")
        with suppress(BadEncodingError, BadSignatureError):
            open_goodbye(data)
            raise AssertionError("nobody signed this")


@pytest.mark.attack("A35")
def test_nobody_speaks_for_another_node() -> None:
    with pytest.raises(BadSignatureError):
        open_notice(sign_notice(LEASE, OTHER))
    with pytest.raises(BadSignatureError):
        open_goodbye(sign_goodbye(NodeId(NODE.public), NOW_MS, OTHER))


@pytest.mark.parametrize("word", Word)
def test_no_notice_lasts_longer_than_its_word_may(word: Word) -> None:
    longest = replace(LEASE, word=word, until_ms=NOW_MS + LASTS_MS[word])
    assert open_notice(sign_notice(longest, NODE)).word is word
    for until_ms in (longest.until_ms + 1, NOW_MS, NOW_MS - 1):
        with pytest.raises(BadEncodingError, match="lasts too long"):
            open_notice(sign_notice(replace(longest, until_ms=until_ms), NODE))


def test_it_counts_until_it_expires() -> None:
    assert LEASE.counts(LEASE.until_ms - 1)
    assert not LEASE.counts(LEASE.until_ms)


def test_three_renewals_may_be_lost() -> None:
    assert all(LASTS_MS[word] >= RENEW_EVERY_MS * 4 for word in HOLDING)


def test_words_of_servers_are_those_only_servers_say() -> None:
    assert HOLDING <= SOURCES
    assert Word.HAVE not in OF_SERVERS and Word.LEASE in OF_SERVERS


def test_signatures_of_other_kinds_are_no_notices() -> None:
    leave = sign_leave(author_of(NODE.seed), FeedId(b"f" * 32), size=1, from_ms=NOW_MS)
    goodbye = sign_goodbye(NodeId(NODE.public), NOW_MS, NODE)
    for signed in (leave, goodbye):
        with pytest.raises(BadEncodingError):
            open_notice(signed)
    assert open_goodbye(goodbye).made_ms == NOW_MS
    with pytest.raises(BadEncodingError):
        open_goodbye(sign_notice(LEASE, NODE))
