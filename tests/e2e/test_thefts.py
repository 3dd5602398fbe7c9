"""A stolen author key, in real processes: before the move to the second sheet, and after it.

Anna wrote; Ben follows her; the thief has her first sheet, and a node made of it; Carl comes
later.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from street.thefts import cut_off, dated_back, pushed_out
from swarmfeed.core.base.address import format_address

from tests.e2e.nodes import Neighbourhood, Node
from tests.e2e.thieves import feed_key, feed_of, plant, stolen_key

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

POSTS = ["two", "one"]


@dataclass(frozen=True)
class Town:
    """Those who take part."""

    nodes: Neighbourhood
    anna: Node
    ben: Node
    thief: Node

    def newcomer(self, name: str) -> Node:
        """Somebody who follows Anna from now on, and knows Ben alone."""
        peer = ("--peer", self.ben.link_endpoint())
        carl = self.nodes.add(name, "--no-dht", *peer).start()
        carl.post("follow", who=self.anna.author)
        return carl


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Neighbourhood(tmp_path)
    try:
        yield build(opened)
    finally:
        opened.close()


def build(opened: Neighbourhood) -> Town:
    anna = opened.add("anna", "--no-dht").start()
    for text in reversed(POSTS):
        anna.post("post", text=text)
    ben = opened.add("ben", "--no-dht", "--peer", anna.link_endpoint()).start()
    ben.post("follow", who=anna.author)
    ben.wait_until_held(anna.author, 4)
    thief = opened.add("thief", "--no-dht", "--peer", ben.link_endpoint(), words=anna.words)
    return Town(opened, anna, ben, thief)


def told(node: Node) -> list[str]:
    return sorted({each["what"] for each in node.get("alarms")["alarms"]})


def alarmed(node: Node, what: str) -> float:
    """Wait for an alarm; returns how many seconds that took."""
    began = time.monotonic()
    node.wait_for(f"the alarm {what}", lambda: what in told(node))
    return time.monotonic() - began


def move(anna: Node) -> None:
    """Anna takes her second sheet, while her node runs."""
    anna.command("move-to-second-sheet", "-", "--yes", stdin=anna.second)


def sees_anna(node: Node, author: str, posts: list[str]) -> bool:
    named = node.get("author", author=author)["name"] == "anna"
    return named and node.texts_of(author) == posts


def all_see_anna(town: Town, *nodes: Node, posts: list[str] = POSTS) -> None:
    for node in nodes:
        node.wait_for(
            f"the posts of Anna: {posts}",
            lambda each=node: sees_anna(each, town.anna.author, posts),  # type: ignore[misc]
        )


@pytest.mark.attack("A81")
def test_t1_and_t4_a_leave_heals_with_the_move_and_comes_too_late_after_it(town: Town) -> None:
    anna, ben, thief = town.anna, town.ben, town.thief
    plant(thief, *cut_off(stolen_key(thief), feed_of(anna)))
    thief.start()
    ben.wait_for("the posts to be gone", lambda: not ben.texts_of(anna.author))
    alarmed(anna, "left")
    assert "alarm" not in told(ben), "it is not Ben's name"
    sentence = anna.get("status")["alarms"]
    assert sentence and sentence[0] in " ".join(anna.command("status").split())
    carl = town.newcomer("carl")
    move(anna)
    all_see_anna(town, anna, ben, carl)
    assert told(anna) == []
    thief.stop()
    plant(thief, *cut_off(stolen_key(thief), feed_of(anna), 1))
    thief.start()
    anna.post("post", text="three")
    dora = town.newcomer("dora")
    all_see_anna(town, anna, ben, carl, dora, posts=["three", *POSTS])
    assert told(anna) == []


@pytest.mark.attack("A82")
@pytest.mark.attack("A49")
def test_t2_a_device_of_the_thief_that_is_dated_back(town: Town) -> None:
    anna, ben, thief = town.anna, town.ben, town.thief
    plant(thief, *dated_back(stolen_key(thief), feed_key(thief)))
    thief.start()
    thief.post("post", text="send me money")
    alarmed(anna, "joined")
    ben.wait_for("the thief's post", lambda: "send me money" in ben.texts_of(anna.author))
    move(anna)
    carl = town.newcomer("carl")
    all_see_anna(town, anna, ben, carl)
    assert told(anna) == []
    move(anna)  # said once more, it brings nothing of the thief back
    anna.post("post", text="still me")
    all_see_anna(town, anna, ben, carl, posts=["still me", *POSTS])


@pytest.mark.attack("A83")
def test_t3_sixty_four_joins_that_are_dated_back(town: Town) -> None:
    anna, ben, thief = town.anna, town.ben, town.thief
    plant(
        thief,
        *pushed_out(stolen_key(thief))[:63],
        *dated_back(stolen_key(thief), feed_key(thief)),
    )
    thief.start()
    thief.post("post", text="send me money")
    alarmed(anna, "joined")
    move(anna)
    carl = town.newcomer("carl")
    all_see_anna(town, anna, ben, carl)
    assert told(anna) == []


@pytest.mark.attack("A81")
def test_the_only_machine_is_gone_and_the_key_stolen(town: Town) -> None:
    anna, ben, thief = town.anna, town.ben, town.thief
    anna.kill()
    plant(thief, *cut_off(stolen_key(thief), feed_of(anna)))
    thief.start()
    ben.wait_for("the posts to be gone", lambda: not ben.texts_of(anna.author))
    # A new machine, and the second sheet: the thief never had that one.  What is not hers she
    # is shown, and names.
    again = town.nodes.bare("again", "--no-dht", "--peer", ben.link_endpoint())
    told = again.command_json(
        *("move-to-second-sheet", "-", "--yes", "--no-passphrase", "--no-dht"),
        *("--listen", again.host, "--peer", ben.link_endpoint()),
        *("--drop", format_address(feed_of(thief))),
        stdin=anna.second,
    )
    assert told["author"] == anna.author
    again.author = anna.author
    again.start()
    carl = town.newcomer("carl")
    all_see_anna(town, again, ben, carl)
    again.post("post", text="I am back")
    all_see_anna(town, again, ben, carl, posts=["I am back", *POSTS])
