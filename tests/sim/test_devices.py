"""Two devices of one person write at once, whatever happens to the links in between."""

import random
from itertools import combinations
from pathlib import Path

import pytest
from street.neighbourhood import Neighbour, Neighbourhood, in_neighbourhood
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.talk.words import Certificates
from swarmfeed.node.ground.interests import FETCHED

EACH = 500
CUTS_EVERY = 7
"""Posts of both after which some links are cut, and others healed."""


def all_of(node: Neighbour, author_id: AuthorId) -> list[str]:
    """Every post of an author as a node shows them, newest first, page after page."""
    found: list[str] = []
    before = None
    while page := node.index.author_posts(author_id, PAGE_POSTS_MAX, before):
        found += [post.text for post in page]
        before = page[-1].cursor
    return found


def cut_some(street: Neighbourhood, luck: random.Random, nodes: list[Neighbour]) -> None:
    """Cut some links, and let others be made again."""
    for one, other in combinations(nodes, 2):
        if luck.random() < 0.3:
            street.heal(one, other)
        elif luck.random() < 0.5:
            street.split(one, other)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_posts_of_two_devices_are_the_same_everywhere(
    tmp_path: Path, seed: int
) -> None:
    luck = random.Random(seed)

    async def scenario(street: Neighbourhood) -> None:
        phone = await street.move_in()
        desk = await street.move_in(device_of=phone, knows=[phone])
        readers = [await street.move_in(knows=[phone, desk]) for _ in range(2)]
        for reader in readers:
            await reader.follow(phone)
        nodes = [phone, desk, *readers]
        for number in range(EACH):
            for device in luck.sample((phone, desk), 2):
                street.clock.advance(luck.randrange(1, 900))
                await device.say(f"{device.number}: {number}")
            if number % CUTS_EVERY == 0:
                cut_some(street, luck, nodes)
                await street.pass_time(3)
        for one, other in combinations(nodes, 2):
            street.heal(one, other)
        author = phone.author_id
        await street.until(
            lambda: all(len(all_of(each, author)) == 2 * EACH for each in nodes),
            within_s=600,
        )
        newcomer = await street.move_in(knows=[readers[0]])
        await newcomer.follow(phone)
        await street.until(lambda: len(all_of(newcomer, author)) == 2 * EACH, within_s=600)
        shown = {tuple(all_of(each, author)) for each in (*nodes, newcomer)}
        assert len(shown) == 1
        said = {f"{each.number}: {number}" for each in (phone, desk) for number in range(EACH)}
        assert set(shown.pop()) == said

    in_neighbourhood(tmp_path, scenario)


def test_what_one_device_follows_the_others_do_too(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        phone = await street.move_in()
        desk = await street.move_in(device_of=phone, knows=[phone])
        friend = await street.move_in()
        await friend.say("good day")
        await street.pass_time(2)
        await phone.follow(friend)
        desk.running.feeds.finder.hint([friend.endpoint])
        await street.until(lambda: desk.reads(friend.author_id) == ["good day"], within_s=60)
        street.clock.advance(1_000)
        await desk.running.feeds.carer.unfollow(friend.author_id)
        await street.pass_time(5)
        for device in (phone, desk):
            assert device.running.ground.interests.of(friend.author_id) is FETCHED

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_what_a_removed_device_says_later_is_shown_by_nobody(tmp_path: Path, seed: int) -> None:
    """Whoever hears of the leave first, and whoever of the later posts."""
    luck = random.Random(seed)

    async def scenario(street: Neighbourhood) -> None:
        phone = await street.move_in()
        lost = await street.move_in(device_of=phone, knows=[phone])
        readers = [await street.move_in(knows=[phone, lost]) for _ in range(3)]
        for reader in readers:
            await reader.follow(phone)
        await lost.say("mine")
        await street.pass_time(5)
        nodes = [phone, *readers]
        for each in nodes:
            if luck.random() < 0.5:
                street.split(lost, each)
        size = lost.disk.replicas[lost.feed_id].size
        leave = sign_leave(phone.author, lost.feed_id, size=size, from_ms=street.clock.now_ms())
        hears = luck.choice([phone, *readers[:2]])
        street.split(lost, hears)
        told = Certificates(phone.author_id, (leave,))
        hears.running.ground.shelf.accept_certificates(told)
        await lost.say("the thief's")
        for each in nodes:
            street.heal(lost, each)
        await street.pass_time(30)
        newcomer = await street.move_in(knows=[lost])
        await newcomer.follow(phone)
        await street.pass_time(30)
        for each in (*nodes, newcomer, lost):
            assert all_of(each, phone.author_id) == ["mine"], each.number
        assert lost.running.ground.pen.is_removed

    in_neighbourhood(tmp_path, scenario)
