"""What an author takes back is on no disk any more: of author, friend, server, newcomer.

One text lies in a sealed chunk, one in the tail, one is replaced by an edit.  Each is found in
each home first.  Plain clients, which follow no rules, are in ``test_plain_clients``.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import pytest
from seeker.needle import Needle
from seeker.seeking import seek, seek_open

from tests.e2e.backlog import Post, make_backlog, write_jsonl
from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

POSTS: Final = 590
"""Two sealed chunks, and a tail."""

SPEED: Final = ("--history-speed", "3600")
"""An hour of a history server's policy is a second."""

SEALED, TAIL, EDITED = "Xyqvkéßwzjhpmbtçrlgnd", "qvzkxjwpfhyrmtbdgcln", "zwqkvpxhjmftbrdcgyln"
"""Words of random letters."""


class Circle:
    """An author, and three who hold the feed, each for a reason of its own."""

    def __init__(self, neighbourhood: Neighbourhood) -> None:
        self.all = neighbourhood
        self.author = self._author()
        self.friend = self._holder("friend", self.author)
        self.friend.post("follow", who=self.author.get("whoami")["link"])
        self.server = self._holder("server", self.friend, "--history")
        self.server.post("follow", who=self.friend.get("whoami")["link"])
        self.newcomer = self._holder("newcomer", self.friend)
        self.newcomer.command("fetch", self.author.author, "--timeout", str(PATIENCE_S))

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.author, self.friend, self.server, self.newcomer

    def _author(self) -> Node:
        posts = list(make_backlog()[:POSTS])
        posts[100] = Post(time_s=posts[100].time_s, text=f"nobody should know {SEALED} of me")
        export = write_jsonl(self.all.folder / "posts.jsonl", posts, "somebody")
        node = self.all.add("author", "--no-dht", *SPEED)
        node.command("import", str(export), "--author", "somebody")
        node.start()
        for word in (EDITED, TAIL):
            node.post("post", text=f"and nobody that {word} either")
        return node

    def _holder(self, name: str, peer: Node, *options: str) -> Node:
        at = ("--peer", peer.link_endpoint())
        return self.all.add(name, "--no-dht", *SPEED, *options, *at).start()

    def until_held(self) -> Any:
        own = self.author.feed_of(self.author.author)
        for node in self.nodes:
            node.wait_until_held(self.author.author, own["size"])
        return self.author.feed_of(self.author.author)


@pytest.fixture
def circle(neighbourhood: Neighbourhood) -> Iterator[Circle]:
    yield Circle(neighbourhood)


def ref_of(author: Node, word: str) -> str:
    (post,) = author.get("search", q=word)["posts"]
    return f"{post['feed']}/{post['index']}"


def reads(node: Node, author: Node, text: str) -> bool:
    return text in node.texts_of(author.author)


def left(node: Node, word: str) -> list[str]:
    return found(node, Needle(word))


def found(node: Node, needle: Needle) -> list[str]:
    still_open = seek_open(node.process.pid, needle) if node.process else []
    return [str(each) for each in (*seek(node.home, needle), *still_open)]


def wait_until_gone(node: Node, words: Sequence[str]) -> None:
    for word in words:
        needle = Needle(word)
        gone = partial(lambda needle: not found(node, needle), needle)
        node.wait_for(f"{word} to be gone", gone, every_s=0.5)


def verify_feed(node: Node, feed: str) -> dict[str, Any]:
    folder = node.home / "feeds" / feed
    tool = CHECKOUT / "tools" / "verify_feed.py"
    done = subprocess.run(
        [sys.executable, str(tool), str(folder), "--json"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.attack("A75")
def test_what_is_withdrawn_is_found_in_no_file_of_anybody(circle: Circle) -> None:
    author, words = circle.author, (SEALED, TAIL, EDITED)
    circle.until_held()
    for node in circle.nodes:
        for word in words:
            assert left(node, word), f"{node.name} never had {word}"

    refs = {word: ref_of(author, word) for word in words}
    started_s = time.monotonic()
    for word in (SEALED, TAIL):
        author.post("withdraw", ref=refs[word])
    author.post("edit", ref=refs[EDITED], text="It was nothing.", remove_old=True)
    for node in circle.nodes:
        wait_until_gone(node, words)
        print(f"{node.name}: gone after {time.monotonic() - started_s:.1f} s")

    own = circle.until_held()
    assert "It was nothing." in author.texts_of(author.author)
    assert author.get("search", q="nobody should know")["posts"] == []
    for node in circle.nodes:
        assert node.command_json("verify")["damaged"] == []
        assert verify_feed(node, own["feed"])["root"] == own["root"]
        node.wait_for("the new words", partial(reads, node, author, "It was nothing."))

    def removed_everywhere() -> bool:
        told = author.get("removed", ref=refs[SEALED])
        return not told["waits"] and told["removed_at"] == told["holders"] >= 2

    author.wait_for("the holders to confirm", removed_everywhere)

    late = circle.all.add("late", "--no-dht", "--peer", circle.friend.link_endpoint())
    late.start()
    author.stop()
    late.command("fetch", author.author, "--timeout", str(PATIENCE_S))
    feed = late.feed_of(author.author)
    assert (feed["size"], feed["root"]) == (own["size"], own["root"])
    assert verify_feed(late, own["feed"])["root"] == own["root"]
    assert [left(late, word) for word in words] == [[], [], []]


@pytest.mark.attack("A75")
def test_withdrawn_by_commands_alone_it_is_gone_when_they_end(
    neighbourhood: Neighbourhood,
) -> None:
    """No node runs, so nothing is swept later: each command leaves its home as it is to be."""
    author = neighbourhood.add("author")
    gone = author.command_json("post", f"nobody should know {TAIL} of me")
    kept = author.command_json("post", f"nor that {EDITED} either")
    assert left(author, TAIL) and left(author, EDITED)
    author.command("withdraw", str(gone["id"]), "--yes")
    author.command("edit", str(kept["id"]), "It was nothing.", "--remove-old")
    assert (left(author, TAIL), left(author, EDITED)) == ([], [])
    assert "Nobody else has confirmed" in author.command("show", str(gone["id"]))
    assert "It was nothing." in author.command("show", str(kept["id"]))
    assert author.command_json("verify")["damaged"] == []
