from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.supernode.formulas import (
    blended,
    clamped,
    counted_nodes,
    draw_chance,
    draw_number,
    floor_chance,
    is_floor_moment,
    lower,
    ramp,
    sheds,
    spare_chance,
    utility,
    weight,
)
from swarmfeed.core.supernode.limits import (
    BOOST,
    CAPACITIES,
    COUNT_BITS,
    PRIOR_WEIGHT_CUBED,
    RAMP_S,
    TARGET_LOAD,
)

HOUR_S = 3_600


def test_together_they_call_for_the_capacity_that_is_missing() -> None:
    """Every node lacks two parents: chances times capacities are what that takes."""
    classes = [50] * 50 + [150] * 35 + [400] * 15
    nodes = [(capacity, index % 10 < 3) for index, capacity in enumerate(classes * 10)]
    mean = sum(weight(able, capacity, HOUR_S) for capacity, able in nodes) / len(nodes)
    called = sum(
        able * capacity * draw_chance(2, capacity, HOUR_S, mean, 0) for capacity, able in nodes
    )
    assert called == pytest.approx(BOOST * 2 * len(nodes) / TARGET_LOAD)


def test_the_prior_is_the_mean_of_the_classes_it_names() -> None:
    shares = zip((0.5, 0.35, 0.15), CAPACITIES, strict=True)
    mean = 0.3 * sum(share * weight(True, capacity, HOUR_S) for share, capacity in shares)
    assert mean == pytest.approx(PRIOR_WEIGHT_CUBED, rel=0.01)


def test_draws_come_once_in_an_epoch_each_node_at_its_own_time() -> None:
    for moment in range(3):
        numbers = [draw_number(starved, moment) for starved in range(1, 12)]
        assert [each for each in numbers if each >= 0] == list(range(len(numbers[moment::4])))
        assert next(at for at, each in enumerate(numbers) if each >= 0) == moment
    assert draw_number(0, 0) < 0


def test_a_chance_doubles_from_the_third_draw_on_five_times() -> None:
    chances = [draw_chance(1, 150, HOUR_S, 3e6, number) for number in range(9)]
    assert [each / chances[0] for each in chances] == [1, 1, 2, 4, 8, 16, 32, 32, 32]


def test_who_has_just_started_weighs_less_but_something() -> None:
    assert ramp(0) == pytest.approx(0.3)
    assert ramp(RAMP_S * 0.7) == pytest.approx(1)
    assert ramp(HOUR_S) == 1
    assert weight(False, 400, HOUR_S) == 0


def test_the_floor_is_kept_in_small_networks_only() -> None:
    assert floor_chance(1, 96, 29, 0.5) == pytest.approx(3 / 15)
    assert floor_chance(4, 96, 30, 0.5) == 0
    assert floor_chance(1, 35, 10, 0.5) == 0, "three answers are too few"
    assert floor_chance(1, 59, 30, 0.5) == 0, "most of them were new"
    assert floor_chance(1, 96, inf, 0.5) == 0
    assert sum(is_floor_moment(number, 7) for number in range(40)) == 10


def test_a_weak_one_steps_down_sooner_and_the_emptier_the_layer_the_sooner() -> None:
    assert spare_chance(True, 0.65) > spare_chance(False, 0.65) > 0
    assert spare_chance(True, 0.3) == pytest.approx(0.25)
    assert spare_chance(True, 0.64) < spare_chance(True, 0.6)
    assert sheds(0.95, 0.5) and not sheds(0.95, 0.8) and not sheds(0.5, 0.5)


def test_who_was_up_long_is_worth_more() -> None:
    assert utility(150, 10 * HOUR_S) > 1.5 * utility(150, HOUR_S)
    assert utility(400, 0) > utility(150, 0) > 0


def test_a_liar_moves_a_mean_no_further_than_it_is_believed() -> None:
    assert clamped(1e12) == 2 * PRIOR_WEIGHT_CUBED
    assert clamped(0) == PRIOR_WEIGHT_CUBED / 2
    assert clamped(PRIOR_WEIGHT_CUBED) == PRIOR_WEIGHT_CUBED
    assert blended(9.0, 0, 3.0) == 3
    assert blended(9.0, 32, 3.0) == 6


@given(st.integers(1, COUNT_BITS - 1))
def test_fewer_bits_left_are_more_nodes(zeros: int) -> None:
    assert counted_nodes(zeros) > counted_nodes(zeros + 1) >= 0
    assert counted_nodes(0) == inf


def test_arrays_pass_through_as_numbers_do() -> None:
    numbers = np.arange(0.0, 4_000.0, 37)
    assert lower(numbers, 1_000.0).tolist() == [min(each, 1_000.0) for each in numbers]  # type: ignore[arg-type,attr-defined]
    assert ramp(numbers).tolist() == [ramp(each) for each in numbers.tolist()]  # type: ignore[arg-type,attr-defined]
    starved = np.arange(0, 30)
    many = draw_number(starved, 5)  # type: ignore[arg-type]
    assert many.tolist() == [draw_number(each, 5) for each in range(30)]  # type: ignore[attr-defined]
    chances = draw_chance(2, 150, HOUR_S, 3e6, starved)  # type: ignore[arg-type]
    assert chances.tolist() == [draw_chance(2, 150, HOUR_S, 3e6, each) for each in range(30)]  # type: ignore[attr-defined]
