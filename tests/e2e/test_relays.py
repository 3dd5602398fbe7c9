"""Two nodes that know nothing but a third read each other by way of it: real processes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest
from seeker.memory import seek_memory
from seeker.needle import Needle
from seeker.seeking import places, seek, seek_open
from seeker.wire import Capture

from tests.e2e.nodes import PATIENCE_S, Neighbourhood, Node
from tests.e2e.overheard import heard_by

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

SEALED_BYTES_MIN = 20_000
"""Each post has noise of 32 bytes that cannot be packed."""

SECRET = "what no relay reads 7fa1c9e2b4d6a8f0"
"""In each post; does not stand in this process's environment, nor in a command line."""
NEEDLE = Needle(SECRET)


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


@contextmanager
def watched(address: str) -> Iterator[Capture | None]:
    """Take all that goes to and from an address off the wire, where this user may.

    Who may not still has all that the relay reads, which is more.
    """
    try:
        capture = Capture(address)
    except PermissionError:
        yield None
        return
    with capture:
        yield capture


def check_that_nothing_is_read(relay: Node, capture: Capture | None) -> None:
    """Look for a post on the wire, and in all that the relay reads, remembers and keeps."""
    heard = heard_by(relay.home).read_bytes()
    assert len(heard) > SEALED_BYTES_MIN
    assert list(places(heard, NEEDLE)) == []
    assert relay.process is not None
    assert seek_memory(relay.process.pid, NEEDLE) == []
    assert seek_open(relay.process.pid, NEEDLE) == []
    assert seek(relay.home, NEEDLE) == []
    if capture is not None:
        said = capture.streams()
        assert sum(map(len, said.values())) > 2 * SEALED_BYTES_MIN, "it came and went"
        assert capture.seek(NEEDLE) == []


def test_a_backlog_and_live_posts_come_by_way_of_a_relay(
    neighbourhood: Neighbourhood, tmp_path: Path
) -> None:
    relay = neighbourhood.add(
        "relay", *ALONE, "--supernode", "on", program="tests.e2e.overheard"
    )
    relay.start()
    by_relay = (*ALONE, "--peer", relay.link_endpoint())
    ben = neighbourhood.add("ben", *by_relay)
    old = tmp_path / "old.jsonl"
    old.write_text("".join(map(old_post, range(SEALED))))
    ben.command("import", str(old))
    with watched(relay.host) as capture:
        ben.start()
        anna = neighbourhood.add("anna", *by_relay).start()
        anna.post("follow", who=ben.author)
        anna.wait_for("all of it", lambda: held_of(anna, ben) > SEALED, PATIENCE_S)
        anna.wait_for("the oldest", lambda: len(anna.get("search", q="oldest")["posts"]) == 1)
        ben.post("post", text=f"{SECRET} live")
        anna.wait_for("the post", lambda: texts(anna)[0] == f"{SECRET} live", PATIENCE_S)
    assert "" in endpoints(anna)
    assert "" in endpoints(ben)
    assert "" not in endpoints(relay)
    held = {feed["author"] for feed in relay.get("status")["feeds"]}
    assert ben.author not in held
    assert anna.process is not None
    assert seek_memory(anna.process.pid, NEEDLE) and seek(anna.home, NEEDLE)
    check_that_nothing_is_read(relay, capture)
    ben.stop()
    anna.wait_for("the circuit to end", lambda: "" not in endpoints(anna), PATIENCE_S)
