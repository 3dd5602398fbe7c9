"""What it would take to follow somebody, told before one does."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.loop import settle
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.people import Cost
from swarmfeed.core.asks.writing import OldPost
from swarmfeed.core.base.types import AuthorId, Endpoint
from swarmfeed.core.feed.limits import LOOKED_AT_MAX
from swarmfeed.core.talk.words import NotHeld, Want
from swarmfeed.node.ground.events import LinkStays
from swarmfeed.node.ground.interests import FOLLOWED, FRIEND_OF_FRIEND, LOOKED_AT, Interest

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

STRANGER = AuthorId(bytes(32))
HERE = Endpoint("127.0.9.9", 7000)


@pytest.fixture
def in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A street passes whole seconds, and what takes some round trips takes as many."""
    monkeypatch.setattr("swarmfeed.node.feeds.looker.LOOK_S", 8.0)


def now_s() -> float:
    return asyncio.get_running_loop().time()


class Watcher:
    """Somebody who looks at people, and one peer who hears of it."""

    def __init__(self, to: Talk) -> None:
        self._to = to
        self.peer = to.link(1)
        to.node.feeds.asking.on_stays(LinkStays(self.peer))

    async def looks(self, author_id: AuthorId = STRANGER) -> float:
        """Look at somebody; seconds that takes."""
        before_s = now_s()
        await self._to.node.feeds.looker.look_at(author_id)
        return now_s() - before_s

    async def asks(self) -> list[AuthorId]:
        """Whom the peer was asked for since the last time, the own author aside."""
        own = self._to.node.ground.identity.author_id
        wants = [each for each in await self._to.said(self.peer) if isinstance(each, Want)]
        every = [each.author_id for want in wants for each in want.authors]
        return [each for each in every if each != own]

    def interest(self, author_id: AuthorId = STRANGER) -> Interest | None:
        return self._to.node.ground.interests.of(author_id)


def watch(folder: Path, script: Callable[[Talk, Watcher], Awaitable[None]]) -> None:
    async def begun(to: Talk) -> None:
        watcher = Watcher(to)
        assert await watcher.asks() == []
        await script(to, watcher)

    talk(folder, begun)


async def look(street: Neighbourhood, reader: int, author_id: AuthorId) -> Cost:
    """Let somebody look at an author, for as long as it takes."""
    parts = street.neighbours[reader].running.feeds
    looking = asyncio.create_task(parts.looker.look_at(author_id))
    for _ in range(10):
        await street.pass_time(1)
        if looking.done():
            break
    return await looking


