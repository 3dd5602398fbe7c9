"""News while both run, after a restart, and after a long time away."""

import statistics
import time
from collections.abc import Iterator

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MEDIAN_S = 1.0
"""Slower than that is not live, on any machine that answers within ANSWERED_S."""

ANSWERED_S = 0.02
"""A question to a node whose machine is not busy takes a tenth of this."""


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

    reader.wait_for(f"post {text!r}", is_seen, every_s=0.002)
    return time.monotonic() - started_s


def time_of_an_answer(node: Node) -> float:
    """Seconds that a question takes which nobody else is asked."""
    started_s = time.monotonic()
    node.get("whoami")
    return time.monotonic() - started_s


def assert_same_feed(writer: Node, reader: Node) -> None:
    own = writer.feed_of(writer.author)
    feed = reader.wait_until_held(writer.author, own["size"])
    assert (feed["size"], feed["root"]) == (own["size"], own["root"])


def test_posts_are_seen_at_once_in_both_directions(pair: tuple[Node, Node]) -> None:
    anna, ben = pair
    took_s, answered_s = [], []
    for number in range(20):
        took_s.append(write_and_wait(anna, ben, f"anna {number}"))
        took_s.append(write_and_wait(ben, anna, f"ben {number}"))
        answered_s += [time_of_an_answer(anna), time_of_an_answer(ben)]
    # Where answers are late, because others have the machine, all is late by as much.
    starved = max(1, statistics.median(answered_s) / ANSWERED_S)
    assert statistics.median(took_s) < MEDIAN_S * starved
    assert_same_feed(anna, ben)
    assert_same_feed(ben, anna)


def test_every_post_says_that_the_other_one_holds_it(pair: tuple[Node, Node]) -> None:
    anna, ben = pair
    for writer, text in ((anna, "anna is heard"), (ben, "ben is heard")):
        posted = writer.post("post", text=text)

        def is_confirmed(writer: Node = writer, ref: str = posted["hash"]) -> bool:
            return bool(writer.get("show", ref=ref)["post"]["held_by"] == 1)

        writer.wait_for("the receipt", is_confirmed)


def test_what_was_written_during_a_restart_is_caught_up(pair: tuple[Node, Node]) -> None:
    anna, ben = pair
    ben.stop()
    for number in range(3):
        anna.post("post", text=f"while ben restarts {number}")
    ben.start()
    newest = [f"while ben restarts {number}" for number in (2, 1, 0)]
    ben.wait_for("the gap", lambda: ben.texts_of(anna.author, 3) == newest)
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
    ben.wait_for("all posts", lambda: ben.texts_of(anna.author, 600) == newest)
    write_and_wait(anna, ben, "live after a long time")
    assert ben.command_json("verify")["damaged"] == []
