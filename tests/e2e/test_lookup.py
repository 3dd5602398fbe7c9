"""Searching the network with real processes: two supernodes, one of which dies meanwhile."""

import sqlite3
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def found(node: Node, words: str) -> Any:
    return node.get("search-network", q=words)


def both_say(node: Node, words: str) -> Any:
    """What is found, when both have answered."""
    answer = found(node, words)
    return answer if answer["answered"] == 2 else None


def says(words: str, node: Node, *command: str) -> str:
    """What a command prints, when these words are in it."""
    said = node.command(*command, "--network")
    return said if words in said else ""


def texts(node: Node, words: str) -> list[str]:
    return [post["text"] for post in found(node, words)["posts"]]


def page(node: Node, path: str) -> str:
    asked = Request(node.page_url + path, headers={"Authorization": f"Bearer {node.api_key}"})
    with urlopen(asked, timeout=60) as response:
        return str(response.read(), "utf-8")


def test_strangers_are_found_while_they_and_one_supernode_are_away(
    neighbourhood: Neighbourhood,
) -> None:
    first, second = [
        neighbourhood.add(name, "--no-dht", "--supernode", "on").start()
        for name in ("first", "second")
    ]
    peers = [word for each in (first, second) for word in ("--peer", each.link_endpoint())]
    ben = neighbourhood.add("ben", "--no-dht", "--supernode", "off", *peers).start()
    for supernode in (first, second):
        supernode.post("follow", who=ben.author)
    ben.post("post", text="green tea in the morning #tea")
    ben.post("post", text="black tea at night")
    leaf = neighbourhood.add("leaf", "--no-dht", "--supernode", "off", *peers).start()
    leaf.wait_for("both posts", lambda: len(texts(leaf, "tea")) == 2)
    ben.stop()
    answer = leaf.wait_for("both to answer", lambda: both_say(leaf, "tea -black"))
    assert (answer["asked"], answer["untrue"]) == (2, 0)
    (post,) = answer["posts"]
    assert (post["author"], post["name"], post["far"]) == (ben.author, "ben", True)
    both = "2 supernodes answered."  # one may be late, where a machine has much else to do
    said = leaf.wait_for("both to answer", lambda: says(both, leaf, "search", "#tea"))
    assert "green tea" in said and ben.author in said
    shown = page(leaf, "/tags/tea?where=network")
    assert "green" in shown and f"/authors/{ben.author}" in shown
    # One is killed in the middle of whatever it does, and its index is damaged.
    first.kill()
    leaf.wait_for("one to answer", lambda: texts(leaf, "black") == ["black tea at night"])
    with sqlite3.connect(first.home / "recent.db") as db:
        db.execute("PRAGMA user_version = 77")
    first.start()
    leaf.wait_for("both to answer", lambda: both_say(leaf, "black"))
    first.wait_for("its index again", lambda: len(texts(first, "tea")) == 2)
