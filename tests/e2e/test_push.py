"""Posts of strangers, by way of supernodes, between processes that know nobody else."""

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

FAST = ("--no-dht", "--supernode-speed", "20")


def heard(node: Node) -> list[str]:
    return [post["text"] for post in node.get("listening")["posts"]]


def wait_for_parents(node: Node) -> None:
    node.wait_for("two parents", lambda: node.get("subscriptions")["parents"] == 2)


def test_strangers_are_heard_and_answer_and_no_post_is_lost_with_a_parent(
    neighbourhood: Neighbourhood,
) -> None:
    first = neighbourhood.add("first", *FAST, "--supernode", "on").start()
    peers = ["--peer", first.link_endpoint()]
    second = neighbourhood.add("second", *FAST, "--supernode", "on", *peers).start()
    peers += ["--peer", second.link_endpoint()]
    anna = neighbourhood.add("anna", *FAST, "--supernode", "off", *peers).start()
    ben = neighbourhood.add("ben", *FAST, "--supernode", "off", *peers).start()
    anna.command("subscribe", "add", "#harbour")
    ben.command("subscribe", "add", anna.author)
    wait_for_parents(anna)
    wait_for_parents(ben)

    ben.post("post", text="fog in the #harbour")
    anna.wait_for("the post", lambda: heard(anna) == ["fog in the #harbour"])
    (post,) = anna.get("listening")["posts"]
    assert (post["author"], post["name"]) == (ben.author, "ben")

    asked = anna.post("post", text="who has a boat?")
    ben.wait_for("the question", lambda: heard(ben) == ["who has a boat?"])
    ben.post("post", text="I have", reply_to=f"{asked['feed']}/{asked['index']}")
    anna.wait_for("the answer", lambda: anna.get("unread-notifications")["count"] == 1)
    (notice,) = anna.get("notifications")["notifications"]
    assert (notice["text"], notice["is_answer"]) == ("I have", True)

    first.kill()
    ben.post("post", text="clear in the #harbour")
    anna.wait_for("the next", lambda: heard(anna)[0] == "clear in the #harbour")
    # They may be linked for a question of the election, but nothing of his log was fetched.
    assert ben.author not in {feed["author"] for feed in anna.get("status")["feeds"]}
