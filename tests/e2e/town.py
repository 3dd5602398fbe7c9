"""The scene of the main job: an author who wrote for years and left, and two who follow."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct

from tests.e2e.backlog import Post, make_backlog, write_jsonl
from tests.e2e.nodes import Neighbourhood, Node

HELD_BACK = ("--download-limit", "10K")
"""Of a newcomer: the backlog takes most of a minute, so that it is seen in the middle of it,
and from both friends, also by who looks late on a busy machine."""


def let_go(node: Node) -> None:
    """From here on it takes what it gets."""
    node.post("choose-settings", settings=[{"flag": HELD_BACK[0], "value": ""}])


class Town(Struct, frozen=True):
    """Its state once the author has left; tests add newcomers and leave the rest as it is."""

    neighbourhood: Neighbourhood
    author: Node
    """Stopped."""
    friends: tuple[Node, Node]
    """Running, with every entry of the author."""
    posts: Sequence[Post]
    size: int
    """Entries of the author's feed."""
    root: str
    """Of the author's newest head, in hex."""
    feed: str
    held_by: int
    """Receipts for the newest head that had reached the author when they left."""

    @contextmanager
    def newcomer(self, name: str) -> Iterator[Node]:
        """A new node, not started, that knows one of the two friends; gone at the end.

        Otherwise it would serve those who come after it, and the friends might not have to.
        """
        friend = self.friends[0].link_endpoint()
        node = self.neighbourhood.add(name, "--no-dht", "--peer", friend)
        yield node
        node.stop()


def build_town(neighbourhood: Neighbourhood) -> Town:
    """Import the backlog, have both friends fetch it, and let the author leave."""
    posts = make_backlog()
    author = neighbourhood.add("author", "--no-dht")
    export = write_jsonl(neighbourhood.folder / "posts.jsonl", posts, "somebody")
    imported = author.command_json("import", str(export), "--author", "somebody")
    assert imported["imported"] == len(posts)
    author.start()
    link = author.get("whoami")["link"]
    first, second = (neighbourhood.add(name, "--no-dht") for name in ("first", "second"))
    for friend in (first, second):
        friend.start().post("follow", who=link)
    own = author.wait_for("receipts of both friends", lambda: _held_by(author, number=2))
    for friend in (first, second):
        friend.wait_until_held(author.author, own["size"])
    author.stop()
    return Town(
        neighbourhood=neighbourhood,
        author=author,
        friends=(first, second),
        posts=posts,
        size=own["size"],
        root=own["root"],
        feed=own["feed"],
        held_by=own["held_by"],
    )


def _held_by(author: Node, number: int) -> dict[str, Any] | None:
    feed: dict[str, Any] = author.feed_of(author.author)
    return feed if feed["held_by"] == number else None
