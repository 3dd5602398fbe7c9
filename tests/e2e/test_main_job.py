"""The main job: the whole backlog of an author who is away, from two friends, read, answered.

Nothing is simulated: each node is a process, and all they share is the loopback network.
"""

import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import OpenerDirector, ProxyHandler, build_opener

import pytest
from swarmfeed.core.base.limits import CHUNK_ENTRIES
from wheelhouse.browsing import new_browser

from tests.e2e.backlog import own_word
from tests.e2e.nodes import PATIENCE_S, Node
from tests.e2e.town import HELD_BACK, Town, let_go

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def sent_before(town: Town) -> dict[str, int]:
    """Bytes each friend had sent before the newcomer came."""
    return {friend.name: sent_bytes(friend, town) for friend in town.friends}


@pytest.fixture(scope="module")
def newcomer(town: Town, sent_before: dict[str, int]) -> Iterator[Node]:
    """Knows the author's address and one friend; fetches everything, and can find it."""
    with town.newcomer("newcomer") as node:
        node.start(*HELD_BACK)
        node.post("fetch", who=town.author.author)
        node.wait_for("both friends", lambda: len(holders(town, node)) == 2)
        let_go(node)
        done = node.command_json("fetch", town.author.author, "--timeout", str(PATIENCE_S))
        assert done["done"] is True
        assert done["entries_held"] == done["entries_total"] == town.size
        friends = [friend.swarm_endpoint() for friend in town.friends]
        assert sorted(done["holders"]) == sorted(f"{host}:{port}" for host, port in friends)
        node.wait_for("the index", lambda: is_indexed(town, node))
        yield node


def holders(town: Town, node: Node) -> list[str]:
    """Who gave some of it, or was asked to."""
    found: list[str] = node.get("fetch-progress", author=town.author.author)["holders"]
    return found


def is_indexed(town: Town, node: Node) -> bool:
    """Whether the whole backlog is readable: it is indexed just after it is held."""
    # One post of each frame: no smaller part is indexed by itself.
    probes = range(0, len(town.posts), CHUNK_ENTRIES)
    return all(node.get("search", q=own_word(each), limit=1)["posts"] for each in probes)


def sent_bytes(friend: Node, town: Town) -> int:
    """Bytes of the author's feed that a friend sent by BitTorrent; counted twice a second."""
    return int(friend.feed_of(town.author.author)["uploaded_bytes"])


def has_sent_more(friend: Node, town: Town, than_bytes: int) -> bool:
    return sent_bytes(friend, town) > than_bytes


def test_the_author_saw_both_receipts_before_leaving(town: Town) -> None:
    assert town.held_by == 2
    assert town.author.process is None
    own = town.author.command_json("status")["feeds"][0]
    assert (own["size"], own["root"]) == (town.size, town.root)


def test_the_whole_backlog_comes_from_both_friends(
    town: Town, newcomer: Node, sent_before: dict[str, int]
) -> None:
    feed = newcomer.feed_of(town.author.author)
    assert feed["size"] == feed["entries_held"] == town.size
    assert feed["root"] == town.root
    assert feed["feed"] == town.feed
    assert feed["holders"] >= 2
    assert {peer["endpoint"] for peer in newcomer.status()["peers"]} >= {
        friend.link_endpoint() for friend in town.friends
    }
    for friend in town.friends:
        is_sender = partial(has_sent_more, friend, town, sent_before[friend.name])
        friend.wait_for("chunks sent by BitTorrent", is_sender)


def test_every_post_is_shown_page_by_page_in_the_author_s_order(
    town: Town, newcomer: Node
) -> None:
    shown: list[dict[str, object]] = []
    before: list[str] = []
    while True:
        page = newcomer.command_json("show", town.author.author, "--limit", "1000", *before)
        shown += page
        if len(page) < 1_000:
            break
        before = ["--before", page[-1]["cursor"]]
    assert [(post["time_ms"], post["text"]) for post in reversed(shown)] == [
        (post.time_s * 1_000, post.text) for post in town.posts
    ]


def test_every_post_is_found_by_a_word_of_its_own(town: Town, newcomer: Node) -> None:
    for number in (0, 1, 255, 256, 4_095, 4_096, 8_191, 8_192, 9_000, len(town.posts) - 1):
        found = newcomer.get("search", q=own_word(number), limit=10)["posts"]
        assert [post["text"] for post in found] == [town.posts[number].text]
    found = newcomer.command_json("search", own_word(4_000), "from:author")
    assert [post["text"] for post in found] == [town.posts[4_000].text]


def test_the_newcomer_replies_and_a_friend_reads_it(town: Town, newcomer: Node) -> None:
    friend = town.friends[1]
    friend.post("follow", who=newcomer.get("whoami")["link"])
    oldest = newcomer.command_json("search", own_word(0))[0]
    reply = newcomer.command_json("post", "Still true today.", "--reply-to", oldest["hash"])
    assert reply["reply_to"]["hash"] == oldest["hash"]

    def thread() -> list[dict[str, object]]:
        ref = f"{oldest['feed']}/{oldest['index']}"
        replies: list[dict[str, object]] = friend.get("show", ref=ref)["replies"]
        return replies

    seen = friend.wait_for("the reply", thread)
    assert [(post["author"], post["text"], post["hash"]) for post in seen] == [
        (newcomer.author, "Still true today.", reply["hash"])
    ]
    home = friend.command_json("timeline", "--limit", "1")
    assert home[0]["hash"] == reply["hash"], "the friend follows both, and this is the newest"


def test_the_page_shows_the_author_and_what_a_search_finds(town: Town, newcomer: Node) -> None:
    browser = new_browser()
    login_link = newcomer.command_json("open", "--no-open")["page"]
    own_url, _, port = login_link.partition("/login?")[0].rpartition(":")
    assert own_url.endswith(".localhost") and newcomer.page_url.endswith(f":{port}")
    own_url += f":{port}"
    read(browser, login_link)
    page = read(browser, f"{own_url}/authors/{town.author.author}")
    for post in town.posts[-20:]:
        assert post.text in page
    assert town.posts[0].text not in page
    query = urlencode({"q": own_word(0)})
    assert town.posts[0].text in read(browser, f"{own_url}/search?{query}")


def test_the_page_shows_nothing_to_who_is_not_logged_in(town: Town, newcomer: Node) -> None:
    stranger = build_opener(ProxyHandler({}))
    with pytest.raises(HTTPError) as refused:
        read(stranger, f"{newcomer.page_url}/authors/{town.author.author}")
    assert refused.value.code == 401
    refused.value.close()


def read(browser: OpenerDirector, url: str) -> str:
    """Return the text of a page, without its tags."""
    with browser.open(url, timeout=PATIENCE_S) as response:
        return unescape(re.sub(r"<[^>]*>", "", response.read().decode()))
