"""News while both run, after a restart, and after a long time away."""

import statistics
import time
from collections.abc import Iterator

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SEEN_S = 10
"""Patience; on a quiet machine it takes milliseconds."""

MEDIAN_S = 1.0
"""Slower than that is not live, however busy the machine."""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Node, Node]]:
    """Two who follow each other and are linked."""
    opened = Neighbourhood(tmp_path_factory.mktemp("pair"))
    try:
        anna = opened.add("anna", "--no-dht").start()
        ben = opened.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
        for one, other in ((anna, ben), (ben, anna)):
            one.post("follow", who=other.author)
        for one, other in ((anna, ben), (ben, anna)):
            size = other.feed_of(other.author)["size"]
            one.wait_until_held(other.author, size)
        yield anna, ben
    finally:
        opened.close()


def write_and_wait(writer: Node, reader: Node, text: str) -> float:
    """Publish, and return the seconds until the reader sees it on the home timeline."""
    posted = writer.post("post", text=text)
    started_s = time.monotonic()

    def is_seen() -> bool:
        newest = reader.get("timeline", limit=1)["posts"]
        return [post["hash"] for post in newest] == [posted["hash"]]

    reader.wait_for(f"post {text!r}", is_seen, SEEN_S, every_s=0.002)
    return time.monotonic() - started_s


def assert_same_feed(writer: Node, reader: Node) -> None:
    own = writer.feed_of(writer.author)
    feed = reader.wait_until_held(writer.author, own["size"])
    assert (feed["size"], feed["root"]) == (own["size"], own["root"])


def test_posts_are_seen_at_once_in_both_directions(pair: tuple[Node, Node]) -> None:
    anna, ben = pair
    took_s = []
    for number in range(20):
        took_s.append(write_and_wait(anna, ben, f"anna {number}"))
        took_s.append(write_and_wait(ben, anna, f"ben {number}"))
    assert statistics.median(took_s) < MEDIAN_S
    assert_same_feed(anna, ben)
    assert_same_feed(ben, anna)


def test_every_post_says_that_the_other_one_holds_it(pair: tuple[Node, Node]) -> None:
    anna, ben = pair
    for writer, text in ((anna, "anna is heard"), (ben, "ben is heard")):
        posted = writer.post("post", text=text)

        def is_confirmed(writer: Node = writer, ref: str = posted["hash"]) -> bool:
            return bool(writer.get("show", ref=ref)["post"]["held_by"] == 1)

        writer.wait_for("the receipt", is_confirmed, SEEN_S)


def test_what_was_written_during_a_restart_is_caught_up(pair: tuple[Node, Node]) -> None:
    anna, ben = pair
    ben.stop()
    for number in range(3):
        anna.post("post", text=f"while ben restarts {number}")
    ben.start()
    newest = [f"while ben restarts {number}" for number in (2, 1, 0)]
    ben.wait_for("the gap", lambda: ben.texts_of(anna.author, 3) == newest, 30)
    assert_same_feed(anna, ben)
    write_and_wait(anna, ben, "live again")
    write_and_wait(ben, anna, "this way too")


def test_600_posts_written_while_the_follower_is_away_are_caught_up(
    pair: tuple[Node, Node],
) -> None:
    """They seal chunks of which the follower has the first entries only."""
    anna, ben = pair
    size = anna.feed_of(anna.author)["size"]
    assert ben.feed_of(anna.author)["size"] == size
    ben.kill()
    for number in range(600):
        anna.post("post", text=f"while ben is away {number}")
    assert anna.feed_of(anna.author)["size"] == size + 600
    sealed = anna.get("torrents", feed=anna.feed_of(anna.author)["feed"])["torrents"]
    assert sealed[-1]["end"] > size, "a chunk boundary lies in between"
    ben.start()
    assert_same_feed(anna, ben)
    newest = [f"while ben is away {number}" for number in reversed(range(600))]
    ben.wait_for("all posts", lambda: ben.texts_of(anna.author, 600) == newest, 30)
    write_and_wait(anna, ben, "live after a long time")
    assert ben.command_json("verify")["damaged"] == []
