"""Protected posts between real processes: who is let in reads them by way of a stranger; who is
removed, or comes later, does not; and nobody finds a word of them on any disk."""

import pytest
from seeker.needle import Needle
from seeker.seeking import seek

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CANARY = "onlymyfriendsreadthiscanary"


def texts(node: Node) -> list[str]:
    """What of Anna's canary somebody reads, newest first."""
    found = node.get("timeline", limit=50)["posts"]
    return [each["text"].removeprefix(CANARY) for each in found if CANARY in each["text"]]


def ask(who: Node, anna: Node) -> None:
    """Ask to read, and wait until she sees it."""
    who.command("circles", "ask", anna.author)
    anna.wait_for("the request", lambda: anna.get("circles")["waiting"])


def let_in(anna: Node, who: Node) -> None:
    anna.command("circles", "approve", who.author, "Friends")
    who.wait_for("the keys", lambda: who.get("circles")["readable"])


def post(anna: Node, hub: Node, text: str) -> None:
    """Post to the circle, and wait until a stranger to it has it."""
    said = anna.command("post", "--to", "Friends", f"{CANARY}{text}")
    assert "in your circle “Friends” can read this" in said
    hub.wait_until_held(anna.author, anna.feed_of(anna.author)["size"])


@pytest.mark.attack("A192")
def test_a_circle_is_read_by_its_people_alone(neighbourhood: Neighbourhood) -> None:
    hub = neighbourhood.add("hub", "--no-dht").start()
    ends = ("--no-dht", "--peer", hub.link_endpoint())
    anna = neighbourhood.add("anna", *ends).start()
    ends = (*ends, "--peer", anna.link_endpoint())
    ben, cleo = [neighbourhood.add(name, *ends).start() for name in ("ben", "cleo")]
    hub.post("follow", who=anna.author)
    for each in (ben, cleo):
        each.post("follow", who=anna.get("whoami")["link"])
        anna.post("follow", who=each.get("whoami")["link"])
    anna.command("circles", "create", "Friends")
    ask(ben, anna)
    let_in(anna, ben)

    # Neither is there when it is posted, and who posted it is not when they come.
    ben.stop()
    cleo.stop()
    post(anna, hub, "one")
    anna.stop()
    for each in (ben, cleo):
        each.start()
    ben.wait_for("the post", lambda: texts(ben) == ["one"])
    cleo.wait_until_held(anna.author, hub.feed_of(anna.author)["size"])
    assert CANARY in ben.command("search", f"{CANARY}one")
    assert texts(cleo) == texts(hub) == []

    anna.start()
    ask(cleo, anna)
    let_in(anna, cleo)
    anna.command("circles", "remove", ben.author, "Friends")
    post(anna, hub, "two")
    cleo.wait_for("the next post", lambda: texts(cleo) == ["two"])
    ben.wait_until_held(anna.author, anna.feed_of(anna.author)["size"])
    assert texts(ben) == ["one"]
    assert texts(anna) == ["two", "one"]
    for node in (anna, ben, cleo, hub):
        node.stop()
        assert seek(node.home, Needle(CANARY)) == [], node.name
        assert CANARY not in node.log_end()
