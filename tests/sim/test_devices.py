"""Two devices of one person write at once, whatever happens to the links in between."""

import random
from pathlib import Path

import pytest
from ordeals.devices.street import all_of, play_street
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.talk.words import Certificates
from swarmfeed.node.ground.interests import FETCHED

EACH = 70
"""Posts of each device; ``tools/torture devices-streets`` has them write 500."""


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_posts_of_two_devices_at_once_are_the_same_everywhere(
    tmp_path: Path, seed: int
) -> None:
    play_street(tmp_path, random.Random(seed), EACH)


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
