"""A friend who vanishes while it is serving: the other one brings the rest."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.nodes import Node
from tests.e2e.town import HELD_BACK, Town, let_go

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NUMBERS = itertools.count()


@pytest.fixture
def newcomer(town: Town) -> Iterator[Node]:
    with town.newcomer(f"patient{next(NUMBERS)}") as node:
        yield node


def fetch_half(town: Town, node: Node) -> None:
    """Begin to fetch from both friends, and come back while chunks are in flight."""
    node.start(*HELD_BACK)
    node.post("fetch", who=town.author.author)

    def in_the_middle() -> Any:
        feed = node.feed_of(town.author.author)
        if not feed or feed["fetching"] < 2 or not 256 < feed["entries_held"] < town.size:
            return False
        return len(node.get("fetch-progress", author=town.author.author)["holders"]) == 2

    node.wait_for("chunks in flight from both", in_the_middle)


def goes_on_alone(town: Town, node: Node) -> None:
    """All of it comes from the other friend."""
    let_go(node)
    feed = node.wait_until_held(town.author.author, town.size)
    assert feed["root"] == town.root


def test_a_killed_friend_is_made_up_for_by_the_other(town: Town, newcomer: Node) -> None:
    """It is the one that was named with --peer: the other one was learnt from it."""
    friend = town.friends[0]
    fetch_half(town, newcomer)
    friend.kill()
    try:
        goes_on_alone(town, newcomer)
    finally:
        friend.start()


def test_a_frozen_friend_is_made_up_for_by_the_other(town: Town, newcomer: Node) -> None:
    """Nothing says that it is gone: its connections stay open, and are silent."""
    friend = town.friends[1]
    fetch_half(town, newcomer)
    friend.freeze()
    try:
        goes_on_alone(town, newcomer)
    finally:
        friend.thaw()
