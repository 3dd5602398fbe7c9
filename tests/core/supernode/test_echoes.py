"""What a node learns of itself: who reached it, where, and what the clocks of others say."""

import pytest
from swarmfeed.core.supernode.echoes import Echoes
from swarmfeed.core.supernode.limits import (
    CLOCKS_KEPT_MAX,
    DIALLED_BY,
    DIALS_KEPT_MAX,
    REACHED_LASTS_S,
)

from tests.core.supernode.nodes import NOW_S, node_id


def test_who_is_reached_from_two_networks_asks_no_more_until_half_of_it_is_over() -> None:
    echoes = Echoes("8.8.4.4")
    assert echoes.wants_dial_back(NOW_S)
    for number in range(DIALLED_BY):
        echoes.reached(node_id(number), f"{20 + number}.0.0.1", NOW_S, chosen=False)
    assert [each.network for each in echoes.dialled_by] == ["20.0.0.0/16", "21.0.0.0/16"]
    assert not echoes.wants_dial_back(NOW_S)
    assert echoes.wants_dial_back(NOW_S + REACHED_LASTS_S // 2)
    echoes.forget_old(NOW_S + REACHED_LASTS_S)
    assert echoes.dialled_by == ()


def test_who_listens_everywhere_asks_until_it_was_told_where_and_believes_most() -> None:
    echoes = Echoes("0.0.0.0")
    for number in range(3):
        echoes.reached(node_id(number), f"{20 + number}.0.0.1", NOW_S, chosen=False)
    assert echoes.host() == "" and echoes.wants_dial_back(NOW_S)
    said = {10: "9.9.9.9", 11: "9.9.9.9", 12: "1.1.1.1"}
    for number, host in said.items():
        from_host = f"{20 + number}.0.0.1"
        echoes.reached(node_id(number), from_host, NOW_S, chosen=False, at_host=host)
    assert echoes.host() == "9.9.9.9" and not echoes.wants_dial_back(NOW_S)
    echoes.reached(node_id(11), "31.0.0.1", NOW_S + 1, chosen=False)
    assert echoes.host() == "9.9.9.9", "who dials again has not taken it back"


@pytest.mark.attack("A104")
def test_who_is_in_the_house_does_not_reach_from_outside() -> None:
    echoes = Echoes("0.0.0.0")
    for host in ("192.168.1.7", "127.0.0.1", "10.0.0.3"):
        echoes.reached(node_id(1), host, NOW_S, chosen=False)
    assert echoes.dialled_by == ()
    at_home = Echoes("192.168.1.2")
    at_home.reached(node_id(1), "192.168.1.7", NOW_S, chosen=False)
    assert len(at_home.dialled_by) == 1


@pytest.mark.attack("A104")
def test_what_is_remembered_is_bounded_and_the_latest_stays() -> None:
    echoes = Echoes("127.0.0.1")
    for number in range(500):
        echoes.reached(node_id(number), "127.0.0.1", NOW_S, chosen=False)
        echoes.saw_clock(node_id(number), number)
    assert len(echoes.dialled_by) == DIALS_KEPT_MAX
    assert echoes.dialled_by[-1].node_id == node_id(499)
    assert sorted(echoes.clock_offsets_ms) == list(range(500 - CLOCKS_KEPT_MAX, 500))
    echoes.saw_clock(node_id(499), 7)
    assert 499 not in echoes.clock_offsets_ms, "of one peer what it said last"
