"""A node asked through its page's API answers as if it were asked itself."""

import asyncio
import json
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from street.fakes.desk import FakeDesk
from street.fakes.samples import key
from swarmfeed.cli.desk import RemoteDesk, find_running, open_desk, page_link
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.feeds import FeedsOf, GetTorrent, ListTorrents, OneFeed
from swarmfeed.core.asks.history import Explain, HowHistoryIs, LeaveHistory, SayGoodbye
from swarmfeed.core.asks.people import (
    AboutAuthor,
    Fetch,
    Follow,
    HowFar,
    Unfollow,
    WhoAreYou,
    WhoIsCalled,
    WhoIsFollowed,
)
from swarmfeed.core.asks.posts import NewerThan, SearchPosts, ShowPost, Timeline, ref_text
from swarmfeed.core.asks.sheets import WhoseSheet
from swarmfeed.core.asks.upkeep import (
    HowFullIsIt,
    HowIsIt,
    HowSafe,
    Reindex,
    Reindexed,
    Status,
    Verify,
    WhatRepeats,
    WhoIsLinked,
)
from swarmfeed.core.asks.writing import ImportPosts, OldPost, WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.home import key_path, page_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.homelock import HomeLock
from webui.asgi import PageServer

MIRA = AuthorId(key("Mira Lindqvist"))
INES = AuthorId(key("Ines Okafor"))


def serve(desk: FakeDesk, home: Path) -> Callable[[], None]:
    """Have ``home`` and serve the page of ``desk`` in a thread, as a node does; call what is
    returned to stop it."""
    lock = HomeLock(home)
    lock.acquire()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = PageServer(desk, page_path(home).parent)
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)

    def stop() -> None:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()
        lock.release()

    return stop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeDesk, Path]]:
    home = tmp_path_factory.mktemp("home")
    desk = FakeDesk()
    stop = serve(desk, home)
    yield desk, home
    stop()


@pytest.fixture
def desk(served: tuple[FakeDesk, Path]) -> FakeDesk:
    return served[0]


@pytest.fixture
def remote(served: tuple[FakeDesk, Path]) -> Iterator[RemoteDesk]:
    found = find_running(served[1])
    assert found is not None
    with found:
        yield found


THIRD = FakeDesk().ask(Timeline(limit=3)).posts[-1]
MIRAS_FIRST = FakeDesk().ask(Timeline(author=MIRA, limit=1)).posts[0]

READINGS: dict[str, Ask[Any]] = {
    "whoami": WhoAreYou(),
    "home": Timeline(limit=50),
    "home, some": Timeline(limit=2),
    "home, older": Timeline(limit=50, before=THIRD.cursor),
    "author's posts": Timeline(author=MIRA, limit=50),
    "author's older posts": Timeline(author=MIRA, limit=50, before=MIRAS_FIRST.cursor),
    "search": SearchPosts(words="#libtorrent & more? +1", limit=50),
    "search, found": SearchPosts(words="tiles", limit=50),
    "post by place": ShowPost(ref=ref_text(THIRD.ref)),
    "post by hash": ShowPost(ref=THIRD.ref.entry_hash.hex()),
    "newer": NewerThan(after=THIRD.cursor),
    "author": AboutAuthor(author=MIRA),
    "follows": WhoIsFollowed(),
    "called": WhoIsCalled(called="MIRA lindqvist"),
    "follows, some": WhoIsFollowed(limit=1),
    "feeds": FeedsOf(author=MIRA),
    "sheet": WhoseSheet(key=key("sheet")),
    "sheet of nobody": WhoseSheet(key=key("nobody")),
    "feed": OneFeed(feed=FakeDesk().feed_of(MIRA)),
    "torrents": ListTorrents(feed=FakeDesk().feed_of(MIRA)),
    "torrent file": GetTorrent(feed=FakeDesk().feed_of(MIRA), level=0, position=0),
    "how it is": HowIsIt(),
    "peers": WhoIsLinked(),
    "disk": HowFullIsIt(),
    "jobs": WhatRepeats(),
    "safety": HowSafe(),
    "status": Status(),
    "progress": HowFar(author=AuthorId(key("山田 葵"))),
    "verify": Verify(),
    "reindex": Reindex(),
    "history": HowHistoryIs(),
    "explain": Explain(who=format_author(INES)),
    "leave": LeaveHistory(),
    "goodbye": SayGoodbye(),
}


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_every_answer_survives_the_way_through_json(
    remote: RemoteDesk, desk: FakeDesk, reading: Ask[Any]
) -> None:
    assert remote.ask(reading) == desk.ask(reading)


