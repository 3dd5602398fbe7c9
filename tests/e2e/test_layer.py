"""Nine real nodes elect supernodes among them; half of these are killed, then all."""

from typing import Any

import pytest

from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SPEED = 10
"""Rounds of a second."""

NODES = 9
LEAVES = 2
"""Of them that serve nobody: so there is always somebody to be served."""


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
    neighbourhood: Neighbourhood,
) -> None:
    options = ("--no-dht", "--supernode-speed", str(SPEED))
    leaf = neighbourhood.add("leaf 0", *options, "--supernode", "off").start()
    # Who is killed and comes back knows those who were there all the time: at this speed
    # supernodes of earlier times are not remembered.
    known = ["--peer", leaf.link_endpoint()]
    nodes = [leaf]
    for number in range(1, LEAVES):
        nodes.append(
            neighbourhood.add(f"leaf {number}", *options, *known, "--supernode", "off").start()
        )
        known += ["--peer", nodes[-1].link_endpoint()]
    for number in range(NODES - LEAVES):
        nodes.append(neighbourhood.add(f"node {number}", *options, *known).start())
    leaf.wait_for("two parents each", lambda: is_whole(nodes), PATIENCE_S)

    for each in servers(nodes)[::2]:
        each.kill()
        nodes.remove(each)
    leaf.wait_for("two parents each after half", lambda: is_whole(nodes), PATIENCE_S)

    killed = servers(nodes)
    for each in killed:
        each.kill()
    for each in killed:
        each.start()  # as a machine comes back; it may have been all that could serve
    leaf.wait_for("two parents each after all", lambda: is_whole(nodes), PATIENCE_S)
    assert "2 supernodes serve this machine" in leaf.command("supernodes")
    assert "is a supernode" in servers(nodes)[0].command("supernodes")
