"""Two nodes that know nothing but a third read each other by way of it: real processes."""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.attack("A99"),
    pytest.mark.attack("A151"),
]


ALONE = ("--no-dht", "--supernode-speed", "0")
"""Whoever looks for parents meets the other by that, and can dial it here."""
SEALED = 600
"""Two chunks, and a tail."""

SECRET = "what no relay reads 7fa1c9"
"""In each post; does not stand in this process's environment, nor in a command line."""


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


def old_post(number: int) -> str:
    noise = sha256(b"%d" % number).hexdigest()
    text = f"{SECRET} {number} {'' if number else 'oldest'} {noise}"
    return json.dumps({"author": "ben", "time": 1_600_000_000 + number, "text": text}) + "\n"


def held_of(node: Node, author: Node) -> int:
    """Entries it holds of an author, if it lacks none."""
    feeds = node.get("status")["feeds"]
    (feed,) = [each for each in feeds if each["author"] == author.author] or [{}]
    held, size = feed.get("entries_held", 0), feed.get("size", 0)
    return int(held) if held == size else 0


def is_in_memory(node: Node, text: str) -> bool:
    """Whether a running process has some text in its memory, readable as it is."""
    assert node.process is not None
    pid, sought = node.process.pid, text.encode()
    with (
        Path(f"/proc/{pid}/maps").open() as maps,
        Path(f"/proc/{pid}/mem").open("rb") as memory,
    ):
        for line in maps:
            extent, modes, *_ = line.split()
            if "[v" in line or not modes.startswith("rw"):
                continue
            first, last = (int(each, 16) for each in extent.split("-"))
            try:
                memory.seek(first)
                if sought in memory.read(last - first):
                    return True
            except OSError:
                continue  # it was given back meanwhile
    return False


def test_a_backlog_and_live_posts_come_by_way_of_a_relay(
    town: Neighbourhood, tmp_path: Path
) -> None:
    relay = town.add("relay", *ALONE, "--supernode", "on").start()
    by_relay = (*ALONE, "--peer", relay.link_endpoint())
    ben = town.add("ben", *by_relay)
    old = tmp_path / "old.jsonl"
    old.write_text("".join(map(old_post, range(SEALED))))
    ben.command("import", str(old))
    ben.start()
    anna = town.add("anna", *by_relay).start()
    anna.post("follow", who=ben.author)
    anna.wait_for("all of it", lambda: held_of(anna, ben) > SEALED, PATIENCE_S)
    anna.wait_for("the oldest", lambda: len(anna.get("search", q="oldest")["posts"]) == 1)
    ben.post("post", text=f"{SECRET} live")
    anna.wait_for("the live post", lambda: texts(anna)[0] == f"{SECRET} live", PATIENCE_S)
    assert "" in endpoints(anna)
    assert "" in endpoints(ben)
    assert "" not in endpoints(relay)
    held = {feed["author"] for feed in relay.get("status")["feeds"]}
    assert ben.author not in held
    assert is_in_memory(anna, SECRET)
    assert not is_in_memory(relay, SECRET)
    ben.stop()
    anna.wait_for("the circuit to end", lambda: "" not in endpoints(anna), PATIENCE_S)
