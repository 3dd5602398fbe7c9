"""Nodes that told us what is false are left alone, for a while."""

import pytest
from swarmfeed.core.supernode.deeds import AskToAdopt
from swarmfeed.core.supernode.limits import ROUND_S, SHUN_S, SHUNNED_MAX
from swarmfeed.core.supernode.shunned import Shunned

from tests.core.supernode.nodes import NOW_S, leaf, node_id, record
from tests.core.supernode.test_member import MAY_NOT, attached, server, told


def test_it_ends_and_the_latest_of_many_are_remembered() -> None:
    shunned = Shunned()
    for number in range(SHUNNED_MAX + 5):
        shunned.add(node_id(number), NOW_S + number)
    assert len([*shunned]) == SHUNNED_MAX
    assert node_id(4) not in shunned and node_id(5) in shunned
    shunned.forget_old(NOW_S + SHUN_S + 10)
    assert node_id(10) not in shunned and node_id(11) in shunned


@pytest.mark.attack("A105")
def test_who_misled_is_neither_parent_nor_child_for_an_hour() -> None:
    one = attached()
    liar = one.parents.records[0].node_id
    number, now_s = int.from_bytes(liar), NOW_S + ROUND_S
    one.hear_misled(liar, now_s)
    assert liar not in {each.node_id for each in one.parents.records}
    for later in range(1, 20):
        now_s = NOW_S + (1 + later) * ROUND_S
        one.hear_answer([record(number, made_s=now_s)], told(number, made_s=now_s), now_s)
        asks = [each for each in one.tick(MAY_NOT, now_s) if isinstance(each, AskToAdopt)]
        assert all(each.parent.node_id != liar for each in asks)
    serves = server()
    serves.hear_misled(node_id(500), NOW_S + 60 * ROUND_S)
    child = leaf(500, made_s=NOW_S + 61 * ROUND_S)
    assert serves.hear_adopt(child, NOW_S + 61 * ROUND_S) is not None
