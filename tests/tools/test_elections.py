"""Networks of members play by the functions of the core."""

import numpy as np
import pytest
from simulation.supernodes.objects import Objects
from simulation.supernodes.world import Setting, World
from swarmfeed.core.supernode.limits import PARENTS

SEEDS = range(1, 6)
THIRTY = 30


def house(seed: int) -> Objects:
    """Thirty machines under one roof, all of which may serve, the smallest class."""
    setting = Setting(seed=seed, nodes=THIRTY, eligible=1.0, churn=False, one_house=True)
    return Objects(World(setting))


def rounds_until_all_have_two(network: Objects, at_most: int) -> int:
    for number in range(1, at_most + 1):
        network.round()
        if network.tally.two[-1] == 1.0:
            return number
    return at_most + 1


def serving(network: Objects) -> np.ndarray:
    return np.flatnonzero(network.standing()[0] & network.world.alive)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_thirty_nodes_find_their_parents_and_find_others_when_these_die(seed: int) -> None:
    network = house(seed)
    assert rounds_until_all_have_two(network, 12) <= 12
    for _ in range(30):
        network.round()
    assert 2 <= len(serving(network)) <= 9
    network.kill(serving(network)[::2])
    assert rounds_until_all_have_two(network, 16) <= 16
    network.kill(serving(network))
    assert rounds_until_all_have_two(network, 16) <= 16


@pytest.mark.slow
def test_what_a_node_believes_of_its_links_is_true_on_both_sides() -> None:
    network = Objects(World(Setting(seed=3, nodes=200, eligible=0.5)))
    for _ in range(24):
        network.round()
    members = {each.node_id: each.member for each in network._alive()}
    assert len(serving(network)) > 2
    for node_id, one in members.items():
        parents = {each.node_id for each in one.parents.records}
        assert not (one.serving.serves and parents)
        assert all(node_id in members[each].serving.children for each in parents)
        for child in one.serving.children:
            theirs = {each.node_id for each in members[child].parents.records}
            assert node_id in theirs
    two = [len({each.network for each in one.parents.records}) for one in members.values()]
    assert two.count(PARENTS) > 180


@pytest.mark.slow
def test_equal_seeds_play_equal_games_and_others_do_not() -> None:
    def played(seed: int) -> list[float]:
        network = Objects(World(Setting(seed=seed, nodes=120)))
        for _ in range(10):
            network.round()
        return network.tally.messages

    assert played(1) == played(1) != played(2)


def test_a_world_is_as_it_was_asked_for() -> None:
    world = World(Setting(seed=1, nodes=20_000))
    assert world.eligible.mean() == pytest.approx(0.3, abs=0.02)
    assert np.bincount(world.size_class) / 20_000 == pytest.approx([0.5, 0.35, 0.15], abs=0.02)
    before = world.generation.copy()
    left = np.concatenate([world.step(now_s) for now_s in range(10, 600, 10)])
    assert 1_000 < len(left) < 3_000
    assert (world.generation - before == np.bincount(left, minlength=20_000)).all()
    strong = np.sort(world.capacity[world.eligible])[::-1][: world.fewest()]
    assert strong.sum() * 0.7 >= 2 * (20_000 - len(strong))
    assert strong[:-1].sum() * 0.7 < 2 * (20_000 - len(strong) + 1)
