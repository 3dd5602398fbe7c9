"""One contract for every desk: the fake one, a node's own, and both asked over HTTP."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from street.fakes.desk import FakeDesk
from street.fakes.stub import declared, stub
from street.fakes.table import TableDesk
from swarmfeed import wiring
from swarmfeed.cli.desk import RemoteDesk, find_running
from swarmfeed.core.asks.ask import Ask, answer_type
from swarmfeed.core.asks.codec import from_json, to_json
from swarmfeed.core.asks.feeds import FeedsOf, GetTorrent, ListTorrents, OneFeed
from swarmfeed.core.asks.history import (
    ChooseHistory,
    Explain,
    HowHistoryIs,
    LeaveHistory,
    SayGoodbye,
)
from swarmfeed.core.asks.in_short import WhoAreThey, WhoFollowsWhom
from swarmfeed.core.asks.muting import Mute, Unmute
from swarmfeed.core.asks.people import (
    AboutAuthor,
    Fetch,
    Follow,
    FollowAll,
    HowFar,
    LookAt,
    Unfollow,
    WhoAreYou,
    WhoIsCalled,
    WhoIsFollowed,
)
from swarmfeed.core.asks.posts import (
    NewerThan,
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
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.desk import Answerer, Desk
from swarmfeed.errors import UserError
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.homelock import HomeLock
from webui.asgi import PageServer

STRANGER = AuthorId(b"s" * 32)
QUIET = NodeSettings(network=False, dht=False)


@contextmanager
def node_desk(folder: Path) -> Iterator[Desk]:
    home = folder / "home"
    wiring.create_home(home, "Ada", "")
    with wiring.open_node(home, QUIET, "") as desk:
        yield desk


@contextmanager
def over_http(desk: Desk, home: Path) -> Iterator[RemoteDesk]:
    """Serve the page of a desk in a thread, and ask it as a command does."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = PageServer(desk, home / "run")
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)
    try:
        with HomeLock(home):  # as the node that serves it has
            found = find_running(home)
            assert found is not None
            with found:
                yield found
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


@pytest.fixture(scope="module", params=["fake", "node", "fake over HTTP", "node over HTTP"])
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Answerer]:
    """A desk of Ada; tests build on each other's posts, not on their number."""
    kind, folder = str(request.param), tmp_path_factory.mktemp("desk")
    with node_desk(folder) as node:
        asked: Desk = node if kind.startswith("node") else FakeDesk(samples=False)
        if not kind.endswith("HTTP"):
            yield asked
            return
        with over_http(asked, folder) as remote:
            yield remote


def write(desk: Answerer, *texts: str) -> list[PostView]:
    return [desk.ask(WritePost(text=text)) for text in texts]


def me(desk: Answerer) -> AuthorId:
    return desk.ask(WhoAreYou()).author_id


def test_what_is_declared_is_answered_by_a_node_and_by_the_fake_desk(tmp_path: Path) -> None:
    with node_desk(tmp_path) as node:
        assert node.asks() == FakeDesk().asks() == {kind.name: kind for kind in declared()}


@pytest.mark.parametrize("kind", declared(), ids=lambda kind: kind.name)
def test_a_fake_without_a_row_gives_the_emptiest_answer(kind: type[Ask[Any]]) -> None:
    answer = TableDesk().ask(stub(kind))
    assert type(answer) is answer_type(kind)
    assert from_json(type(answer), to_json(answer)) == answer


@pytest.mark.slow
def test_everybody_knows_who_they_are(desk: Answerer) -> None:
    whoami = desk.ask(WhoAreYou())
    assert whoami.name == "Ada"
    assert parse_link(whoami.link).author_id == whoami.author_id
    about = desk.ask(AboutAuthor(author=whoami.author_id))
    assert (about.name, about.is_self, about.followed) == ("Ada", True, False)


def test_a_post_is_in_the_timeline_and_found(desk: Answerer) -> None:
    first, second = write(desk, "a wombat", "another wombat")
    newest = desk.ask(Timeline(limit=2))
    assert newest.posts == (second, first)
    assert desk.ask(Timeline(limit=2, author=me(desk))) == newest
    assert desk.ask(Timeline(author=STRANGER)).posts == ()
    assert desk.ask(SearchPosts(words="wombat")).posts == (second, first)
    found = desk.ask(SearchPosts(words="wombat", limit=1))
    assert (found.posts, found.count) == ((second,), 2)
    assert desk.ask(SearchPosts(words="wombat", limit=1, before=found.next)).count == 2
    nothing = desk.ask(SearchPosts(words="platypus"))
    assert (nothing.posts, nothing.count) == ((), 0)
    assert desk.ask(NewerThan(after=first.cursor)).count == 1


