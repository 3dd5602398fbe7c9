"""Real nodes under clocks that are a year fast or slow, and then right (libfaketime)."""

import json
from typing import Any

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.attack("A25")]

FAST, RIGHT, SLOW = "+365d", "", "-365d"


def everything(node: Node, *authors: str) -> str:
    """All that can be read at a node, and in which order, as it says it."""
    post = node.get("timeline", limit=1)["posts"][0]
    found: list[Any] = [node.get("timeline", limit=50), node.get("search", q="post", limit=50)]
    found += [node.get("timeline", author=author, limit=50) for author in authors]
    found += [node.get("show", ref=post["id"])]
    return json.dumps(found)


def texts(node: Node) -> list[str]:
    return [post["text"] for post in node.get("timeline", limit=50)["posts"]]


@pytest.mark.parametrize("wrong", [FAST, SLOW])
def test_after_the_clock_is_right_the_later_word_counts(
    neighbourhood: Neighbourhood, wrong: str
) -> None:
    anna, ben = (
        neighbourhood.add("anna", "--no-dht"),
        neighbourhood.add("ben", "--no-dht").start(),
    )
    anna.options += ("--peer", ben.link_endpoint())
    ben.post("post", text="post of ben, today")
    anna.clock = wrong
    anna.start()
    anna.post("post", text="post under a wrong clock")
    anna.post("follow", who=ben.author)
    anna.wait_for("ben's post", lambda: "post of ben, today" in texts(anna))
    ben.post("follow", who=anna.author)
    ben.wait_until_held(anna.author, 4)
    anna.stop()

    anna.clock = RIGHT
    anna.start()
    anna.post("post", text="post of now")
    assert texts(anna)[0] == "post of now"
    if wrong == SLOW:
        expected = ["post of now", "post of ben, today", "post under a wrong clock"]
        assert texts(anna) == expected
    anna.post("unfollow", who=ben.author)
    assert "post of ben, today" not in texts(anna)
    anna.post("follow", who=ben.author)
    ben.wait_until_held(anna.author, 7)
    ben.wait_for(
        "anna's posts, the later one first",
        lambda: ben.texts_of(anna.author) == ["post of now", "post under a wrong clock"],
    )
    anna.wait_for("ben's post", lambda: "post of ben, today" in texts(anna))
    for node in (anna, ben):
        says_the_same_made_anew(node, anna.author, ben.author)


def says_the_same_made_anew(node: Node, *authors: str) -> None:
    wait_for_receipts(node)
    before = everything(node, *authors)
    node.post("reindex")
    assert everything(node, *authors) == before
    node.stop()
    (node.home / "index.db").unlink()
    node.start()
    wait_for_order(node, before, *authors)


def wait_for_receipts(node: Node) -> None:
    """That the other one has its posts is told in every answer, and heard when it pleases."""

    def is_heard() -> bool:
        own = node.get("timeline", author=node.author)["posts"]
        return all(post["held_by"] == 1 for post in own)

    node.wait_for("the receipts", is_heard)


def wait_for_order(node: Node, before: str, *authors: str) -> None:
    """The index is being made anew while pages are served already."""

    def is_as_before() -> bool:
        return bool(texts(node)) and everything(node, *authors) == before

    node.wait_for("the same order", is_as_before)


def name_of(author: Node, reader: Node) -> str:
    """What an author is called at another node."""
    return str(reader.get("author", author=author.author)["name"])


def test_a_name_from_the_future_gives_way_on_another_device(
    neighbourhood: Neighbourhood,
) -> None:
    ben = neighbourhood.add("ben", "--no-dht").start()
    anna = neighbourhood.add(
        "anna", "--no-dht", "--peer", ben.link_endpoint(), clock=FAST
    ).start()
    ben.post("follow", who=anna.author)
    ben.wait_for("the old name", lambda: name_of(anna, ben) == "anna")
    anna.stop()

    phone = neighbourhood.add(
        "phone", "--no-dht", "--peer", ben.link_endpoint(), words=anna.words
    )
    phone.start()
    phone.wait_for(
        "the new name",
        lambda: name_of(anna, ben) == "phone",
    )
    ben.post("reindex")
    assert name_of(anna, ben) == "phone"
