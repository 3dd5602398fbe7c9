"""A node asked through its page's API answers as if it were asked itself."""

import asyncio
import json
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from street.fakes.facade import FakeFacade, key
from swarmfeed.cli.node import Node
from swarmfeed.cli.remote import RemoteNode, find_running
from swarmfeed.cli.session import open_facade, page_link
from swarmfeed.core.asks.views_json import ref_text
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.settings import NodeSettings, key_path, page_path
from webui.asgi import PageServer

MIRA = AuthorId(key("Mira Lindqvist"))
INES = AuthorId(key("Ines Okafor"))


def serve(facade: FakeFacade, run_folder: Path) -> Callable[[], None]:
    """Serve the page of ``facade`` in a thread; call what is returned to stop it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = PageServer(facade, run_folder)
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)

    def stop() -> None:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()

    return stop


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeFacade, Path]]:
    home = tmp_path_factory.mktemp("home")
    facade = FakeFacade()
    stop = serve(facade, page_path(home).parent)
    yield facade, home
    stop()


@pytest.fixture
def facade(served: tuple[FakeFacade, Path]) -> FakeFacade:
    return served[0]


@pytest.fixture
def remote(served: tuple[FakeFacade, Path]) -> Iterator[RemoteNode]:
    found = find_running(served[1])
    assert found is not None
    with found:
        yield found


READINGS: dict[str, Callable[[Node], object]] = {
    "whoami": lambda node: node.whoami(),
    "home": lambda node: node.home(50),
    "home, some": lambda node: node.home(2),
    "home, older": lambda node: node.home(50, node.home(3)[-1].cursor),
    "author's posts": lambda node: node.author_posts(MIRA, 50),
    "author's older posts": lambda node: node.author_posts(
        MIRA, 50, node.author_posts(MIRA, 1)[0].cursor
    ),
    "search": lambda node: node.search("#libtorrent & more? +1", 50),
    "search, found": lambda node: node.search("tiles", 50),
    "post by place": lambda node: node.post(ref_text(node.home(1)[0].ref)),
    "post by hash": lambda node: node.post(node.home(1)[0].ref.entry_hash.hex()),
    "status": lambda node: node.status(),
    "progress": lambda node: node.fetch_progress(AuthorId(key("山田 葵"))),
    "verify": lambda node: node.verify(),
    "reindex": lambda node: node.reindex(),
    "history": lambda node: node.history(),
    "explain": lambda node: node.explain(format_address(INES)),
    "leave": lambda node: node.leave_history(),
    "goodbye": lambda node: node.say_goodbye(),
}


@pytest.mark.parametrize("reading", READINGS.values(), ids=READINGS)
def test_every_answer_survives_the_way_through_json(
    remote: RemoteNode, facade: FakeFacade, reading: Callable[[Node], object]
) -> None:
    assert reading(remote) == reading(facade)


def test_posts_replies_and_warnings_arrive_whole(
    remote: RemoteNode, facade: FakeFacade
) -> None:
    parent = remote.home(1)[0]
    published = remote.publish_post("zażółć\n🐝 & <b>", parent.ref)
    assert published == facade.post(ref_text(published.ref))
    assert (published.text, published.reply_to) == ("zażółć\n🐝 & <b>", parent.ref)


def test_following_and_fetching_happen_at_the_node(
    remote: RemoteNode, facade: FakeFacade
) -> None:
    assert remote.follow(format_address(INES)).followed
    assert facade.author(INES).followed
    assert not remote.unfollow(format_address(INES)).followed
    assert remote.fetch(format_address(INES)) == INES
    assert facade.changed[-1] == "fetch"


def test_a_batch_of_the_longest_posts_is_imported(remote: RemoteNode) -> None:
    posts = [(number, "🐝" * 2_000) for number in range(65)]
    assert remote.import_posts(posts).imported == 65
    assert remote.import_posts(posts).already_there == 65


def test_a_refusal_arrives_as_the_same_sentence(remote: RemoteNode) -> None:
    with pytest.raises(UserError, match=r"^A post needs some text\.$"):
        remote.publish_post(" ")
    with pytest.raises(UserError, match=r"^That post is not on this machine\.$"):
        remote.post("nowhere")


def test_a_fresh_page_link_is_another_one_each_time(served: tuple[FakeFacade, Path]) -> None:
    _, home = served
    key_path(home).touch()
    first, second = page_link(home), page_link(home)
    assert first != second
    assert first.startswith("http://127.0.0.1:")


def test_a_command_prefers_the_running_node(served: tuple[FakeFacade, Path]) -> None:
    _, home = served
    key_path(home).touch()

    def never() -> str:
        raise AssertionError("no key is opened here")

    with open_facade(home, NodeSettings(), never) as node:
        assert isinstance(node, RemoteNode)


def test_a_wrong_key_is_refused(served: tuple[FakeFacade, Path]) -> None:
    url = json.loads(page_path(served[1]).read_text())["url"]
    with RemoteNode(url, "wrong") as stranger, pytest.raises(UserError):
        stranger.whoami()


def test_a_port_that_another_process_took_over_never_sees_the_key(
    served: tuple[FakeFacade, Path], tmp_path: Path
) -> None:
    page = json.loads(page_path(served[1]).read_text())
    page_path(tmp_path).parent.mkdir()
    page_path(tmp_path).write_text(json.dumps({**page, "pid": 999_999_999}))
    assert find_running(tmp_path) is None


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


def test_the_key_never_leaves_this_machine() -> None:
    for url in ("http://192.0.2.1:80", "https://127.0.0.1:1", "http://127.0.0.1.example:1"):
        with pytest.raises(ValueError):
            RemoteNode(url, "key")


def test_a_node_that_goes_away_is_told_in_a_sentence(tmp_path: Path) -> None:
    stop = serve(FakeFacade(), page_path(tmp_path).parent)
    found = find_running(tmp_path)
    stop()
    assert found is not None
    with found, pytest.raises(RetryError, match="does not answer"):
        found.status()


class _HangsUp(socketserver.StreamRequestHandler):
    """Answers one question as if more could follow, and hangs up: an idle time-out, at once."""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        body = json.dumps({"posts": 7}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


def test_a_node_that_hung_up_between_two_questions_is_asked_all_the_same() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _HangsUp) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            with RemoteNode(f"http://127.0.0.1:{server.server_address[1]}", "key") as node:
                assert [node.reindex(), node.reindex()] == [7, 7]
        finally:
            server.shutdown()
