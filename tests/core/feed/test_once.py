"""What is remembered of a wish, as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.limits import WISH_KEPT_MS, WISHES_MAX
from swarmfeed.core.feed.once import (
    ROW_BYTES_MAX,
    Undertaken,
    content_of,
    decode_undertaken,
    encode_undertaken,
    is_key,
    outlived,
    row_key,
)
from swarmfeed.errors import DamageError

hashes = st.binary(min_size=32, max_size=32).map(Hash)
undertakings = st.builds(
    Undertaken,
    content=hashes,
    entry_hash=hashes,
    index=st.integers(0, 2**32 - 1),
    at_ms=st.integers(0, 10**15 - 1),
)


@given(undertakings)
def test_a_row_comes_back_as_it_was(undertaken: Undertaken) -> None:
    row = encode_undertaken(undertaken)
    assert len(row) <= ROW_BYTES_MAX
    assert decode_undertaken(row) == undertaken


@given(st.binary(max_size=200))
def test_garbage_is_damage(row: bytes) -> None:
    try:
        decode_undertaken(row)
    except DamageError:
        return
    assert encode_undertaken(decode_undertaken(row)) == row


def test_what_is_asked_for_is_words_and_place() -> None:
    place = EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 3)
    asked = [("a", None), ("b", None), ("a", place)]
    said = [content_of("k", *each) for each in asked]
    assert len(set(said)) == 3
    assert content_of("k", "a", place) == said[2]
    assert row_key("k") != row_key("k2") and len(row_key("k")) == 32


@pytest.mark.attack("A75")
def test_without_the_key_nobody_finds_out_what_was_said() -> None:
    """The row stays when the post is withdrawn, and short texts could be tried."""
    assert content_of("k", "I quit", None) != content_of("k2", "I quit", None)
    assert content_of("k", "I quit", None) != content_of("", "I quit", None)


@pytest.mark.parametrize(
    ("key", "fits"),
    [
        ("k", True),
        ("K" * 64, True),
        ("a-b_c.d", True),
        ("", False),
        ("K" * 65, False),
        ("a b", False),
        ("é", False),
        ("a\n", False),
    ],
)
def test_a_key_is_short_and_visible(key: str, fits: bool) -> None:
    assert is_key(key) is fits


def test_the_oldest_wishes_make_room_and_old_ones_go() -> None:
    full = {str(number).encode(): 1_000 + number for number in range(WISHES_MAX)}
    assert outlived(full, 1_000) == [b"0"]
    assert outlived(full, 1_002 + WISH_KEPT_MS) == [b"0", b"1"]
    assert outlived({b"k": 5}, 5 + WISH_KEPT_MS) == outlived({}, 9) == []
