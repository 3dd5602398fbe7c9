"""A newcomer whose process is killed in the middle of a fetch goes on where it was."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.e2e.backlog import own_word
from tests.e2e.nodes import Node
from tests.e2e.town import HELD_BACK, Town

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

COUNTED_EVERY_S = 1.5
"""How old the numbers of a swarm may be."""

STILL = 3
"""Times that they have to be the same: a busy machine counts late."""


def sent_bytes(town: Town) -> int:
    """What both friends together sent of the author's feed; waits until that stands still."""
    counts: list[int] = []

    def stands_still() -> bool:
        feeds = [each.feed_of(town.author.author) for each in town.friends]
        counts.append(sum(feed["uploaded_bytes"] for feed in feeds))
        return len(counts) >= STILL and len(set(counts[-STILL:])) == 1

    what = "that nothing is sent to a process that is dead"
    town.friends[0].wait_for(what, stands_still, every_s=COUNTED_EVERY_S)
    return counts[-1]


def kept_chunks(town: Town, node: Node) -> dict[str, tuple[int, int]]:
    """Chunks on disk: name -> inode and time of the last change."""
    folder = node.home / "feeds" / town.feed / "chunks"
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()
    }


def finds(node: Node, town: Town, number: int) -> bool:
    """Whether a search for a post's own word finds it and nothing else."""
    posts = node.get("search", q=own_word(number), limit=2)["posts"]
    return [post["text"] for post in posts] == [town.posts[number].text]


@pytest.fixture
def newcomer(town: Town) -> Iterator[Node]:
    with town.newcomer("unlucky") as node:
        yield node


def test_a_newcomer_killed_in_the_middle_goes_on_where_it_was(
    town: Town, newcomer: Node
) -> None:
    node = newcomer.start(*HELD_BACK)
    node.post("fetch", who=town.author.author)

    def in_the_middle() -> Any:
        feed = node.feed_of(town.author.author)
        return feed and 256 < feed["entries_held"] < town.size

    node.wait_for("some chunks, not all", in_the_middle)
    node.kill()

    at_restart = next(
        each
        for each in node.command_json("status")["feeds"]
        if each["author"] == town.author.author
    )
    assert 0 < at_restart["entries_held"] < town.size == at_restart["size"]
    kept = kept_chunks(town, node)
    assert kept
    sent_before = sent_bytes(town)

    node.start()
    feed = node.wait_until_held(town.author.author, town.size)
    assert feed["root"] == town.root
    now = kept_chunks(town, node)
    assert len(now) > len(kept)
    assert {name: now[name] for name in kept} == kept, "what was here is still the same file"
    missing_bytes = at_restart["bytes_total"] - at_restart["bytes_held"]
    sent_again = sent_bytes(town) - sent_before
    assert 0 < sent_again <= missing_bytes, "what it had was not fetched a second time"

    for number in (0, len(town.posts) - 1):
        node.wait_for(f"post {number} to be found", partial(finds, node, town, number))
    assert node.command_json("verify")["damaged"] == []
