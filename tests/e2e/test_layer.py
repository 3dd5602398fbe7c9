"""Nine real nodes elect supernodes among them; half of these are killed, then all."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.nodes import Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SPEED = 10
"""Rounds of a second."""

NODES = 9
PATIENCE_S = 120


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Neighbourhood]:
    opened = Neighbourhood(tmp_path)
    try:
        yield opened
    finally:
        opened.close()


def standing(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = node.get("supernodes")
    return found


def servers(nodes: list[Node]) -> list[Node]:
    return [each for each in nodes if standing(each)["serves"]]


def is_whole(nodes: list[Node]) -> bool:
    """Whether some serve, each of the others has two parents, and these say the same."""
    all_of_it = [standing(each) for each in nodes]
    served = [each for each in all_of_it if not each["serves"]]
    links = sum(each["children"] for each in all_of_it)
    return len(served) < len(nodes) and all(
        len(each["parents"]) == 2 and links == 2 * len(served) for each in served
    )


def test_from_nothing_and_after_half_and_all_are_killed_all_are_served(
    town: Neighbourhood,
) -> None:
    options = ("--no-dht", "--supernode-speed", str(SPEED))
    first = town.add("first", *options).start()
    nodes = [first]
    for number in range(1, NODES):
        known = ("--peer", first.link_endpoint())
        nodes.append(town.add(f"node {number}", *options, *known).start())
    first.wait_for("two parents each", lambda: is_whole(nodes), PATIENCE_S)
    for every in (2, 1):
        for each in servers(nodes)[::every]:
            each.kill()
            nodes.remove(each)
        nodes[0].wait_for("two parents each again", lambda: is_whole(nodes), PATIENCE_S)
    served = next(each for each in nodes if not standing(each)["serves"])
    assert "2 supernodes serve this machine" in served.command("supernodes")
    assert "is a supernode" in servers(nodes)[0].command("supernodes")
