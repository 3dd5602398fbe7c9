"""The fast way into the index reads exactly what the general way reads."""

from collections import defaultdict

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.limits import BODY_BYTES_MAX, POST_AHEAD_MS_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import Hash
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.core.feed.reading import match_plain_post, read_stored
from swarmfeed.core.feed.sightings import PLAIN, Reckoning, Sighting
from swarmfeed.shell.store.entries import (
    POSTS,
    Batch,
    Place,
    PostRow,
    hash_plain_post,
    read_batch,
    read_entry,
)
from swarmfeed.shell.store.kinds import TABLES

NOW_MS = 1_700_000_000_000
HASH = Hash(b"h" * 32)
SALT = b"e1:k4:post1:ti5e"
"""That looks like what follows it is a salt as good as any."""
SALTED = b"1:z16:" + SALT
SEEN = Reckoning(sightings=(Sighting(start=0, stop=9, at_ms=NOW_MS),))
PLACE = Place(feed_no=4, author_no=1, base=10, reckoning=SEEN)

almost_plain = st.builds(
    lambda length, text, end: b"d4:text%d:%b%b" % (length, text, end),
    st.integers(0, 12),
    st.binary(max_size=12),
    st.sampled_from(
        [
            *(b"e", b"ee", b"", b"4:xxxxi1ee", b"e1:k4:post1:ti1ee"),
            *(SALTED + b"e", SALTED[:-1] + b"e", SALTED + b"ee", SALTED),
            SALTED + b"e1:k4:post1:ti1ee",
        ]
    ),
)
salts = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES) | st.just(b"")
plain = st.builds(
    lambda text, salt: encode_body(PostBody(text), salt),
    st.text(min_size=1, max_size=50),
    salts,
)
times = st.one_of(
    st.integers(0, TIME_MS_MAX),
    st.sampled_from([NOW_MS, NOW_MS + POST_AHEAD_MS_MAX, NOW_MS + POST_AHEAD_MS_MAX + 1]),
)


@given(st.sampled_from(["post", "posts", "pin"]), st.one_of(plain, almost_plain), times)
@example("post", b"d4:text04:abcd" + SALTED + b"e", 1)
@example("post", b"d4:text0:" + SALTED + b"e", 1)
@example("post", b"d4:text8001:" + b"a" * 8001 + SALTED + b"e", 1)
@example("post", b"d4:text8000:" + b"a" * 8000 + SALTED + b"e", 1)
@example("post", b"d4:text8000:" + b"a" * 8000 + b"e", 1)
@example("post", b"d4:text1:a1:z15:" + bytes(15) + b"e", 1)
@example("post", b"d4:text1:a1:z16:" + bytes(16) + b"1:zi1ee", 1)
@example("post", encode_body(PostBody("1:z16:0123456789abcdefe1:k4:post1:ti5ee"), SALT), 1)
def test_the_fast_way_agrees_with_the_general_way(kind: str, body: bytes, time_ms: int) -> None:
    record = encode_entry(kind, time_ms, body)
    general: Batch = defaultdict(list, {POSTS: []})
    read_entry(general, 3, record, HASH, PLACE, TABLES)
    fast = read_batch(3, read_stored([record], [HASH]), PLACE, TABLES)
    # In place of a hash that can be worked out stands what it takes for that.
    filled: list[PostRow] = [
        (*row[:4], HASH if len(row[4]) == SALT_BYTES else row[4], *row[5:])
        for row in fast[POSTS]
    ]
    assert {**fast, POSTS: filled} == general


@pytest.mark.parametrize(
    "text",
    ["a", "a\x00b", "Grüße 🌳", "ends with e", "1:k4:post", "1:z16:", "\n", "x" * 8000],
)
def test_an_ordinary_post_takes_the_fast_way(text: str) -> None:
    record = encode_entry("post", 5, encode_body(PostBody(text), SALT))
    assert match_plain_post(record) is not None
    for place in (PLACE, replace(PLACE, reckoning=PLAIN)):
        batch = read_batch(3, read_stored([record], [hash_stored(record)]), place, TABLES)
        assert batch[POSTS] == [(13, 4, 5, None, SALT, None, text)]
    assert hash_plain_post(SALT, 5, text) == hash_stored(record)


@pytest.mark.parametrize(
    ("salt", "time_ms", "text"),
    [
        (SALT[1:], 5, "a"),
        (SALT, -1, "a"),
        (SALT, TIME_MS_MAX + 1, "a"),
        (SALT, 5, "x" * BODY_BYTES_MAX),
        (SALT, 5, "\ud800"),
    ],
)
def test_what_nobody_can_have_signed_has_no_hash(salt: bytes, time_ms: int, text: str) -> None:
    with pytest.raises(ValueError):
        hash_plain_post(salt, time_ms, text)


def test_entries_and_hashes_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="zip"):
        read_stored([b"1:ti1ee", b"1:ti1ee"], [HASH])


def test_rows_stand_in_the_order_of_the_entries() -> None:
    bodies = [PostBody("b"), PostBody("a", lang="en"), PostBody("c")]
    records = [encode_entry("post", 5, encode_body(body, SALT)) for body in bodies]
    entries = read_stored(records, [hash_stored(each) for each in records])
    batch = read_batch(3, entries, replace(PLACE, reckoning=PLAIN), TABLES)
    assert [(row[0], row[-1]) for row in batch[POSTS]] == [(13, "b"), (14, "a"), (15, "c")]
