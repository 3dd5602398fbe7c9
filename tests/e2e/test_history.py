"""History servers as real processes, a day of their policy in 12 to 24 seconds (ADR 13).

Authors with backlogs of hundreds of posts, friends who leave, servers with small quotas.

What nodes do besides takes real time: starting, dialling, fetching, asking another holder
where one does not send.  So the policy runs no faster than this machine can follow just now.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final

import pytest

from tests.e2e.backlog import make_backlog, write_jsonl
from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1_800)]

POSTS: Final = 600

HOUR_S: Final = 0.5
"""Real seconds of an hour of the policy, on a machine that has time."""

HOUR_S_MAX: Final = 1.0
"""The same where the machine is starved."""

HOUR_SHARE: Final = 0.4
"""Of the time that a program takes that loads all of a node: an hour of a slower machine."""

DAYS: Final = 12
"""Days of the policy that something may take."""

STEADY_HOURS: Final = 12
"""Hours of the policy for which something has to stay as it is."""


class Street:
    """A hub who follows the authors, and servers whose operators follow the hub."""

    def __init__(self, folder: Path) -> None:
        self.all = Neighbourhood(folder)
        self.folder = folder
        self.hour_s = self._measure_hour_s()
        """Real seconds of an hour of the policy."""
        self.speed = ("--history-speed", str(3_600 / self.hour_s))
        self.hub = self.person("hub")
        self.servers: list[Node] = []

    @property
    def days_s(self) -> float:
        """Real seconds that something may take."""
        return DAYS * 24 * self.hour_s

    def _measure_hour_s(self) -> float:
        """Choose the hour by what a program takes here and now that begins from nothing."""
        took_s = []
        for _ in range(3):
            started_s = time.monotonic()
            subprocess.run([sys.executable, "-c", "import swarmfeed.serving"], check=True)
            took_s.append(time.monotonic() - started_s)
        return min(max(HOUR_SHARE * median(took_s), HOUR_S), HOUR_S_MAX)

    def person(self, name: str, *peers: Node) -> Node:
        options = [option for peer in peers for option in ("--peer", peer.link_endpoint())]
        node = self.all.add(name, "--no-dht", *self.speed, *options)
        return node.start()

    def author(self, name: str, posts: int = POSTS) -> Node:
        """Somebody with a backlog, whom the hub follows."""
        export = self.folder / f"{name}.jsonl"
        write_jsonl(export, make_backlog()[:posts], "somebody")
        node = self.all.add(name, "--no-dht", *self.speed, "--peer", self.hub.link_endpoint())
        node.command("import", str(export), "--author", "somebody")
        node.start()
        self.hub.post("follow", who=node.get("whoami")["link"])
        self.hub.wait_until_held(node.author, node.feed_of(node.author)["size"])
        return node

    def server(self, name: str, *options: str) -> Node:
        peers = [self.hub, *(each for each in self.servers if each.process)]
        at = [option for peer in peers for option in ("--peer", peer.link_endpoint())]
        node = self.all.add(name, "--no-dht", *self.speed, "--history", *options, *at)
        node.start()
        node.post("follow", who=self.hub.get("whoami")["link"])
        self.servers.append(node)
        return node


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    street = Street(tmp_path)
    yield street
    street.all.close()


def history_of(server: Node, author: Node) -> Any:
    """The line of ``history status`` about an author, or None."""
    feeds = server.get("history")["feeds"]
    found = [each for each in feeds if each["author"] == author.author]
    return found[0] if found else None


def leased(servers: list[Node], author: Node) -> list[Node]:
    """Running servers that promise all of an author's feed."""
    found = []
    for server in servers:
        line = history_of(server, author) if server.process else None
        if line and line["state"] == "leased":
            found.append(server)
    return found


def why(servers: list[Node], author: Node) -> str:
    lines = [history_of(each, author) for each in servers if each.process]
    return "\n".join(f"{each['state']}: {each['reason']}" if each else "-" for each in lines)