def test_posts_replies_and_warnings_arrive_whole(remote: RemoteDesk, desk: FakeDesk) -> None:
    parent = remote.ask(Timeline(limit=1)).posts[0]
    text = "zażółć\n🐝 & <b>"
    published = remote.ask(WritePost(text=text, reply_to=ref_text(parent.ref)))
    assert published == desk.ask(ShowPost(ref=ref_text(published.ref))).post
    assert (published.text, published.reply_to) == (text, parent.ref)
    desk.posts[-1] = replace(published, cw="spiders")
    assert remote.ask(Timeline(limit=1)).posts == (desk.posts[-1],)


def test_following_and_fetching_happen_at_the_node(remote: RemoteDesk, desk: FakeDesk) -> None:
    assert remote.ask(Follow(who=format_author(INES))).followed
    assert desk.authors[INES].followed
    assert not remote.ask(Unfollow(who=format_author(INES))).followed
    assert remote.ask(Fetch(who=format_author(INES))).author_id == INES
    assert desk.changed[-1] == "fetch"


def test_a_batch_of_the_longest_posts_is_imported(remote: RemoteDesk) -> None:
    posts = tuple(OldPost(number, "🐝" * 2_000) for number in range(65))
    assert remote.ask(ImportPosts(posts=posts)).imported == 65
    assert remote.ask(ImportPosts(posts=posts)).already_there == 65


def test_a_refusal_arrives_as_the_same_sentence(remote: RemoteDesk) -> None:
    with pytest.raises(UserError, match=r"^The post is empty\.$"):
        remote.ask(WritePost(text=" "))
    with pytest.raises(UserError, match=r"^That post is not on this machine\.$"):
        remote.ask(ShowPost(ref="nowhere"))


def test_a_fresh_page_link_is_another_one_each_time(served: tuple[FakeDesk, Path]) -> None:
    _, home = served
    key_path(home).touch()
    first, second = page_link(home), page_link(home)
    assert first != second
    assert ".localhost:" in first.partition("/login?token=")[0]


def test_a_command_prefers_the_running_node(served: tuple[FakeDesk, Path]) -> None:
    _, home = served
    key_path(home).touch()

    def never() -> str:
        raise AssertionError("no key is opened here")

    with open_desk(home, NodeSettings(), never) as found:
        assert isinstance(found, RemoteDesk)


def test_a_wrong_key_is_refused(served: tuple[FakeDesk, Path]) -> None:
    url = json.loads(page_path(served[1]).read_text())["url"]
    with RemoteDesk(url, "wrong") as stranger, pytest.raises(UserError):
        stranger.ask(WhoAreYou())


def test_a_port_that_another_process_took_over_never_sees_the_key(
    served: tuple[FakeDesk, Path], tmp_path: Path
) -> None:
    page = json.loads(page_path(served[1]).read_text())
    page_path(tmp_path).parent.mkdir()
    page_path(tmp_path).write_text(json.dumps(page))
    assert find_running(tmp_path) is None, "nobody has this home, so whoever answers is another"
    page_path(tmp_path).write_text(json.dumps({**page, "pid": 999_999_999}))
    with HomeLock(tmp_path):
        assert find_running(tmp_path) is None, "a command that has it is not the node"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"url": 1, "key": "k", "pid": 1}',
        '{"url": "http://127.0.0.1:1", "key": "k", "pid": OURS}',
        '{"url": "http://192.0.2.1:80", "key": "k", "pid": OURS}',
        '{"url": "nonsense", "key": "k", "pid": OURS}',
        '{"url": "http://127.0.0.1:1", "key": "k", "pid": 999999999}',
        '{"url": "http://127.0.0.1:1", "key": "k", "pid": -1}',
    ],
)
def test_a_stale_or_damaged_page_file_means_nothing_runs(tmp_path: Path, content: str) -> None:
    page_path(tmp_path).parent.mkdir()
    page_path(tmp_path).write_text(content.replace("OURS", str(os.getpid())))
    assert find_running(tmp_path) is None
    with HomeLock(tmp_path):
        assert find_running(tmp_path) is None


def test_the_key_never_leaves_this_machine() -> None:
    for url in ("http://192.0.2.1:80", "https://127.0.0.1:1", "http://127.0.0.1.example:1"):
        with pytest.raises(ValueError):
            RemoteDesk(url, "key")


def test_a_node_that_goes_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    stop = serve(FakeDesk(), tmp_path)
    found = find_running(tmp_path)
    stop()
    assert found is not None
    with found, pytest.raises(RetryError, match="does not answer"):
        found.ask(Status())


class _HangsUp(socketserver.StreamRequestHandler):
    """Answers one question as if more could follow, and hangs up: an idle time-out, at once."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        body = json.dumps({"entries": 7}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


def test_a_node_that_hung_up_between_two_questions_is_asked_all_the_same() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _HangsUp) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            with RemoteDesk(f"http://127.0.0.1:{server.server_address[1]}", "key") as remote:
                done = [remote.ask(Reindex()), remote.ask(Reindex())]
                assert done == [Reindexed(entries=7), Reindexed(entries=7)]
        finally:
            server.shutdown()
