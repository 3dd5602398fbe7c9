"""Where the index of the network is, and what is given on when owners change."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.supernode.limits import OWNERS
from swarmfeed.core.supernode.placement import (
    Handover,
    Keeper,
    Mode,
    choose_mode,
    handovers,
    owners_of,
    term_key,
)

from tests.core.supernode.nodes import node_id

LIMIT = 125_000
"""Posts a day that take all that broadcasting may take."""


def keeper(number: int, *, network: str = "", capacity: int = 50) -> Keeper:
    return Keeper(node_id=node_id(number), network=network or f"{number}/16", capacity=capacity)


ALL = [keeper(number) for number in range(1, 41)]


def test_the_mode_changes_late_on_both_ways() -> None:
    modes = [Mode.EVERYWHERE]
    for share in (0.1, 1.0, 1.5, 1.6, 1.0, 0.5, 0.4, 1.4):
        modes.append(choose_mode(modes[-1], share * LIMIT))
    changes = [after for before, after in pairwise(modes) if before != after]
    assert changes == [Mode.BY_KEYS, Mode.EVERYWHERE]
    assert modes[4] is modes[6] is Mode.BY_KEYS


def test_owners_are_the_same_for_all_and_change_by_the_day() -> None:
    key = term_key("#rust", 20_000)
    owners = owners_of(key, ALL)
    assert len({each.node_id for each in owners}) == OWNERS
    assert owners == owners_of(key, reversed(ALL))
    assert owners != owners_of(term_key("#rust", 20_001), ALL)


def test_no_two_owners_are_in_one_network_while_there_are_enough() -> None:
    crowd = [keeper(number, network="liar") for number in range(100, 400)]
    for key in range(10):
        networks = [each.network for each in owners_of(key, [*ALL, *crowd])]
        assert len(set(networks)) == OWNERS
    assert len(owners_of(1, crowd)) == OWNERS
    assert owners_of(1, ALL[:2]) == owners_of(1, ALL[1::-1])
    assert owners_of(1, []) == []


def test_who_has_more_room_owns_more() -> None:
    keepers = [keeper(n, capacity=400 if n <= 10 else 50) for n in range(1, 41)]
    owned = Counter(owners_of(key, keepers)[0].node_id for key in range(800))
    large = sum(owned[node_id(number)] for number in range(1, 11))
    assert 0.67 < large / 800 < 0.79  # 4,000 of 5,500 places: 0.727


@given(st.sets(st.integers(1, 40), min_size=5), st.sets(st.integers(1, 60), min_size=5))
def test_after_a_change_every_old_owner_gives_to_every_new_one(
    old: set[int], new: set[int]
) -> None:
    before, after = [keeper(n) for n in sorted(old)], [keeper(n) for n in sorted(new)]
    for key in range(4):
        given_to = [
            each.to
            for giver in before
            for each in handovers(giver.node_id, [key], before, after)
            if giver.node_id in {one.node_id for one in after}
        ]
        was = {each.node_id for each in owners_of(key, before)}
        fresh = [each.node_id for each in owners_of(key, after) if each.node_id not in was]
        alive = {each.node_id for each in after}
        assert Counter(given_to) == Counter(fresh * len(was & alive))


def test_what_did_not_change_is_not_given_on() -> None:
    assert handovers(ALL[0].node_id, range(200), ALL, ALL) == []
    before, key = ALL, 7
    first, *rest = owners_of(key, before)
    after = [each for each in before if each != first]
    given = handovers(rest[0].node_id, [key], before, after)
    newcomer = owners_of(key, after)[-1].node_id
    assert given == [Handover(key=key, to=newcomer)]
