"""Patches: which frames are sent, and that nothing false is put in."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.feed.chunk import frame_ranges
from swarmfeed.core.feed.chunklist import make_record
from swarmfeed.core.feed.limits import PATCH_BYTES_MAX, PATCH_FRAMES_MAX
from swarmfeed.core.feed.merkle import EMPTY_ROOT
from swarmfeed.core.feed.patching import DIGEST_BYTES, digests_of, patch_for, patched
from swarmfeed.core.feed.withdrawal import strip_chunk
from swarmfeed.errors import BadEncodingError, BadProofError

from tests.core.samples import chunk_of, frame_of, posts
from tests.examples import at_most

OLD, ROOT = chunk_of(posts(0, 4096))
NEW = strip_chunk(OLD, 0, [300, 301, 4000])
BEFORE, AFTER = make_record(OLD, ROOT), make_record(NEW, ROOT)


def test_the_frames_that_differ_make_the_new_chunk() -> None:
    frames = patch_for(NEW, digests_of(OLD))
    assert frames.keys() == {1, 15}
    assert patched(OLD, BEFORE, frames, AFTER) == NEW
    assert patch_for(NEW, digests_of(NEW)) == {}


@given(st.integers(0, 2**32), st.integers(1, 20))
@settings(max_examples=at_most(5))
def test_whatever_was_withdrawn_since_one_patch_is_enough(seed: int, count: int) -> None:
    dice = Random(seed)
    gone = [dice.randrange(4096) for _ in range(count)]
    had, has = strip_chunk(OLD, 0, gone[: count // 2]), strip_chunk(OLD, 0, gone)
    frames = patch_for(has, digests_of(had))
    if has != had:
        assert patched(had, make_record(had, ROOT), frames, make_record(has, ROOT)) == has


def test_a_chunk_of_another_number_of_frames_is_not_patched() -> None:
    small, _ = chunk_of(posts(0, 256))
    assert patch_for(NEW, digests_of(small)) == {}
    assert patch_for(NEW, digests_of(OLD)[:-1]) == {}


def test_what_the_swarm_brings_better_is_not_patched() -> None:
    frame = frame_of(posts(0, 256))
    many = frame * (PATCH_FRAMES_MAX + 1)
    unknown = bytes(DIGEST_BYTES)
    assert patch_for(many, unknown * (PATCH_FRAMES_MAX + 1)) == {}
    assert len(patch_for(frame * PATCH_FRAMES_MAX, unknown * PATCH_FRAMES_MAX)) == 256
    dice = Random(1)
    # Posts of nothing but luck do not compress.
    big = frame_of(posts(0, 256, dice.randbytes(4_000).hex()))
    assert len(big) * 100 < PATCH_BYTES_MAX
    texts = [dice.randbytes(3_900).hex() for _ in range(256)]
    bigger = frame_of([posts(n, n + 1, text)[0] for n, text in enumerate(texts)])
    times = PATCH_BYTES_MAX // len(bigger) + 1
    assert patch_for(bigger * times, unknown * times) == {}
    assert patch_for(bigger * (times - 1), unknown * (times - 1))


@pytest.mark.attack("A96")
@pytest.mark.parametrize("lie", ["nothing", "no frame", "others", "beyond", "half", "more"])
def test_a_patch_that_is_not_what_the_author_signed_is_refused(lie: str) -> None:
    right = patch_for(NEW, digests_of(OLD))
    start, end = frame_ranges(OLD)[2]
    lies = {
        "nothing": {},
        "no frame": {**right, 1: b"no frame"},
        "others": {**right, 1: OLD[start:end]},
        "beyond": {**right, 16: right[1]},
        "half": {1: right[1]},
        "more": {**right, 2: right[1]},
    }
    with pytest.raises((BadEncodingError, BadProofError)):
        patched(OLD, BEFORE, lies[lie], AFTER)


@pytest.mark.attack("A96")
def test_an_author_cannot_have_a_chunk_patched_to_another_one() -> None:
    other = chunk_of([*posts(0, 255), *posts(0, 1), *posts(256, 4096)])[0]
    frames = patch_for(other, digests_of(OLD))
    with pytest.raises(BadProofError, match="other entries"):
        patched(OLD, BEFORE, frames, make_record(other, ROOT))
    with pytest.raises(BadProofError, match="other entries"):
        patched(OLD, BEFORE, frames, make_record(other, EMPTY_ROOT))
