"""Supernodes elected by whole nodes, in virtual time: from nothing, and after they die."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.supernode.limits import PARENTS, ROUND_S
from swarmfeed.node.ground.events import Misled
from swarmfeed.node.supernode.settings import SupernodeSettings

AUTO, ON, OFF = (SupernodeSettings(supernode=each) for each in ("auto", "on", "off"))


async def crowd(street: Neighbourhood, count: int) -> list[Neighbour]:
    """Nodes that know one of them, and no supernode."""
    first = await street.move_in(supernode=AUTO)
    others = [await street.move_in(knows=[first], supernode=AUTO) for _ in range(count - 1)]
    return [first, *others]


def servers(nodes: Sequence[Neighbour]) -> list[Neighbour]:
    return [each for each in nodes if each.node and each.running.ground.layer.serves]


def leaves(nodes: Sequence[Neighbour]) -> list[Neighbour]:
    return [each for each in nodes if each.node and not each.running.ground.layer.serves]


def is_whole(nodes: Sequence[Neighbour]) -> bool:
    """Whether some serve, and each that does not has two parents."""
    missing = [each for each in leaves(nodes) if count_parents(each) < PARENTS]
    return len(servers(nodes)) >= PARENTS and not missing


def count_parents(leaf: Neighbour) -> int:
    return len(leaf.running.ground.layer.parents)


def check_both_ends(nodes: Sequence[Neighbour]) -> None:
    """Whoever is a parent counts the child as one, and serves."""
    by_id = {each.identity.node_id: each for each in nodes if each.node}
    for leaf in by_id.values():
        for session in leaf.running.ground.layer.parents:
            parent = by_id[session.node_id].running.ground.layer
            assert parent.serves and parent.is_child(leaf.identity.node_id)
        for session in leaf.running.ground.layer.children:
            child = by_id[session.node_id].running.ground.layer
            assert child.is_parent(leaf.identity.node_id)


@pytest.mark.slow
def test_from_nothing_and_after_half_and_all_die_each_leaf_has_two_parents(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        nodes = await crowd(street, 20)
        await street.until(lambda: is_whole(nodes), within_s=12 * ROUND_S)
        await street.pass_time(1)
        check_both_ends(nodes)
        for each in servers(nodes)[::2]:
            await each.stop()
        await street.until(lambda: is_whole(nodes), within_s=16 * ROUND_S)
        for each in servers(nodes):
            await each.stop()
        await street.until(lambda: is_whole(nodes), within_s=16 * ROUND_S)
        await street.pass_time(1)
        check_both_ends(nodes)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_who_was_told_to_serves_at_once_and_who_was_told_not_to_never_does(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=ON)
        second, third = [await street.move_in(supernode=ON, knows=[first]) for _ in "23"]
        leaf = await street.move_in(supernode=OFF, knows=[first])
        await street.until(lambda: count_parents(leaf) == PARENTS, within_s=6 * ROUND_S)
        await street.pass_time(ROUND_S)
        told = [first, second, third]
        assert servers([*told, leaf]) == told
        check_both_ends([*told, leaf])
        known = {each.node_id for each in leaf.running.ground.layer.others}
        assert known == {each.identity.node_id for each in told}
        parents = {each.node_id for each in leaf.running.ground.layer.parents}
        lost = next(each for each in told if each.identity.node_id in parents)
        await lost.stop()
        await street.pass_time(1)
        assert count_parents(leaf) == PARENTS, "the third takes its place at once"
        check_both_ends([*told, leaf])
        for each in servers(told):
            await each.stop()
        await street.pass_time(20 * ROUND_S)
        assert servers([leaf]) == [] and count_parents(leaf) == 0

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A142")
def test_a_parent_that_misleads_is_replaced_and_not_asked_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=ON)
        others = [await street.move_in(knows=[first], supernode=ON) for _ in range(2)]
        leaf = await street.move_in(knows=[first, *others], supernode=OFF)
        await street.until(lambda: count_parents(leaf) == PARENTS, within_s=6 * ROUND_S)
        liar = leaf.running.ground.layer.parents[0]
        leaf.running.ground.events.tell(Misled(liar, "it lied"))
        assert not leaf.running.ground.layer.is_parent(liar.node_id)
        await street.until(lambda: count_parents(leaf) == PARENTS, within_s=3 * ROUND_S)
        await street.pass_time(20 * ROUND_S)
        parents = {each.node_id for each in leaf.running.ground.layer.parents}
        assert len(parents) == PARENTS and liar.node_id not in parents

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A105")
def test_a_parent_that_misleads_is_left_at_once_and_not_taken_again(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=ON)
        told = [first, *[await street.move_in(supernode=ON, knows=[first]) for _ in "23"]]
        leaf = await street.move_in(supernode=OFF, knows=[first])
        await street.until(lambda: count_parents(leaf) == PARENTS, within_s=6 * ROUND_S)
        await street.pass_time(ROUND_S)
        ground = leaf.running.ground
        misled_by = ground.layer.parents[0]
        ground.events.tell(Misled(misled_by, "it made up a post"))
        await street.pass_time(1)
        assert count_parents(leaf) == PARENTS, "the third takes its place"
        assert not ground.layer.is_parent(misled_by.node_id)
        check_both_ends([*told, leaf])
        (other, _) = [each for each in told if each.identity.node_id != misled_by.node_id]
        await other.stop()
        await street.pass_time(6 * ROUND_S)
        assert count_parents(leaf) == 1, "rather none than one that lies"

    in_neighbourhood(tmp_path, scenario)
