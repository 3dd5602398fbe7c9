"""The only machine is gone: whoever meets whom, and in which order, one person comes back."""

from pathlib import Path
from random import Random

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.node.ground.interests import FOLLOWED

ORDERS = 50
IN_ONE_TEST = 10
WITHIN_S = 240
POSTS = 40

pytestmark = pytest.mark.slow


async def build(street: Neighbourhood, luck: Random) -> tuple[Neighbour, list[Neighbour]]:
    """Anna, whom three read and who reads one of them; some have less of her than others."""
    anna = await street.move_in(is_first=True)
    friends = [await street.move_in(knows=[anna]) for _ in range(3)]
    await anna.running.feeds.writer.publish_profile("Anna")
    for friend in friends:
        await friend.follow(anna)
    await anna.follow(friends[0])
    await anna.say_many(POSTS)
    await street.pass_time(10)
    late = luck.choice(friends[1:])
    await late.stop()
    await anna.say("the last words")
    await street.pass_time(10)
    await anna.stop()
    for friend in friends:
        if friend is not late:
            await friend.stop()
    return anna, friends


async def meet(
    street: Neighbourhood, luck: Random, again: Neighbour, friends: list[Neighbour]
) -> None:
    """They come and go, and know of each other what chance has it."""
    for friend in luck.sample(friends, len(friends)):
        await friend.start()
        if luck.random() < 0.7:
            here, there = luck.sample([again, friend], 2)
            here.running.feeds.finder.hint([there.endpoint])
        await street.pass_time(luck.randrange(20))
        if luck.random() < 0.5:
            await friend.stop()
    for friend in friends:
        if friend.node is None:
            await friend.start()
        friend.running.feeds.finder.hint([again.endpoint])


def is_one_person(again: Neighbour, friends: list[Neighbour], texts: list[str]) -> bool:
    everybody = [again, *friends]
    return all(each.reads(again.author_id) == texts for each in everybody)


async def play(street: Neighbourhood, number: int) -> None:
    luck = Random(number)
    anna, friends = await build(street, luck)
    again = await street.move_in(device_of=anna, is_named=False)
    await again.say("I am back")
    await meet(street, luck, again, friends)
    texts = ["I am back", "the last words", *(f"post {n}" for n in reversed(range(POSTS)))]
    for _ in range(WITHIN_S):
        if is_one_person(again, friends, texts):
            break
        await street.pass_time(1)
    for each in (again, *friends):
        assert each.reads(anna.author_id) == texts, f"{number}: {each.number}"
        known = each.index.author(anna.author_id)
        assert known is not None and known.name == "Anna"
        feeds = each.running.ground.shelf.feeds_of(anna.author_id)
        assert set(feeds) == {anna.feed_id, again.feed_id}
        assert not any(each.running.ground.shelf.is_forked(feed) for feed in feeds)
    assert again.root(anna.feed_id) == friends[0].root(anna.feed_id)
    await again.stop()
    await again.start()
    assert again.running.ground.interests.of(friends[0].author_id) is FOLLOWED
    await again.say("and stay")
    await street.pass_time(5)
    assert all(each.reads(anna.author_id)[0] == "and stay" for each in friends)


@pytest.mark.parametrize("first", range(0, ORDERS, IN_ONE_TEST))
def test_in_any_order_one_person_comes_back(tmp_path: Path, first: int) -> None:
    for number in range(first, first + IN_ONE_TEST):

        async def scene(street: Neighbourhood, number: int = number) -> None:
            await play(street, number)

        in_neighbourhood(tmp_path / str(number), scene)
