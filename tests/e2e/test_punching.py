"""Two real nodes behind two routers that let nobody in come to be linked straight."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.nodes import PATIENCE_S, Node
from tests.own_network import Machine, machines

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ALONE = ("--no-dht", "--supernode-speed", "0")
RELAY, ANNA, BEN = "20.0.0.1", "20.0.0.2", "20.0.0.3"
"""Addresses in the world, as others see them."""
SILENT: Final[dict[str, Any]] = {}
REFUSING: Final[dict[str, Any]] = {"refuses": True, "delay_s": 0.02}
"""Between such routers both have to be under way at once: that takes a way that takes time."""

SEALED = 600
"""Two chunks, and a tail."""


class Housed(Node):
    """A node on a machine of its own."""

    def __init__(self, machine: Machine, folder: Path, host: str, *options: str) -> None:
        super().__init__(folder, machine.name, (*ALONE, *options))
        self.machine, self.host = machine, host

    def start(self, *options: str) -> "Node":
        return self.machine.do(lambda: super(Housed, self).start(*options))

    def stop(self) -> None:
        self.machine.do(super().stop)

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        return self.machine.do(lambda: super(Housed, self)._ask(method, path, body))


@contextmanager
def town(
    folder: Path, *, delay_s: float = 0, **router: Any
) -> Iterator[tuple[Housed, Housed, Housed]]:
    """A relay in the world, and two nodes at home, each behind a router as ``router`` says;
    ``delay_s`` is the way from a router to the relay."""
    names = ("relay", "router-a", "anna", "router-b", "ben")
    with machines(*names) as (world, *others), ExitStack() as lines:
        for at, door, home in ((ANNA, *others[:2]), (BEN, *others[2:])):
            ends = f"{RELAY}/32", door, "world", f"{at}/32"
            line = f"to-{home.name}"
            if delay_s:
                lines.enter_context(world.slow_line(line, *ends, delay_s))
            else:
                world.plug(line, *ends)
            world.run("ip", "route", "add", at, "dev", line)
            door.run("ip", "route", "add", "default", "via", RELAY, "dev", "world", "onlink")
            door.plug("house", "192.168.1.1/24", home, "line", "192.168.1.2/24")
            home.run("ip", "route", "add", "default", "via", "192.168.1.1")
            door.be_router(**router)
        world.run("sysctl", "-q", "net.ipv4.ip_forward=1")
        nodes: list[Housed] = []
        try:
            relay = Housed(world, folder, RELAY, "--supernode", "on")
            nodes.append(relay)
            relay.start()
            knows = ("--peer", relay.link_endpoint())
            nodes += (
                Housed(each, folder, "192.168.1.2", *knows) for each in (others[1], others[3])
            )
            yield relay, nodes[1], nodes[2]
        finally:
            for each in nodes:
                each.kill()


def endpoints(node: Node) -> set[str]:
    return {peer["endpoint"].rpartition(":")[0] for peer in node.get("status")["peers"]}


def write_old(node: Node, folder: Path) -> None:
    lines = (
        {"author": "ben", "time": 1_600_000_000 + n, "text": sha256(b"%d" % n).hexdigest()}
        for n in range(SEALED)
    )
    old = folder / "old.jsonl"
    old.write_text("".join(json.dumps(line) + "\n" for line in lines))
    node.command("import", str(old))


def newest(node: Node) -> str:
    posts = node.get("timeline", limit=1)["posts"]
    return str(posts[0]["text"]) if posts else ""


def has_looked(node: Node) -> bool:
    """Whether it saw somebody by way of a relay, and did what it does then."""
    (job,) = (each for each in node.get("jobs")["jobs"] if each["name"] == "straight")
    return "1 node" in job["last_result"]


def become_friends(anna: Node, ben: Node) -> None:
    anna.post("follow", who=ben.author)
    ben.post("follow", who=anna.author)


@pytest.mark.parametrize("router", [SILENT, REFUSING], ids=["silent", "refusing"])
def test_two_behind_routers_are_linked_straight_and_the_relay_may_go(
    tmp_path: Path, router: dict[str, Any]
) -> None:
    with town(tmp_path, **router) as (relay, anna, ben):
        write_old(ben, tmp_path)
        anna.start()
        ben.start()
        become_friends(anna, ben)
        anna.wait_for("a straight link", lambda: BEN in endpoints(anna), PATIENCE_S)
        ben.wait_for("a straight link", lambda: ANNA in endpoints(ben), PATIENCE_S)
        relay.stop()
        anna.wait_until_held(ben.author, SEALED)
        ben.post("post", text="live, and nobody in between")
        anna.wait_for("the post", lambda: newest(anna) == "live, and nobody in between")
        anna.stop()
        ben.stop()


def test_behind_a_router_with_another_port_for_each_the_circuit_stays(tmp_path: Path) -> None:
    with town(tmp_path, how="random") as (relay, anna, ben):
        anna.start()
        ben.start()
        become_friends(anna, ben)
        anna.wait_for("a link", lambda: "" in endpoints(anna), PATIENCE_S)
        ben.post("post", text="by way of the relay")
        anna.wait_for("the post", lambda: newest(anna) == "by way of the relay")
        assert endpoints(anna) == {"", RELAY}
        for each in (anna, ben, relay):
            each.stop()


@pytest.mark.attack("A226")
def test_who_switched_it_off_stays_on_the_circuit(tmp_path: Path) -> None:
    with town(tmp_path) as (relay, anna, ben):
        anna.start()
        ben.start("--no-hole-punching")
        become_friends(anna, ben)
        ben.post("post", text="by way of the relay")
        anna.wait_for("the post", lambda: newest(anna) == "by way of the relay")
        anna.wait_for("a look", lambda: has_looked(anna), PATIENCE_S)
        assert endpoints(anna) == {"", RELAY}
        for each in (anna, ben, relay):
            each.stop()
