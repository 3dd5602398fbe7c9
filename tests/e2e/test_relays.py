"""Two nodes that know nothing but a third read each other by way of it: real processes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.attack("A99")]

PATIENCE_S = 90
ALONE = ("--no-dht", "--supernode-speed", "0")
"""Whoever looks for parents meets the other by that, and can dial it here."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Neighbourhood]:
    opened = Neighbourhood(tmp_path)
    try:
        yield opened
    finally:
        opened.close()


def texts(node: Node) -> list[str]:
    return [post["text"] for post in node.get("timeline", limit=50)["posts"]]


def endpoints(node: Node) -> list[str]:
    return [peer["endpoint"] for peer in node.get("status")["peers"]]


def test_a_backlog_and_live_posts_come_by_way_of_a_relay(town: Neighbourhood) -> None:
    relay = town.add("relay", *ALONE, "--supernode", "on").start()
    by_relay = (*ALONE, "--peer", relay.link_endpoint())
    ben = town.add("ben", *by_relay).start()
    for number in range(30):
        ben.post("post", text=f"post {number} of ben")
    anna = town.add("anna", *by_relay).start()
    anna.post("follow", who=ben.author)
    anna.wait_for("all posts", lambda: len(texts(anna)) == 30, PATIENCE_S)
    ben.post("post", text="live from ben")
    anna.wait_for("the live post", lambda: texts(anna)[0] == "live from ben", PATIENCE_S)
    assert "" in endpoints(anna)
    assert "" in endpoints(ben)
    assert "" not in endpoints(relay)
    held = {feed["author"] for feed in relay.get("status")["feeds"]}
    assert ben.author not in held
    ben.stop()
    anna.wait_for("the circuit to end", lambda: "" not in endpoints(anna), PATIENCE_S)
