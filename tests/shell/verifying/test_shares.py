"""How a chunk is cut for several processes."""

import pytest
from swarmfeed.core.feed.limits import VERIFY_SHARE_BYTES, VERIFY_SHARE_FRAMES
from swarmfeed.shell.verifying.verifier import shares


def frames_of(count: int, size_bytes: int) -> list[tuple[int, int]]:
    return [(at * size_bytes, (at + 1) * size_bytes) for at in range(count)]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("frames", [1, 2, 16, 255, 256, 4096])
@pytest.mark.parametrize("size_bytes", [15_000, 1_000_000, VERIFY_SHARE_BYTES + 1])
def test_shares_are_whole_frames_in_order(count: int, frames: int, size_bytes: int) -> None:
    ranges = frames_of(frames, size_bytes)
    cut = shares(ranges, count)
    assert [at for share in cut for at in range(*share, size_bytes)] == [
        start for start, _ in ranges
    ]
    assert cut[-1][1] == ranges[-1][1]
    for start, end in cut:
        held = (end - start) // size_bytes
        assert held == 1 or end - start <= VERIFY_SHARE_BYTES
        assert held <= VERIFY_SHARE_FRAMES


def test_a_small_chunk_is_halved() -> None:
    assert shares(frames_of(16, 10), 2) == [(0, 80), (80, 160)]


def test_a_large_one_is_dealt_out() -> None:
    cut = shares(frames_of(256, 10), 2)
    assert [end - start for start, end in cut] == [640, 640, 640, 640]
