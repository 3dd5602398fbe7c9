"""History servers in a neighbourhood of whole nodes: days of the policy pass in seconds."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import Word
from swarmfeed.core.history.rows import CustodyState
from swarmfeed.core.history.slack import COPIES_MIN
from swarmfeed.node.ground.interests import FETCHED
from swarmfeed.node.history.server import CLAIM_S_MIN

pytestmark = pytest.mark.slow

SPEED = 3_600
"""An hour of the policy is a second."""

HOUR, DAY = 1, 24
"""Seconds of the street's clock."""

GIVEN = HistoryChoice(scope="community", disk_bytes=10**9, free_bytes_min=0)

POSTS = 300

Scenario = Callable[[Neighbourhood], Awaitable[None]]


def play_days(folder: Path, scenario: Scenario) -> None:
    in_neighbourhood(folder, scenario, history_speed=SPEED)


async def add_servers(
    street: Neighbourhood, count: int, hub: Neighbour, choice: HistoryChoice = GIVEN
) -> list[Neighbour]:
    """Servers whose operators follow the hub, so that whom it follows is in their scope."""
    servers: list[Neighbour] = []
    for _ in range(count):
        server = await street.move_in(knows=[hub, *servers], history=choice)
        await server.follow(hub)
        servers.append(server)
    return servers


async def add_author(street: Neighbourhood, hub: Neighbour) -> Neighbour:
    author = await street.move_in(knows=[hub])
    await author.say_many(POSTS)
    await hub.follow(author)
    return author


def holding(servers: list[Neighbour], feed_id: FeedId) -> list[Neighbour]:
    """Servers that run, promise a feed and have all of it."""
    found = []
    for server in servers:
        custody = server.history.custodian.find(feed_id) if server.node else None
        if custody is not None and custody.state is CustodyState.LEASED:
            assert server.is_complete(feed_id)
            found.append(server)
    return found


def reasons(servers: list[Neighbour], feed_id: FeedId) -> str:
    looks = [each.history.server.look_of(feed_id) for each in servers if each.node]
    return "\n".join(look.reason if look else "not looked at" for look in looks)


async def until_held_by(
    street: Neighbourhood, servers: list[Neighbour], feed_id: FeedId, count: int, days: int
) -> list[Neighbour]:
    """Let time pass until a feed is held by so many servers; returns them."""
    for _ in range(days):
        await street.pass_time(DAY)
        if len(holding(servers, feed_id)) == count:
            break
    held = holding(servers, feed_id)
    assert len(held) == count, f"held by {len(held)}\n{reasons(servers, feed_id)}"
    return held


def test_a_feed_whose_people_stay_is_held_by_two_and_no_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 4, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        await street.pass_time(3 * DAY)
        assert holding(servers, author.feed_id) == held, "it stays where it is"
        for server in servers:
            assert (author.feed_id in server.disk.replicas) == (server in held)
            readable = POSTS if server in held else 0
            assert len(server.reads(author.author_id)) == readable, "what is held can be read"

    play_days(tmp_path, scenario)


def test_servers_stand_in_for_people_who_left_and_step_back_when_they_return(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 4, hub)
        await until_held_by(street, servers, author.feed_id, 2, days=8)
        await author.stop()
        await hub.stop()
        await until_held_by(street, servers, author.feed_id, 3, days=8)
        newcomer = await street.move_in(knows=servers[:1])
        await newcomer.follow(author)
        await street.until(lambda: newcomer.is_complete(author.feed_id), within_s=30)
        assert newcomer.root(author.feed_id) == author.root(author.feed_id)
        assert len(newcomer.reads(author.author_id)) == POSTS
        await newcomer.stop()
        await author.start()
        await hub.start()
        await until_held_by(street, servers, author.feed_id, 2, days=12)

    play_days(tmp_path, scenario)


