"""Many entries read at once are what they are when read one by one."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.chunk import frame_content, pack_frame
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import PostBody, ProfileBody, encode_body
from swarmfeed.core.feed.reading import (
    Entries,
    Packed,
    part_of,
    read_content,
    read_packed,
    read_stored,
    read_tails,
)
from swarmfeed.errors import BadEncodingError

SALT = bytes(range(16))
LIKE_AN_END = b"1:z16:0123456789abcdefe1:k4:post1:ti5ee"
REF = EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 7)


def plain(text: str, time_ms: int = 5) -> bytes:
    return encode_entry("post", time_ms, encode_body(PostBody(text), SALT))


def of_body(body: bytes, kind: str = "post", time_ms: int = 6) -> bytes:
    return encode_entry(kind, time_ms, body)


def one_by_one(stored: Sequence[bytes]) -> Entries:
    return read_stored(stored, [hash_stored(each) for each in stored])


REPLY = of_body(encode_body(PostBody("answer", reply=REF), SALT))
PROFILE = of_body(encode_body(ProfileBody(name="Ann"), SALT), "profile")
WHOLE_INSIDE = of_body(b"d4:name%d:%be" % (len(plain("x")), plain("x")), "profile")
"""A name that looks like a whole post."""
NO_TEXT = of_body(b"d4:text2:\xff\xfe1:z16:" + SALT + b"e")
WITHDRAWN = b"d1:h32:" + bytes(32) + b"1:k4:post1:ti3ee"

entries = st.one_of(
    st.builds(plain, st.text(min_size=1, max_size=30), st.integers(0, 10**14)),
    st.sampled_from(
        [
            *(REPLY, PROFILE, WHOLE_INSIDE, NO_TEXT, WITHDRAWN),
            *(plain("nul\0inside"), plain(LIKE_AN_END.decode()), plain("1:z16:")),
            of_body(b"d4:text9:too short1:z16:" + SALT + b"e"),
            of_body(b"d4:text8001:" + b"a" * 8001 + b"1:z16:" + SALT + b"e"),
            of_body(b"de", "unknown"),
        ]
    ),
)


@given(st.lists(entries, max_size=12))
@example([])
@example([PROFILE, *map(plain, "abc")])
@example([plain("a"), REPLY, PROFILE, plain("b"), plain("c"), REPLY])
@example([plain("a"), WHOLE_INSIDE, plain("b")])
@example([plain("1:z16:"), plain("b")])
def test_many_at_once_are_read_as_one_by_one(stored: list[bytes]) -> None:
    assert read_content(frame_content(stored)) == one_by_one(stored)


@given(st.lists(entries, max_size=4))
def test_few_or_many_behind_the_last_frame_are_read_alike(stored: list[bytes]) -> None:
    assert read_packed(Packed(tail=stored, count=len(stored))) == one_by_one(stored)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_half_an_entry_behind_the_last_frame_is_refused(count: int) -> None:
    stored = [plain(f"post {n}") for n in range(count)]
    with pytest.raises(BadEncodingError):
        read_packed(Packed(tail=[*stored[:-1], stored[-1][:-3]], count=count))


@given(st.lists(st.lists(entries, max_size=4), max_size=5))
@example([])
@example([[], [PROFILE], [], [plain("a"), REPLY]])
@example([[plain("a"), NO_TEXT], [PROFILE, plain("b")], [plain("nul\0inside")]])
def test_short_runs_read_together_are_what_each_is(tails: list[list[bytes]]) -> None:
    assert read_tails(tails) == list(map(one_by_one, tails))


@pytest.mark.parametrize("tail", [[PROFILE + REPLY], [PROFILE, b""], [PROFILE[:-1]]])
def test_of_short_runs_one_that_is_none_is_refused(tail: list[bytes]) -> None:
    with pytest.raises(BadEncodingError):
        read_tails([[plain("a")], tail, [plain("b")]])


def test_a_list_that_only_its_last_post_ends_is_refused() -> None:
    for stored in ([plain("a")], [plain("a"), plain("b")], [REPLY, plain("a")]):
        with pytest.raises(BadEncodingError):
            read_content(frame_content(stored)[:-1])
    with pytest.raises(BadEncodingError):
        read_content(b"l")


@given(st.lists(entries, min_size=1, max_size=5), st.data())
def test_what_is_no_list_of_entries_is_refused(
    stored: list[bytes], data: st.DataObject
) -> None:
    content = frame_content(stored)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(BadEncodingError):
        read_content(content[:cut])
    with pytest.raises(BadEncodingError):
        read_content(content + b"e")


@pytest.mark.parametrize("half", [PROFILE[:20], PROFILE[20:]])
def test_half_an_entry_between_posts_is_refused(half: bytes) -> None:
    with pytest.raises(BadEncodingError):
        read_content(frame_content([plain("a"), half, plain("b")]))


def test_two_halves_around_a_post_are_refused() -> None:
    """Together they are an entry, and what is between them a post."""
    with pytest.raises(BadEncodingError):
        read_content(frame_content([PROFILE[:30], plain("a"), PROFILE[30:]]))


@given(st.lists(entries, max_size=9), st.integers(0, 9), st.integers(0, 9))
def test_a_part_is_what_is_read_of_that_part(
    stored: list[bytes], start: int, stop: int
) -> None:
    whole = read_content(frame_content(stored))
    assert part_of(whole, start, stop) == one_by_one(stored[start:stop])


def test_a_run_begins_and_ends_inside_frames() -> None:
    stored = [plain(f"text {n}", n) for n in range(600)]
    frames = [pack_frame(frame_content(stored[at : at + 256])) for at in (0, 256)]
    packed = Packed(frames=b"".join(frames), tail=stored[512:], skip=3, count=590)
    assert read_packed(packed) == one_by_one(stored[3:593])
    assert read_packed(Packed(tail=stored[:2], count=2)) == one_by_one(stored[:2])


def test_frames_that_are_no_lists_do_not_make_one_together() -> None:
    halves = frame_content([PROFILE])[:40], b"l" + frame_content([PROFILE])[40:]
    for frames in (halves, (b"x" + PROFILE + b"e",), (b"l" + PROFILE + b"x",)):
        packed = Packed(frames=b"".join(map(pack_frame, frames)), count=1)
        with pytest.raises(BadEncodingError):
            read_packed(packed)
