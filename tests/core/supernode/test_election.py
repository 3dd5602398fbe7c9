import pytest
from msgspec.structs import replace
from swarmfeed.core.supernode.census import NodeSample, Others
from swarmfeed.core.supernode.election import (
    LeafView,
    ServerView,
    choose_successor,
    decide_leaf,
    decide_server,
    is_weak,
    may_be_spare,
    moment_of,
    unit_hash,
)
from swarmfeed.core.supernode.limits import PRIOR_WEIGHT_CUBED

from tests.core.supernode.nodes import NOW_S, leaf, node_id, record

MANY = Others(samples=160, mean_weight=PRIOR_WEIGHT_CUBED, eligible_share=0.3, nodes=1_000)
FEW = replace(MANY, nodes=30)
STARVING = LeafView(
    eligible=True,
    capacity=400,
    uptime_s=3_600,
    missing=2,
    starved=1,
    known=0,
    others=MANY,
    moment=0,
    round_number=8,
)
SPARE = ServerView(tenure=12, load=0.4, known=9, known_load=0.5)


def test_a_starving_node_serves_when_the_draw_falls_on_it_and_says_so() -> None:
    assert decide_leaf(STARVING, 0.0).changes
    assert decide_leaf(STARVING, 0.0).why.startswith("too few serve, and the draw, at 17 in")
    assert not decide_leaf(STARVING, 0.5).changes
    weak = decide_leaf(replace(STARVING, capacity=50), 0.1)
    assert weak.why == ("2 supernodes are missing; the draw, at 0 in a hundred, fell on others")


def test_who_may_not_serve_or_lacks_nothing_never_draws() -> None:
    for change in ({"eligible": False}, {"missing": 0}, {"starved": 2}):
        assert not decide_leaf(replace(STARVING, **change), 0.0).changes  # type: ignore[arg-type]
    waits = decide_leaf(replace(STARVING, starved=2, missing=1), 0.0)
    assert waits.why == "1 supernode is missing; the next draw is in 3 rounds"
    content = decide_leaf(replace(STARVING, missing=0), 0.0)
    assert content.why == "both supernodes that this machine needs are there"


def test_a_small_network_keeps_four_even_when_nobody_starves() -> None:
    view = replace(STARVING, missing=0, others=FEW, known=2)
    assert decide_leaf(view, 0.0).changes
    assert "knows 2 supernodes only" in decide_leaf(view, 0.0).why
    assert not decide_leaf(replace(view, round_number=9), 0.0).changes
    assert not decide_leaf(replace(view, known=4), 0.0).changes
    assert not decide_leaf(replace(view, others=MANY), 0.0).changes
    assert not decide_leaf(replace(view, eligible=False), 0.0).changes


def test_a_supernode_steps_down_when_those_it_asked_have_room() -> None:
    decision = decide_server(SPARE, (0.5, 0.5, 0.5), True, 0.1)
    assert decision.changes
    assert decision.why.startswith("it stepped down: 50 in a hundred of the places of others")
    assert may_be_spare(SPARE)


@pytest.mark.parametrize(
    ("change", "probed", "drawn", "said"),
    [
        ({"tenure": 11}, (0.5,), 0.0, "it serves since 11 rounds, too short to step down"),
        ({"load": 0.7}, (0.5,), 0.0, "it is needed: 70 in a hundred of its places are taken"),
        ({"known": 4}, (0.5,), 0.0, "it is one of 5 supernodes that are known"),
        ({"known_load": 0.8}, (0.5,), 0.0, "others have no room: 80 in a hundred of"),
        ({}, (0.5, 0.9, 0.9), 0.0, "others have no room: 77 in a hundred of their places"),
        ({}, (), 0.0, "others have no room"),
        ({}, (0.5,), 0.99, "others have room, and another one steps down first"),
    ],
)
def test_else_it_stays_and_says_why(
    change: dict[str, float], probed: tuple[float, ...], drawn: float, said: str
) -> None:
    view = replace(SPARE, **change)  # type: ignore[arg-type]
    decision = decide_server(view, probed, True, drawn)
    assert not decision.changes
    assert decision.why.startswith(said)


def test_what_it_may_be_is_what_it_is_asked() -> None:
    for change in ({"tenure": 11}, {"load": 0.7}, {"known": 4}, {"known_load": 0.8}):
        assert not may_be_spare(replace(SPARE, **change))  # type: ignore[arg-type]


def test_a_strong_one_is_seldom_the_first_to_go() -> None:
    assert decide_server(SPARE, (0.5,), True, 0.2).changes
    assert not decide_server(SPARE, (0.5,), False, 0.2).changes
    assert is_weak(1.0, (1.0, 2.0, 3.0)) and not is_weak(2.5, (1.0, 2.0, 3.0))
    assert is_weak(1.0, ())


def test_a_child_takes_over_that_is_twice_as_good_stronger_and_up_for_an_hour() -> None:
    server = record(1, size_class=0, age_minutes=90)
    good = leaf(2, size_class=2, age_minutes=61)
    assert choose_successor(server, (leaf(3), good), NOW_S) == good
    for change in ({"age_minutes": 59}, {"size_class": 0}, {"eligible": False}):
        assert choose_successor(server, (replace(good, **change),), NOW_S) is None  # type: ignore[arg-type]
    old = replace(server, size_class=1, age_minutes=60 * 24 * 30)
    assert choose_successor(old, (good,), NOW_S) is None


def test_what_a_node_draws_is_its_own_and_another_in_each_round() -> None:
    drawn = [unit_hash(node_id(each), number) for each in range(50) for number in range(20)]
    assert len({*drawn}) == len(drawn)
    assert min(drawn) > 0 and max(drawn) < 1
    assert sum(drawn) / len(drawn) == pytest.approx(0.5, abs=0.05)
    assert len({moment_of(node_id(each)) % 3 for each in range(20)}) == 3


def test_a_census_is_what_came_by_lately() -> None:
    census = NodeSample()
    assert census.others().nodes == 0
    census.add([leaf(each, size_class=2) for each in range(40)], NOW_S)
    seen = census.others()
    assert seen.samples == 40
    assert 25 < seen.nodes < 60
    assert seen.mean_weight == 2 * PRIOR_WEIGHT_CUBED
    assert seen.eligible_share == pytest.approx((32 * 0.3 + 40) / 72)
    census.add([leaf(each, eligible=False) for each in range(2_000)], NOW_S)
    crowd = census.others()
    assert crowd.samples == 160
    assert crowd.nodes > 150
    assert crowd.mean_weight == PRIOR_WEIGHT_CUBED / 2
