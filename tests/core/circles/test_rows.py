"""Own circles as rows: whatever order they arrive in, who was removed stays removed."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.limits import PEOPLE_PER_ROW
from swarmfeed.core.circles.rekey import open_epoch
from swarmfeed.core.circles.rows import (
    NAME,
    TREE,
    WELCOMED,
    NameRow,
    TreeRow,
    WelcomedRow,
    encode_row,
    epoch_key,
    page_key,
    tree_key,
    welcomed_key,
    with_people,
)
from swarmfeed.core.circles.tree import OWN_NODE, node_key

from tests.core.circles.own_devices import CIRCLE, can_read, devices
from tests.core.circles.scene import author


@pytest.mark.attack("A193")
@given(st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_two_devices_that_remove_at_once_have_both_out(chance: Random) -> None:
    """In whatever order each hears of the other, and in however many pieces."""
    desk, phone = both = devices()
    people = [author(number) for number in range(6)]
    for who in people:
        chance.choice(both).let_in(who)
    desk.hear(phone.table.rows())
    phone.hear(desk.table.rows())
    desk.remove(people[0])
    phone.remove(people[1])
    desk.rekey()
    phone.rekey()
    rows = {device.name: device.table.rows() for device in both}
    for device, other in ((desk, phone), (phone, desk)):
        heard = chance.sample(rows[other.name], len(rows[other.name]))
        cut = chance.randrange(len(heard))
        device.hear(heard[:cut])
        device.hear(heard[cut:])
    assert desk.circle.members().keys() == phone.circle.members().keys() == {*people[2:]}
    assert desk.circle.newest() is None, "no epoch was without both"
    key = chance.choice(both).rekey()
    readers = [who for who in people if can_read(both, who, key)]
    assert readers == people[2:]


@pytest.mark.slow
@pytest.mark.attack("A192")
@given(st.lists(st.tuples(st.sampled_from("arn"), st.integers(0, 5)), max_size=14))
@settings(max_examples=60)
def test_an_epoch_is_read_by_exactly_those_who_were_in_it(steps: list[tuple[str, int]]) -> None:
    """Whoever comes, goes and comes again, in one circle of two devices."""
    both = devices()
    epochs: dict[bytes, set[AuthorId]] = {}
    for number, (what, who) in enumerate(steps):
        device, other = both[number % 2], both[1 - number % 2]
        device.hear(other.table.rows())
        if what == "a" and author(who) not in device.circle.members():
            device.let_in(author(who))
        elif what == "r":
            device.remove(author(who))
        epochs[device.rekey()] = {*device.circle.members()}
    both[0].hear(both[1].table.rows())
    both[1].hear(both[0].table.rows())
    for key, members in epochs.items():
        readers = {author(n) for n in range(6) if can_read(both, author(n), key)}
        assert readers == members


def test_own_devices_open_what_any_of_them_began() -> None:
    both = devices()
    key = both[1].rekey()
    ((feed_id, body),) = both[1].log
    for tree in both[0].circle.live:
        assert open_epoch(body, feed_id, [node_key(tree.row.seed, OWN_NODE)]) == key


def test_an_epoch_is_sound_until_somebody_is_removed() -> None:
    desk, _ = devices()
    desk.let_in(author(1))
    assert desk.circle.newest() is None
    desk.rekey()
    desk.let_in(author(2))
    newest = desk.circle.newest()
    assert newest is not None
    assert newest.epoch == 0
    desk.remove(author(1))
    assert desk.circle.newest() is None
    assert desk.circle.next_epoch() == 1


def test_people_stand_in_pages_and_only_the_last_one_changes() -> None:
    desk, _ = devices()
    people = [author(number) for number in range(PEOPLE_PER_ROW + 5)]
    (tree,) = (each for each in desk.circle.live if each.tree_id == desk.tree_id)
    rows = with_people(tree, CIRCLE, people)
    desk.set(rows)
    assert len(rows) == 2
    assert [*desk.circle.members()] == people
    (tree,) = (each for each in desk.circle.live if each.tree_id == desk.tree_id)
    assert [*with_people(tree, CIRCLE, [author(999)])] == [page_key(CIRCLE, desk.tree_id, 1)]


def test_a_retired_tree_lets_nobody_read() -> None:
    desk, _ = devices()
    desk.let_in(author(1))
    (tree,) = (each for each in desk.circle.live if each.tree_id == desk.tree_id)
    desk.rekey()
    row = TreeRow(device=desk.feed_id, seed=tree.row.seed, ended=0, retired=True)
    desk.set({tree_key(CIRCLE, desk.tree_id): encode_row(TREE, row)})
    assert not desk.circle.members()
    assert desk.circle.newest() is None, "who was in it knows the newest key"


def test_rows_that_do_not_read_are_passed_over() -> None:
    desk, _ = devices()
    desk.set(
        {
            b"c" + b"x" * 16: b"garbage",
            b"c" + b"y": encode_row(NAME, NameRow(name="short")),
            tree_key(CIRCLE, b"z" * 8): b"de",
            epoch_key(CIRCLE, desk.feed_id): b"",
            welcomed_key(CIRCLE, desk.tree_id): encode_row(WELCOMED, WelcomedRow(count=9)),
        }
    )
    assert [tree.welcomed for tree in desk.circle.trees] == [0, 0]
    assert desk.circle.epochs == {}