def test_a_list_goes_on_where_a_page_ended(desk: Answerer) -> None:
    write(desk, "one", "two", "three")
    whole = desk.ask(Timeline(limit=1000))
    assert whole.next is None
    page = desk.ask(Timeline(limit=2))
    found = list(page.posts)
    while page.next is not None:
        page = desk.ask(Timeline(limit=2, before=page.next))
        found += page.posts
    assert tuple(found) == whole.posts


def test_a_thread_has_what_was_answered_and_the_answers(desk: Answerer) -> None:
    (top,) = write(desk, "top")
    reply = desk.ask(WritePost(text="reply", reply_to=ref_text(top.ref)))
    last = desk.ask(WritePost(text="last", reply_to=reply.ref.entry_hash.hex()))
    thread = desk.ask(ShowPost(ref=ref_text(reply.ref)))
    assert thread.ancestors == (desk.ask(ShowPost(ref=top.ref.entry_hash.hex())).post,)
    assert (thread.post.text, thread.post.reply_count) == ("reply", 1)
    assert thread.replies == (last,)
    assert last.reply_to == reply.ref


@pytest.mark.parametrize(
    "ask",
    [
        WritePost(text=" "),
        WritePost(text="x" * 8_001),
        WritePost(text="x", reply_to="nowhere"),
        ShowPost(ref=""),
        ShowPost(ref="ab" * 32),
        Follow(who="no link"),
        Unfollow(who=""),
        Fetch(who="x"),
        WhoAreThey(authors="x"),
        WhoAreThey(authors="x," * (PAGE_POSTS_MAX + 1)),
        Explain(who="x"),
        ChooseHistory(scope="everybody", disk_bytes=1, free_bytes_min=0),
    ],
    ids=lambda ask: repr(ask)[:80],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    desk: Answerer, ask: Ask[object]
) -> None:
    before = desk.ask(Timeline(limit=1))
    with pytest.raises(UserError, match=r".{10}"):
        desk.ask(ask)
    assert desk.ask(Timeline(limit=1)) == before


def test_whom_one_follows_is_remembered(desk: Answerer) -> None:
    address = format_author(STRANGER)
    view = desk.ask(Follow(who=f"swarmfeed:{address}?name=S"))
    assert (view.author_id, view.followed, view.is_self) == (STRANGER, True, False)
    followed = desk.ask(WhoIsFollowed())
    assert ([each.author_id for each in followed.authors], followed.count) == ([STRANGER], 1)
    assert desk.ask(WhoIsFollowed(limit=0)).authors == ()
    assert not desk.ask(Unfollow(who=address)).followed
    assert desk.ask(WhoIsFollowed()).count == 0


def test_many_are_told_of_at_once_in_the_order_in_which_they_were_named(
    desk: Answerer,
) -> None:
    mine, address = me(desk), format_author(STRANGER)
    desk.ask(Follow(who=address))
    asked = WhoAreThey(authors=f"{address},{format_author(mine)}")
    stranger, self_ = desk.ask(asked).people
    assert (stranger.author_id, stranger.is_self, stranger.followed) == (STRANGER, False, True)
    assert (self_.author_id, self_.is_self, self_.name) == (mine, True, "Ada")
    assert (stranger.muted, stranger.blocked, stranger.follows_back) == (False, False, False)
    assert desk.ask(WhoFollowsWhom(author=mine)).follows == (STRANGER,)
    assert desk.ask(WhoFollowsWhom(author=STRANGER)).followers == (mine,)
    desk.ask(Mute(who=address))
    assert desk.ask(asked).people[0].muted
    desk.ask(Unmute(who=address))
    desk.ask(Unfollow(who=address))
    assert not desk.ask(asked).people[0].followed
    assert desk.ask(WhoFollowsWhom(author=mine)).follows == ()


def test_of_many_all_are_followed_but_who_cannot_be(desk: Answerer) -> None:
    address = format_author(STRANGER)
    done = desk.ask(FollowAll(who=(address, "no link", address)))
    assert (done.authors, done.already) == ((STRANGER,), 0)
    assert [each.who for each in done.passed] == ["no link"]
    followed = desk.ask(WhoIsFollowed())
    assert [each.author_id for each in followed.authors] == [STRANGER]
    assert desk.ask(FollowAll(who=(address,))).already == 1


def test_nobody_follows_themselves(desk: Answerer) -> None:
    with pytest.raises(UserError, match=r"(?i)^that is you"):
        desk.ask(Follow(who=format_author(me(desk))))


def test_a_fetch_says_at_once_how_far_it_is(desk: Answerer) -> None:
    started = desk.ask(Fetch(who=format_author(STRANGER)))
    assert (started.author_id, started.entries_held) == (STRANGER, 0)
    assert desk.ask(HowFar(author=STRANGER)).entries_held == 0


