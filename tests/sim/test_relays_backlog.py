"""What is sealed comes by way of a relay, too: in parts, newest first, from whoever has it."""

from pathlib import Path

import pytest
from street.fakes.logs import FakeLogs
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import ChunkSpan, FeedId
from swarmfeed.core.relay.limits import CIRCUIT_DAY_BYTES, PART_REST_S
from swarmfeed.core.relay.words import ChunkPart, PartAsk
from swarmfeed.node.ground.events import ChunkKept, listens
from swarmfeed.node.relay.role import RelayParts

from tests.node.relay.test_relaying import is_linked, say

pytestmark = [pytest.mark.slow, pytest.mark.attack("A151")]


async def three(street: Neighbourhood, posts: int) -> tuple[Neighbour, Neighbour, Neighbour]:
    """A relay, and two who know it and cannot dial each other; Ben wrote something."""
    relay = await street.move_in(relays=True)
    anna, ben = [await street.move_in(knows=[relay]) for _ in range(2)]
    street.split(anna, ben)
    await ben.say_many(posts)
    return relay, anna, ben


def has_all(anna: Neighbour, ben: Neighbour, posts: int) -> bool:
    return len(anna.reads(ben.author_id)) == posts and anna.is_complete(ben.feed_id)


async def is_slow(anna: Neighbour, ben: Neighbour) -> bool:
    """Whether Anna is told that the rest comes by way of others."""
    (feed,) = await anna.running.feeds.reporter.feeds([ben.feed_id])
    return feed.by_another


def test_a_backlog_comes_newest_first_and_the_relay_keeps_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street, 1_000)
        kept: list[ChunkSpan] = []
        anna.running.ground.events.connect(
            [listens(ChunkKept, lambda event: kept.append(event.span))]
        )
        await anna.follow(ben)
        await street.until(lambda: has_all(anna, ben, 1_000), within_s=90)
        assert kept == [ChunkSpan(0, 2), ChunkSpan(0, 1), ChunkSpan(0, 0)]
        assert relay.root(ben.feed_id) is None
        carried = relay.running.parts(RelayParts).relaying.relay.carried_today(
            ben.identity.node_id
        )
        assert carried < CIRCUIT_DAY_BYTES
        await ben.say("live")
        await street.pass_time(1)
        assert anna.reads(ben.author_id)[0] == "live"

    in_neighbourhood(tmp_path, scenario)


class Given:
    """Parts that were read for others."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parts: list[tuple[ChunkSpan, int]] = []
        read = FakeLogs.read_chunk_part

        def noted(
            logs: FakeLogs, feed_id: FeedId, span: ChunkSpan, offset: int, count: int
        ) -> bytes:
            self.parts.append((span, offset))
            return read(logs, feed_id, span, offset, count)

        monkeypatch.setattr(FakeLogs, "read_chunk_part", noted)


def test_what_came_stays_when_the_link_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("core.relay.parts", "node.relay.backlog"):
        monkeypatch.setattr(f"swarmfeed.{module}.PART_BYTES_ASKED", 100)
    given = Given(monkeypatch)

    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street, 600)
        await anna.follow(ben)
        monkeypatch.setattr("swarmfeed.core.relay.relay.CIRCUIT_DAY_BYTES", 20_000)
        await street.until(lambda: bool(given.parts), within_s=60)
        await street.pass_time(5)
        assert not is_linked(anna, ben), "what the relay carries is used up"
        assert not anna.is_complete(ben.feed_id)
        monkeypatch.undo()
        again = Given(monkeypatch)
        await street.until(lambda: has_all(anna, ben, 600), within_s=240)
        assert given.parts and again.parts
        assert not set(given.parts[:-2]) & set(again.parts)

    in_neighbourhood(tmp_path, scenario)


def test_pieces_on_disk_are_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Given(monkeypatch)

    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street, 600)
        await anna.follow(ben)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        (chunk,) = (tmp_path / "3").glob(f"{ben.feed_id.hex()}/chunks/*-0-0.zst")
        incoming = tmp_path / "2" / ben.feed_id.hex() / "incoming"
        (incoming / chunk.name).write_bytes(chunk.read_bytes())
        await street.until(lambda: has_all(anna, ben, 600), within_s=60)
        assert {span for span, _ in given.parts} == {ChunkSpan(0, 1)}

    in_neighbourhood(tmp_path, scenario)


def test_one_who_gives_something_else_is_shut_out_and_nothing_of_it_is_kept(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street, 600)
        for path in (tmp_path / "3").glob("*/chunks/*-0-0.zst"):
            path.write_bytes(path.read_bytes()[:-1] + b"?")
        await anna.follow(ben)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        await street.until(lambda: not is_linked(anna, ben), within_s=60)
        assert anna.disk.held[ben.feed_id] == {ChunkSpan(0, 1)}
        assert not anna.is_complete(ben.feed_id)

    in_neighbourhood(tmp_path, scenario)


def test_a_straight_link_goes_on_by_bittorrent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.relay.backlog.PART_BYTES_ASKED", 10**9)

    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street, 600)
        await anna.follow(ben)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        await street.pass_time(10)
        assert not anna.is_complete(ben.feed_id)
        assert await is_slow(anna, ben)
        street.heal(anna, ben)
        anna.running.feeds.finder.hint([ben.endpoint])
        await anna.running.feeds.finder.connect()
        await street.until(lambda: has_all(anna, ben, 600), within_s=60)
        assert not await is_slow(anna, ben)

    in_neighbourhood(tmp_path, scenario)


def test_who_has_nothing_to_give_is_left_alone_for_a_while(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        _, anna, ben = await three(street, 600)
        held = ben.disk.held.pop(ben.feed_id)
        await anna.follow(ben)
        await street.until(lambda: is_linked(anna, ben), within_s=60)
        await street.pass_time(5)
        assert is_linked(anna, ben)
        ben.disk.held[ben.feed_id] = held
        await street.until(lambda: has_all(anna, ben, 600), within_s=PART_REST_S + 10)

    in_neighbourhood(tmp_path, scenario)


def test_what_was_not_asked_for_and_what_is_not_here_change_nothing(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        relay, anna, ben = await three(street, 300)
        record = ben.disk.replicas[ben.feed_id].chunks()[ChunkSpan(0, 0)]
        part = ChunkPart(feed_id=ben.feed_id, level=0, position=0, offset=0, data=b"x" * 1000)
        await say(relay, anna, part)
        ask = PartAsk(
            feed_id=ben.feed_id, level=0, position=0, root=record.root, offset=0, count=9
        )
        await say(relay, ben, ask)
        assert is_linked(relay, anna)
        assert is_linked(relay, ben)

    in_neighbourhood(tmp_path, scenario)
