"""The tree: a cover has everybody who may read, and nobody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.circles.limits import LEAVES_MAX
from swarmfeed.core.circles.tree import OWN_NODE, cover, node_key, path, path_keys

sizes = st.integers(0, 300) | st.integers(0, LEAVES_MAX)
SEED = bytes(32)


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, frozenset[int]]:
    assigned = draw(sizes)
    gone = st.integers(0, max(assigned - 1, 0))
    removed = draw(st.frozensets(gone, max_size=40)) if assigned else frozenset()
    return assigned, removed


@pytest.mark.attack("A192")
@given(trees())
def test_exactly_those_who_may_read_stand_under_a_cover(
    tree: tuple[int, frozenset[int]],
) -> None:
    """Over how many there are, who was removed, and who has yet to come."""
    assigned, removed = tree
    nodes = {*cover(assigned, removed)}
    looked_at = {*range(min(assigned + 3, LEAVES_MAX)), LEAVES_MAX - 1} if assigned < 400 else {
        0, 1, assigned - 1, min(assigned, LEAVES_MAX - 1), LEAVES_MAX - 1, *removed
    }  # fmt: skip
    for leaf in looked_at:
        may_read = leaf < assigned and leaf not in removed
        assert len(nodes & {*path(leaf)}) == may_read, f"leaf {leaf}"


@given(trees())
def test_no_two_nodes_of_a_cover_could_be_one(tree: tuple[int, frozenset[int]]) -> None:
    nodes = {*cover(*tree)}
    assert not any(node ^ 1 in nodes for node in nodes if node > 1)


@pytest.mark.parametrize(
    ("assigned", "removed", "count"),
    [
        (0, (), 0),
        (1, (), 1),
        (50, (), 3),
        (LEAVES_MAX, (), 1),
        (LEAVES_MAX, (0,), 14),
        (3, (0, 1, 2), 0),
    ],
)
def test_a_cover_is_small(assigned: int, removed: tuple[int, ...], count: int) -> None:
    assert len(cover(assigned, removed)) == count


def test_a_path_leads_from_the_root_to_the_leaf() -> None:
    assert path(0)[0] == path(LEAVES_MAX - 1)[0] == 1
    assert path(5)[-1] == LEAVES_MAX + 5
    assert len(path(5)) == len({*path_keys(SEED, 5)}) == 15
    assert OWN_NODE not in path(5)


def test_keys_of_two_seeds_have_nothing_in_common() -> None:
    assert node_key(SEED, 1) != node_key(b"\1" * 32, 1)


@pytest.mark.parametrize("leaf", [-1, LEAVES_MAX])
def test_there_are_no_more_leaves(leaf: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        path(leaf)


@pytest.mark.parametrize("assigned", [-1, LEAVES_MAX + 1])
def test_no_more_are_assigned(assigned: int) -> None:
    with pytest.raises(ValueError, match="leaves"):
        cover(assigned, ())
