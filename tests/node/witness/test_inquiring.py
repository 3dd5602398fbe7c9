"""How readers know that what they see is the newest, and that nothing is kept from them."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.newest import HowNew, HowNewAll, HowNewAreAll, HowNewIs
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import OWN_ASKED_EVERY_S
from swarmfeed.node.witness.role import WitnessParts

from tests.node.witness.town import (
    WITNESSES_ALONE,
    adopt,
    inquiry,
    know,
    leaf,
    seen_size,
    sight,
    witnesses,
)


def now_s(street: Neighbourhood) -> int:
    return street.clock.now_ms() // 1000


def size(of: Neighbour) -> int:
    found = of.root(of.feed_id)
    assert found is not None
    return found[0]


def test_a_new_post_is_witnessed_and_its_readers_see_by_how_many_and_when(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        servers = await witnesses(street)
        anna = await leaf(street, servers)
        ben = await leaf(street, servers)
        await ben.follow(anna)
        await street.pass_time(2)
        await anna.say("hello")
        await street.pass_time(5)
        assert seen_size(ben, anna) == seen_size(anna, anna) == size(anna)
        found = sight(ben, anna)
        assert found is not None
        assert found.networks == 2
        assert 0 <= now_s(street) - found.as_of_s <= 5
        for each in servers:
            assert each.root(anna.feed_id) is None, "a witness holds no entry"

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
def test_it_stays_fresh_while_nothing_is_written_and_costs_little(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        servers = await witnesses(street)
        anna = await leaf(street, servers)
        ben = await leaf(street, servers)
        await ben.follow(anna)
        await street.pass_time(300)
        for reader, late_s in ((anna, OWN_ASKED_EVERY_S), (ben, 120)):
            found = sight(reader, anna)
            assert found is not None
            assert now_s(street) - found.as_of_s <= late_s + 10

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
def test_others_count_that_are_known_in_whoevers_network_they_are(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        servers = await witnesses(street, 4)
        anna = await leaf(street, servers[:2])
        ben = await leaf(street, servers[2:])
        know(ben, servers)
        await ben.follow(anna)
        await street.pass_time(2)
        await anna.say("hello")
        await street.pass_time(10)
        found = sight(ben, anna)
        assert found is not None
        assert found.networks == 4

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
def test_a_witness_that_knows_less_is_shown_the_rest(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        servers = await witnesses(street)
        anna = await leaf(street, servers[:1])
        await anna.say("one")
        await street.pass_time(5)
        anna.running.ground.layer.drop_parent(servers[0].identity.node_id)
        await anna.say("two", "three")
        await street.pass_time(5)
        ben = await leaf(street, servers)
        await ben.follow(anna)
        await street.until(
            lambda: (found := sight(ben, anna)) is not None and found.networks == 2, within_s=20
        )
        assert seen_size(ben, anna) == size(anna)

    in_neighbourhood(tmp_path, script)


@pytest.mark.slow
def test_what_witnesses_said_is_there_after_a_restart_with_its_age(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        servers = await witnesses(street)
        anna = await leaf(street, servers)
        know(anna, servers)
        await street.pass_time(5)
        before = inquiry(anna).newest(anna.feed_id)
        assert before is not None
        await anna.stop()
        await street.pass_time(1)
        await anna.start()
        assert inquiry(anna).newest(anna.feed_id) == before

    in_neighbourhood(tmp_path, script)


def test_supernodes_are_witnesses_to_each_other(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        one = await street.move_in()
        other = await street.move_in(knows=[one])
        await street.pass_time(2)
        for each, known in ((one, other), (other, one)):
            each.running.ground.layer.serve(True)
            know(each, [known])
        await one.say("hello")
        await street.pass_time(5)
        found = sight(one, one)
        assert found is not None
        assert found.networks == 1

    in_neighbourhood(tmp_path, script)


def test_people_are_told_how_new_it_is_and_what_is_kept_back(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        servers = await witnesses(street, roster=WITNESSES_ALONE)
        anna = await leaf(street, servers)
        ben = await leaf(street, servers)
        await ben.follow(anna)
        assert how_new(await street.move_in(), ben).sentence == sentences.NOBODY_SAW()
        assert (await all_of(anna)).sentence == sentences.NOBODY_READ()
        await street.pass_time(10)
        together = await all_of(ben)
        assert (together.people, together.seen, together.witnesses) == (1, 1, 2)
        assert together.as_of_ms == how_new(ben, anna).as_of_ms
        assert "each by 2 others or more" in together.sentence
        found = how_new(ben, anna)
        assert (found.seen_by, found.kept_back) == (2, 0)
        assert found.as_of_ms is not None
        assert "2 others, in different networks, saw it" in found.sentence
        await ben.stop()
        await anna.say("news")
        await street.pass_time(3)
        await anna.stop()
        await ben.start()
        await street.pass_time(3)
        for each in servers:
            adopt(each, ben)
        await street.until(lambda: how_new(ben, anna).kept_back == 1, within_s=40)
        found = how_new(ben, anna)
        assert "1 newer entry" in found.sentence
        assert "1 newer entry" in (await all_of(ben)).sentence
        assert ben.running.ground.interests.is_read(anna.author_id)

    in_neighbourhood(tmp_path, script)


async def all_of(reader: Neighbour) -> HowNewAll:
    return await reader.running.parts(WitnessParts).answers.how_new_are_all(HowNewAreAll())


def how_new(reader: Neighbour, author: Neighbour) -> HowNew:
    answers = reader.running.parts(WitnessParts).answers
    return answers.how_new(HowNewIs(author=author.author_id))
