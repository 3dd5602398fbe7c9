"""A whole node: what pages ask of it, what it cares about, and what a restart finds."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar, get_type_hints

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.feeds import FeedsOf, GetTorrent, ListTorrents, OneFeed
from swarmfeed.core.asks.history import Explain
from swarmfeed.core.asks.page import NewLoginLink
from swarmfeed.core.asks.people import (
    AboutAuthor,
    Fetch,
    Follow,
    HowFar,
    Unfollow,
    WhoAreYou,
    WhoIsFollowed,
)
from swarmfeed.core.asks.posts import (
    NewerThan,
    Posts,
    PostView,
    SearchPosts,
    ShowPost,
    Timeline,
    ref_text,
)
from swarmfeed.core.asks.upkeep import (
    HowFullIsIt,
    HowIsIt,
    HowSafe,
    Reindex,
    Status,
    Verify,
    WhatRepeats,
    WhoIsLinked,
)
from swarmfeed.core.asks.writing import ImportPosts, OldPost, WritePost
from swarmfeed.core.base.address import format_address, format_author
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import NodeDesk
from swarmfeed.node.ground.interests import FETCHED

from tests.node.rig import Scribe
from tests.node.talk import Talk, talk

T = TypeVar("T")


async def as_page(call: Callable[[], T]) -> T:
    """Call the desk as a page does, from a thread of its own."""
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


def desk_of(to: Talk) -> NodeDesk:
    return to.node.desk(asyncio.get_running_loop())


async def asked(to: Talk, ask: Ask[T]) -> T:
    """Ask as a page does."""
    desk = desk_of(to)
    return await as_page(lambda: desk.ask(ask))


async def texts(to: Talk, ask: Ask[Posts]) -> list[str]:
    return [each.text for each in (await asked(to, ask)).posts]


def test_a_page_writes_and_reads_through_the_desk(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        post = await asked(to, WritePost(text="hello"))
        reply = await asked(to, WritePost(text="hello to you", reply_to=ref_text(post.ref)))
        me = await asked(to, WhoAreYou())
        assert me.name == "neighbour 1"
        assert await texts(to, Timeline(limit=10)) == ["hello to you", "hello"]
        assert await texts(to, Timeline(author=me.author_id, limit=1)) == ["hello to you"]
        assert await texts(to, SearchPosts(words="you", limit=10)) == ["hello to you"]
        assert (await asked(to, NewerThan(after=post.cursor))).count == 1
        shown = await asked(to, ShowPost(ref=ref_text(post.ref)))
        assert (shown.ancestors, shown.replies) == ((), (reply,))
        shown = await asked(to, ShowPost(ref=ref_text(reply.ref)))
        by_hash = await asked(to, ShowPost(ref=post.ref.entry_hash.hex()))
        assert shown.ancestors == (by_hash.post,)
        named = f"{format_address(post.ref.feed_id)}/{post.ref.index}"
        assert (await asked(to, ShowPost(ref=named))).post.text == "hello"
        by_id = await asked(to, ShowPost(ref=post.id))
        assert by_id.post == by_hash.post
        again = await asked(to, WritePost(text="again", reply_to=post.id))
        assert again.reply_to == post.ref
        for nonsense in (
            "",
            "xyz",
            "17",
            str(int(post.id) + 1),
            "ab" * 32,
            f"{format_address(post.ref.feed_id)}/9999",
        ):
            with pytest.raises(UserError):
                await asked(to, ShowPost(ref=nonsense))
        assert (await asked(to, AboutAuthor(author=me.author_id))).is_self

    talk(tmp_path, script)


@pytest.mark.slow
def test_a_page_follows_fetches_and_unfollows(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say_many(300)
        to = Talk(street, me)
        address = format_author(anna.author_id)
        link = f"swarmfeed:{address}?at={anna.endpoint}"
        assert (await asked(to, Fetch(who=link))).author_id == anna.author_id
        await street.pass_time(2)
        progress = await asked(to, HowFar(author=anna.author_id))
        assert progress.done and progress.entries_held == 302
        assert await texts(to, Timeline(limit=10)) == []
        view = await asked(to, Follow(who=link))
        assert view.followed and view.post_count == 300
        assert len(await texts(to, Timeline(limit=10))) == 10
        followed = await asked(to, WhoIsFollowed())
        assert [each.author_id for each in followed.authors] == [anna.author_id]
        view = await asked(to, Unfollow(who=address))
        assert not view.followed
        assert to.node.ground.interests.of(anna.author_id) is FETCHED
        (chunk,) = (await asked(to, ListTorrents(feed=anna.feed_id))).torrents
        assert chunk.name in chunk.magnet and chunk.bytes > 0
        file = await asked(
            to, GetTorrent(feed=anna.feed_id, level=chunk.level, position=chunk.position)
        )
        assert file.name == f"{chunk.name}.torrent"
        status = await asked(to, Status())
        assert [each.relation for each in status.feeds] == ["own", "fetched"]
        assert (await asked(to, Verify())).damaged == ()
        assert (await asked(to, Reindex())).entries == 302 + 4
        assert me.reads(anna.author_id, 1) == ["post 299"]
        report = await asked(to, ImportPosts(posts=(OldPost(1, "old"),), anyway=True))
        assert report.imported == 1

    in_neighbourhood(tmp_path, scenario)


def test_small_asks_say_what_the_whole_status_says(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say_many(300)
        await me.follow(anna)
        await street.pass_time(2)
        to = Talk(street, me)
        status = await asked(to, Status())
        own, feed = status.feeds
        assert (await asked(to, FeedsOf(author=anna.author_id))).feeds == (feed,)
        assert (await asked(to, FeedsOf(author=me.author_id))).feeds == (own,)
        assert (await asked(to, OneFeed(feed=anna.feed_id))).feeds == (feed,)
        assert await asked(to, HowFullIsIt()) == status.disk
        assert status.disk.bytes > 0
        assert (await asked(to, WhoIsLinked())).peers == status.peers
        assert (await asked(to, WhatRepeats())).jobs == status.jobs
        assert (await asked(to, HowSafe())).safety == status.safety
        wellbeing = await asked(to, HowIsIt())
        assert (wellbeing.sentence, wellbeing.peers) == (status.sentence, len(status.peers))
        assert wellbeing.connected

    in_neighbourhood(tmp_path, scenario)


def test_of_those_followed_some_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, *others = [await street.move_in() for _ in range(4)]
        await me.follow(*others)
        await street.pass_time(1)
        to = Talk(street, me)
        some = await asked(to, WhoIsFollowed(limit=2))
        every = await asked(to, WhoIsFollowed())
        assert (some.count, every.count) == (3, 3)
        assert some.authors == every.authors[:2]
        assert {each.author_id for each in every.authors} == {o.author_id for o in others}

    in_neighbourhood(tmp_path, scenario)


def test_what_is_not_here_is_said_in_a_sentence(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        anna = Scribe(1)
        for ask in (
            ListTorrents(feed=anna.feed_id),
            GetTorrent(feed=anna.feed_id, level=0, position=0),
        ):
            with pytest.raises(UserError, match="not here"):
                await asked(to, ask)  # type: ignore[arg-type]  # each has its own answer
        with pytest.raises(UserError):
            await asked(to, Follow(who="no link"))
        assert (await asked(to, OneFeed(feed=anna.feed_id))).feeds == ()
        unknown = await asked(to, AboutAuthor(author=anna.author_id))
        assert (unknown.name, unknown.entry_count) == ("", 0)

    talk(tmp_path, script)


def ordinary_asks(author: AuthorId, feed: FeedId, post: PostView) -> list[Ask[Any]]:
    """What pages ask: home, author, post, search, follow, torrents, explain, and others."""
    return [
        WhoAreYou(),
        Timeline(),
        WhoIsFollowed(limit=8),
        HowIsIt(),
        NewerThan(after=post.cursor),
        AboutAuthor(author=author),
        Timeline(author=author),
        FeedsOf(author=author),
        ShowPost(ref=ref_text(post.ref)),
        SearchPosts(words="post"),
        WhoIsFollowed(),
        OneFeed(feed=feed),
        ListTorrents(feed=feed),
        Explain(who=format_author(author)),
        HowFar(author=author),
        WhoIsLinked(),
        WhatRepeats(),
        HowSafe(),
    ]


@pytest.mark.slow
def test_no_ordinary_page_looks_at_every_feed_or_at_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Open pages ask again at each change: of a node that holds thousands, too."""

    async def scenario(street: Neighbourhood) -> None:
        me, anna = await street.move_in(), await street.move_in()
        await anna.say_many(300)
        await me.follow(anna)
        await street.pass_time(2)
        to = Talk(street, me)
        post = (await asked(to, Timeline(limit=1))).posts[0]

        def fail(*_: object) -> None:
            raise AssertionError("this walks over all feeds")

        monkeypatch.setattr(to.node.ground.shelf, "feed_ids", fail)
        monkeypatch.setattr(to.node.ground.shells.logs, "disk_bytes", fail)
        for ask in ordinary_asks(anna.author_id, anna.feed_id, post):
            await asked(to, ask)
        with pytest.raises(AssertionError, match="all feeds"):
            await asked(to, Status())

    in_neighbourhood(tmp_path, scenario)


def test_nobody_answers_what_no_part_of_the_node_knows(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        with pytest.raises(UserError, match="login-link"):
            await asked(to, NewLoginLink())

    talk(tmp_path, script)


def test_each_row_takes_the_ask_it_stands_for(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        rows = to.node.ground.answering.rows()
        assert len({row.ask for row in rows}) == len({row.ask.name for row in rows})
        assert len(rows) == len({row.ask for row in rows})
        for row in rows:
            taken = get_type_hints(row.run)
            assert row.ask in taken.values(), row.ask.name

    talk(tmp_path, script)
