"""Snapshots of private state: who opens them, and what of a changed one is refused."""

from hashlib import sha256, shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.aead import NONCE_BYTES
from swarmfeed.core.feed.kinds import decode_body, encode_body
from swarmfeed.core.feed.limits import SALT_BYTES, STATE_PART_BYTES
from swarmfeed.core.feed.sealed_kinds import StateBody
from swarmfeed.core.state.limits import WRAPS_MAX
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.core.state.snapshot import (
    WRAP_BYTES,
    OpenBox,
    Snapshot,
    join_parts,
    open_snapshot,
    seal_snapshot,
    split_blob,
    wrap_info,
)
from swarmfeed.errors import BadEncodingError, BadSealError, RemoteError
from swarmfeed.shell.boxes import HpkeBoxes

from tests.core.state.scene import FEEDS, row, rows

BOXES = HpkeBoxes()
SEEDS = [bytes([n]) * 32 for n in range(3)]
KEY, NONCE = bytes(range(32)), bytes(NONCE_BYTES)
FEED = FEEDS[0]


def opener(seed: bytes) -> OpenBox:
    return lambda box, info: BOXES.open(seed, box, info)


def sealed(*found: PrivateRow, seeds: list[bytes] = SEEDS[:2]) -> bytes:
    wraps = [BOXES.seal(BOXES.public_of(seed), KEY, wrap_info(FEED)) for seed in seeds]
    return seal_snapshot(Snapshot(found, 5), FEED, key=KEY, nonce=NONCE, wraps=wraps)


BOX = b"box of the key".ljust(WRAP_BYTES, b".")


def open_plainly(box: bytes, info: bytes) -> bytes:
    """Boxes of a library cost milliseconds each: this one is known by its bytes."""
    if (box, info) != (BOX, wrap_info(FEED)):
        raise BadSealError("another box")
    return KEY


@given(st.lists(rows, max_size=40))
def test_what_was_sealed_comes_back(found: list[PrivateRow]) -> None:
    made = Snapshot(tuple(found), 5)
    blob = seal_snapshot(made, FEED, key=KEY, nonce=NONCE, wraps=[BOX])
    assert open_snapshot(blob, FEED, open_plainly) == made
    assert len(blob) & (len(blob) - 1) == 0


@pytest.mark.attack("A90")
def test_each_of_several_opens_it_and_nobody_else() -> None:
    blob = sealed(row())
    for seed in SEEDS[:2]:
        assert open_snapshot(blob, FEED, opener(seed)).rows == (row(),)
    with pytest.raises(BadSealError, match="none of the boxes"):
        open_snapshot(blob, FEED, opener(SEEDS[2]))


@pytest.mark.attack("A91")
def test_in_the_log_of_another_feed_it_opens_nothing() -> None:
    with pytest.raises(BadSealError):
        open_snapshot(sealed(row()), FEEDS[1], opener(SEEDS[0]))


def test_nothing_tells_whether_there_is_one_row_or_ten() -> None:
    assert len(sealed()) == len(sealed(*(row(key=bytes([n])) for n in range(10)))) == 4_096


@given(at=st.integers(0, 4_095), bit=st.integers(0, 7))
def test_whatever_bit_is_changed_it_opens_for_nobody(at: int, bit: int) -> None:
    """Also a bit of a box for somebody else: all boxes are part of what the seal covers."""
    blob = bytearray(PLAIN_BLOB)
    blob[at] ^= 1 << bit
    with pytest.raises(RemoteError):
        open_snapshot(bytes(blob), FEED, open_plainly)


BLOB = sealed(row())
PLAIN_BLOB = seal_snapshot(
    Snapshot((row(),), 5), FEED, key=KEY, nonce=NONCE, wraps=[BOX, b"x" * WRAP_BYTES]
)


@pytest.mark.parametrize("cut", [0, 1, 2, WRAP_BYTES, 2 * WRAP_BYTES + 1, 2 * WRAP_BYTES + 40])
def test_one_that_was_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(BadEncodingError):
        open_snapshot(BLOB[:cut], FEED, opener(SEEDS[0]))


def test_more_boxes_than_an_author_can_have_are_refused_before_any_is_tried() -> None:
    blob = bytes([WRAPS_MAX + 1]) + bytes((WRAPS_MAX + 1) * WRAP_BYTES + 4_096)
    with pytest.raises(BadEncodingError):
        open_snapshot(blob, FEED, lambda *_: pytest.fail("a box was tried"))


# --- parts ---


def noise(number: int) -> bytes:
    """Nothing makes it shorter."""
    return shake_256(bytes([number])).digest(4_000)


def large() -> bytes:
    return sealed(*(row("draft", bytes([n]), noise(n)) for n in range(8)))


def numbered(bodies: list[StateBody], start: int = 10) -> dict[int, StateBody]:
    return dict(enumerate(bodies, start))


def test_its_parts_fit_entries_and_come_together_again() -> None:
    blob = large()
    bodies = split_blob(blob)
    assert len(bodies) == -(-len(blob) // STATE_PART_BYTES) == 9
    for body in bodies:
        assert decode_body("state", encode_body(body, bytes(SALT_BYTES))) == body
    (whole,) = join_parts(numbered(bodies))
    assert (whole.blob, whole.indices) == (blob, tuple(range(10, 19)))


@pytest.mark.parametrize("missing", [0, 4, 8])
def test_of_one_with_a_part_missing_nothing_is_whole_and_the_older_one_is_found(
    missing: int,
) -> None:
    older, newer = split_blob(sealed(row())), split_blob(large())
    parts = {**numbered(older, 0), **numbered(newer, 10)}
    del parts[10 + missing]
    assert [each.blob for each in join_parts(parts)] == [b"".join(b.data for b in older)]


def test_the_newest_comes_first_whatever_its_parts_are_mixed_with() -> None:
    older, newer = split_blob(large()), split_blob(sealed(row()))
    parts = {**numbered(older, 0), **numbered(newer, 20)}
    assert [each.indices[0] for each in join_parts(parts)] == [20, 0]


def test_a_part_that_was_changed_makes_none_whole() -> None:
    bodies = split_blob(large())
    bodies[3] = replace(bodies[3], data=bodies[3].data[:-1] + b"x")
    assert [*join_parts(numbered(bodies))] == []
    assert sha256(b"".join(body.data for body in bodies)).digest()[:16] != bodies[0].id