@pytest.mark.slow
@pytest.mark.usefixtures("in_steps")
@pytest.mark.attack("A20")
def test_a_bomb_is_told_to_the_byte_before_it_is_followed(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        author = await street.move_in()
        for number in range(3):
            texts = [(1_600_000_000_000 + number, "x" * 8_000)] * 256
            await author.running.feeds.importer.import_posts([OldPost(*each) for each in texts])
        reader = await street.move_in(knows=[author])
        await street.pass_time(3)
        cost = await look(street, 1, author.author_id)
        assert cost.exact
        assert cost.entry_count == author.running.ground.shelf.entries_held(author.feed_id)
        assert cost.unpacked_bytes > 768 * 8_000 > 100 * cost.bytes_total / 2
        interests = reader.running.ground.interests
        assert interests.of(author.author_id) is LOOKED_AT
        assert reader.reads(author.author_id) == [], "nothing is indexed"
        await reader.follow(author)
        await street.pass_time(5)
        await settle()
        assert len(reader.reads(author.author_id)) == 768

    in_neighbourhood(tmp_path, scenario)


def test_of_somebody_nobody_knows_nothing_is_said(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        await street.move_in()
        cost = await look(street, 0, STRANGER)
        assert (cost.entry_count, cost.unpacked_bytes) == (0, 0)
        assert "not known" in cost.sentences[0]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A20")
def test_what_nothing_has_come_of_is_not_said_to_be_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.looker.LOOKED_AT_BYTES", 1)

    async def scenario(street: Neighbourhood) -> None:
        author = await street.move_in()
        texts = [(1_600_000_000_000, "x" * 8_000)] * 257
        await author.running.feeds.importer.import_posts([OldPost(*each) for each in texts])
        await street.move_in(knows=[author])
        await street.pass_time(3)
        cost = await look(street, 1, author.author_id)
        assert cost.entry_count > 256 and cost.bytes_total > 0
        assert not cost.exact and cost.unpacked_bytes == 0
        assert "once it is unpacked is not known" in cost.sentences[0]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A336")
def test_who_says_to_have_all_of_it_is_counted_and_nobody_else(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        author = await street.move_in()
        await author.say("one")
        friend = await street.move_in(knows=[author])
        await friend.follow(author)
        await street.pass_time(3)
        await street.move_in(knows=[author, friend])
        await street.pass_time(3)
        assert (await look(street, 2, author.author_id)).held_by == 2
        # One who has a part, says so; one who has all, of less than there is, has not all.
        reader = street.neighbours[2].running
        (behind, partly) = reader.ground.sessions.all()
        holding = behind.holds[author.feed_id]
        behind.holds[author.feed_id] = replace(holding, size=holding.size - 1)
        partly.holds[author.feed_id] = replace(partly.holds[author.feed_id], complete=False)
        cost = await reader.feeds.looker.look_at(author.author_id)
        assert cost.held_by == 0 and "No machine" in cost.sentences[0]

    in_neighbourhood(tmp_path, scenario)


def test_who_is_not_found_is_waited_for_and_asked_for_once(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        assert await i.looks() == 2.0
        assert await i.asks() == [STRANGER]
        await to.hear(i.peer, NotHeld(STRANGER))
        for _ in range(20):
            assert await i.looks() == 0.0
        assert await i.asks() == []

    watch(tmp_path, script)


def test_a_second_look_waits_no_longer_than_the_first(tmp_path: Path) -> None:
    async def script(_: Talk, i: Watcher) -> None:
        first = asyncio.create_task(i.looks())
        await asyncio.sleep(1.5)
        assert await i.looks() == 0.5
        assert await first == 2.0
        assert await i.asks() == [STRANGER]

    watch(tmp_path, script)


def test_a_look_ends_when_enough_has_come_and_the_next_ones_see_it_at_once(
    tmp_path: Path,
) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        anna = Scribe(1)
        looking = asyncio.create_task(i.looks(anna.author_id))
        await asyncio.sleep(1.25)
        await to.hear(i.peer, anna.offer())
        assert await looking == pytest.approx(1.3)
        assert await i.looks(anna.author_id) == 0.0
        cost = await to.node.feeds.looker.look_at(anna.author_id)
        assert (cost.entry_count, cost.exact) == (1, True)

    watch(tmp_path, script)


def test_nobody_is_waited_for_once_all_who_are_linked_hold_nothing(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        other = to.link(2)
        looking = asyncio.create_task(i.looks())
        await asyncio.sleep(0.25)
        await to.hear(i.peer, NotHeld(STRANGER))
        await asyncio.sleep(0.25)
        assert not looking.done(), "the other has not said it"
        await to.hear(other, NotHeld(STRANGER))
        assert await looking == pytest.approx(0.55)

    watch(tmp_path, script)


def test_where_the_dht_or_who_the_link_names_may_know_more_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        async def look(author_id: AuthorId) -> float:
            before_s, looker = now_s(), to.node.feeds.looker
            looking = asyncio.create_task(looker.look_at(author_id, [HERE]))
            await asyncio.sleep(0.25)
            await to.hear(i.peer, NotHeld(author_id))
            await looking
            return now_s() - before_s

        anna, bert, carl = (Scribe(number).author_id for number in (1, 2, 3))
        assert await look(anna) == pytest.approx(0.3)
        dialled = to.node.ground.sessions._dialler._begun_ms
        monkeypatch.setitem(dialled, HERE, 0)
        assert await look(bert) == pytest.approx(2.0)
        monkeypatch.delitem(dialled, HERE)
        await to.street.open_dht()
        assert await look(carl) == pytest.approx(2.0)

    watch(tmp_path, script)


def test_a_node_that_is_linked_to_nobody_yet_waits(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        to.unlink(i.peer)
        assert await i.looks() == 2.0

    watch(tmp_path, script)


def test_who_comes_behind_the_first_look_is_there_at_the_next(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        anna = Scribe(1)
        assert await i.looks(anna.author_id) == 2.0
        await asyncio.sleep(30)
        await to.hear(i.peer, anna.offer())
        before_s = now_s()
        assert (await to.node.feeds.looker.look_at(anna.author_id)).entry_count == 1
        assert now_s() == before_s

    watch(tmp_path, script)


def test_what_is_on_its_way_is_waited_for_each_time(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        anna = Scribe(1)
        anna.grow_to(300)
        assert await i.looks(anna.author_id) == 2.0
        await to.hear(i.peer, anna.offer())
        assert await i.looks(anna.author_id) == pytest.approx(2.0)
        assert await i.looks(anna.author_id) == pytest.approx(2.0)

    watch(tmp_path, script)


def test_who_was_looked_at_and_not_found_is_sought_for_ten_minutes(tmp_path: Path) -> None:
    async def script(_: Talk, i: Watcher) -> None:
        await i.looks()
        await asyncio.sleep(597)
        assert i.interest() is LOOKED_AT
        assert await i.asks() == [STRANGER]
        await asyncio.sleep(1)
        assert i.interest() is None, "600 s since the look began"
        assert await i.looks() == 2.0
        assert await i.asks() == [STRANGER]
        await asyncio.sleep(598)
        assert i.interest() is None

    watch(tmp_path, script)


def test_who_is_cared_for_otherwise_is_so_after_it(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        friend, followed, found = (Scribe(number) for number in (1, 2, 3))
        to.care(friend.author_id, FRIEND_OF_FRIEND)
        for each in (friend, followed, found):
            await i.looks(each.author_id)
            assert i.interest(each.author_id) is LOOKED_AT
        to.care(followed.author_id, FOLLOWED)
        await to.hear(i.peer, found.offer())
        await asyncio.sleep(600)
        assert i.interest(friend.author_id) is FRIEND_OF_FRIEND
        assert i.interest(followed.author_id) is FOLLOWED
        assert i.interest(found.author_id) is LOOKED_AT, "what came stays as it was"

    watch(tmp_path, script)


def test_who_was_looked_at_longest_ago_makes_room(tmp_path: Path) -> None:
    async def script(to: Talk, i: Watcher) -> None:
        strangers = [AuthorId(bytes([number]) * 32) for number in range(LOOKED_AT_MAX + 1)]
        for each in strangers:
            await i.looks(each)
        found = to.node.ground.interests.with_interest(LOOKED_AT)
        assert found == strangers[1:] and len(found) == 64
        assert await i.looks(strangers[1]) == 0.0
        assert await i.looks(strangers[0]) == 2.0
        await asyncio.sleep(600 - 65 * 2)
        assert i.interest(strangers[0]) is LOOKED_AT, "it has a time of its own now"

    watch(tmp_path, script)
