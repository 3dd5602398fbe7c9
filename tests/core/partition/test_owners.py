"""DrawerOwners of drawers: those of the rule, whatever way the list took, and four for each."""

import random

from swarmfeed.core.base.types import NodeId
from swarmfeed.core.partition.limits import DRAWERS, TAKEN_FROM
from swarmfeed.core.partition.owners import DrawerOwners
from swarmfeed.core.supernode.limits import OWNERS
from swarmfeed.core.supernode.placement import Keeper, owners_of


def keeper(number: int, *, network: str = "", capacity: int = 50) -> Keeper:
    node_id = NodeId(number.to_bytes(2, "big") * 16)
    return Keeper(node_id=node_id, network=network or f"net {number}", capacity=capacity)


def test_however_the_list_changes_owners_are_those_of_the_rule() -> None:
    luck = random.Random(7)
    owners, keepers = DrawerOwners(keeper(1).node_id), [keeper(1)]
    for step in range(8):
        keepers += [
            keeper(10 * step + n + 2, network=f"net {luck.randrange(9)}") for n in range(4)
        ]
        for each in luck.sample(keepers[1:], 2):
            keepers.remove(each)
        before = owners.owned
        came = owners.change(keepers)
        assert came == owners.owned - before
        for drawer in luck.sample(range(DRAWERS), 40):
            assert list(owners.of(drawer)) == owners_of(drawer, keepers)
    assert owners.change(keepers) == frozenset()


def test_each_owns_its_share() -> None:
    keepers = [keeper(number) for number in range(1, 41)]
    owners = DrawerOwners(keeper(7).node_id)
    owners.change(keepers)
    assert 0.5 < len(owners.owned) / (DRAWERS * OWNERS / 40) < 1.5
    others = owners.others_of(owners.owned)
    assert len(others) == len(set(others)) and keeper(7).node_id not in others
    (drawer, *_) = owners.owned
    assert len(owners.others_of((drawer,))) == OWNERS - 1
    called = owners.called_to(drawer)
    assert len(called) == TAKEN_FROM - 1 and {*called} > {*owners.others_of((drawer,))}
    came = [*keepers, *(keeper(number) for number in range(100, 103))]
    old = {each.node_id for each in owners.of(drawer)} - {keeper(7).node_id}
    owners.change(came)
    assert old <= {*owners.called_to(drawer)}, "who was moved down has it still"
