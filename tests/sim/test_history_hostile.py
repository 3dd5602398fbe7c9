"""Whoever wants to fill, starve or deceive history servers."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import Word
from swarmfeed.core.history.rows import CustodyState
from swarmfeed.node.ground.interests import FETCHED, FOLLOWED
from swarmfeed.node.history.custodian import replica_bytes

from tests.node.rig import Scribe
from tests.sim.test_history import (
    DAY,
    HOUR,
    add_author,
    add_servers,
    holding,
    play_days,
    until_held_by,
)

pytestmark = pytest.mark.slow

CROWD = 55
"""Invented authors, more than the shares of one friend."""

SMALL, LARGE = 200, 3_000
"""Entries of their feeds; the large ones are beyond any quota of the test."""


async def invent(mallory: Neighbour, first: int, count: int, size: int) -> list[Scribe]:
    """Authors that nobody but this node knows; it follows and holds them all."""
    node, writers = mallory.running, []
    for number in range(first, first + count):
        writer = Scribe(number)
        writer.grow_to(size)
        node.ground.interests.raise_to(writer.author_id, FETCHED)
        node.ground.shelf.accept_offer(writer.offer())
        writer.give_all(node.ground.shells.logs)  # type: ignore[arg-type]  # the fake ones
        await node.feeds.writer.set_follow(writer.author_id, on=True)
        node.ground.interests.raise_to(writer.author_id, FOLLOWED)
        writers.append(writer)
    await settle()
    return writers


@pytest.mark.attack("A18")
@pytest.mark.attack("A37")
def test_a_crowd_gets_what_its_friend_had_to_give_and_nobody_else_notices(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub, mallory = await street.move_in(), await street.move_in()
        honest = await add_author(street, hub)
        crowd = await invent(mallory, 1, CROWD, SMALL)
        flood = await invent(mallory, 1 + CROWD, 5, LARGE)
        each_bytes = replica_bytes(crowd[0].newest)
        # Each of the crowd fits into its share, and none of the flood does.
        disk_bytes = 2 * (CROWD + 10) * each_bytes
        choice = HistoryChoice(scope="community", disk_bytes=disk_bytes, free_bytes_min=0)
        servers = await add_servers(street, 3, hub, choice)
        for server in servers:
            await server.follow(mallory)
        await street.pass_time(DAY)
        for server in servers:
            history = server.history
            of_crowd = [
                each.feed_bytes
                for each in history.custodian.all().values()
                if each.author_id != honest.author_id
            ]
            assert sum(of_crowd) <= disk_bytes / 2
            assert history.allotment.used_bytes() <= disk_bytes
            for writer in flood:
                assert history.custodian.find(writer.feed_id) is None
                assert not server.running.ground.shells.logs.held(writer.feed_id)
                own = history.sight.board.own(writer.feed_id)
                assert own is None or own.notice.word is Word.REFUSAL
        await until_held_by(street, servers, honest.feed_id, 2, days=8)

    play_days(tmp_path, scenario)


@pytest.mark.attack("A37")
def test_whoever_lies_about_a_size_is_found_out_before_a_chunk_is_fetched(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        mallory = await street.move_in()
        (writer,) = await invent(mallory, 1, 1, LARGE)
        real_bytes = replica_bytes(writer.newest)
        # A fiftieth of the disk is half of what the feed really has.
        choice = HistoryChoice(scope="community", disk_bytes=25 * real_bytes, free_bytes_min=0)
        (server,) = await add_servers(street, 1, mallory, choice)
        board = mallory.history.sight.board
        board.say(Word.HAVE, writer.author_id, writer.feed_id, LARGE, 10)
        await settle()
        claimed = False
        for _ in range(12):
            await street.pass_time(HOUR)
            custody = server.history.custodian.find(writer.feed_id)
            claimed = claimed or server.history.custodian.tally.refused > 0
            assert custody is None or custody.state is CustodyState.CLAIMED
            assert not server.running.ground.shells.logs.held(writer.feed_id)
        assert claimed, "it was tried, and refused once its size was known"
        assert server.history.custodian.true_bytes(writer.feed_id) == real_bytes
        assert server.history.allotment.used_bytes() == 0

    play_days(tmp_path, scenario)


@pytest.mark.attack("A39")
def test_servers_that_are_asked_first_and_stay_silent_are_passed_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        servers = await add_servers(street, 5, hub)
        silent, willing = servers[:3], servers[3:]
        for each in silent:
            each.history.server._take = lambda *_: "nothing"  # type: ignore[method-assign]
        author = await add_author(street, hub)
        await until_held_by(street, willing, author.feed_id, 2, days=3)

    play_days(tmp_path, scenario)


@pytest.mark.attack("A36")
def test_a_crowd_of_false_holders_keeps_no_server_from_taking_a_feed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        liars = [await street.move_in(knows=[hub]) for _ in range(4)]
        for liar in liars:
            liar.history.sight.board.watch([author.author_id])
            board = liar.history.sight.board
            board.say(Word.LEASE, author.author_id, author.feed_id, 302, 10_000)
        servers = await add_servers(street, 3, hub)
        for _ in range(3):
            await street.pass_time(DAY)
            for liar in liars:
                board = liar.history.sight.board
                board.say(Word.LEASE, author.author_id, author.feed_id, 302, 10_000)
            await settle()
        assert len(holding(servers, author.feed_id)) >= 2

    play_days(tmp_path, scenario)