def test_others_take_over_from_a_server_that_dies(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 4, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        await held[0].stop()
        left = [each for each in servers if each is not held[0]]
        now = await until_held_by(street, left, author.feed_id, 2, days=8)
        assert held[1] in now

    play_days(tmp_path, scenario)


def test_a_server_that_leaves_hands_over_first(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 3, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        leaver = held[0]
        leaver.history.service.leave()
        await street.pass_time(HOUR)
        assert author.feed_id in leaver.disk.replicas, "nobody else has taken it yet"
        others = [each for each in servers if each is not leaver]
        await until_held_by(street, others, author.feed_id, 2, days=4)
        await street.pass_time(2 * HOUR)
        assert not leaver.history.service.is_server
        assert leaver.history.custodian.all() == {}

    play_days(tmp_path, scenario)


def test_a_restarted_server_keeps_its_promises_and_its_memory(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 3, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        server = held[0]
        census = server.history.sight.census
        before = census.outlook(held[1].identity.node_id, server=True)
        await server.stop()
        await server.start()
        assert holding(servers, author.feed_id) == held
        after = server.history.sight.census.outlook(held[1].identity.node_id, server=True)
        assert after.up == pytest.approx(before.up, rel=0.01)
        seeder = server.running.feeds.seeder
        assert not seeder.is_awake(author.feed_id), "asleep until asked for"
        await street.pass_time(2 * HOUR)
        assert holding(servers, author.feed_id) == held

    play_days(tmp_path, scenario)


def test_a_full_server_refuses_with_a_reason_and_loses_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        first = await add_author(street, hub)
        # The first feed fits into one friend's share of this disk, the second does not.
        small = HistoryChoice(scope="community", disk_bytes=60_000, free_bytes_min=0)
        servers = await add_servers(street, 2, hub, small)
        await street.pass_time(2 * DAY)
        before = holding(servers, first.feed_id)
        second = await add_author(street, hub)
        await street.pass_time(2 * DAY)
        for server in servers:
            notices = server.history.sight.board.notices(second.feed_id)
            said = [each.notice for each in notices if each.notice.word is Word.REFUSAL]
            assert {each.node_id for each in said} == {
                each.identity.node_id for each in servers
            }
            assert all("full" in each.reason or "quota" in each.reason for each in said)
            look = server.history.server.look_of(second.feed_id)
            assert look is not None and look.reason.startswith("refused: ")
            assert second.feed_id not in server.disk.replicas
        assert holding(servers, first.feed_id) == before

    play_days(tmp_path, scenario)


@pytest.mark.attack("A36")
def test_a_server_that_claims_and_does_not_hold_is_found_out(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 4, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        liar = held[0]
        # Its disk is empty from now on, and it goes on to promise.
        for span in list(liar.disk.replicas[author.feed_id].chunks()):
            liar.running.ground.shells.logs.drop_chunk(author.feed_id, span)
        honest = [each for each in servers if each is not liar]
        for _ in range(8):
            await street.pass_time(DAY)
            liar.history.custodian._say_held(author.feed_id)
            await settle()
            if len(holding(honest, author.feed_id)) == 2:
                break
        assert len(holding(honest, author.feed_id)) == 2, reasons(honest, author.feed_id)
        judge = held[1].history
        outlook = judge.sight.census.outlook(liar.identity.node_id, server=True)
        assert outlook.held < 0.5
        assert judge.auditor.failed > 0
        assert judge.sight.viewer.offer(author.feed_id).copies >= COPIES_MIN

    play_days(tmp_path, scenario)


def test_a_claim_gives_holders_that_do_not_send_their_time_and_then_ends(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        for liar in (author, hub):
            for span in list(liar.disk.replicas[author.feed_id].chunks()):
                liar.running.ground.shells.logs.drop_chunk(author.feed_id, span)
        (server,) = await add_servers(street, 1, hub)
        history = server.history

        def is_claimed() -> bool:
            custody = history.custodian.find(author.feed_id)
            return custody is not None and custody.state is CustodyState.CLAIMED

        await street.until(is_claimed, within_s=DAY)
        await street.pass_time(CLAIM_S_MIN - 2)
        assert is_claimed(), "many hours of the policy, in which holders may stand still"
        await street.pass_time(4)
        assert not is_claimed()
        own = history.sight.board.own(author.feed_id)
        assert own is not None and own.notice.word is Word.REFUSAL
        assert own.notice.reason == "it could not be fetched within an hour"

    play_days(tmp_path, scenario)


def test_who_gives_less_hands_over_what_is_too_much(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 4, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        miser = held[0].history
        miser.service.choose(HistoryChoice(scope="community", disk_bytes=10, free_bytes_min=0))
        await street.pass_time(HOUR)
        custody = miser.custodian.find(author.feed_id)
        assert custody is not None and custody.state is CustodyState.LEAVING
        others = [each for each in servers if each is not held[0]]
        await until_held_by(street, others, author.feed_id, 2, days=4)
        await street.pass_time(2 * HOUR)
        assert miser.custodian.find(author.feed_id) is None
        assert miser.custodian.tally.evicted == 1

    play_days(tmp_path, scenario)


def test_who_is_not_followed_any_more_is_handed_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 4, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        await held[0].running.feeds.carer.unfollow(hub.author_id)
        others = [each for each in servers if each is not held[0]]
        await until_held_by(street, others, author.feed_id, 2, days=4)
        await street.pass_time(2 * HOUR)
        assert held[0].history.custodian.all() == {}

    play_days(tmp_path, scenario)


def test_a_node_becomes_a_server_while_it_runs_and_remembers_it(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = []
        for _ in range(3):
            node = await street.move_in(knows=[hub, *servers])
            await node.follow(hub)
            servers.append(node)
        await street.pass_time(HOUR)
        assert holding(servers, author.feed_id) == []
        for each in servers:
            each.history.service.choose(GIVEN)
        await until_held_by(street, servers, author.feed_id, 2, days=8)
        for each in servers:
            await each.stop()
            await each.start()
        assert len(holding(servers, author.feed_id)) == 2
        assert all(each.history.service.is_server for each in servers)

    play_days(tmp_path, scenario)


def test_an_open_server_holds_for_a_stranger_who_asks(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        somebody = await street.move_in()
        choice = HistoryChoice(scope="open", disk_bytes=10**9, free_bytes_min=0)
        servers: list[Neighbour] = []
        for _ in range(3):
            servers.append(await street.move_in(knows=[somebody, *servers], history=choice))
        await somebody.say_many(POSTS)
        await street.pass_time(2 * DAY)
        held = holding(servers, somebody.feed_id)
        assert len(held) >= 2
        safety = somebody.history.safety.tell()
        assert safety is not None and safety.servers == len(held)

    play_days(tmp_path, scenario)


def test_a_goodbye_counts_at_once_and_coming_back_takes_it_back(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        hub = await street.move_in()
        author = await add_author(street, hub)
        servers = await add_servers(street, 3, hub)
        held = await until_held_by(street, servers, author.feed_id, 2, days=8)
        assert held[0].history.sight.board.say_goodbye() > 0
        await settle()
        await held[0].stop()
        others = [each for each in servers if each is not held[0]]
        for _ in range(6):
            await street.pass_time(HOUR)
        assert len(holding(others, author.feed_id)) == 2, reasons(others, author.feed_id)
        board = held[1].history.sight.board
        assert board.has_left(held[0].identity.node_id)
        await held[0].start()
        await street.pass_time(HOUR)
        assert not board.has_left(held[0].identity.node_id)

    play_days(tmp_path, scenario)


def test_a_server_that_knows_holders_and_holds_nothing_leads_to_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        server = await street.move_in(
            history=HistoryChoice(scope="open", disk_bytes=10**9, free_bytes_min=0)
        )
        author = await street.move_in()
        await author.say_many(POSTS)
        holder = await street.move_in(knows=[author, server])
        await holder.follow(author)
        await street.until(lambda: holder.is_complete(author.feed_id), within_s=20)
        await street.pass_time(5)
        await author.stop()
        assert server.running.ground.shelf.feeds_of(author.author_id) == []
        newcomer = await street.move_in(knows=[server])
        await street.pass_time(3)
        await newcomer.running.feeds.carer.care(author.author_id, FETCHED)
        await settle()
        await street.pass_time(5)
        assert server.running.ground.shelf.feeds_of(author.author_id) == []
        assert newcomer.is_complete(author.feed_id)

    in_neighbourhood(tmp_path, scenario)
