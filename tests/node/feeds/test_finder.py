"""Whom a node looks for, where, and how often."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from street.loop import settle
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.net.krpc import HEAD_SALT, signed_buffer
from swarmfeed.core.net.rendezvous import author_topic
from swarmfeed.core.talk.words import Have
from swarmfeed.node.ground.interests import FETCHED, LOOKED_AT
from swarmfeed.ports import DhtPeersFound

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk
from tests.shell.store.test_index_contract import holder

NOWHERE = Endpoint("127.0.9.9", 7000)


def searched(to: Talk) -> list[bytes]:
    """Note which topics of others the DHT is asked for from now on."""
    topics: list[bytes] = []
    own = author_topic(to.node.ground.identity.author_id)

    def note(topic: bytes) -> None:
        if topic != own:
            topics.append(topic)

    to.node.ground.shells.swarm.find_peers = note  # type: ignore[method-assign]  # notes
    return topics


def test_holders_of_the_own_feeds_are_looked_up_too(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        topics: list[bytes] = []
        to.node.ground.shells.swarm.find_peers = topics.append  # type: ignore[method-assign]  # notes
        await to.node.feeds.finder.look_up()
        assert topics == [author_topic(to.node.ground.identity.author_id)]

    talk(tmp_path, script)


def test_whom_holders_are_asked_of_is_looked_up_again_once_something_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(to: Talk) -> None:
        anna, looks = Scribe(1), list[Sequence[FeedId]]()
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        finder, index = to.node.feeds.finder, to.node.ground.shells.index
        doors_of = index.doors_of

        def look(feed_ids: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
            looks.append(feed_ids)
            return doors_of(feed_ids)

        async def rounds(count: int) -> int:
            looks.clear()
            for _ in range(count):
                await finder.connect()
                await settle()
            return sum(anna.feed_id in each for each in looks)

        monkeypatch.setattr(index, "doors_of", look)
        assert await rounds(3) == 1
        assert await rounds(3) == 0
        index.save_holder(anna.feed_id, holder(1, 1))
        assert await rounds(3) == 1
        assert finder._doors_read[1] == [(holder(1, 1).link, True)]
        to.care(Scribe(2).author_id)
        assert await rounds(2) == 0, "nothing is held of them"
        to.node.ground.shelf.accept_offer(Scribe(2).offer())
        assert await rounds(2) == 1

    talk(tmp_path, script)


def put_head(to: Talk, writer: Scribe) -> None:
    head, size = writer.newest.signed_head, writer.newest.size
    signature = writer.feed_key.sign(signed_buffer(head, size, HEAD_SALT))
    to.street.dht.items[writer.feed_id] = (head, size, signature)


def test_without_a_dht_nothing_is_looked_up_or_announced(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        finder = to.node.feeds.finder
        assert await finder.look_up() == "no DHT nodes yet"
        assert await finder.announce() == "nothing to announce on"
        assert await finder.publish_head() == "no DHT"
        assert await finder.refresh_heads() == "no DHT"

    talk(tmp_path, script)


def test_an_author_nobody_holds_for_us_is_looked_up_at_once_and_again_later(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        topics, anna = searched(to), Scribe(1)
        to.care(anna.author_id)
        finder, clock = to.node.feeds.finder, to.street.clock
        topic = author_topic(anna.author_id)
        await finder.look_up()
        await finder.look_up()
        assert topics == [topic]
        clock.advance(3_000)
        await finder.look_up()
        assert topics == [topic] * 2, "a person is waiting"
        to.node.ground.shelf.accept_offer(anna.offer())
        clock.advance(3_000)
        await finder.look_up()
        assert topics == [topic] * 2, "with one feed it is only about news"
        clock.advance(5 * 60_000)
        await finder.look_up()
        assert topics == [topic] * 3

    talk(tmp_path, script)


def test_who_is_only_looked_at_is_looked_up_once_and_again_after_minutes(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        topics, anna = searched(to), Scribe(1)
        to.care(anna.author_id, LOOKED_AT)
        finder, clock = to.node.feeds.finder, to.street.clock
        topic = author_topic(anna.author_id)
        for advance_ms, count in ((0, 1), (0, 1), (3_000, 1), (296_999, 1), (1, 2), (1, 2)):
            clock.advance(advance_ms)
            await finder.look_up()
            assert topics == [topic] * count
        to.node.ground.shelf.accept_offer(anna.offer())
        clock.advance(5 * 60_000)
        await finder.look_up()
        assert topics == [topic] * 2, "enough is known of them, and nobody wants to read them"

    talk(tmp_path, script)


def test_an_author_somebody_linked_holds_is_not_looked_up(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        topics, anna = searched(to), Scribe(1)
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        await to.hear(to.link(1), Have(feed_id=anna.feed_id, size=1, complete=True))
        await to.node.feeds.finder.look_up()
        assert topics == []

    talk(tmp_path, script)


@pytest.mark.attack("A14")
def test_a_newer_head_in_the_dht_starts_a_search_even_past_linked_holders(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        topics, anna = searched(to), Scribe(1)
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        await to.hear(to.link(1), Have(feed_id=anna.feed_id, size=1, complete=True))
        anna.grow_to(5)
        put_head(to, anna)
        assert await to.node.feeds.finder.refresh_heads() == "1 head read, 1 newer than ours"
        await to.node.feeds.finder.look_up()
        assert topics == [author_topic(anna.author_id)]

    talk(tmp_path, script)


def test_heads_of_others_are_put_again_while_their_author_is_away(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        anna = Scribe(1)
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        put_head(to, anna)
        await to.node.feeds.finder.refresh_heads()
        assert await to.node.feeds.finder.refresh_heads() == "0 heads read, 0 newer than ours"
        to.street.clock.advance(30 * 60_000)
        item = to.street.dht.items.pop(anna.feed_id)
        assert await to.node.feeds.finder.refresh_heads() == "1 head read, 0 newer than ours"
        assert to.street.dht.items[anna.feed_id] == item

    talk(tmp_path, script)


@pytest.mark.attack("A12")
def test_an_item_that_is_no_head_is_not_passed_on(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        anna = Scribe(1)
        to.care(anna.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        signature = anna.feed_key.sign(signed_buffer(b"junk", 9, HEAD_SALT))
        to.street.dht.items[anna.feed_id] = (b"junk", 9, signature)
        assert await to.node.feeds.finder.refresh_heads() == "0 heads read, 0 newer than ours"
        assert to.node.feeds.finder._items == {}

    talk(tmp_path, script)


def test_the_own_head_is_published_under_its_size(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        me = to.node.ground.identity
        assert await to.node.feeds.finder.publish_head() == "own head of 2 entries on 8 nodes"
        head, size, _ = to.street.dht.items[me.feed_id]
        assert (head, size) == (to.me.disk.replicas[me.feed_id].signed_head, 2)
        again = await to.node.feeds.finder.publish_head()
        assert again == "own head of 2 entries was put before"
        await to.node.feeds.writer.publish_post("one more", None)
        assert await to.node.feeds.finder.publish_head() == "own head of 3 entries on 8 nodes"

    talk(tmp_path, script)


def test_what_is_held_is_announced_the_dearest_first_and_not_too_often(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        await to.street.open_dht()
        anna, nobody = Scribe(1), Scribe(2)
        to.care(anna.author_id, FETCHED)
        to.care(nobody.author_id)
        to.node.ground.shelf.accept_offer(anna.offer())
        announced: list[bytes] = []
        swarm = to.node.ground.shells.swarm
        swarm.announce = lambda topic, _: announced.append(topic)  # type: ignore[method-assign]
        await to.node.feeds.finder.announce()
        await to.node.feeds.finder.announce()
        own = author_topic(to.node.ground.identity.author_id)
        assert announced == [own, author_topic(anna.author_id)], "not what is not held"
        to.street.clock.advance(15 * 60_000)
        await to.node.feeds.finder.announce()
        assert len(announced) == 4

    talk(tmp_path, script)


@pytest.mark.attack("A16")
@pytest.mark.attack("A45")
def test_what_strangers_say_is_bounded_and_drives_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.node.feeds.finder.HINTS_MAX", 5)

    async def script(to: Talk) -> None:
        finder, anna = to.node.feeds.finder, Scribe(1)
        finder._topics[author_topic(anna.author_id)] = anna.author_id
        for number in range(100):
            found = Endpoint(f"127.0.9.{number + 1}", 5000)
            finder.on_dht_peers(DhtPeersFound(author_topic(anna.author_id), (found,)))
        finder.on_dht_peers(DhtPeersFound(bytes(20), (Endpoint("127.0.9.200", 5000),)))
        _, told = await finder._candidates()
        assert [each.host for each in told] == [f"127.0.9.{number}" for number in range(1, 6)]

        for _ in range(2):
            await to.node.ground.sessions.dial_told(told)
            to.street.clock.advance(40_000)
        await to.node.ground.sessions.dial_told(told)
        finder.heard([NOWHERE])
        _, told = await finder._candidates()
        assert told == [NOWHERE], "those that were dialled in vain make room"

    talk(tmp_path, script)


def test_a_hint_of_the_person_is_followed_at_once_a_strangers_is_not(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        finder, anna = to.node.feeds.finder, Scribe(1)
        topic = author_topic(anna.author_id)
        finder._topics[topic] = anna.author_id
        finder.hint([NOWHERE])
        await finder.connect()
        assert NOWHERE in to.node.ground.sessions._dialler._resting
        finder.on_dht_peers(DhtPeersFound(topic, (NOWHERE,)))
        assert NOWHERE in to.node.ground.sessions._dialler._resting
        finder.hint([NOWHERE])
        assert NOWHERE not in to.node.ground.sessions._dialler._resting

    talk(tmp_path, script)
