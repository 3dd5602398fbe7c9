"""A rekey: who has a key of a node opens it, and it is as long as that of any other circle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.circles.rekey import open_before, open_epoch, seal_epoch, wraps_of
from swarmfeed.core.circles.tree import OWN_NODE, cover, node_key, path_keys
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import encode_body
from swarmfeed.core.feed.limits import REKEY_WRAP_BYTES

from tests.core.circles.scene import FEED, OTHER_FEED, dice

SEED, KEY, BEFORE = b"s" * 32, b"k" * 32, b"b" * 32


def keys_for(assigned: int, removed: tuple[int, ...] = ()) -> list[bytes]:
    return [node_key(SEED, node) for node in cover(assigned, removed)]


@given(st.integers(1, 60), st.frozensets(st.integers(0, 59), max_size=20))
def test_exactly_who_may_read_opens_it(assigned: int, gone: frozenset[int]) -> None:
    removed = tuple(leaf for leaf in gone if leaf < assigned)
    (body,) = seal_epoch(
        FEED, 3, KEY, keys_for(assigned, removed), before=None, dice=dice(str(gone))
    )
    for leaf in range(assigned + 2):
        may_read = leaf < assigned and leaf not in removed
        found = open_epoch(body, FEED, path_keys(SEED, leaf))
        assert found == (KEY if may_read else None)


@pytest.mark.parametrize(("assigned", "removed"), [(50, ()), (33, (1,)), (1, ()), (0, ())])
def test_wraps_are_filled_up_and_in_order(assigned: int, removed: tuple[int, ...]) -> None:
    node_keys = keys_for(assigned, removed)
    (body,) = seal_epoch(FEED, 0, KEY, node_keys, before=None, dice=dice())
    count = len(body.wraps) // REKEY_WRAP_BYTES
    wraps = [body.wraps[at * 38 : at * 38 + 38] for at in range(count)]
    assert count == wraps_of(len(node_keys))
    assert wraps == sorted(wraps)
    assert len({*wraps}) == count


def test_many_wraps_stand_in_entries_that_fit_and_each_opens_alone() -> None:
    gone = tuple(range(0, 1_000, 7))
    bodies = seal_epoch(FEED, 0, KEY, keys_for(1_000, gone), before=BEFORE, dice=dice())
    assert [len(body.wraps) // REKEY_WRAP_BYTES for body in bodies] == [192, 192, 128]
    assert all(len(encode_body(body)) <= 8_192 for body in bodies)
    opened = [open_epoch(body, FEED, path_keys(SEED, 1)) for body in bodies]
    assert sorted(map(bool, opened)) == [False, False, True]
    assert all(open_before(body, FEED, KEY) == BEFORE for body in bodies)


def test_two_devices_that_begin_one_epoch_wrap_under_keys_of_their_own() -> None:
    """Under one node key: or what both wrapped would give away what the keys differ by."""
    node_keys = keys_for(8)
    (one,) = seal_epoch(FEED, 5, KEY, node_keys, before=None, dice=dice("one"))
    (other,) = seal_epoch(OTHER_FEED, 5, KEY, node_keys, before=None, dice=dice("other"))
    (again,) = seal_epoch(FEED, 5, BEFORE, node_keys, before=None, dice=dice("again"))
    masks = {xor(body.wraps[6:38], key) for body, key in ((one, KEY), (other, KEY))}
    assert len({*masks, xor(again.wraps[6:38], BEFORE)}) == 3
    assert open_epoch(one, OTHER_FEED, node_keys) is None


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("nodes", "wraps"), [(0, 1), (1, 1), (3, 3), (5, 6), (7, 8), (17, 24), (25, 32), (400, 512)]
)
def test_only_so_many_counts_can_be_told_apart(nodes: int, wraps: int) -> None:
    assert wraps_of(nodes) == wraps


def test_a_changed_wrap_opens_nothing() -> None:
    (body,) = seal_epoch(FEED, 0, KEY, keys_for(1), before=None, dice=dice())
    changed = replace(body, wraps=body.wraps[:-1] + bytes([body.wraps[-1] ^ 1]))
    assert open_epoch(changed, FEED, path_keys(SEED, 0)) is None
    assert open_epoch(replace(body, wraps=body.wraps[:-3]), FEED, path_keys(SEED, 0)) is None
    assert open_epoch(replace(body, wraps=b""), FEED, path_keys(SEED, 0)) is None


def test_the_key_before_is_for_who_has_the_next_one() -> None:
    (body,) = seal_epoch(FEED, 0, KEY, keys_for(1), before=BEFORE, dice=dice())
    assert open_before(body, FEED, KEY) == BEFORE
    assert open_before(body, FEED, BEFORE) != BEFORE
    assert open_before(replace(body, before=b""), FEED, KEY) is None


def test_one_of_ten_thousand_is_removed_in_less_than_a_kilobyte() -> None:
    node_keys = [*keys_for(10_000, (4_321,)), node_key(SEED, OWN_NODE)]
    (body,) = seal_epoch(FEED, 9, KEY, node_keys, before=None, dice=dice())
    assert len(encode_entry(body.kind, 1_800_000_000_000, encode_body(body))) <= 1_000