def test_small_asks_say_what_the_whole_status_says(desk: Answerer) -> None:
    status = desk.ask(Status())
    wellbeing = desk.ask(HowIsIt())
    assert (wellbeing.sentence, wellbeing.running) == (status.sentence, status.running)
    assert desk.ask(WhoIsLinked()).peers == status.peers
    assert len(status.peers) == wellbeing.peers
    assert desk.ask(WhatRepeats()).jobs == status.jobs
    assert desk.ask(HowSafe()).safety == status.safety
    disk = desk.ask(HowFullIsIt())
    assert (disk.bytes, disk.budget_bytes) == (status.disk.bytes, status.disk.budget_bytes)
    own = [feed for feed in status.feeds if feed.author_id == me(desk)]
    assert [feed.relation for feed in own] == ["own"]
    assert desk.ask(FeedsOf(author=me(desk))).feeds == tuple(own)
    assert desk.ask(OneFeed(feed=own[0].feed_id)).feeds == tuple(own)
    assert desk.ask(OneFeed(feed=FeedId(b"n" * 32))).feeds == ()
    assert desk.ask(FeedsOf(author=AuthorId(b"n" * 32))).feeds == ()


def test_an_import_that_is_run_again_adds_nothing(desk: Answerer) -> None:
    batch = ImportPosts(posts=(OldPost(1_000, "old"), OldPost(2_000, "older")))
    first, second = desk.ask(batch), desk.ask(batch)
    assert (first.read, first.imported, first.already_there) == (2, 2, 0)
    assert (second.read, second.imported, second.already_there) == (2, 0, 2)
    assert {"old", "older"} <= {post.text for post in desk.ask(Timeline(limit=1000)).posts}


def test_the_disk_is_checked_and_the_index_filled_again(desk: Answerer) -> None:
    write(desk, "to be found again")
    report = desk.ask(Verify())
    assert (report.feeds, report.damaged, report.refetching) == (1, (), 0)
    assert desk.ask(Reindex()).entries >= len(desk.ask(Timeline(limit=1000)).posts)
    assert desk.ask(SearchPosts(words="again")).posts[0].text == "to be found again"


def test_chunks_are_torrents(desk: Answerer) -> None:
    (feed,) = desk.ask(FeedsOf(author=me(desk))).feeds
    for chunk in desk.ask(ListTorrents(feed=feed.feed_id)).torrents:
        ask = GetTorrent(feed=feed.feed_id, level=chunk.level, position=chunk.position)
        file = desk.ask(ask)
        assert file.name == f"{chunk.name}.torrent"
        assert file.torrent.startswith(b"d4:info")
    with pytest.raises(UserError):
        desk.ask(GetTorrent(feed=feed.feed_id, level=3, position=9))


def test_being_a_history_server_is_chosen_and_left(desk: Answerer) -> None:
    assert desk.ask(HowHistoryIs()).choice is None
    ask = ChooseHistory(scope="friends", disk_bytes=10**9, free_bytes_min=10**8)
    chosen = desk.ask(ask)
    given = HistoryChoice(scope="friends", disk_bytes=10**9, free_bytes_min=10**8)
    assert (chosen.choice, chosen.leaving) == (given, False)
    assert desk.ask(Status()).is_history_server
    assert desk.ask(LeaveHistory()).leaving
    assert desk.ask(HowHistoryIs()).leaving
    explained = desk.ask(Explain(who=format_author(me(desk)))).feeds
    assert [each.feed.author_id for each in explained] == [me(desk)]
    assert desk.ask(SayGoodbye()).told >= 0


SAMPLES: dict[str, Callable[[Answerer], Ask[Any]]] = {
    "timeline": lambda desk: Timeline(),
    "newer": lambda desk: NewerThan(after=write(desk, "newest")[0].cursor),
    "search": lambda desk: SearchPosts(words="word"),
    "show": lambda desk: ShowPost(ref=ref_text(write(desk, "shown")[0].ref)),
    "author": lambda desk: AboutAuthor(author=STRANGER),
    "follows": lambda desk: WhoIsFollowed(),
    "called": lambda desk: WhoIsCalled(called="Ada"),
    "look-at": lambda desk: LookAt(who=format_author(STRANGER)),
    "safety": lambda desk: HowSafe(),
    "history": lambda desk: HowHistoryIs(),
    "goodbye": lambda desk: SayGoodbye(),
    "status": lambda desk: Status(),
}


@pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES)
def test_an_answer_is_of_the_type_that_was_declared(
    desk: Answerer, make: Callable[[Answerer], Ask[Any]]
) -> None:
    ask = make(desk)
    assert type(desk.ask(ask)) is answer_type(type(ask))
