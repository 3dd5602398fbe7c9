from collections import Counter
from random import Random

import pytest
from swarmfeed.core.supernode.limits import PULLED_MAX, RECORD_LASTS_S, SAMPLERS, VIEW_MAX
from swarmfeed.core.supernode.sampling import Sampler, Sampling, pick_some

from tests.core.supernode.nodes import NOW_S, leaf, node_id


def test_a_view_holds_different_nodes_never_more_than_24_and_never_its_own() -> None:
    luck = Random(1).random
    sampling = Sampling(node_id(0), b"secret")
    for number in [0, *range(100), *range(50)]:
        sampling.hear_push(leaf(number), luck)
    view = [each.node_id for each in sampling.view]
    assert len({*view}) == len(view) == VIEW_MAX
    assert node_id(0) not in view
    assert len(sampling.sampled()) == SAMPLERS


def test_of_an_answer_one_enters_the_view_and_all_are_shown_to_the_samplers() -> None:
    luck = Random(1).random
    sampling = Sampling(node_id(0), b"secret")
    sampling.hear_pull([leaf(each) for each in range(1, 13)], luck)
    assert len(sampling.view) == 1
    assert len({each.node_id for each in sampling.sampled()}) > 4
    sampling.hear_pull([], luck)
    assert len(sampling.view) == 1


def test_of_a_longer_answer_the_rest_is_not_looked_at() -> None:
    luck = Random(1).random
    sampling = Sampling(node_id(0), b"secret")
    sampling.hear_pull([leaf(each) for each in range(1, 500)], luck)
    kept = {each.node_id for each in (*sampling.view, *sampling.sampled())}
    assert kept <= {node_id(each) for each in range(1, PULLED_MAX + 1)}


@pytest.mark.slow
def test_a_crowd_that_pushes_takes_views_but_not_samplers() -> None:
    """The hub attack: 100 liars push a thousand times each, 900 others are heard once."""
    luck = Random(5).random
    taken = 0
    for seed in range(20):
        sampling = Sampling(node_id(0), bytes([seed]))
        for number in range(100, 1_000):
            sampling.hear_push(leaf(number), luck)
        for number in range(1, 100):
            for _ in range(20):
                sampling.hear_push(leaf(number), luck)
        taken += sum(int.from_bytes(each.node_id) < 100 for each in sampling.sampled())
    assert taken / (20 * SAMPLERS) < 0.2


def test_what_a_sampler_keeps_is_a_uniform_choice_whatever_the_order() -> None:
    kept = Counter[int]()
    for seed in range(600):
        luck = Random(seed)
        secret = luck.randbytes(16)
        numbers = {number: luck.getrandbits(64) for number in (1, 2, 3)}
        one, other = Sampler(secret), Sampler(secret)
        for number in (3, 1, 2, 1, 1, 1):
            one.show(leaf(number), numbers[number])
        for number in (1, 2, 3):
            other.show(leaf(number), numbers[number])
        assert one.record == other.record and one.record is not None
        kept[int.from_bytes(one.record.node_id)] += 1
    assert min(kept.values()) > 140


def test_half_of_the_partners_come_from_samplers() -> None:
    luck = Random(2).random
    sampling = Sampling(node_id(0), b"secret")
    assert sampling.choose_partner(luck) is None
    for number in range(1, 400):
        sampling.hear_push(leaf(number), luck)
    sampled = {each.node_id for each in sampling.sampled()}
    sampled -= {each.node_id for each in sampling.view}
    partners = [sampling.choose_partner(luck) for _ in range(400)]
    share = sum(each is not None and each.node_id in sampled for each in partners) / 400
    assert 0.3 < share < 0.6


def test_who_does_not_answer_or_is_old_is_forgotten_everywhere() -> None:
    luck = Random(3).random
    sampling = Sampling(node_id(0), b"secret")
    sampling.hear_push(leaf(1), luck)
    sampling.hear_push(leaf(2, made_s=NOW_S + 100), luck)
    sampling.forget(node_id(1))
    assert [each.node_id for each in sampling.view] == [node_id(2)]
    assert {each.node_id for each in sampling.sampled()} <= {node_id(2)}
    sampling.forget_old(NOW_S + 100 + RECORD_LASTS_S)
    assert sampling.view == () and sampling.sampled() == []


def test_the_newer_record_of_a_node_takes_the_place_of_the_older() -> None:
    luck = Random(4).random
    sampling = Sampling(node_id(0), b"secret")
    for made_s in (NOW_S, NOW_S + 10, NOW_S + 5):
        sampling.hear_push(leaf(1, made_s=made_s), luck)
    assert [each.made_s for each in sampling.view] == [NOW_S + 10]
    assert {each.made_s for each in sampling.sampled()} == {NOW_S + 10}


def test_an_answer_does_not_name_who_asked() -> None:
    luck = Random(4).random
    sampling = Sampling(node_id(0), b"secret")
    for number in range(1, 8):
        sampling.hear_push(leaf(number), luck)
    told = {each.node_id for each in sampling.choose_told(node_id(3), luck)}
    assert told == {node_id(each) for each in (1, 2, 4, 5, 6, 7)}
    assert sorted(pick_some(range(9), 20, luck)) == list(range(9))
