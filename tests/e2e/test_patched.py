"""A word is withdrawn from a chunk of 65,536 entries: real processes, real libtorrent.

Author, friend and newcomer, and an ordinary BitTorrent client that never lets go of the file as
it was: bytes are counted on the sockets between author and friend.
"""

import json
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import libtorrent as lt
import pytest
from msgspec.structs import replace

from tests.e2e.backlog import FIRST_TIME_S, make_backlog, write_jsonl
from tests.e2e.nodes import CHECKOUT, PATIENCE_S, Neighbourhood, Node, new_address

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

POSTS: Final = 65_536 + 300
PLACE: Final = 30_000
MOVED_MAX: Final = 100_000
"""Bytes to each holder, both ways and all protocols together."""

_COUNTED: Final = re.compile(r"bytes_(?:sent|received):(\d+)")


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Neighbourhood]:
    made = Neighbourhood(tmp_path)
    yield made
    made.close()


def moved(node: Node) -> int:
    """Bytes on all TCP connections of a node's process to others: links and swarm alike."""
    assert node.process is not None
    done = subprocess.run(
        ["ss", "-tinpOH", "state", "established"], capture_output=True, text=True, check=True
    )
    page = urlsplit(node.page_url).port
    lines = [
        line
        for line in done.stdout.splitlines()
        if f"pid={node.process.pid}," in line and f":{page} " not in line
    ]
    assert lines, "a friend is linked"
    return sum(int(count) for line in lines for count in _COUNTED.findall(line))


def stubborn_client(folder: Path, torrent: bytes) -> lt.session:
    """An ordinary client that seeds what lies in a folder."""
    host = new_address()
    session = lt.session(
        {"listen_interfaces": f"{host}:0", "enable_dht": False, "enable_lsd": False}
    )
    adding = lt.load_torrent_buffer(torrent)
    adding.save_path = str(folder)
    adding.flags = lt.torrent_flags.seed_mode
    session.add_torrent(adding)
    return session


def verified(node: Node, feed: str) -> dict[str, Any]:
    """What the independent reader says of a feed in a home."""
    reader = str(CHECKOUT / "tools" / "verify_feed.py")
    folder = str(node.home / "feeds" / feed)
    done = subprocess.run(
        [sys.executable, reader, folder, "--json"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def write_long_feed(street: Neighbourhood, folder: Path) -> Node:
    """An author with a chunk of 65,536 entries and more, who runs."""
    anna = street.add("anna", "--no-dht")
    # A minute between two, for so many would reach into the next century.
    posts = [
        replace(post, time_s=FIRST_TIME_S + number * 60)
        for number, post in enumerate(make_backlog(POSTS))
    ]
    anna.command("import", str(write_jsonl(folder / "old.jsonl", posts, "anna")))
    return anna.start()


def withdraw_one(anna: Node, feed: str) -> str:
    """Take an old post back, wait until the one holder has removed it; what it said."""
    said = anna.get("show", ref=f"{feed}/{PLACE}")["post"]["text"]
    removal = anna.post("withdraw", ref=f"{feed}/{PLACE}")
    assert not removal["waits"]

    def is_removed() -> bool:
        found = anna.get("removed", ref=f"{feed}/{PLACE}")
        return bool(found["removed_at"] == found["holders"] == 1)

    anna.wait_for("the friend's receipt", is_removed)
    return str(said)


@pytest.mark.attack("A95")
def test_it_leaves_every_holder_and_hardly_anything_moves(
    street: Neighbourhood, tmp_path: Path
) -> None:
    anna = write_long_feed(street, tmp_path)
    friend = street.add("friend", "--no-dht", "--peer", anna.link_endpoint()).start()
    friend.command("follow", anna.author)
    size = anna.feed_of(anna.author)["size"]
    feed = friend.wait_until_held(anna.author, size)["feed"]
    chunks = [each.home / "feeds" / feed / "chunks" for each in (anna, friend)]
    (name,) = (path.name for path in chunks[0].iterdir() if "-2-0.zst" in path.name)
    old = (chunks[0] / name).read_bytes()
    (kept := tmp_path / "plain").mkdir()
    (kept / name).write_bytes(old)
    torrent = anna.get("torrent-file", feed=feed, level=2, position=0)
    session = stubborn_client(kept, b64decode(torrent["torrent"]))

    before = moved(friend)
    said = withdraw_one(anna, feed)
    moved_bytes = moved(friend) - before
    print(f"{moved_bytes:,} bytes moved")
    assert moved_bytes <= MOVED_MAX
    assert (chunks[0] / name).read_bytes() == (chunks[1] / name).read_bytes() != old
    assert not any(post["text"] == said for post in friend.get("search", q=said[:9])["posts"])

    newcomer = street.add("newcomer", "--no-dht", "--peer", friend.link_endpoint()).start()
    for each in (friend, newcomer):
        session.get_torrents()[0].connect_peer(each.swarm_endpoint())
    anna.stop()
    newcomer.command("follow", anna.author)
    newcomer.wait_until_held(anna.author, size + 1)
    assert session.get_torrents()[0].status().is_seeding, "the client never let go"
    for each in (friend, newcomer):
        each.stop()
        result = verified(each, feed)
        assert (result["size"], result["withdrawn_entries"]) == (size + 1, 1)
