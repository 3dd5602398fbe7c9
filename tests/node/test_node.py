"""A whole node: what pages ask of it, what it cares about, and what a restart finds."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import TypeVar

import pytest
from street.fakes.index import FakeIndex
from street.neighbourhood import Neighbourhood, in_neighbourhood, settle
from swarmfeed.core.base.address import format_address
from swarmfeed.errors import FatalError, UserError
from swarmfeed.node.facade import NodeFacade
from swarmfeed.node.ground.interests import Interest

from tests.node.rig import Writer
from tests.node.talk import Talk, talk

T = TypeVar("T")


async def as_page(call: Callable[[], T]) -> T:
    """Call the facade as a page does, from a thread of its own."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            loop.call_soon_threadsafe(done.set_result, call())
        except Exception as error:
            loop.call_soon_threadsafe(done.set_exception, error)

    thread = Thread(target=run)
    thread.start()
    result = await done
    thread.join()
    return result


def facade_of(to: Talk) -> NodeFacade:
    return NodeFacade(to.node, asyncio.get_running_loop())


def test_a_page_writes_and_reads_through_the_facade(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        facade = facade_of(to)
        post = await as_page(lambda: facade.publish_post("hello"))
        reply = await as_page(lambda: facade.publish_post("hello to you", post.ref))
        me = facade.whoami()
        assert me.name == "neighbour 1"
        assert [each.text for each in facade.home(10)] == ["hello to you", "hello"]
        assert [each.text for each in facade.author_posts(me.author_id, 1)] == ["hello to you"]
        assert [each.text for each in facade.search("you", 10)] == ["hello to you"]
        assert facade.newer_than(post.cursor) == 1
        assert facade.thread(post) == ([], [reply])
        assert facade.thread(reply)[0] == [facade.post(post.ref.entry_hash.hex())]
        named = f"{format_address(post.ref.feed_id)}/{post.ref.index}"
        assert facade.post(named).text == "hello"
        for nonsense in ("", "xyz", "ab" * 32, f"{format_address(post.ref.feed_id)}/9999"):
            with pytest.raises(UserError):
                facade.post(nonsense)
        assert (await as_page(lambda: facade.author(me.author_id))).is_self

    talk(tmp_path, script)


@pytest.mark.slow
def test_a_page_follows_fetches_and_unfollows(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say_many(300)
        to = Talk(street, me)
        facade = facade_of(to)
        address = format_address(anna.author_id)
        link = f"swarmfeed:{address}?at={anna.endpoint}"
        assert await as_page(lambda: facade.fetch(link)) == anna.author_id
        await street.pass_time(2)
        progress = await as_page(lambda: facade.fetch_progress(anna.author_id))
        assert progress.done and progress.entries_held == 302
        assert facade.home(10) == []
        view = await as_page(lambda: facade.follow(link))
        assert view.followed and view.post_count == 300
        assert len(facade.home(10)) == 10
        assert [each.author_id for each in await as_page(facade.follows)] == [anna.author_id]
        view = await as_page(lambda: facade.unfollow(address))
        assert not view.followed
        assert to.node.interests.of(anna.author_id) is Interest.FETCHED
        ((span, name, magnet, size),) = facade.torrents(anna.feed_id)
        assert name in magnet and size > 0
        given, _ = await as_page(lambda: facade.torrent_file(anna.feed_id, span))
        assert given == f"{name}.torrent"
        status = await as_page(facade.status)
        assert [each.relation for each in status.feeds] == ["own", "fetched"]
        assert (await as_page(facade.verify)).damaged == ()
        assert await as_page(facade.reindex) == 302 + 4
        assert me.reads(anna.author_id, 1) == ["post 299"]
        report = await as_page(lambda: facade.import_posts([(1, "old")]))
        assert report.imported == 1

    in_neighbourhood(tmp_path, scenario)


def test_what_is_not_here_is_said_in_a_sentence(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        facade, anna = facade_of(to), Writer(1)
        with pytest.raises(UserError, match="not here"):
            facade.torrents(anna.feed_id)
        with pytest.raises(UserError, match="not here"):
            facade.torrent_file(anna.feed_id, next(iter(Writer(2).newest.chunks()), None))  # type: ignore[arg-type]
        with pytest.raises(UserError):
            facade.follow("no link")

    talk(tmp_path, script)


@pytest.mark.slow
def test_a_restarted_node_goes_on_with_whom_it_followed_and_what_it_fetched(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna, bert = [await street.move_in() for _ in range(3)]
        await anna.say_many(600)
        await bert.say("hello")
        street.swarms.silent.add(await swarm_of(street, anna.settings.listen))
        await me.follow(anna)
        me.running.finder.hint([bert.endpoint])
        await me.running.care(bert.author_id, Interest.FETCHED)
        await street.pass_time(2)
        assert not me.is_complete(anna.feed_id)
        await me.stop()
        street.swarms.silent.clear()
        await me.start()
        assert me.running.interests.of(anna.author_id) is Interest.FOLLOWED
        assert me.running.interests.of(bert.author_id) is Interest.FETCHED
        await street.until(lambda: me.is_complete(anna.feed_id), within_s=10)
        assert len(me.reads(anna.author_id)) == 600

    in_neighbourhood(tmp_path, scenario)


async def swarm_of(street: Neighbourhood, host: str):  # type: ignore[no-untyped-def]  # Endpoint
    return next(each for each in street.swarms.swarms if each.host == host)


def test_a_lost_index_is_filled_again_from_the_logs(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say_many(300)
        await me.follow(anna)
        await me.say("mine")
        await street.pass_time(2)
        await me.stop()
        me.index = FakeIndex()
        await me.start()
        await street.pass_time(1)
        assert me.running.interests.of(anna.author_id) is Interest.FOLLOWED
        assert len(me.reads(anna.author_id)) == 300
        assert me.reads(me.author_id) == ["mine"]

    in_neighbourhood(tmp_path, scenario)


def test_a_failed_write_of_our_own_stops_the_node(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        assert not to.node.stopped.is_set()
        to.node.sessions.on_fatal(FatalError("the disk lost something"))
        await settle()
        assert to.node.stopped.is_set()

    talk(tmp_path, script)