def wait_for_copies(
    street: Street, servers: list[Node], author: Node, copies: int
) -> list[Node]:
    """Wait until so many servers hold a feed, and the same ones half a day later."""
    since_s: dict[tuple[str, ...], float] = {}

    def look() -> list[Node]:
        held = leased(servers, author)
        now_s = time.monotonic()
        names = tuple(each.name for each in held)
        first_s = since_s.get(names, now_s)
        since_s.clear()
        since_s[names] = first_s
        return held if len(held) == copies and now_s - first_s >= steady_s else []

    steady_s = STEADY_HOURS * street.hour_s
    running = next(each for each in servers if each.process)
    try:
        return running.wait_for(f"{copies} copies", look, street.days_s, every_s=0.5)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{why(servers, author)}") from error


def test_servers_pick_up_the_slack_hand_out_the_backlog_and_step_back(street: Street) -> None:
    author, friend = street.author("author"), street.person("friend", street.hub)
    friend.post("follow", who=author.get("whoami")["link"])
    friend.wait_until_held(author.author, author.feed_of(author.author)["size"])
    servers = [street.server(f"server{n}", "--disk", "50M") for n in range(4)]

    # While its people are there, two servers are enough, and the others let go.
    wait_for_copies(street, servers, author, 2)
    safety = author.wait_for("the author to be safe", lambda: _safe(author), street.days_s)
    assert (safety["servers"], safety["friends"]) == (2, 2)
    assert "Your posts are safe" in safety["sentence"]

    # They leave for good: a third is needed, and a newcomer gets everything from servers.
    for each in (author, friend, street.hub):
        each.stop()
    held = wait_for_copies(street, servers, author, 3)
    own = author.command_json("status")["feeds"][0]
    newcomer = street.person("newcomer", held[0])
    done = newcomer.command_json("fetch", author.author, "--timeout", str(PATIENCE_S))
    assert (done["done"], done["entries_held"]) == (True, own["size"])
    feed = newcomer.feed_of(author.author)
    assert (feed["size"], feed["root"]) == (own["size"], own["root"])
    swarms = {"{}:{}".format(*each.swarm_endpoint()) for each in servers}
    assert done["holders"] and set(done["holders"]) <= swarms
    newcomer.stop()

    # One of the three is killed: the fourth takes its place.
    held[0].kill()
    left = [each for each in servers if each is not held[0]]
    wait_for_copies(street, left, author, 3)

    # The people come back, and stay: one copy is superfluous again.
    for each in (street.hub, author, friend):
        each.start()
    wait_for_copies(street, left, author, 2)


def _safe(author: Node) -> Any:
    safety = author.status()["safety"]
    return safety if safety and safety["safe"] and safety["servers"] == 2 else None


@pytest.mark.attack("A36")
@pytest.mark.attack("A37")
def test_quotas_hold_and_a_server_that_lost_its_disk_is_found_out(street: Street) -> None:
    first, second = street.author("first"), street.author("second", POSTS * 4)
    # One friend splits this disk among fifty: half as much again as the first backlog each.
    disk = 50 * 3 * first.feed_of(first.author)["bytes_total"] // 2
    servers = [street.server(f"server{n}", "--disk", str(disk)) for n in range(3)]

    def refused() -> bool:
        lines = [history_of(each, second) for each in servers]
        return all(line and line["reason"].startswith("refused: ") for line in lines)

    servers[0].wait_for("all to refuse", refused, street.days_s)

    def said() -> list[str]:
        told = servers[0].command_json("history", "explain", second.author)["feeds"][0]
        found = [each["reason"] for each in told["holders"] if each["word"] == "refusal"]
        return found if len(found) == 3 else []

    reasons = servers[0].wait_for("all refusals to be told", said, street.days_s)
    assert all("the author's quota is full" in each for each in reasons)
    for server in servers:
        assert server.get("history")["used_bytes"] <= disk // 50
        assert server.command_json("verify")["damaged"] == []
        assert server.feed_of(second.author) is None

    # One of two holders loses its chunks and goes on to promise them: the third steps in.
    held = wait_for_copies(street, servers, first, 2)
    liar, honest = held[0], [each for each in servers if each is not held[0]]
    for chunk in (liar.home / "feeds" / first.feed_of(first.author)["feed"]).glob("chunks/*"):
        chunk.unlink()
    assert wait_for_copies(street, honest, first, 2) == honest
    told = held[1].command_json("history", "explain", first.author)["feeds"][0]
    doubts = {each["node"]: each["lasting"] for each in told["holders"] if not each["is_self"]}
    assert doubts[liar.get("whoami")["node"]] < 0.7
    assert held[1].get("history")["audits_failed"] > 0
