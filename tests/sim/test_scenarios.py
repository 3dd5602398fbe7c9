"""What a neighbourhood has to survive: partitions, devices, budgets, forks, and an eclipse."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from msgspec.structs import replace
from street.fakes.index import FakeIndex
from street.fakes.ledger import FakeLedger
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.limits import CHUNK_ENTRIES
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.talk.words import Have, HolderRecord, Holders, NotHeld, Want, WantedAuthor
from swarmfeed.errors import RollbackError, UserError
from swarmfeed.node.ground.interests import FRIEND_OF_FRIEND
from swarmfeed.node.ground.session import Session

from tests.sim.test_neighbourhood import all_have


@pytest.mark.slow
def test_a_partitioned_network_heals(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        people = [await street.move_in() for _ in range(5)]
        for one in people:
            await one.follow(*(other for other in people if other is not one))
        here, there = people[:2], people[2:]
        for one in here:
            for other in there:
                street.split(one, other)
        await here[0].say("from here")
        await there[0].say("from there")
        assert here[1].reads(here[0].author_id) == ["from here"]
        assert there[1].reads(here[0].author_id) == []
        assert here[1].reads(there[0].author_id) == []
        await street.pass_time(120)
        for one in here:
            for other in there:
                street.heal(one, other)
        await street.until(lambda: all(all_have(one, people)() for one in people), within_s=310)
        assert all(each.reads(there[0].author_id) == ["from there"] for each in people)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_news_cross_a_chain_of_nodes_that_only_know_their_neighbours(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        chain = [await street.move_in()]
        for _ in range(6):
            chain.append(await street.move_in(knows=chain[-1:]))
        first = chain[0]
        for near, far in zip(chain, chain[2:], strict=False):
            for beyond in chain[chain.index(far) :]:
                street.split(near, beyond)
        await street.pass_time(3)
        for one in chain[1:]:
            await one.running.feeds.carer.follow(first.author_id)
        await street.pass_time(10)
        await first.say("pass it on")
        await street.until(all_have(first, chain[1:]), within_s=30)
        assert chain[-1].reads(first.author_id) == ["pass it on"]

    in_neighbourhood(tmp_path, scenario)


def test_two_devices_of_one_author_are_read_as_one_person(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        phone = await street.move_in()
        desk = await street.move_in(device_of=phone)
        reader = await street.move_in(knows=[phone, desk])
        await street.pass_time(1)
        await reader.follow(phone, desk)
        await phone.say("from the phone")
        street.clock.advance(1000)
        await desk.say("from the desk")
        await street.pass_time(2)
        assert reader.reads(phone.author_id) == ["from the desk", "from the phone"]
        feeds = reader.running.ground.shelf.feeds_of(phone.author_id)
        assert set(feeds) == {phone.feed_id, desk.feed_id}
        assert len(reader.running.ground.shelf.certificates(phone.author_id)) == 2

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A15")
def test_a_restored_backup_that_posts_is_found_out_by_everyone(tmp_path: Path) -> None:
    """Two machines write one feed: all who hear of both stop at the fork, and keep proof."""

    async def scenario(street: Neighbourhood) -> None:
        anna, bert, carl = [await street.move_in() for _ in range(3)]
        copy = await street.move_in(on=False)
        copy.number, copy.author = anna.number, anna.author
        copy.disk.replicas[anna.feed_id] = anna.disk.replicas[anna.feed_id]
        copy.disk.marks[anna.feed_id] = anna.disk.marks[anna.feed_id]
        copy.disk.certificates[anna.feed_id] = anna.disk.certificates[anna.feed_id]
        await bert.follow(anna, carl)
        await carl.follow(anna, bert)
        await anna.say("one history")
        await street.until(all_have(anna, [bert, carl]), within_s=10)
        await anna.stop()
        await copy.start()
        await copy.say("another history", "that goes on")
        copy.running.feeds.finder.hint([bert.endpoint, carl.endpoint])

        def found_out() -> bool:
            shelves = (each.running.ground.shelf for each in (bert, carl))
            return all(each.is_forked(anna.feed_id) for each in shelves)

        await street.until(found_out, within_s=20)
        for each in (bert, carl):
            assert each.reads(anna.author_id) == ["one history"]
            assert each.running.ground.sessions._shut_out == {}
            assert each.disk.forks[anna.feed_id] is not None
        await street.until(
            lambda: copy.running.ground.shelf.is_forked(anna.feed_id), within_s=20
        )
        with pytest.raises(UserError, match="two different ways"):
            await copy.say("and on")

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A50")
@pytest.mark.parametrize("online", [True, False])
def test_an_old_copy_that_knows_a_holder_asks_before_it_signs(
    tmp_path: Path, online: bool
) -> None:
    """At the first own word since the start, also of a command without the network."""

    async def scenario(street: Neighbourhood) -> None:
        anna, bert = [await street.move_in() for _ in range(2)]
        await bert.follow(anna)
        await anna.say("one")
        await street.until(all_have(anna, [bert]), within_s=10)
        old = anna.disk.replicas[anna.feed_id], anna.disk.marks[anna.feed_id]
        await anna.say("two")
        await street.until(all_have(anna, [bert]), within_s=10)
        await street.pass_time(1)
        await anna.stop()
        anna.disk.replicas[anna.feed_id], anna.disk.marks[anna.feed_id] = old
        anna.ledger = FakeLedger()
        (holder,) = anna.index.holders(anna.feed_id)
        anna.index = FakeIndex()
        anna.index.save_holder(anna.feed_id, holder)
        anna.settings = replace(anna.settings, network=online)
        await anna.start()
        if not online:
            assert not anna.running.ground.pen.trouble(), "nothing here knows better"
        with pytest.raises(UserError, match="old copy"):
            await anna.say("another two")
        await street.pass_time(5)
        assert not bert.running.ground.shelf.is_forked(anna.feed_id)
        assert bert.reads(anna.author_id) == ["two", "one"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A50")
def test_what_the_own_log_lost_comes_back_and_writing_goes_on(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = [await street.move_in() for _ in range(2)]
        await bert.follow(anna)
        await anna.say_many(300)
        await street.until(all_have(anna, [bert]), within_s=10)
        await anna.stop()
        del anna.disk.replicas[anna.feed_id]
        await anna.start()
        assert len(anna.reads(anna.author_id)) == 300, "it is readable meanwhile"
        await street.until(lambda: not anna.running.ground.pen.trouble(), within_s=20)
        await anna.say("and on")
        await street.until(all_have(anna, [bert]), within_s=10)
        assert bert.reads(anna.author_id)[0] == "and on"
        assert not bert.running.ground.shelf.is_forked(anna.feed_id)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_friends_of_friends_are_held_within_the_budget_newest_chunks_first(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        author, friend = await street.move_in(), await street.move_in()
        await author.say_many(1500)
        await friend.follow(author)
        await street.until(all_have(author, [friend]), within_s=10)
        sizes = [
            record.pieces.size_bytes
            for record in author.disk.replicas[author.feed_id].chunks().values()
        ]
        budget_bytes = sizes[-1] + sizes[-2] + sizes[-3] // 2
        helper = await street.move_in(on=False)
        kept_bytes = tail_bytes(friend, friend) + tail_bytes(helper, helper) + 200
        helper.settings = replace(helper.settings, disk_budget_bytes=budget_bytes + kept_bytes)
        await helper.start()
        await helper.follow(friend)
        await street.pass_time(130)
        spans = sorted(helper.disk.held[author.feed_id])
        assert [span.position for span in spans] == [3, 4]
        assert helper.running.ground.interests.of(author.author_id) is FRIEND_OF_FRIEND
        held = [f"post {n}" for n in reversed(range(3 * CHUNK_ENTRIES - 2, 1500))]
        assert helper.reads(author.author_id) == held, "what is held can be read"
        assert helper.index.home(10, None) == [], "but stands on no timeline"
        assert not helper.is_complete(author.feed_id)
        await street.pass_time(130)
        assert sorted(helper.disk.held[author.feed_id]) == spans, "nothing moves any more"

    in_neighbourhood(tmp_path, scenario)


def tail_bytes(of: Neighbour, at: Neighbour) -> int:
    return sum(map(len, at.disk.replicas[of.feed_id].tail))


@pytest.mark.slow
def test_twenty_neighbours_that_know_one_each_all_read_one_author(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        people = [await street.move_in()]
        author = people[0]
        await author.say_many(600)
        for _ in range(19):
            people.append(await street.move_in(knows=people[-1:]))
        for one in people[1:]:
            await one.running.feeds.carer.follow(author.author_id)
        await street.until(all_have(author, people[1:]), within_s=90)
        await author.say("one more")
        await street.until(all_have(author, people[1:]), within_s=90)
        assert all(each.reads(author.author_id, 1) == ["one more"] for each in people)

    in_neighbourhood(tmp_path, scenario)


def freeze(neighbour: Neighbour) -> None:
    """Make an honest node hostile: for ever it shows the heads it has now."""

    def refuse(_: object) -> NoReturn:
        raise RollbackError("we like the old one better")

    shelf = neighbour.running.ground.shelf
    shelf.accept_offer = refuse  # type: ignore[method-assign]  # that is the attack
    shelf.accept_entries = refuse  # type: ignore[method-assign]  # that is the attack


@pytest.mark.slow
@pytest.mark.attack("A14")
@pytest.mark.attack("A16")
def test_eight_hostile_nodes_around_a_reader_do_not_keep_a_post_from_it(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.open_dht()
        anna, honest = await street.move_in(), await street.move_in()
        await anna.say("old news")
        hostile = [await street.move_in() for _ in range(8)]
        for each in [honest, *hostile]:
            await each.follow(anna)
        await street.until(all_have(anna, [honest, *hostile]), within_s=20)
        for each in hostile:
            freeze(each)
        target = await street.move_in(knows=hostile)
        street.split(target, anna)
        await target.running.feeds.carer.follow(anna.author_id)
        await street.until(lambda: target.reads(anna.author_id) == ["old news"], within_s=10)
        street.split(target, honest)
        await anna.say("news they would rather hide")
        await street.pass_time(30)
        assert target.reads(anna.author_id) == ["old news"]
        street.heal(target, honest)
        await street.until(
            lambda: target.reads(anna.author_id, 1) == ["news they would rather hide"],
            within_s=4_000,
        )
        assert target.root(anna.feed_id) == anna.root(anna.feed_id)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A14")
def test_old_heads_from_eight_peers_do_not_outweigh_the_newest_from_one(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, honest = await street.move_in(), await street.move_in()
        hostile = [await street.move_in() for _ in range(8)]
        for each in [honest, *hostile]:
            await each.follow(anna)
        await anna.say("old news")
        for each in hostile:
            freeze(each)
        await anna.say("news")
        await anna.stop()
        target = await street.move_in(knows=[*hostile, honest])
        await target.running.feeds.carer.follow(anna.author_id)
        await street.until(lambda: target.reads(anna.author_id, 1) == ["news"], within_s=10)
        newest = target.root(anna.feed_id)
        await honest.stop()
        await street.pass_time(60)
        assert target.root(anna.feed_id) == newest

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A33")
def test_a_flood_of_claims_about_unknown_feeds_leaves_no_trace(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, hostile = await street.move_in(), await street.move_in()
        bert = await street.move_in(knows=[anna])
        await street.pass_time(1)
        await bert.follow(anna)
        hostile.running.feeds.finder.hint([anna.endpoint])
        await street.pass_time(3)
        session = hostile.running.ground.sessions.find(anna.identity.node_id)
        assert session is not None
        before = len(bert.index._holders)
        for number in range(300):
            key = number.to_bytes(32, "big")
            record = HolderRecord(
                NodeId(key), Endpoint("127.0.8.8", 9000), Endpoint("127.0.8.8", 9001), 5, True
            )
            for message in (
                Have(feed_id=FeedId(key), size=2**32, complete=True),
                Holders(anna.author_id, FeedId(key), (record,) * 8),
                Holders(anna.author_id, anna.feed_id, (record,) * 8),
                Want((WantedAuthor(AuthorId(key), ()),)),
                NotHeld(AuthorId(key)),
            ):
                await session.send(message)
        await street.pass_time(2)
        assert set(anna.index._holders) <= {anna.feed_id, bert.feed_id, hostile.feed_id}
        assert len(bert.index._holders) == before
        known = anna.index.holders(anna.feed_id)
        assert bert.identity.node_id in {each.node_id for each in known}
        await anna.say("still here")
        assert bert.reads(anna.author_id) == ["still here"]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
def test_a_peer_that_reads_nothing_holds_up_neither_the_author_nor_the_others(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert, stuck = [await street.move_in() for _ in range(3)]
        await bert.follow(anna)
        street.split(bert, stuck)
        await stuck.follow(anna)
        session = anna.running.ground.sessions.find(stuck.identity.node_id)
        assert session is not None
        release = make_stuck(session)
        for number in range(50):
            await anna.say(f"post {number}")
        assert bert.reads(anna.author_id, 1) == ["post 49"]
        assert stuck.reads(anna.author_id) == []
        assert len(session.outbox) <= 2, "what waits does not pile up"
        release()
        await street.pass_time(1)
        assert stuck.root(anna.feed_id) == anna.root(anna.feed_id)

    in_neighbourhood(tmp_path, scenario)


def make_stuck(session: Session) -> Callable[[], None]:
    """Let a peer take nothing until the returned function is called."""
    free = asyncio.Event()
    real = session.peer.send

    async def send(message: object) -> None:
        await free.wait()
        await real(message)  # type: ignore[arg-type]  # passed on as it came

    session.peer.send = send  # type: ignore[method-assign]  # a peer that does not read
    return free.set
