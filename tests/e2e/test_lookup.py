"""Searching the network with real processes: two supernodes, one of which dies meanwhile."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Neighbourhood]:
    opened = Neighbourhood(tmp_path)
    try:
        yield opened
    finally:
        opened.close()


def found(node: Node, words: str) -> Any:
    return node.get("search-network", q=words)


def texts(node: Node, words: str) -> list[str]:
    return [post["text"] for post in found(node, words)["posts"]]


def page(node: Node, path: str) -> str:
    asked = Request(node.page_url + path, headers={"Authorization": f"Bearer {node.api_key}"})
    with urlopen(asked, timeout=60) as response:
        return str(response.read(), "utf-8")


def test_strangers_are_found_while_they_and_one_supernode_are_away(town: Neighbourhood) -> None:
    first, second = [
        town.add(name, "--no-dht", "--supernode", "on").start() for name in ("first", "second")
    ]
    peers = [word for each in (first, second) for word in ("--peer", each.link_endpoint())]
    ben = town.add("ben", "--no-dht", "--supernode", "off", *peers).start()
    for supernode in (first, second):
        supernode.post("follow", who=ben.author)
    ben.post("post", text="green tea in the morning #tea")
    ben.post("post", text="black tea at night")
    leaf = town.add("leaf", "--no-dht", "--supernode", "off", *peers).start()
    leaf.wait_for("both posts", lambda: len(texts(leaf, "tea")) == 2)
    ben.stop()
    answer = found(leaf, "tea -black")
    assert (answer["asked"], answer["answered"], answer["untrue"]) == (2, 2, 0)
    (post,) = answer["posts"]
    assert (post["author"], post["name"], post["far"]) == (ben.author, "ben", True)
    said = leaf.command("search", "#tea", "--network")
    assert "green tea" in said and ben.author in said and "2 supernodes answered." in said
    shown = page(leaf, "/tags/tea?where=network")
    assert "green" in shown and f"/authors/{ben.author}" in shown
    # One is killed in the middle of whatever it does, and its index is damaged.
    first.kill()
    leaf.wait_for("one to answer", lambda: texts(leaf, "black") == ["black tea at night"])
    with sqlite3.connect(first.home / "recent.db") as db:
        db.execute("PRAGMA user_version = 77")
    first.start()
    leaf.wait_for("both to answer", lambda: found(leaf, "black")["answered"] == 2)
    first.wait_for("its index again", lambda: len(texts(first, "tea")) == 2)
