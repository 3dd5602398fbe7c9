"""Whatever a member is told, it stays within its bounds."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.supernode.limits import (
    CAPACITIES,
    PARENTS,
    SAMPLERS,
    TABLE_MAX,
    VIEW_MAX,
)
from swarmfeed.core.supernode.member import Member
from swarmfeed.core.supernode.membership import Hint

from tests.core.supernode.nodes import NOW_S, member, node_id, record
from tests.core.supernode.test_member import MAY, MAY_NOT, WAY_IN
from tests.examples import at_most

numbers = st.integers(0, 60)


some = st.builds(
    lambda number, serving, load, made, eligible: record(
        number,
        serving=serving,
        load=load if serving else 0.0,
        made_s=NOW_S + made,
        eligible=eligible,
    ),
    numbers,
    st.booleans(),
    st.sampled_from((0.0, 0.4, 1.0)),
    st.integers(-200, 8_000),
    st.booleans(),
)


lists = st.lists(some, max_size=16)


ids = numbers.map(node_id)


hints = lists.map(lambda heard: [Hint(each, True) for each in heard])


flags = st.booleans()


Said = Callable[[Member, int], object]
"""One event: what a member is told at a time."""


def says(
    hear: Callable[..., object], *parts: st.SearchStrategy[object]
) -> st.SearchStrategy[Said]:
    """Events of one kind: a method of a member, and what it is given."""
    return st.tuples(*parts).map(lambda given: lambda one, now_s: hear(one, *given, now_s))


events: st.SearchStrategy[Said] = st.one_of(
    says(Member.tick, st.sampled_from((MAY, MAY_NOT))),
    says(Member.hear_answer, lists, hints),
    says(Member.hear_ask, some, hints),
    says(Member.hear_adopt, some),
    says(Member.hear_adopted, some),
    says(Member.hear_load, some),
    says(Member.hear_part, some),
    says(Member.hear_probe, some),
    says(Member.hear_lost, ids),
    says(Member.hear_refused, ids, hints),
    says(Member.hear_send_away, ids, flags, hints),
    says(Member.hear_hand_over, ids),
)


@pytest.mark.attack("A10")
@settings(max_examples=at_most(60))
@given(st.lists(st.tuples(events, st.integers(0, 300)), max_size=80), st.integers(0, 9))
def test_whatever_is_said_to_it_a_node_stays_within_its_bounds(
    script: list[tuple[Said, int]], seed: int
) -> None:
    one, now_s = member(0, Random(seed).random, size_class=0, ways_in=(WAY_IN,)), NOW_S
    for say, later_s in script:
        now_s += later_s
        done = say(one, now_s)
        assert not isinstance(done, list) or len(done) <= 2 * CAPACITIES[0] + 20
        assert len(one.table.records) <= TABLE_MAX
        assert len(one.sampling.view) <= VIEW_MAX
        assert len(one.sampling.sampled()) <= SAMPLERS
        assert len(one.serving.children) <= CAPACITIES[0]
        parents = one.parents.records
        assert len({each.node_id for each in parents}) == len(parents) <= PARENTS
        assert not (one.serving.serves and parents)
        assert 0 <= one.serving.load <= 1
